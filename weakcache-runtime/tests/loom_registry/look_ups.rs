//! Models of look-ups that take no lock.
//!
//! What a model would free stays, and is marked: to touch it then is found out, also where it only could have
//! come to that.

use loom::thread;
use weakcache_runtime::__private::fault::Fault;
use weakcache_runtime::{Intern, Interned};

use crate::{Dropping, Kind, Plain, Value, bounded, expect_live, find, intern};

fn reader<K: Kind>(key: u8) -> thread::JoinHandle<Option<Interned<Value<K>>>> {
    thread::spawn(move || find::<K>(key).map(|handle| expect_live(handle, key)))
}

/// A reader while the table grows twice and what is left of it is freed: what lives is not missed.
fn growth<K: Kind>() {
    let held = intern::<K>(1);
    let reader = reader::<K>(1);
    Value::<K>::registry().reserve(6);
    Value::<K>::registry().reserve(11);
    Value::<K>::registry().shrink_to_fit();
    let found = reader.join().unwrap();
    assert!(found.is_some_and(|found| found == held), "what lives is missed");
}

/// A reader while the last handle goes and its chunk is freed.
fn chunk<K: Kind>() {
    let held = intern::<K>(1);
    let reader = reader::<K>(1);
    drop(held);
    Value::<K>::registry().shrink_to_fit();
    drop(reader.join().unwrap());
}

/// Two readers and a last drop, after which the slot is used again.
fn reuse<K: Kind>() {
    let held = intern::<K>(1);
    let readers = [reader::<K>(1), reader::<K>(1)];
    drop(held);
    let other = intern::<K>(2);
    let found = readers.map(|reader| reader.join().unwrap());
    assert!(other.key == 2 && Interned::strong_count(&other) == 1);
    drop(found);
    assert!(find::<K>(2).is_some_and(|again| again == other));
}

/// A reader revives what another thread takes for the last handle, and is the last itself; the chunk goes.
fn revived<K: Kind>() {
    let held = intern::<K>(1);
    let reader = thread::spawn(|| {
        drop(find::<K>(1));
        Value::<K>::registry().shrink_to_fit();
    });
    drop(held);
    reader.join().unwrap();
}

/// A reader comes late to a slot that is used again: what it takes back is not another's.
fn late<K: Kind>() {
    let held = intern::<K>(1);
    let reader = reader::<K>(1);
    drop(held);
    let other = intern::<K>(2);
    drop(reader.join().unwrap());
    let count = Interned::strong_count(&other);
    if count != 1 {
        std::mem::forget(other);
        panic!("{count} handles where there is one");
    }
}

/// Entries go from between others and from behind them, and a new one takes a place: a reader gets past that.
fn tombstones<K: Kind>() {
    let held = [1, 2, 3, 4].map(intern::<K>);
    let reader = reader::<K>(3);
    let [first, second, third, fourth] = held;
    drop(second);
    drop(fourth);
    let fifth = intern::<K>(5);
    drop(first);
    let found = reader.join().unwrap();
    assert!(found.is_some_and(|found| found == third), "what lives is missed");
    drop(fifth);
}

/// A thread ends, and another one goes on with its record, while what it reads is freed.
fn threads<K: Kind>() {
    let held = intern::<K>(1);
    let first = reader::<K>(1);
    let second = thread::spawn(move || {
        let found = first.join().unwrap();
        assert!(found.is_some(), "what lives is missed");
        drop(found);
        find::<K>(1).map(|handle| expect_live(handle, 1))
    });
    Value::<K>::registry().reserve(6);
    Value::<K>::registry().shrink_to_fit();
    let found = second.join().unwrap();
    assert!(found.is_some_and(|found| found == held), "what lives is missed");
}

/// Two threads that look up side by side, each for the first time, while what they read is freed.
fn first_look_ups<K: Kind>() {
    let held = intern::<K>(1);
    let readers = [reader::<K>(1), reader::<K>(1)];
    Value::<K>::registry().reserve(6);
    Value::<K>::registry().shrink_to_fit();
    for reader in readers {
        assert!(reader.join().unwrap().is_some_and(|found| found == held), "what lives is missed");
    }
}

macro_rules! models {
    ($($model:ident: $preemptions:expr;)*) => {
        mod holds {
            use super::*;

            $(#[test]
            fn $model() {
                bounded::<Plain>(Fault::None, $preemptions, super::$model::<Plain>);
                bounded::<Dropping>(Fault::None, $preemptions, super::$model::<Dropping>);
            })*
        }
    };
}

models! {
    growth: Some(3);
    chunk: Some(4);
    reuse: Some(3);
    revived: Some(4);
    late: Some(4);
    tombstones: Some(3);
    threads: Some(3);
    first_look_ups: Some(2);
}

macro_rules! controls {
    ($($control:ident: $fault:ident, $model:ident, $preemptions:expr;)*) => {
        mod control {
            use super::*;

            $(#[test]
            fn $control() {
                bounded::<Plain>(Fault::$fault, $preemptions, super::$model::<Plain>);
            })*
        }
    };
}

controls! {
    a_pin_by_store: PinByStore, growth, Some(3);
    a_scan_by_load: ScanByLoad, growth, Some(3);
    no_scan: NoScan, growth, Some(3);
    no_scan_for_a_chunk: NoScan, chunk, Some(3);
    a_relaxed_unpin: UnpinRelaxed, growth, Some(3);
    growth_that_moves: MoveOnGrowth, growth, Some(3);
    an_unconditional_flag: FlagBlindly, chunk, Some(4);
    zero_without_the_lock: ZeroUnlocked, revived, Some(4);
    an_unconditional_undo: UndoBlindly, late, Some(4);
    ends_in_the_middle: CleanInTheMiddle, tombstones, Some(3);
    one_record_for_two: ShareRecords, first_look_ups, Some(3);
}
