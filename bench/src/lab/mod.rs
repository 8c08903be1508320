//! Policies for who gives way in a full cache, as plain simulations: what was tried before one was chosen, and what can
//! be tried instead. `src/bin/policies.rs` replays traces to all of them, `bench/POLICIES.md` has the figures.
//!
//! Keys are numbered from 0 in the order of their first access, so all that a policy knows of them lies in vectors.

pub mod clock;
pub mod list;
pub mod recency;
pub mod s3_fifo;
pub mod tiny_lfu;

use std::collections::HashMap;

use self::clock::{Clock, Sieve};
use self::recency::{Arc, Lru, TwoQueues};
use self::s3_fifo::{Probation, S3Fifo};
use self::tiny_lfu::TinyLfu;

/// A cache without values.
pub trait Policy {
    /// Asks for a key, which is there afterwards if the policy wants it, and says whether it was there before.
    fn access(&mut self, key: usize) -> bool;
}

/// A policy with a name.
pub struct Candidate {
    pub name: &'static str,
    /// With room for so many, of so many different keys.
    pub new: fn(usize, usize) -> Box<dyn Policy>,
}

/// What was chosen, with changes of it, and others.
#[rustfmt::skip] // a table
pub const CANDIDATES: &[Candidate] = &[
    Candidate { name: "LRU", new: |room, keys| Box::new(Lru::new(room, keys)) },
    Candidate { name: "FIFO", new: |room, keys| Box::new(Clock::new(room, keys, 0)) },
    Candidate { name: "CLOCK, 1 bit", new: |room, keys| Box::new(Clock::new(room, keys, 1)) },
    Candidate { name: "CLOCK, 2 bits", new: |room, keys| Box::new(Clock::new(room, keys, 3)) },
    Candidate { name: "SIEVE", new: |room, keys| Box::new(Sieve::new(room, keys)) },
    Candidate { name: "2Q", new: |room, keys| Box::new(TwoQueues::new(room, keys)) },
    Candidate { name: "ARC", new: |room, keys| Box::new(Arc::new(room, keys)) },
    Candidate { name: "W-TinyLFU, window of 1 %", new: |room, keys| Box::new(TinyLfu::new(room, keys, 0.01)) },
    Candidate { name: "W-TinyLFU, window of 20 %", new: |room, keys| Box::new(TinyLfu::new(room, keys, 0.2)) },
    Candidate { name: "S3-FIFO, as published", new: |room, keys| s3_fifo(room, keys, S3Fifo::PUBLISHED) },
    Candidate { name: "S3-FIFO that fills its main queue first", new: |room, keys| s3_fifo(room, keys, FILLING) },
    Candidate { name: "the same, probation of 5 %", new: |room, keys| s3_fifo(room, keys, S3Fifo { probation: Probation::of(0.05), ..FILLING }) },
    Candidate { name: "the same, probation of 20 %", new: |room, keys| s3_fifo(room, keys, S3Fifo { probation: Probation::of(0.2), ..FILLING }) },
    Candidate { name: "the same, probation of 50 %", new: |room, keys| s3_fifo(room, keys, S3Fifo { probation: Probation::of(0.5), ..FILLING }) },
    Candidate { name: "the same, one hit is enough", new: |room, keys| s3_fifo(room, keys, S3Fifo { enough: 1, ..FILLING }) },
    Candidate { name: "the same, one bit a hit", new: |room, keys| s3_fifo(room, keys, S3Fifo { enough: 1, most: 1, ..FILLING }) },
    Candidate { name: "the same, three bits", new: |room, keys| s3_fifo(room, keys, S3Fifo { most: 7, ..FILLING }) },
    Candidate { name: "the same, half the ghosts", new: |room, keys| s3_fifo(room, keys, S3Fifo { ghosts: 0.5, ..FILLING }) },
    Candidate { name: "the same, twice the ghosts", new: |room, keys| s3_fifo(room, keys, S3Fifo { ghosts: 2.0, ..FILLING }) },
    Candidate { name: "the same, ghosts of the main queue move the probation", new: |room, keys| s3_fifo(room, keys, S3Fifo { probation: TWO_GHOSTS, ..FILLING }) },
    Candidate { name: "**the same, the next to go moves the probation**", new: |room, keys| s3_fifo(room, keys, S3Fifo::CHOSEN) },
    Candidate { name: "the same, up to 90 %", new: |room, keys| s3_fifo(room, keys, S3Fifo { probation: Probation { most: 0.9, ..S3Fifo::CHOSEN.probation }, ..FILLING }) },
];

const FILLING: S3Fifo = S3Fifo { fills: true, ..S3Fifo::PUBLISHED };
const TWO_GHOSTS: Probation = Probation { least: 0.02, first: 0.1, most: 0.3, ghosts_of_main: 0.5 };

fn s3_fifo(room: usize, keys: usize, policy: S3Fifo) -> Box<dyn Policy> {
    Box::new(policy.simulation(room, keys))
}

/// The keys by numbers, and how many numbers there are.
pub fn numbered(keys: &[u64]) -> (Vec<usize>, usize) {
    let mut numbers = HashMap::new();
    let numbered = keys
        .iter()
        .map(|key| {
            let next = numbers.len();
            *numbers.entry(*key).or_insert(next)
        })
        .collect();
    (numbered, numbers.len())
}

/// How many accesses hit.
pub fn hits(policy: &mut dyn Policy, keys: &[usize]) -> u64 {
    keys.iter().map(|key| u64::from(policy.access(*key))).sum()
}

#[cfg(test)]
mod tests {
    use super::{CANDIDATES, Candidate, Policy, S3Fifo, hits, numbered};
    use crate::contestants::replay::{OPTIMUM, OURS, PEERS};
    use crate::traces::made_up::mixed;

    /// Which of the keys are there, by whether they would hit; the policy is made anew for each.
    fn held(new: &dyn Fn() -> Box<dyn Policy>, before: &[usize], keys: usize) -> Vec<usize> {
        let is_held = |key: &usize| {
            let mut policy = new();
            hits(&mut *policy, before);
            policy.access(*key)
        };
        (0..keys).filter(is_held).collect()
    }

    #[test]
    fn no_policy_holds_more_than_it_has_room_for() {
        let (keys, many) = numbered(&mixed(1_000)[900..1_200]);
        for Candidate { name, new } in CANDIDATES {
            for room in [1, 7] {
                for step in [10, 300] {
                    let held = held(&|| new(room, many), &keys[..step], many);
                    assert!(held.len() <= room, "{name}, room for {room}, step {step}: {held:?}");
                }
            }
        }
    }

    #[test]
    fn no_policy_does_better_than_the_optimum() {
        let keys = mixed(4_000);
        let (numbers, many) = numbered(&keys);
        for room in [1, 3, 40, 600] {
            let best = (OPTIMUM.replay)(&keys, room).hits;
            for Candidate { name, new } in CANDIDATES {
                let hits = hits(&mut *new(room, many), &numbers);
                assert!(hits <= best, "{name}, room for {room}: {hits} of {best}");
            }
        }
    }

    #[test]
    fn exact_lru_is_that_of_the_crate() {
        let keys = mixed(4_000);
        let (numbers, many) = numbered(&keys);
        for room in [1, 3, 40, 600] {
            let simulated = hits(&mut *(CANDIDATES[0].new)(room, many), &numbers);
            assert_eq!(simulated, (PEERS[0].replay)(&keys, room).hits, "room for {room}");
        }
    }

    /// The library's ghost forgets a little earlier or later than the exact one, and its order of filling is another.
    #[test]
    fn capacity_is_what_was_chosen() {
        let keys = mixed(40_000);
        let (numbers, many) = numbered(&keys);
        let mut published_is_as_near = true;
        for room in [1, 10, 100, 1_000, 3_000] {
            let simulated = |policy: S3Fifo| hits(&mut policy.simulation(room, many), &numbers);
            let real = (OURS[0].replay)(&keys, room).hits;
            let is_near = |hits: u64| hits.abs_diff(real) * 500 <= keys.len() as u64;
            let chosen = simulated(S3Fifo::CHOSEN);
            assert!(is_near(chosen), "room for {room}: {real} hits, {chosen} simulated");
            published_is_as_near &= is_near(simulated(S3Fifo::PUBLISHED));
        }
        assert!(!published_is_as_near, "this tells no policy from another");
    }
}
