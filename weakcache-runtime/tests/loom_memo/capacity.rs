//! A bound whose hits are readings: a hit against an eviction against an invalidation of the same entry.
//!
//! A lock of loom's stands for the `ReadMostly` that ships, since loom takes its sequential consistency for less than it is. That one is what
//! the models for shuttle have (`shuttle/memo.rs`): with all orderings the strongest, which its four steps are.

use super::{Hasher, model};
use crate::controls::fails_with;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU32;
use loom::thread;
use std::sync::atomic::Ordering::SeqCst;
use weakcache_runtime::__private::fault::Fault;
use weakcache_runtime::__private::memo::look_up::*;
use weakcache_runtime::__private::memo::{
    AnyCache, Call, Capacity, CapacityCache, Enter, Invalidate, Keep, Kept, Never, NewCache, Options, Probe,
    Process, Request, SharedKind, Type, part,
};

type OfNumbers<O> = CapacityCache<(Kept<u32>, ()), O, Never, Hasher>;

/// What an expansion knows of a function from `u32` to `u32`.
trait Memoized: Send + Sync {
    fn call(&self, key: u32, body: &dyn Fn() -> u32) -> u32;
    fn invalidate(&self, key: u32);
    fn len(&self) -> usize;
    /// All hits and all misses.
    fn calls(&self) -> (u64, u64);
    fn set_capacity(&self, most: usize);
}

struct Memo<O: SharedKind>(&'static OfNumbers<O>, O);

impl<O: SharedKind<Output = u32> + Copy> Memo<O> {
    fn ask<R: Request<u32, Process>>(&self, key: u32, request: R) -> R::Answer {
        request.ask(Some(self.0), self.1, (part(&key, (&&&Type::<u32>::new()).__weakcache_value()), ()))
    }
}

impl<O: SharedKind<Output = u32> + Copy + Send + Sync> Memoized for Memo<O> {
    fn call(&self, key: u32, body: &dyn Fn() -> u32) -> u32 {
        match self.ask(key, Enter) {
            Call::Ready(value) => value,
            Call::Run(ticket) => ticket.start().finish(body()),
        }
    }

    fn invalidate(&self, key: u32) {
        self.ask(key, Invalidate);
    }

    fn len(&self) -> usize {
        self.0.any_info().len
    }

    fn calls(&self) -> (u64, u64) {
        let info = self.0.any_info();
        (info.hits, info.misses)
    }

    fn set_capacity(&self, most: usize) {
        self.0.any_set_capacity(most);
    }
}

fn memo(most: usize) -> Box<dyn Memoized> {
    let kind = (&&&Keep((&&&Probe::<u32>::new()).__weakcache_shape())).__weakcache_strong();
    let options = Options::new("model", Never).capacity(Capacity::Of(most));
    Box::new(Memo(Box::leak(Box::new(NewCache::new(options))), kind))
}

/// Of one entry: a call hits it, another call's result drives it out, and it is invalidated.
fn a_hit_an_eviction_and_an_invalidation() {
    let shared = Arc::new((memo(1), AtomicU32::new(0)));
    shared.0.call(1, &|| 0);
    let call = |key: u32| {
        let shared = shared.clone();
        move || {
            let (memo, version) = &*shared;
            let value = memo.call(key, &|| version.load(SeqCst));
            assert!(memo.len() <= 1);
            value
        }
    };
    let (hits, evicts) = (thread::spawn(call(1)), thread::spawn(call(2)));
    let (memo, version) = &*shared;
    version.store(1, SeqCst);
    memo.invalidate(1);
    assert!(memo.len() <= 1);
    assert_eq!(memo.call(1, &|| version.load(SeqCst)), 1, "who calls after an invalidation sees the write");
    let (hit, _) = (hits.join().unwrap(), evicts.join().unwrap());
    assert!(hit <= 1);
    assert_eq!(memo.call(1, &|| version.load(SeqCst)), 1);
    let (hits, misses) = memo.calls();
    assert_eq!(hits + misses, 5);
}

/// Two results come in where there is room for one, and somebody looks at how many there are.
fn two_results_where_there_is_room_for_one() {
    let memo = Arc::new(memo(1));
    let call = |key: u32| {
        let memo = memo.clone();
        move || assert_eq!(memo.call(key, &|| key), key)
    };
    let others = [thread::spawn(call(1)), thread::spawn(call(2))];
    assert!(memo.len() <= 1, "one too many");
    for other in others {
        other.join().unwrap();
    }
    assert_eq!(memo.len(), 1);
}

/// Two hits note themselves in one entry, which stands in the main queue: it stays where it is, and each queue has as
/// many entries as it says.
fn two_hits_of_one_entry() {
    let memo = Arc::new(memo(2));
    memo.call(1, &|| 1);
    memo.call(2, &|| 2);
    let call = || {
        let memo = memo.clone();
        move || assert_eq!(memo.call(2, &|| unreachable!()), 2)
    };
    let other = thread::spawn(call());
    call()();
    other.join().unwrap();
    assert_eq!(memo.calls(), (2, 2));
    memo.invalidate(2);
    // The other is on probation, and found there.
    memo.set_capacity(0);
    assert_eq!(memo.len(), 0);
}

#[test]
fn a_hit_an_eviction_and_an_invalidation_of_one_entry() {
    model(a_hit_an_eviction_and_an_invalidation);
    fails_with(Fault::StoreInvalid, "capacity::a_hit_an_eviction_and_an_invalidation_of_one_entry");
}

#[test]
fn at_no_moment_there_is_one_too_many() {
    model(two_results_where_there_is_room_for_one);
    fails_with(Fault::MakeRoomLate, "capacity::at_no_moment_there_is_one_too_many");
}

#[test]
fn hits_that_note_themselves_at_once_spare_the_rest() {
    model(two_hits_of_one_entry);
    fails_with(Fault::NoteOver, "capacity::hits_that_note_themselves_at_once_spare_the_rest");
}
