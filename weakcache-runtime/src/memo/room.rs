//! Where the state of a cache lives: behind a lock, behind one for what is mostly read, or in a thread.
//!
//! `Eq` of a key, and `Clone` of a value without destructor, are user code, and run in here: to copy a
//! key or count a reference for each comparison would cost a hit more than all the rest of it. So a
//! thread notes that it is inside, and while it is, every shared cache looks empty to it. A comparison
//! that calls a memoized function gets an answer, from the body, and can wait for no lock.

use super::expiry::Expiry;
use super::kind::Kind;
use super::state::State;
use crate::sync::{Lock, ReadMostly, thread_local_const};
use std::cell::{Cell, RefCell};

thread_local_const! {
    static INSIDE: Cell<bool> = Cell::new(false);
}

/// While this lives, the thread is inside of a cache.
struct Inside;

impl Inside {
    #[inline]
    fn enter() -> Option<Self> {
        INSIDE.with(|inside| if inside.replace(true) { None } else { Some(Self) })
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.set(false));
    }
}

/// A place for the state of a cache.
pub trait Room<K, O: Kind, X: Expiry>: 'static {
    fn new(state: State<K, O, X>) -> Self;

    /// Looks up a key, as a hit if it is there.
    fn hit(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken>;

    /// Looks up a key, without any effect.
    fn peek(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        self.with(|state, _| state.peek(hash, is, expiry, now)).flatten()
    }

    /// Works on the state, or returns `None` if this thread is inside of a cache. `hits` is a counter to
    /// be added to the state's.
    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X>, &mut u64) -> R) -> Option<R>;
}

/// Behind a lock: a hit changes the order of use.
pub struct Bounded<K, O: Kind, X: Expiry>(Lock<State<K, O, X>>);

impl<K: 'static, O: Kind, X: Expiry> Room<K, O, X> for Bounded<K, O, X> {
    fn new(state: State<K, O, X>) -> Self {
        Self(Lock::new(state))
    }

    #[inline]
    fn hit(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        // Before the lock: the clock may take longer than the look-up.
        let now = expiry.now();
        let _inside = Inside::enter()?;
        self.0.lock().hit(hash, is, expiry, now)
    }

    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X>, &mut u64) -> R) -> Option<R> {
        let _inside = Inside::enter()?;
        Some(work(&mut self.0.lock(), &mut 0))
    }
}

/// Behind a lock that readers take without writing what others read.
pub struct Unbounded<K, O: Kind, X: Expiry>(ReadMostly<State<K, O, X>>);

impl<K: 'static, O: Kind, X: Expiry> Room<K, O, X> for Unbounded<K, O, X> {
    fn new(state: State<K, O, X>) -> Self {
        Self(ReadMostly::new(state))
    }

    #[inline]
    fn hit(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let _inside = Inside::enter()?;
        self.0.read_and_count(|state| state.read(hash, is, expiry, now))
    }

    fn peek(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let _inside = Inside::enter()?;
        let mut found = None;
        self.0.read_and_count(|state| {
            found = state.peek(hash, is, expiry, now);
            None::<()> // nothing to be counted
        });
        found
    }

    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X>, &mut u64) -> R) -> Option<R> {
        let _inside = Inside::enter()?;
        Some(self.0.write(work))
    }
}

/// In a thread, without a lock. Only this cache looks empty from inside of it.
pub struct Local<K, O: Kind, X: Expiry>(RefCell<State<K, O, X>>);

impl<K: 'static, O: Kind, X: Expiry> Room<K, O, X> for Local<K, O, X> {
    fn new(state: State<K, O, X>) -> Self {
        Self(RefCell::new(state))
    }

    #[inline]
    fn hit(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        self.0.try_borrow_mut().ok()?.hit(hash, is, expiry, now)
    }

    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X>, &mut u64) -> R) -> Option<R> {
        Some(work(&mut *self.0.try_borrow_mut().ok()?, &mut 0))
    }
}
