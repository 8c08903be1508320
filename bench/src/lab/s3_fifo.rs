//! S3-FIFO, with what may be otherwise in it.

use std::collections::VecDeque;

use super::Policy;
use super::list::{Ghosts, share};

/// What may be otherwise.
#[derive(Clone, Copy)]
pub struct S3Fifo {
    pub probation: Probation,
    /// The room of the ghosts, as a share of the cache's.
    pub ghosts: f64,
    /// So many hits are noted,
    pub most: u8,
    /// and so many lead from probation to the main queue.
    pub enough: u8,
    /// Whether who comes while the main queue is not full goes there.
    pub fills: bool,
    /// So many entries are looked at to find one that gives way.
    pub most_steps: usize,
}

/// How much of the room is for those on probation, as shares of it.
#[derive(Clone, Copy)]
pub struct Probation {
    pub least: f64,
    /// At first. Who comes back after probation adds to it if the next to go from the main queue was not hit, and takes
    /// from it otherwise.
    pub first: f64,
    pub most: f64,
    /// The room of ghosts of the main queue. If there are any, they take from the probation, and those of probation add
    /// to it.
    pub ghosts_of_main: f64,
}

impl Probation {
    /// Always the same.
    pub const fn of(share: f64) -> Self {
        Self { least: share, first: share, most: share, ghosts_of_main: 0.0 }
    }
}

impl S3Fifo {
    /// Yang, Zhang, Qiu, Yue, Vigfusson: *FIFO queues are all you need for cache eviction*, SOSP 2023.
    pub const PUBLISHED: Self = Self {
        probation: Probation::of(0.1),
        ghosts: 0.9,
        most: 3,
        enough: 2,
        fills: false,
        most_steps: usize::MAX,
    };

    /// What `capacity` does.
    pub const CHOSEN: Self = Self {
        probation: Probation { least: 0.1, first: 0.1, most: 0.3, ghosts_of_main: 0.0 },
        fills: true,
        most_steps: 256,
        ..Self::PUBLISHED
    };

    pub fn simulation(self, room: usize, keys: usize) -> Simulation {
        let places = |share: f64| -> usize {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            {
                (room as f64 * share).ceil() as usize
            }
        };
        Simulation {
            probation: VecDeque::new(),
            main: VecDeque::new(),
            hits: vec![None; keys],
            target: self.probation.first,
            ghosts: Ghosts::new(places(self.ghosts), keys),
            ghosts_of_main: Ghosts::new(places(self.probation.ghosts_of_main), keys),
            room,
            policy: self,
        }
    }
}

pub struct Simulation {
    policy: S3Fifo,
    room: usize,
    probation: VecDeque<usize>,
    main: VecDeque<usize>,
    /// Of each key that is there, its hits.
    hits: Vec<Option<u8>>,
    /// The share of those on probation.
    target: f64,
    ghosts: Ghosts,
    ghosts_of_main: Ghosts,
}

impl Simulation {
    fn target(&self) -> usize {
        share(self.room, self.target)
    }

    fn enter(&mut self, key: usize, in_main: bool) {
        self.hits[key] = Some(0);
        if in_main { self.main.push_back(key) } else { self.probation.push_back(key) }
    }

    fn hits_of(&self, key: usize) -> u8 {
        self.hits[key].unwrap_or(0)
    }

    fn evict(&mut self) {
        let mut steps = 0;
        loop {
            steps += 1;
            let is_last = steps == self.policy.most_steps;
            if self.probation.len() >= self.target() || self.main.is_empty() {
                let Some(first) = self.probation.pop_front() else { return };
                if is_last || self.hits_of(first) < self.policy.enough {
                    self.hits[first] = None;
                    self.ghosts.push(first);
                    return;
                }
                self.enter(first, true);
            } else {
                let Some(first) = self.main.pop_front() else { return };
                match self.hits_of(first).checked_sub(1).filter(|_| !is_last) {
                    None => {
                        self.hits[first] = None;
                        self.ghosts_of_main.push(first);
                        return;
                    }
                    Some(hits) => {
                        self.hits[first] = Some(hits);
                        self.main.push_back(first);
                    }
                }
            }
        }
    }

    /// Says whether a key has come back, and draws the conclusion.
    fn comes_back(&mut self, key: usize) -> bool {
        let from_probation = self.ghosts.take(key);
        let from_main = self.ghosts_of_main.take(key);
        let Probation { least, most, ghosts_of_main, .. } = self.policy.probation;
        let adds = if ghosts_of_main > 0.0 {
            from_probation
        } else {
            self.main.front().is_none_or(|first| self.hits_of(*first) == 0)
        };
        if from_probation || from_main {
            let step = if adds { 0.01 } else { -0.01 };
            self.target = (self.target + step).clamp(least, most);
        }
        from_probation || from_main
    }
}

impl Policy for Simulation {
    fn access(&mut self, key: usize) -> bool {
        if let Some(hits) = &mut self.hits[key] {
            *hits = (*hits + 1).min(self.policy.most);
            return true;
        }
        let comes_back = self.comes_back(key);
        let has_room = self.probation.len() + self.main.len() < self.room;
        if !has_room {
            self.evict();
        }
        let fills = self.policy.fills && has_room && self.main.len() + self.target() < self.room;
        self.enter(key, comes_back || fills);
        false
    }
}
