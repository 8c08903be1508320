//! Models of the registry's protocol: every interleaving that loom distinguishes, of the code that ships.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p weakcache-runtime --release --test loom_registry`
//!
//! Each model has a control: with one step of the protocol done wrong it must fail, or it shows nothing.
#![cfg(loom)]

#[cfg(not(weakcache_locked))]
mod look_ups;

use std::hash::{BuildHasherDefault, Hasher};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use loom::thread;
use weakcache_runtime::__private::fault::{Fault, commit};
use weakcache_runtime::__private::{KeyOf, find_by};
use weakcache_runtime::{Intern, Interned, Registry, WeakInterned};

/// Values with a destructor, made and not yet dropped in this execution.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Whether values have a destructor: where not, slot and entry go under one lock.
pub(crate) trait Kind: Sized + Send + Sync + 'static {
    type Guard: Default + Send + Sync;

    /// Loom's objects belong to one execution, so each has a registry of its own.
    fn current() -> &'static Mutex<Option<&'static Registry<Value<Self>>>>;
}

macro_rules! kinds {
    ($($kind:ident: $guard:ty),*) => {$(
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Guard = $guard;

            fn current() -> &'static Mutex<Option<&'static Registry<Value<Self>>>> {
                static CURRENT: Mutex<Option<&'static Registry<Value<$kind>>>> = Mutex::new(None);
                &CURRENT
            }
        }
    )*};
}
kinds!(Plain: (), Dropping: Alive);

pub(crate) struct Alive;

impl Default for Alive {
    fn default() -> Self {
        LIVE.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, SeqCst);
    }
}

pub(crate) struct Value<K: Kind> {
    pub(crate) key: u8,
    _guard: K::Guard,
}

impl<K: Kind> Intern for Value<K> {
    type Hasher = BuildHasherDefault<Chosen>;

    fn registry() -> &'static Registry<Self> {
        K::current().lock().unwrap_or_else(PoisonError::into_inner).expect("set by `model`")
    }
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.key);
    }
    fn eq_key(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// A hasher under which all keys point to the first word of a small table, and those from `SAME_HASH` on have
/// one hash. (The table multiplies hashes by a constant; this is its inverse.)
#[derive(Default)]
pub(crate) struct Chosen(u64);

pub(crate) const SAME_HASH: u8 = 200;

impl Hasher for Chosen {
    fn write(&mut self, bytes: &[u8]) {
        let key = u64::from(bytes[0].min(SAME_HASH));
        self.0 = (key << 40 | key).wrapping_mul(0xF1DE_83E1_9937_733D);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

struct Key(u8);

impl<'a, K: Kind> KeyOf<'a, Value<K>> for Key {
    fn of(value: &'a Value<K>) -> Self {
        Self(value.key)
    }
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.0);
    }
    fn eq(&self, value: &Value<K>) -> bool {
        self.0 == value.key
    }
}

/// A look-up that inserts nothing: only this one can miss what is there.
pub(crate) fn find<K: Kind>(key: u8) -> Option<Interned<Value<K>>> {
    find_by(&Key(key))
}

pub(crate) fn intern<K: Kind>(key: u8) -> Interned<Value<K>> {
    Value { key, _guard: K::Guard::default() }.intern()
}

/// Runs `f` in all interleavings, with a new registry each, which must be empty in the end.
fn model<K: Kind>(fault: Fault, f: fn()) {
    bounded::<K>(fault, None, f);
}

/// The same, in those interleavings that take a thread off so many times before it would wait.
pub(crate) fn bounded<K: Kind>(fault: Fault, preemptions: Option<usize>, f: fn()) {
    // Faults are the process's, and so are the registries.
    static SERIAL: Mutex<()> = Mutex::new(());
    let _serial = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    commit(fault);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = builder.preemption_bound.or(preemptions);
        builder.check(move || {
            LIVE.store(0, SeqCst);
            let registry: &'static Registry<Value<K>> =
                Box::leak(Box::new(Registry::with_shards("model", 1)));
            *K::current().lock().unwrap_or_else(PoisonError::into_inner) = Some(registry);
            f();
            assert_eq!(registry.len(), 0, "an entry is stranded");
            assert_eq!(LIVE.load(SeqCst), 0, "a value is not dropped, or twice");
            registry.shrink_to_fit();
            assert_eq!(registry.capacity(), 0);
        });
    }));
    commit(Fault::None);
    match (fault, outcome) {
        (Fault::None, Ok(())) => {}
        (Fault::None, Err(panic)) => std::panic::resume_unwind(panic),
        (fault, outcome) => assert!(outcome.is_err(), "the model does not notice {fault:?}"),
    }
}

/// Under a fault a handle may lead to a dead value: then it is not to be dropped on the way out.
pub(crate) fn expect_live<K: Kind>(handle: Interned<Value<K>>, key: u8) -> Interned<Value<K>> {
    let dropped = mem::needs_drop::<K::Guard>() && LIVE.load(SeqCst) == 0;
    let sound = Interned::strong_count(&handle) > 0 && handle.key == key && !dropped;
    if !sound {
        mem::forget(handle);
        panic!("a look-up gave a dead value");
    }
    handle
}

/// A look-up while the last handle goes: it gives the old value, alive, or a new one.
fn revive_against_last_drop<K: Kind>() {
    let first = intern::<K>(1);
    let other = thread::spawn(|| expect_live(intern::<K>(1), 1));
    drop(first);
    let handle = other.join().unwrap();
    assert!(intern::<K>(1) == handle, "what lives is found");
}

/// Two handles, dropped at once: one of them is the last.
fn two_last_drops<K: Kind>() {
    let first = intern::<K>(1);
    let second = first.clone();
    let other = thread::spawn(move || drop(second));
    drop(first);
    other.join().unwrap();
}

/// Two threads miss on one key: one value is registered, both get it.
fn racing_misses<K: Kind>() {
    let other = thread::spawn(|| intern::<K>(1));
    let mine = intern::<K>(1);
    let theirs = other.join().unwrap();
    assert!(mine == theirs, "two values of one key");
    assert_eq!(Interned::strong_count(&mine), 2);
    assert_eq!(Value::<K>::registry().len(), 1);
}

/// An upgrade, which takes no lock, while the last handle goes.
fn upgrade_against_last_drop<K: Kind>() {
    let first = intern::<K>(1);
    let weak = Interned::downgrade(&first);
    let other = thread::spawn(move || {
        let upgraded = weak.upgrade().map(|handle| expect_live(handle, 1));
        (upgraded, weak)
    });
    drop(first);
    let (upgraded, weak): (_, WeakInterned<_>) = other.join().unwrap();
    match upgraded {
        Some(handle) => assert!(intern::<K>(1) == handle, "what was upgraded is still registered"),
        None => assert_eq!(weak.strong_count(), 0),
    }
}

/// The last strong and the last weak handle go at once: one of them gives the slot back.
fn last_weak_against_last_drop<K: Kind>() {
    let first = intern::<K>(1);
    let weak = Interned::downgrade(&first);
    let other = thread::spawn(move || drop(weak));
    drop(first);
    other.join().unwrap();
}

/// An entry whose count is zero is replaced before its dropper takes it out: the new one stays.
fn dying_is_replaced<K: Kind>() {
    let first = intern::<K>(1);
    let second = first.clone();
    let other = thread::spawn(move || drop(second));
    let third = thread::spawn(|| expect_live(intern::<K>(1), 1));
    drop(first);
    let handle = third.join().unwrap();
    other.join().unwrap();
    let again = intern::<K>(1);
    let found = again == handle;
    if !found {
        // Two live values of one key: their drops would only add to the confusion.
        mem::forget((again, handle));
        panic!("the entry of a live value is gone");
    }
}

/// Of two entries with one hash one dies: the other one stays, whichever it is.
fn one_of_one_hash_dies<K: Kind>() {
    const KEYS: [u8; 2] = [SAME_HASH, SAME_HASH + 1];
    for (dies, stays) in [(0, 1), (1, 0)] {
        let mut held = KEYS.map(|key| Some(intern::<K>(key)));
        let dying = held[dies].take();
        let other = thread::spawn(move || drop(dying));
        let found = expect_live(intern::<K>(KEYS[stays]), KEYS[stays]);
        other.join().unwrap();
        let again = find::<K>(KEYS[stays]);
        if Some(&found) != held[stays].as_ref() || again.as_ref() != Some(&found) {
            mem::forget((found, again, held));
            panic!("the entry of a live value is gone");
        }
    }
}

macro_rules! models {
    ($($model:ident),* $(,)?) => {
        mod holds {
            $(mod $model {
                use crate::*;

                #[test]
                fn without_destructor() {
                    model::<Plain>(Fault::None, crate::$model::<Plain>);
                }

                #[test]
                fn with_destructor() {
                    model::<Dropping>(Fault::None, crate::$model::<Dropping>);
                }
            })*
        }
    };
}

models!(
    revive_against_last_drop,
    two_last_drops,
    racing_misses,
    upgrade_against_last_drop,
    last_weak_against_last_drop,
    dying_is_replaced,
    one_of_one_hash_dies,
);

mod control {
    use crate::*;

    #[test]
    fn fetch_add_in_place_of_increment_if_not_zero() {
        model::<Dropping>(Fault::Revive, upgrade_against_last_drop::<Dropping>);
    }

    #[test]
    fn check_before_decrement() {
        model::<Dropping>(Fault::CheckFirst, two_last_drops::<Dropping>);
        model::<Plain>(Fault::CheckFirst, two_last_drops::<Plain>);
    }

    #[test]
    fn removal_by_hash() {
        model::<Dropping>(Fault::RemoveByHash, one_of_one_hash_dies::<Dropping>);
        model::<Plain>(Fault::RemoveByHash, one_of_one_hash_dies::<Plain>);
    }
}
