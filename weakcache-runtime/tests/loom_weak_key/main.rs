//! Models of weak keys: a hit, a death, another use of the slot and a sweep, in every interleaving that loom
//! distinguishes, of the code that ships.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p weakcache-runtime --release --test loom_weak_key`
//!
//! The answer for a node is its key, so one for another node shows. Each model has a control, which must fail.
#![cfg(loom)]

#[path = "../controls/mod.rs"]
mod controls;

use crate::controls::{asked, fails_with};
use loom::sync::Arc;
use loom::thread;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};
use std::mem;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use weakcache_runtime::__private::fault::{Fault, commit};
use weakcache_runtime::__private::memo::look_up::*;
use weakcache_runtime::__private::memo::{
    AnyCache, BoundedCache, Call, Capacity, Enter, Keep, Never, NewCache, Options, Peek, Probe, Process,
    Request, SharedKind, Type, Unfit, WeakKey, part,
};
use weakcache_runtime::{Intern, Interned, Registry};

/// Loom's objects belong to one execution, so each has a registry of its own.
static REGISTRY: Mutex<Option<&'static Registry<Node>>> = Mutex::new(None);

struct Node(u8);

impl Intern for Node {
    type Hasher = BuildHasherDefault<DefaultHasher>;

    fn registry() -> &'static Registry<Self> {
        REGISTRY.lock().unwrap_or_else(PoisonError::into_inner).expect("set by `model`")
    }
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.0);
    }
    fn eq_key(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// What an expansion knows of a function of a node.
trait Memoized: Send + Sync {
    /// Calls it; the body is handed a node, which may be the last handle, and counts its run.
    fn call(&self, node: Interned<Node>) -> u8;
    fn peek(&self, node: &Interned<Node>) -> Option<u8>;
    fn sweep(&self) -> usize;
    fn len(&self) -> usize;
    fn runs(&self) -> u32;
}

type OfNodes<O> = BoundedCache<(WeakKey<Interned<Node>>, ()), O, Never, BuildHasherDefault<DefaultHasher>>;

struct Memo<O: SharedKind> {
    cache: &'static OfNodes<O>,
    kind: O,
    runs: AtomicU32,
}

impl<O: SharedKind<Output = u8> + Copy> Memo<O> {
    fn ask<R: Request<u8, Process>>(&self, node: &Interned<Node>, request: R) -> R::Answer {
        let how = (&&Type::<Interned<Node>>::new()).__weakcache_weak_or(Unfit);
        request.ask(Some(self.cache), self.kind, (part(node, how), ()))
    }
}

impl<O: SharedKind<Output = u8> + Copy + Send + Sync> Memoized for Memo<O> {
    fn call(&self, node: Interned<Node>) -> u8 {
        match self.ask(&node, Enter) {
            Call::Ready(value) => value,
            Call::Run(ticket) => {
                let started = ticket.start();
                let value = node.0;
                drop(node);
                self.runs.fetch_add(1, SeqCst);
                started.finish(value)
            }
        }
    }

    fn peek(&self, node: &Interned<Node>) -> Option<u8> {
        self.ask(node, Peek)
    }

    fn sweep(&self) -> usize {
        self.cache.any_sweep()
    }

    fn len(&self) -> usize {
        self.cache.any_info().len
    }

    fn runs(&self) -> u32 {
        self.runs.load(SeqCst)
    }
}

fn memo() -> Arc<Box<dyn Memoized>> {
    let kind = (&&&Keep((&&&Probe::<u8>::new()).__weakcache_shape())).__weakcache_strong();
    let cache = Box::leak(Box::new(NewCache::new(Options::new("model", Never).capacity(Capacity::Of(4)))));
    Arc::new(Box::new(Memo { cache, kind, runs: AtomicU32::new(0) }))
}

fn intern(key: u8) -> Interned<Node> {
    Node(key).intern()
}

/// Runs `f` in all interleavings, with a new registry each, which must be empty in the end, and with a fault if the
/// environment asks for one.
fn model(f: fn()) {
    static SERIAL: Mutex<()> = Mutex::new(());
    let _serial = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    commit(asked().unwrap_or(Fault::None));
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(5);
    builder.check(move || {
        let registry: &'static Registry<Node> = Box::leak(Box::new(Registry::with_shards("model", 1)));
        *REGISTRY.lock().unwrap_or_else(PoisonError::into_inner) = Some(registry);
        f();
        assert_eq!(registry.len(), 0, "an entry is stranded");
        registry.shrink_to_fit();
        assert_eq!(registry.capacity(), 0, "a weak key is left");
    });
}

/// Fails without a drop of the node on the way out, which under a fault may be another's.
fn expect(node: Interned<Node>, is_right: bool, what: &str) -> Interned<Node> {
    if !is_right {
        mem::forget(node);
        panic!("{what}");
    }
    node
}

/// Calls with a node of this key, which is the caller's alone.
fn ask(memo: &dyn Memoized, key: u8) {
    let node = intern(key);
    let answer = memo.call(node.clone());
    let answers = (answer, memo.call(node.clone()));
    drop(expect(node, answers == (key, key), "an answer for another node"));
}

/// The end of a model: what is left of the dead is swept.
fn end(memo: &dyn Memoized) {
    memo.sweep();
    assert_eq!(memo.len(), 0, "what is dead is swept");
}

/// A node dies and its slot is used again, while another thread sweeps: the later node has its own answer.
fn reuse_against_a_sweep() {
    let memo = memo();
    let first = intern(1);
    assert_eq!(memo.call(first.clone()), 1);
    let there = memo.clone();
    let sweeper = thread::spawn(move || there.sweep());
    drop(first);
    ask(&**memo, 2);
    assert!(sweeper.join().unwrap() <= 2);
    end(&**memo);
}

/// Two threads make a node each, ask and drop it: each may come to lie where the other's lay.
fn two_that_make_and_drop() {
    let memo = memo();
    let there = memo.clone();
    let other = thread::spawn(move || ask(&**there, 1));
    ask(&**memo, 2);
    other.join().unwrap();
    end(&**memo);
}

/// The body is given the last handle: the node dies in flight, and another thread's takes no part in that.
fn a_death_in_flight() {
    let memo = memo();
    let there = memo.clone();
    let other = thread::spawn(move || assert_eq!(there.call(intern(1)), 1));
    ask(&**memo, 2);
    other.join().unwrap();
    end(&**memo);
}

/// A sweep while a node lives, and one dies: what lives stays, and is found.
fn a_hit_against_a_sweep() {
    let memo = memo();
    let (node, other) = (intern(1), intern(2));
    let answers = (memo.call(node.clone()), memo.call(other.clone()));
    assert_eq!((answers, memo.runs()), ((1, 2), 2));
    let there = memo.clone();
    let sweeper = thread::spawn(move || {
        drop(other);
        there.sweep()
    });
    let answer = memo.call(node.clone());
    sweeper.join().unwrap();
    let is_kept = memo.peek(&node) == Some(1) && (answer, memo.runs()) == (1, 2);
    drop(expect(node, is_kept, "an entry of what lives is gone"));
    end(&**memo);
}

#[test]
fn a_slot_that_is_used_again_is_another_key() {
    model(reuse_against_a_sweep);
    fails_with(Fault::HoldNoPlace, "a_slot_that_is_used_again_is_another_key");
}

#[test]
fn nodes_of_two_threads_are_told_apart() {
    model(two_that_make_and_drop);
    fails_with(Fault::HoldNoPlace, "nodes_of_two_threads_are_told_apart");
}

#[test]
fn a_node_that_dies_in_flight_answers_for_no_other() {
    model(a_death_in_flight);
    fails_with(Fault::HoldNoPlace, "a_node_that_dies_in_flight_answers_for_no_other");
}

#[test]
fn a_sweep_takes_the_dead_alone() {
    model(a_hit_against_a_sweep);
    fails_with(Fault::SweepUnasked, "a_sweep_takes_the_dead_alone");
}
