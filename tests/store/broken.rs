//! Stores that fail, are slow or have been damaged: callers get right values all along.

use super::spy::{PATIENT, away, counts};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;
use weakcache::store::{Circuit, Faulty, Memory, Operation, StoreError};

#[test]
fn each_step_may_fail_or_panic() {
    use Operation::{Claim, Get, Put, Release, Remove};
    static FAILING: Mutex<Option<(Operation, bool)>> = Mutex::new(None);

    fn before(operation: Operation) -> Result<(), StoreError> {
        let failing = *FAILING.lock().unwrap();
        match failing {
            Some((failing, true)) if failing == operation => panic!("{operation:?}"),
            Some((failing, false)) if failing == operation => Err(away()),
            _ => Ok(()),
        }
    }

    // What is not released ends by itself.
    #[memoize(lru = 2, store = {
        Faulty::new(Memory::with_lease(Duration::from_millis(20)), before).with_circuit(PATIENT)
    })]
    fn twice(x: u64) -> Result<u64, u64> {
        if x > 90 { Err(x) } else { Ok(x * 2) }
    }

    for operation in [Get, Put, Remove, Claim, Release] {
        for panics in [false, true] {
            twice::cache_clear();
            *FAILING.lock().unwrap() = Some((operation, panics));
            for round in 0..3 {
                for x in 0..4 {
                    assert_eq!(twice(x), Ok(x * 2), "{operation:?} {panics} in round {round}");
                }
                assert_eq!(twice(99), Err(99));
                assert_eq!(twice::refresh(1), Ok(2));
                twice::prime(2, Ok(4));
                twice::invalidate(3);
            }
            let failures = twice::cache_info().store_failures;
            // An error in `release` is not heard of.
            assert_eq!(failures > 0, operation != Release || panics, "{operation:?} {panics}");
            *FAILING.lock().unwrap() = None;
            assert_eq!([0, 1, 2, 3].map(twice), [Ok(0), Ok(2), Ok(4), Ok(6)]);
        }
    }
}

#[test]
fn a_store_that_fails_is_left_alone_for_a_while() {
    static AWAY: AtomicBool = AtomicBool::new(true);
    static ASKED: AtomicU32 = AtomicU32::new(0);

    fn before(_: Operation) -> Result<(), StoreError> {
        ASKED.fetch_add(1, Relaxed);
        if AWAY.load(Relaxed) { Err(away()) } else { Ok(()) }
    }

    #[memoize(lru = 1, store = Faulty::new(Memory::new(), before))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    for x in 0..20 {
        assert_eq!(twice(x), x * 2);
    }
    let Circuit { failures, pause } = Circuit::default();
    assert_eq!((ASKED.load(Relaxed), twice::cache_info().store_failures), (failures, u64::from(failures)));
    let last = Duration::from_millis(1);
    clock.advance(pause.saturating_sub(last));
    twice(21);
    assert_eq!(ASKED.load(Relaxed), failures);
    clock.advance(Duration::from_millis(1));
    for x in 30..40 {
        assert_eq!(twice(x), x * 2);
    }
    assert_eq!(ASKED.load(Relaxed), failures + 1, "one tries");
    AWAY.store(false, Relaxed);
    clock.advance(pause * 2);
    assert_eq!((twice(50), twice(51), twice(50)), (100, 102, 100));
    assert_eq!(twice::cache_info().store_hits, 1);
}

/// What a store could not be told to forget, nobody gets from it.
#[test]
fn what_it_was_to_forget_is_not_served() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static BODIES: AtomicU32 = AtomicU32::new(0);
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    fn before(operation: Operation) -> Result<(), StoreError> {
        match operation {
            // That it is still away for these, is not known before they are tried.
            Operation::Remove | Operation::Clear | Operation::InvalidateTag if AWAY.load(Relaxed) => {
                Err(away())
            }
            _ => Ok(()),
        }
    }

    #[memoize(tags("all of them"), store = Faulty::new(STORE.clone(), before).with_circuit(PATIENT))]
    fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    let ways: [fn(); 3] =
        [|| assert!(count::invalidate(1)), count::cache_clear, || weakcache::invalidate_tag(&"all of them")];
    for way in ways {
        let first = count(1);
        count(2);
        AWAY.store(true, Relaxed);
        way();
        assert_eq!(STORE.len(), 2, "it has what it had");
        count::retain(|_, _| false);
        assert_ne!(count(1), first);
        let second = count(1);
        AWAY.store(false, Relaxed);
        count::retain(|_, _| false);
        count(3);
        count::retain(|_, _| false);
        assert_ne!(count(1), first, "it was told as soon as it answered");
        count::retain(|_, _| false);
        assert!(count(1) > second);
        count::cache_clear();
    }
}

#[test]
fn a_refresh_that_is_not_stored_leaves_no_older_entry() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    fn before(operation: Operation) -> Result<(), StoreError> {
        if operation == Operation::Put && AWAY.load(Relaxed) { Err(away()) } else { Ok(()) }
    }

    #[memoize(store = Faulty::new(Memory::new(), before).with_circuit(PATIENT))]
    fn count(_x: u64) -> u32 {
        BODIES.fetch_add(1, Relaxed)
    }

    assert_eq!(count(1), 0);
    AWAY.store(true, Relaxed);
    assert_eq!(count::refresh(1), 1);
    count::retain(|_, _| false);
    assert_eq!(count(1), 2, "not 0, which is older");
    count::prime(1, 70);
    count::retain(|_, _| false);
    assert_eq!(count(1), 3, "as well");
}

#[test]
fn what_was_damaged_is_computed_and_overwritten() {
    static DAMAGE: AtomicUsize = AtomicUsize::new(0);
    static BODIES: AtomicUsize = AtomicUsize::new(0);

    /// In a way of its own each time.
    fn damage(bytes: &mut Vec<u8>) {
        let random = |round: usize| usize::from(RandomState::new().hash_one(round).to_le_bytes()[0]);
        match DAMAGE.load(Relaxed) {
            0 => {}
            1 => bytes.clear(),
            2 => bytes.truncate(random(2) % bytes.len()),
            3 => bytes.push(0),
            4 => {
                let at = random(4) % bytes.len();
                bytes[at] ^= 1 << (random(5) % 8);
            }
            round => {
                *bytes = (0..random(round) % 100)
                    .map(|at| RandomState::new().hash_one(at).to_le_bytes()[0])
                    .collect();
            }
        }
    }

    #[memoize(store = Faulty::new(Memory::new(), |_| Ok(())).damage(damage))]
    fn text(x: usize) -> Option<Vec<String>> {
        BODIES.fetch_add(1, Relaxed);
        (x > 0).then(|| vec!["some text".repeat(x), String::new()])
    }

    let value = text(3);
    for round in 1..200 {
        DAMAGE.store(round, Relaxed);
        text::retain(|_, _| false);
        assert_eq!(text(3), value);
        assert_eq!(text::cache_info().store_failures, round as u64);
        DAMAGE.store(0, Relaxed);
        text::retain(|_, _| false);
        assert_eq!(text(3), value);
        assert_eq!(BODIES.load(Relaxed), round + 1, "it is there again");
    }
}

/// Of which writing and reading may fail and panic.
#[derive(Clone, PartialEq, Debug)]
struct Moody(u64);

static MOOD: AtomicU64 = AtomicU64::new(0);

impl Serialize for Moody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match MOOD.load(Relaxed) {
            1 => Err(serde::ser::Error::custom("not now")),
            2 => panic!("not now"),
            _ => self.0.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Moody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match MOOD.load(Relaxed) {
            3 => Err(serde::de::Error::custom("not now")),
            4 => panic!("not now"),
            _ => u64::deserialize(deserializer).map(Self),
        }
    }
}

#[test]
fn what_cannot_be_written_or_read_is_computed() {
    #[memoize(store = Memory::new())]
    fn moody(x: u64) -> Moody {
        Moody(x)
    }

    // What cannot be read again is not written either.
    for mood in 1..=4 {
        moody::cache_clear();
        MOOD.store(mood, Relaxed);
        assert_eq!(moody(1), Moody(1));
        moody::retain(|_, _| false);
        assert_eq!(moody(1), Moody(1));
        MOOD.store(0, Relaxed);
        moody::retain(|_, _| false);
        assert_eq!(moody(1), Moody(1));
        assert_eq!((moody::cache_info().store_failures, counts!(moody)), (2, (0, 0, 3)), "mood {mood}");
    }
    for mood in 3..=4 {
        moody::cache_clear();
        assert_eq!(moody(1), Moody(1));
        moody::retain(|_, _| false);
        MOOD.store(mood, Relaxed);
        assert_eq!(moody(1), Moody(1));
        MOOD.store(0, Relaxed);
        assert_eq!((moody::cache_info().store_failures, counts!(moody)), (2, (0, 0, 2)), "mood {mood}");
    }
}

#[test]
fn a_slow_store_holds_up_no_other_key() {
    static SLOW: AtomicBool = AtomicBool::new(true);

    #[expect(clippy::unnecessary_wraps, reason = "as `Faulty` has it")]
    fn before(operation: Operation) -> Result<(), StoreError> {
        if operation == Operation::Get && SLOW.swap(false, Relaxed) {
            thread::sleep(Duration::from_millis(300));
        }
        Ok(())
    }

    #[memoize(store = Faulty::new(Memory::new(), before))]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let slow = thread::spawn(|| twice(1));
    while SLOW.load(Relaxed) {
        thread::yield_now();
    }
    assert_eq!(twice(2), 4);
    assert_eq!(twice::peek(1), None, "the other is still at it");
    assert_eq!(slow.join().unwrap(), 2);
}
