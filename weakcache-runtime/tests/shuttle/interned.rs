//! Interning by more threads than loom can bear, with more keys, and tables that grow and shrink meanwhile.
//!
//! All orderings count as the strongest here, and what is touched after it was freed is not seen as such: both are loom's
//! affair. Each model has a control: with a step of the protocol done wrong it must fail, or it shows nothing. (One that
//! crashes has failed, too.)

use crate::schedules::{Holders, any, at_once, fails_with, model, turn};
use shuttle::thread;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use weakcache::{Interned, Str, WeakInterned, interned};
use weakcache_runtime::__private::fault::Fault;

/// How many values were made and not dropped.
static LIVE: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug)]
struct Counted;

impl Counted {
    fn new() -> Self {
        LIVE.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        turn();
        assert!(LIVE.fetch_sub(1, SeqCst) > 0, "each is dropped once");
    }
}

/// A hash by which two and two keys collide.
#[derive(Default)]
struct Pairs(u64);

impl Hasher for Pairs {
    fn finish(&self) -> u64 {
        (self.0 / 2).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("a number hashes as one");
    }
}

/// In one shard: all meet there.
#[interned(shards = 1, hasher = BuildHasherDefault<Pairs>)]
#[derive(Debug)]
struct Number {
    number: u64,
    #[interned(init = Counted::new())]
    _counted: Counted,
}

fn address(number: &Interned<Number>) -> usize {
    Interned::as_ptr(number).addr()
}

/// Runs the same in some threads at once, and asserts that nothing lives after it.
fn until_none_lives<const N: usize>(work: fn(&Holders, u64)) {
    LIVE.store(0, SeqCst);
    assert_eq!(Number::registry().len(), 0);
    at_once::<N, _>(Holders::default(), work);
    assert_eq!(LIVE.load(SeqCst), 0, "each is dropped, once");
    assert_eq!(Number::registry().len(), 0);
    assert!(Number::registry().iter().next().is_none());
}

/// Holds a value, and asserts that it is the only one of its key.
fn with(holders: &Holders, key: u64, value: &Interned<Number>) {
    assert_eq!(value.number, key);
    let held = holders.hold(key, address(value));
    turn();
    let again = Number::new(key);
    assert!(Interned::ptr_eq(value, &again), "a key has one value");
    drop(held);
}

/// Last handles go while others look their values up, make them, and take them over from weak ones.
fn last_handles() {
    until_none_lives::<5>(|holders, _| {
        for _ in 0..2 {
            let key = any(2);
            match any(4) {
                0 => {
                    let found = holders.look_up(key, || Number::get(key), address);
                    if let Some(found) = found {
                        with(holders, key, &found);
                    }
                }
                1 => {
                    let weak = Interned::downgrade(&Number::new(key));
                    turn();
                    if let Some(revived) = weak.upgrade() {
                        with(holders, key, &revived);
                    }
                }
                _ => with(holders, key, &Number::new(key)),
            }
        }
    });
}

/// Handles are cloned and dropped from thread to thread: the last of them ends the value, whichever it is.
fn clones() {
    LIVE.store(0, SeqCst);
    let value = Number::new(7);
    let weak = Interned::downgrade(&value);
    let threads = [(); 4].map(|()| {
        let (value, weak) = (value.clone(), weak.clone());
        thread::spawn(move || {
            let other = value.clone();
            drop(value);
            turn();
            assert_eq!(other.number, 7);
            drop(other);
            weak.upgrade().map_or(7, |revived| revived.number)
        })
    });
    drop(value);
    if let Some(found) = Number::get(7) {
        assert_eq!(found.number, 7);
        let made = Number::new(7);
        assert!(Interned::ptr_eq(&made, &found));
    }
    assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 7));
    assert!(WeakInterned::upgrade(&weak).is_none());
    assert_eq!((LIVE.load(SeqCst), Number::registry().len()), (0, 0));
}

/// Each has many keys, so that the table grows and is cleaned, while what is held is found.
fn growth() {
    until_none_lives::<3>(|holders, thread| {
        let held: Vec<_> = (0..12)
            .map(|number| Number::new(if number < 3 { number } else { 100 * thread + number }))
            .collect();
        let noted: Vec<_> = held.iter().map(|value| holders.hold(value.number, address(value))).collect();
        for value in &held {
            let key = value.number;
            let found = Number::get(key).expect("what is held is found");
            assert!(Interned::ptr_eq(&found, value));
        }
        drop(noted);
        // In another order than they came.
        let (even, odd): (Vec<_>, Vec<_>) = held.into_iter().partition(|value| value.number % 2 == 0);
        drop(even);
        if thread == 0 {
            Number::registry().shrink_to_fit();
        }
        assert!(
            odd.iter()
                .all(|value| Number::get(value.number).is_some_and(|found| Interned::ptr_eq(&found, value)))
        );
    });
    Number::registry().shrink_to_fit();
}

/// Texts, which lie in slots of other sizes.
fn texts() {
    let threads = [1, 2, 3].map(|thread| {
        thread::spawn(move || {
            for length in [0, 3, 40, 3000] {
                let text = "ab".repeat(length);
                let one = Str::new(&text);
                let other = Str::new(text.clone());
                assert!(one == other && *one == *text, "{thread}");
                drop(one);
                assert!(Str::get(&text).is_some_and(|found| found == other));
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(Str::get("ababab").is_none());
}

#[test]
fn a_key_has_one_value_whoever_goes_last() {
    model(400, last_handles);
    fails_with(Fault::RemoveByHash, "interned::a_key_has_one_value_whoever_goes_last");
    fails_with(Fault::FlagBlindly, "interned::a_key_has_one_value_whoever_goes_last");
    fails_with(Fault::CleanInTheMiddle, "interned::a_key_has_one_value_whoever_goes_last");
}

#[test]
fn the_last_of_many_handles_ends_a_value() {
    model(400, clones);
    fails_with(Fault::CheckFirst, "interned::the_last_of_many_handles_ends_a_value");
    fails_with(Fault::Revive, "interned::the_last_of_many_handles_ends_a_value");
}

#[test]
fn what_is_held_is_found_while_tables_grow() {
    model(50, growth);
    fails_with(Fault::MoveOnGrowth, "interned::what_is_held_is_found_while_tables_grow");
    fails_with(Fault::CleanInTheMiddle, "interned::what_is_held_is_found_while_tables_grow");
}

#[test]
fn texts_of_all_lengths_are_one() {
    model(200, texts);
    fails_with(Fault::CheckFirst, "interned::texts_of_all_lengths_are_one");
}
