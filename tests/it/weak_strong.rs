//! `Strong`, `Weak`, callbacks and finalizers.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use weakcache::{Finalizer, Strong, Weak, finalize};

/// What happened, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, line: impl Display) {
        self.0.lock().unwrap().push(line.to_string());
    }

    fn later(&self, line: &'static str) -> impl FnOnce() + Send + 'static {
        let log = self.clone();
        move || log.add(line)
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Says when it is dropped.
struct Loud(&'static str, Log);

impl Drop for Loud {
    fn drop(&mut self) {
        self.1.add(format_args!("drop {}", self.0));
    }
}

fn panic_of(f: impl FnOnce()) -> String {
    let payload = panic::catch_unwind(AssertUnwindSafe(f)).expect_err("it panics");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).into(),
    }
}

#[test]
fn acts_as_arc() {
    let one = Strong::new(String::from("Brie"));
    let two = one.clone();
    assert!(Strong::ptr_eq(&one, &two));
    assert_eq!((Strong::strong_count(&one), Strong::weak_count(&one)), (2, 0));
    let weak = Strong::downgrade(&one);
    assert_eq!((weak.strong_count(), Strong::weak_count(&one)), (2, 1));
    assert!(weak.ptr_eq(&weak.clone()) && !weak.ptr_eq(&Weak::new()));
    assert!(Strong::ptr_eq(&weak.upgrade().unwrap(), &two));

    assert_eq!(one, Strong::new("Brie".into()));
    assert!(one < Strong::new("Cheddar".into()));
    assert_eq!(format!("{one} {one:?} {weak:?}"), "Brie \"Brie\" (Weak)");
    assert_eq!(format!("{one:p}"), format!("{:p}", Strong::as_ptr(&two)));
    assert!(HashSet::from([one.clone()]).contains(&two));
    assert_eq!(Strong::<u8>::default(), 0.into());
    let error: Strong<dyn std::error::Error> = Strong::from(Box::<dyn std::error::Error>::from("no cheese"));
    assert_eq!(error.to_string(), "no cheese");

    let two = Strong::try_unwrap(two).unwrap_err();
    drop(one);
    let text: String = Strong::try_unwrap(two).unwrap();
    assert_eq!(text, "Brie");
    assert!(weak.upgrade().is_none());
    assert!(Weak::<dyn Debug>::default().upgrade().is_none());
}

#[test]
fn get_mut_wants_to_be_alone() {
    let mut one = Strong::new(1);
    let finalizer = finalize(&one, || {});
    *Strong::get_mut(&mut one).unwrap() = 2;
    let two = one.clone();
    assert!(Strong::get_mut(&mut one).is_none());
    drop(two);
    let weak = Strong::downgrade(&one);
    assert!(Strong::get_mut(&mut one).is_none());
    drop(weak);
    assert_eq!(Strong::get_mut(&mut one), Some(&mut 2));
    assert!(finalizer.is_alive());
}

#[test]
fn is_one_word_and_as_shareable_as_arc() {
    fn shareable<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    shareable::<Strong<String>>();
    shareable::<Weak<str>>();
    shareable::<Finalizer>();
    assert_eq!(size_of::<Option<Strong<dyn Debug>>>(), size_of::<usize>());
}

#[test]
fn unsized_values_die_as_others() {
    let log = Log::default();
    let loud: Strong<dyn std::any::Any> = Strong::from(Box::new(Loud("it", log.clone())) as Box<_>);
    finalize(&loud, log.later("final"));
    let list: Strong<[Loud]> = ["a", "b"].map(|name| Loud(name, log.clone())).into_iter().collect();
    let pair = Strong::new((loud, list));
    drop(pair);
    assert_eq!(log.take(), ["final", "drop it", "drop a", "drop b"]);
    assert_eq!(*Strong::<[i32]>::from(&[1, 2][..]), [1, 2]);
}

#[test]
fn new_cyclic_upgrades_only_when_whole() {
    struct Node(Weak<Node>);
    let node = Strong::new_cyclic(|weak| {
        assert!(weak.upgrade().is_none());
        Node(weak.clone())
    });
    assert!(Strong::ptr_eq(&node, &node.0.upgrade().unwrap()));
    let mut escaped = Weak::<Node>::new();
    panic_of(|| {
        let _ = Strong::<Node>::new_cyclic(|weak| {
            escaped = weak.clone();
            panic!("no node")
        });
    });
    assert!(escaped.upgrade().is_none());
}

#[test]
fn hooks_run_last_registered_first_and_before_the_drop() {
    let log = Log::default();
    let value = Strong::new(Loud("value", log.clone()));
    let weak = Strong::downgrade(&value);
    let seen = weak.clone();
    finalize(&value, log.later("first"));
    let kept = Strong::downgrade_with(&value, log.later("second"));
    let third = log.clone();
    finalize(&value, move || third.add(format_args!("third, alive: {}", seen.upgrade().is_some())));
    drop(value);
    assert_eq!(log.take(), ["third, alive: false", "second", "first", "drop value"]);
    assert!(kept.upgrade().is_none() && weak.upgrade().is_none());
}

#[test]
fn a_callback_goes_with_the_last_of_its_weak_handles() {
    let log = Log::default();
    let value = Strong::new(1);
    let captured = Loud("captured", log.clone());
    let weak = Strong::downgrade_with(&value, move || {
        drop(captured);
        unreachable!()
    });
    let clone = weak.clone();
    drop(weak);
    assert_eq!(log.take(), [""; 0]);
    drop(clone);
    assert_eq!(log.take(), ["drop captured"]);
    drop(value);
}

#[test]
fn a_callback_may_hold_its_own_handle_and_others() {
    let slot = Arc::new(Mutex::new(None));
    let value = Strong::new(1);
    let inner = slot.clone();
    let weak = Strong::downgrade_with(&value, move || {
        let weak: Option<Weak<i32>> = inner.lock().unwrap().take();
        assert!(weak.unwrap().upgrade().is_none());
    });
    *slot.lock().unwrap() = Some(weak);
    drop(value);
    assert!(slot.lock().unwrap().is_none());
}

#[test]
fn finalizers_run_once_whoever_runs_them() {
    let log = Log::default();
    let value = Strong::new(1);
    let [run, detached, left] = ["run", "detached", "left"].map(|name| finalize(&value, log.later(name)));
    assert!(run.run() && !run.run() && !run.detach() && !run.is_alive());
    assert!(detached.detach() && !detached.detach() && !detached.run() && !detached.is_alive());
    assert_eq!(format!("{left:?}"), "Finalizer { is_alive: true, .. }");
    assert_eq!(log.take(), ["run"]);
    drop(value);
    assert_eq!(log.take(), ["left"]);
    assert!(!left.is_alive() && !left.run());
}

#[test]
fn a_hook_can_call_off_or_run_those_to_come() {
    let log = Log::default();
    let value = Strong::new(1);
    let called_off = finalize(&value, log.later("called off"));
    let run_early = finalize(&value, log.later("run early"));
    let inner = log.clone();
    finalize(&value, move || {
        assert!(called_off.detach() && run_early.run());
        inner.add("hook");
    });
    drop(value);
    assert_eq!(log.take(), ["run early", "hook"]);
}

#[test]
fn hooks_may_create_drop_and_register() {
    let log = Log::default();
    let (value, other) = (Strong::new(1), Strong::new(Loud("other", log.clone())));
    let inner = log.clone();
    finalize(&value, move || {
        finalize(&other, inner.later("other's"));
        let fresh = Strong::new(Loud("fresh", inner.clone()));
        finalize(&fresh, inner.later("fresh's"));
        drop((fresh, other));
        inner.add("hook ends");
    });
    drop(value);
    // A death inside a hook is over when its drop returns.
    assert_eq!(log.take(), ["fresh's", "drop fresh", "other's", "drop other", "hook ends"]);
}

/// Values of which each one's hook drops the next and then logs its number: what is logged.
fn chain_of_hooks(len: usize) -> Vec<usize> {
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut next = None;
    for number in (0..len).rev() {
        let value = Strong::new(number);
        let (log, inner) = (log.clone(), next.take());
        finalize(&value, move || {
            drop(inner);
            log.lock().unwrap().push(number);
        });
        next = Some(value);
    }
    drop(next);
    Arc::into_inner(log).unwrap().into_inner().unwrap()
}

#[test]
fn a_death_inside_a_hook_is_over_when_its_drop_returns() {
    assert!(chain_of_hooks(50).into_iter().eq((0..50).rev()));

    let log = Log::default();
    let (outer, inner) = (Strong::new(1), Strong::new(Loud("inner", log.clone())));
    let of_inner = finalize(&inner, log.later("inner's"));
    let weak = Strong::downgrade_with(&inner, log.later("weak's"));
    let end = log.clone();
    finalize(&outer, move || {
        drop(inner);
        end.add(format_args!("{} {}", of_inner.is_alive(), weak.upgrade().is_some()));
    });
    drop(outer);
    assert_eq!(log.take(), ["weak's", "inner's", "drop inner", "false false"]);
}

#[test]
fn hooks_nest_so_far_and_then_follow_each_other() {
    // The innermost is number 63; what it dropped comes after it, one by one.
    let expected = (63..500).chain((0..63).rev());
    assert!(chain_of_hooks(500).into_iter().eq(expected));
}

#[test]
fn callbacks_are_claimed_at_death() {
    type Shared = Arc<Mutex<Vec<Weak<u32>>>>;
    struct Outer(Option<Strong<u32>>, Shared, Log);
    impl Drop for Outer {
        fn drop(&mut self) {
            // Dies here; its callbacks follow this drop, and the handles that carry them do not live so long.
            self.0 = None;
            self.1.lock().unwrap().clear();
            self.2.add("drop outer");
        }
    }
    let log = Log::default();
    let inner = Strong::new(1);
    let weak = Shared::default();
    weak.lock().unwrap().push(Strong::downgrade_with(&inner, log.later("callback")));
    let called_off = finalize(&inner, log.later("called off"));
    let outer = Strong::new(Outer(Some(inner), weak, log.clone()));
    finalize(&outer, log.later("outer's"));
    assert!(called_off.detach());
    drop(outer);
    assert_eq!(log.take(), ["outer's", "drop outer", "callback"]);

    // One callback may drop the handle of another: both are of the dying value.
    let slot = Shared::default();
    let value = Strong::new(1);
    slot.lock().unwrap().push(Strong::downgrade_with(&value, log.later("first")));
    let other = slot.clone();
    finalize(&value, move || other.lock().unwrap().clear());
    drop(value);
    assert_eq!(log.take(), ["first"]);
}

#[test]
fn the_order_of_nested_drops_is_that_of_recursion() {
    struct Tree(&'static str, Log, #[expect(dead_code)] Vec<Strong<Tree>>);
    impl Drop for Tree {
        fn drop(&mut self) {
            self.1.add(self.0);
        }
    }
    let log = Log::default();
    let tree = |name, children| Strong::new(Tree(name, log.clone(), children));
    drop(tree("a", vec![tree("b", vec![tree("c", vec![]), tree("d", vec![])]), tree("e", vec![])]));
    assert_eq!(log.take(), ["a", "b", "c", "d", "e"]);
}

#[test]
fn a_panicking_hook_stops_nothing_and_the_first_panic_comes_out() {
    let log = Log::default();
    let value = Strong::new(Loud("value", log.clone()));
    finalize(&value, log.later("first"));
    finalize(&value, || panic!("second"));
    finalize(&value, log.later("third"));
    finalize(&value, || panic!("fourth"));
    assert_eq!(panic_of(|| drop(value)), "fourth");
    assert_eq!(log.take(), ["third", "first", "drop value"]);

    // The next death is an outermost one again.
    drop(Strong::new(Loud("next", log.clone())));
    assert_eq!(log.take(), ["drop next"]);
}

#[test]
fn a_panicking_drop_comes_out_after_the_others() {
    struct Bad(&'static str, #[expect(dead_code)] Vec<Strong<Bad>>);
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("{}", self.0);
        }
    }
    let log = Log::default();
    let child = Strong::new(Bad("child", vec![]));
    finalize(&child, log.later("child's"));
    let parent = Strong::new(Bad("parent", vec![child]));
    finalize(&parent, log.later("parent's"));
    assert_eq!(panic_of(|| drop(parent)), "parent");
    assert_eq!(log.take(), ["parent's", "child's"]);
}

#[test]
fn no_panic_comes_out_of_a_drop_that_unwinds() {
    let log = Log::default();
    let value = Strong::new(Loud("value", log.clone()));
    finalize(&value, || panic!("hook"));
    finalize(&value, log.later("other hook"));
    let message = panic_of(|| {
        let _value = value;
        panic!("body");
    });
    assert_eq!(message, "body");
    assert_eq!(log.take(), ["other hook", "drop value"]);
}

#[test]
fn unwrapping_is_a_death() {
    let log = Log::default();
    let value = Strong::new(Loud("value", log.clone()));
    let weak = Strong::downgrade(&value);
    finalize(&value, log.later("final"));
    let value = Strong::try_unwrap(value).ok().unwrap();
    assert!(weak.upgrade().is_none());
    assert_eq!(log.take(), ["final"]);
    drop(value);
    assert_eq!(log.take(), ["drop value"]);

    let value = Strong::new(Loud("value", log.clone()));
    finalize(&value, || panic!("final"));
    assert_eq!(panic_of(|| drop(Strong::try_unwrap(value))), "final");
    assert_eq!(log.take(), ["drop value"]);

    // In a hook too, they have run when it returns.
    let (outer, inner) = (Strong::new(1), Strong::new(2));
    finalize(&inner, log.later("inner"));
    let end = log.later("unwrapped");
    finalize(&outer, move || {
        assert_eq!(Strong::try_unwrap(inner), Ok(2));
        end();
    });
    drop(outer);
    assert_eq!(log.take(), ["inner", "unwrapped"]);
}

/// A list, a death each node.
struct Chain(#[expect(dead_code)] Option<Strong<Chain>>, #[expect(dead_code)] Counted);

struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(256 << 10).spawn(f).unwrap().join().unwrap();
}

#[test]
fn a_chain_of_hooks_runs_on_a_small_stack() {
    on_a_small_stack(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let mut last: Strong<dyn Debug + Send + Sync> = Strong::from(Box::new(0) as Box<_>);
        for index in 0..200_000 {
            let next: Strong<dyn Debug + Send + Sync> = Strong::from(Box::new(index) as Box<_>);
            let counted = Counted(ran.clone());
            finalize(&next, move || drop((last, counted)));
            last = next;
        }
        drop(last);
        assert_eq!(ran.load(Relaxed), 200_000);
    });
}

#[test]
fn works_while_thread_locals_are_destroyed() {
    thread_local!(static KEPT: RefCell<Option<Strong<Chain>>> = const { RefCell::new(None) });
    let dropped = Arc::new(AtomicUsize::new(0));
    let ran = Arc::new(AtomicUsize::new(0));
    let (counter, hook) = (dropped.clone(), Counted(ran.clone()));
    on_a_small_stack(move || {
        KEPT.set(None); // registers its destructor before this library touches a thread-local
        let chain =
            (0..100_000).fold(None, |next, _| Some(Strong::new(Chain(next, Counted(counter.clone())))));
        finalize(chain.as_ref().unwrap(), move || drop(hook));
        KEPT.set(chain);
    });
    assert_eq!((dropped.load(Relaxed), ran.load(Relaxed)), (100_000, 1));
}

#[test]
fn threads_that_drop_at_once_make_one_death() {
    for _ in 0..200 {
        let (dropped, ran) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let value = Strong::new(Counted(dropped.clone()));
        let hook = Counted(ran.clone());
        let finalizer = finalize(&value, move || drop(hook));
        let weak = Strong::downgrade(&value);
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            for strong in [value.clone(), value] {
                scope.spawn(|| {
                    barrier.wait();
                    drop(strong);
                });
            }
            scope.spawn(|| {
                barrier.wait();
                while let Some(strong) = weak.upgrade() {
                    assert_eq!(strong.0.load(Relaxed), 0);
                }
            });
            barrier.wait();
            finalizer.run();
        });
        assert_eq!((dropped.load(Relaxed), ran.load(Relaxed)), (1, 1));
    }
}

#[test]
fn handles_come_and_go_while_the_value_dies() {
    for _ in 0..200 {
        let ran = Arc::new(AtomicUsize::new(0));
        let value = Strong::new(0);
        let hooks: Vec<_> = (0..20).map(|_| Counted(ran.clone())).collect();
        let mut weak = Vec::new();
        for hook in hooks {
            weak.push(Strong::downgrade_with(&value, move || drop(hook)));
        }
        thread::scope(|scope| {
            scope.spawn(|| drop(value));
            scope.spawn(|| drop(weak));
        });
        // Run or dropped unrun: gone either way, once.
        assert_eq!(ran.load(Relaxed), 20);
    }
}
