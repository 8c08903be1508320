//! A panic of user code leaves the registry as if the call had not begun.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use weakcache::{Intern, Interned, interned};

use crate::support::{Constant, watched};

thread_local! {
    /// Where the next panic is to come from.
    static FUSE: Cell<Option<&'static str>> = const { Cell::new(None) };
}

fn step(here: &'static str) {
    if FUSE.get() == Some(here) {
        FUSE.set(None);
        panic!("injected into {here}");
    }
}

/// Runs `f`, in which `place` panics, and gives what the panic said.
fn blow_up<R>(place: &'static str, f: impl FnOnce() -> R) -> String {
    FUSE.set(Some(place));
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else { panic!("no panic came out of {place}") };
    assert_eq!(FUSE.get(), None, "{place} was not reached");
    *panic.downcast::<String>().expect("a message")
}

/// A key whose every operation may panic.
#[derive(Debug)]
struct Fussy(u32);

impl Hash for Fussy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        step("hash");
        self.0.hash(state);
    }
}

impl PartialEq for Fussy {
    fn eq(&self, other: &Self) -> bool {
        step("eq");
        self.0 == other.0
    }
}

impl Eq for Fussy {}

impl Clone for Fussy {
    fn clone(&self) -> Self {
        step("clone");
        Self(self.0)
    }
}

macro_rules! unharmed {
    ($test:ident, $hasher:ty) => {
        #[test]
        fn $test() {
            #[interned(hasher = $hasher)]
            struct Value {
                keys: Vec<Fussy>,
                #[interned(init = { step("init"); keys.len() })]
                len: usize,
            }

            let held = Value::new(vec![Fussy(1)]);
            let other = Value::new(vec![Fussy(2)]);
            let before = Value::registry().info();
            for place in ["hash", "eq"] {
                blow_up(place, || Value::new(vec![Fussy(1)]));
                blow_up(place, || Value::new(&[Fussy(1)]));
                blow_up(place, || Value::get(&[Fussy(1)]));
                blow_up(place, || Value { keys: vec![Fussy(1)], len: 1 }.intern());
                assert_eq!(Value::registry().info(), before, "after a panic in {place}");
            }
            blow_up("init", || Value::new(vec![Fussy(3)]));
            blow_up("init", || Value::new(&[Fussy(3)]));
            blow_up("clone", || Value::new(&[Fussy(3)]));
            assert_eq!(Value::registry().info(), before);
            // Nothing is poisoned, and nothing is held: the counts are what they were.
            assert_eq!((Interned::strong_count(&held), Interned::strong_count(&other)), (1, 1));
            assert!(Value::new(&[Fussy(1)]) == held);
            assert_eq!(Value::new(&[Fussy(3)]).len, 1);
            drop((held, other));
            assert!(Value::registry().is_empty());
        }
    };
}

unharmed!(hash_eq_clone_and_init, weakcache::DefaultHashBuilder);
unharmed!(hash_eq_clone_and_init_among_collisions, Constant);

/// An entry is taken out by its stored hash and its place: a key that cannot be hashed or compared any more
/// does not stay behind, for the next look-up to find with a count of zero.
#[test]
fn the_last_drop_neither_hashes_nor_compares() {
    #[interned]
    struct Value(Vec<Fussy>);

    for place in ["hash", "eq", "clone"] {
        let value = Value::new(vec![Fussy(1)]);
        FUSE.set(Some(place));
        drop(value);
        assert_eq!(FUSE.take(), Some(place), "{place} was called");
        assert!(Value::registry().is_empty());
        assert_eq!(Value::new(vec![Fussy(1)]).0.len(), 1);
    }
}

#[test]
fn a_drop_that_panics_comes_out_of_the_last_handle() {
    #[interned]
    struct Value {
        key: u32,
        #[interned(init = Arc::new(()))]
        token: Arc<()>,
    }
    impl Drop for Value {
        fn drop(&mut self) {
            step("drop");
        }
    }

    let value = Value::new(1);
    let token = Arc::clone(&value.token);
    let clone = value.clone();
    drop(clone);
    assert_eq!(blow_up("drop", || drop(value)), "injected into drop");
    assert!(Value::registry().is_empty(), "the entry is gone all the same");
    assert_eq!(Arc::strong_count(&token), 1, "and so are the fields");
    assert_eq!(Value::new(1).key, 1);
}

#[test]
fn a_drop_that_panics_while_unwinding_does_not_abort() {
    #[interned]
    struct Value(u32);
    impl Drop for Value {
        fn drop(&mut self) {
            step("drop");
        }
    }

    let value = Value::new(1);
    FUSE.set(Some("drop"));
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let _held = value;
        panic!("the first panic");
    }));
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the first panic");
    assert_eq!(FUSE.get(), None);
    assert!(Value::registry().is_empty());
    assert_eq!(Value::new(2).0, 2);
}

/// In a chain every value is dropped, though one in the middle panics, and the panic comes out.
#[test]
fn a_drop_that_panics_in_the_middle_of_a_chain() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[interned]
    struct Link {
        number: u32,
        next: Option<Interned<Link>>,
    }
    impl Drop for Link {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
            assert!(self.number % 100 != 7, "link {} panics", self.number);
        }
    }

    let mut chain = None;
    for number in 0..1000 {
        chain = Some(Link::new(number, chain));
    }
    let panic = catch_unwind(AssertUnwindSafe(|| drop(chain))).unwrap_err();
    assert_eq!(*panic.downcast::<String>().unwrap(), "link 907 panics", "the first one");
    assert_eq!(DROPPED.load(Relaxed), 1000);
    assert!(Link::registry().is_empty());
    assert!(Link::new(1, None).next.is_none());
}

#[test]
fn a_panic_whose_payload_panics() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("even the payload");
        }
    }
    #[interned]
    struct Value {
        number: u32,
        inner: Option<Interned<Value>>,
    }
    impl Drop for Value {
        fn drop(&mut self) {
            if self.number > 0 {
                std::panic::panic_any(Bomb);
            }
        }
    }

    let chain = (1..4).fold(None, |inner, number| Some(Value::new(number, inner)));
    assert!(chain.as_ref().unwrap().inner.is_some());
    let panic = catch_unwind(AssertUnwindSafe(|| drop(chain))).unwrap_err();
    assert!(panic.is::<Bomb>());
    std::mem::forget(panic);
    assert!(Value::registry().is_empty());
}

/// The candidate of a lost race, dropped after the unlock, panics: the handle it lost to survives.
#[test]
fn a_candidate_whose_drop_panics() {
    #[interned]
    struct Value(u32);
    impl Drop for Value {
        fn drop(&mut self) {
            step("drop");
        }
    }
    watched(|| {
        let held = Value::new(1);
        blow_up("drop", || Value(1).intern());
        assert_eq!(Interned::strong_count(&held), 1);
        assert!(Value::new(1) == held);
        drop(held);
        assert!(Value::registry().is_empty());
    });
}

/// A key whose drop may panic, and whose comparison may drop a handle that someone left for it.
struct Explosive(u32);

thread_local! {
    static LEFT: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
}

impl Hash for Explosive {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Explosive {
    fn eq(&self, other: &Self) -> bool {
        // At the second comparison: all handles that are to be compared are held by then.
        if COMPARED.replace(COMPARED.get() + 1) == 1
            && let Some(left) = LEFT.take()
        {
            left();
        }
        self.0 == other.0
    }
}

impl Eq for Explosive {}

impl Drop for Explosive {
    fn drop(&mut self) {
        step("drop of a key");
    }
}

thread_local! {
    static COMPARED: Cell<u32> = const { Cell::new(0) };
}

/// The argument is dropped when the handle is found already: the handle is not lost.
#[test]
fn an_argument_whose_drop_panics() {
    #[interned(hasher = Constant)]
    struct Plain(Explosive);
    #[interned(hasher = Constant)]
    struct Lazy {
        key: Explosive,
        #[interned(init = key.0 + 1)]
        next: u32,
    }

    let plain = [Plain::new(Explosive(1)), Plain::new(Explosive(2))];
    let lazy = [Lazy::new(Explosive(1)), Lazy::new(Explosive(2))];
    for key in [1, 2] {
        blow_up("drop of a key", || Plain::new(Explosive(key)));
        blow_up("drop of a key", || Plain::get(Explosive(key)));
        blow_up("drop of a key", || Plain(Explosive(key)).intern());
        blow_up("drop of a key", || Lazy::new(Explosive(key)));
        blow_up("drop of a key", || Lazy::get(Explosive(key)));
    }
    assert_eq!(plain.each_ref().map(Interned::strong_count), [1, 1]);
    assert_eq!(lazy.each_ref().map(Interned::strong_count), [1, 1]);
    assert_eq!((plain[0].0.0, lazy[0].next), (1, 2));
    drop((plain, lazy));
    assert_eq!((Plain::registry().len(), Lazy::registry().len()), (0, 0));
}

/// While colliding keys are compared, the last other handle of one of them goes; its drop then panics in
/// the look-up. What the look-up found, or inserted, is not lost.
#[test]
fn a_colliding_value_that_dies_and_panics_during_a_look_up() {
    #[interned(hasher = Constant)]
    struct Value(Explosive);
    impl Drop for Value {
        fn drop(&mut self) {
            if self.0.0 == 1 {
                step("drop of the other");
            }
        }
    }
    fn value(key: u32) -> Interned<Value> {
        Value::new(Explosive(key))
    }

    let look_ups: [fn(u32); 2] = [|key| drop(Value::get(Explosive(key))), |key| drop(value(key))];
    let mut panicked = 0;
    for (order, wanted, look_up) in [[1, 2], [2, 1]]
        .iter()
        .flat_map(|order| [2, 3].map(|wanted| (order, wanted)))
        .flat_map(|(order, wanted)| look_ups.map(|look_up| (order, wanted, look_up)))
    {
        let [a, b] = order.map(value);
        let (one, two) = if a.0.0 == 1 { (a, b) } else { (b, a) };
        COMPARED.set(0);
        LEFT.set(Some(Box::new(move || drop(one))));
        FUSE.set(Some("drop of the other"));
        panicked += usize::from(catch_unwind(AssertUnwindSafe(|| look_up(wanted))).is_err());
        FUSE.set(None);
        LEFT.set(None);
        assert_eq!(Interned::strong_count(&two), 1, "{order:?}, {wanted}");
        drop(two);
        assert_eq!(Value::registry().len(), 0, "{order:?}, {wanted}");
    }
    assert!(panicked >= 4, "only {panicked} look-ups saw a drop that panics");
}

/// The one documented panic of the registry itself: not under its lock, since a hook is user code.
#[test]
fn a_panic_hook_may_use_the_registry() {
    thread_local! {
        static LOOKING: Cell<bool> = const { Cell::new(false) };
    }
    #[interned]
    struct Value(u32);

    watched(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if LOOKING.get() {
                assert_eq!(Value::registry().iter().count(), 1);
            }
            before(info);
        }));
        let held = Value::new(1);
        LOOKING.set(true);
        assert!(catch_unwind(|| Value::registry().reserve(usize::MAX)).is_err());
        LOOKING.set(false);
        assert_eq!((held.0, Value::registry().len()), (1, 1));
    });
}
