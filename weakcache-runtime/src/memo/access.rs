//! Where the state of a cache lies: behind a lock, behind one for what is mostly read, or in a thread.
//!
//! `Eq` of a key, and `Clone` of a value without destructor, are user code, and run in here: to copy a
//! key or count a reference for each comparison would cost a hit more than all the rest of it. So a
//! thread notes that it is under a lock, and while it is, shared caches look empty to it. A comparison
//! that calls a memoized function gets an answer, from the body, and can wait for no lock. Where both are the
//! language's own (`Key::PLAIN`, `Storage::PLAIN`), a hit notes nothing, and may be had from under the lock of
//! another cache: no user code runs here, so who holds this lock waits for no other. No computation begins there.

use super::expiry::Expiry;
use super::key::Key;
use super::kind::{Kind, Storage};
use super::policy::{Lru, Policy};
use super::state::{Flight, State};
use super::waiters::new_id;
use crate::sync::{Lock, LockGuard, ReadMostly, thread_local_const};
use std::cell::{Cell, RefCell};

thread_local_const! {
    static UNDER_LOCK: Cell<bool> = Cell::new(false);
}

/// While this lives, the thread is under the lock of a cache, and says so if user code may run there.
struct UnderLock {
    noted: bool,
}

impl UnderLock {
    /// `plain`: no user code will run.
    #[inline]
    fn enter(plain: bool) -> Option<Self> {
        if plain {
            return Some(Self { noted: false });
        }
        UNDER_LOCK.with(|under| if under.replace(true) { None } else { Some(Self { noted: true }) })
    }
}

impl Drop for UnderLock {
    #[inline]
    fn drop(&mut self) {
        if self.noted {
            UNDER_LOCK.with(|under| under.set(false));
        }
    }
}

/// What came of a look-up, and the key, if it was not used.
pub enum Entered<T, Q> {
    /// A hit.
    Found(T, Q),
    /// The key is in flight now, and the caller computes.
    Lead(Flight),
    /// Neither.
    Missed(Q),
}

/// How the state of a cache is reached.
pub trait Access<K, O: Kind, X: Expiry>: 'static {
    /// Who gives way.
    type Policy: Policy;

    fn new(state: State<K, O, X, Self::Policy>) -> Self;

    /// Looks up a key, as a hit if it is there. `plain`: `is` runs no user code.
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken>;

    /// The same; if it is not there, puts it in flight where that takes no second look.
    #[inline]
    fn enter<Q: Key<Owned = K>>(&self, hash: u64, key: Q, expiry: &X) -> Entered<O::Taken, Q> {
        match self.hit(Q::PLAIN, hash, |stored| key.is(stored), expiry) {
            Some(taken) => Entered::Found(taken, key),
            None => Entered::Missed(key),
        }
    }

    /// Looks up a key, without any effect.
    fn peek(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        self.with(|state| state.peek(hash, is, expiry, now)).flatten()
    }

    /// Counts a hit of a caller that had its result from the one that computed: see [`State::hit_shared`].
    fn hit_shared(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        self.with(|state| state.hit_shared(hash, is, expiry, now)).flatten()
    }

    /// Works on the state, or returns `None` if this thread is under the lock of a cache.
    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X, Self::Policy>) -> R) -> Option<R>;

    /// The same, with the hits that are counted outside of the state.
    fn with_hits<R>(&self, work: impl FnOnce(&mut State<K, O, X, Self::Policy>, &mut u64) -> R) -> Option<R> {
        self.with(|state| work(state, &mut 0))
    }
}

/// Behind a lock: a hit changes the order of use.
pub struct Locked<K, O: Kind, X: Expiry>(Lock<State<K, O, X, Lru>>);

impl<K: 'static, O: Kind, X: Expiry> Access<K, O, X> for Locked<K, O, X> {
    type Policy = Lru;

    fn new(state: State<K, O, X, Lru>) -> Self {
        Self(Lock::new(state))
    }

    #[inline]
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        // Before the lock: the clock may take longer than the look-up.
        let now = expiry.now();
        let _under = UnderLock::enter(plain && O::Storage::PLAIN)?;
        self.0.lock().hit(true, hash, is, expiry, now)
    }

    // A function has one place for it.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn enter<Q: Key<Owned = K>>(&self, hash: u64, key: Q, expiry: &X) -> Entered<O::Taken, Q> {
        let now = expiry.now();
        let Some(_under) = UnderLock::enter(Q::PLAIN && O::Storage::PLAIN) else {
            return Entered::Missed(key);
        };
        let mut state = self.0.lock();
        match state.hit(true, hash, |stored| key.is(stored), expiry, now) {
            Some(taken) => Entered::Found(taken, key),
            None if Q::PLAIN && O::Storage::PLAIN && Q::COPIED => lead(state, hash, key),
            None => Entered::Missed(key),
        }
    }

    #[inline]
    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X, Lru>) -> R) -> Option<R> {
        let _under = UnderLock::enter(false)?;
        Some(work(&mut self.0.lock()))
    }
}

/// Out of line: a hit needs no registers for it.
#[cold]
#[inline(never)]
fn lead<K, O: Kind, X: Expiry, Q: Key<Owned = K>>(
    mut state: LockGuard<'_, State<K, O, X, Lru>>,
    hash: u64,
    key: Q,
) -> Entered<O::Taken, Q> {
    // What was not served may be in flight, or have expired. And a flight that begins under the lock of another cache
    // would end there, where this one cannot be told.
    if state.may_contain() || UNDER_LOCK.with(Cell::get) {
        return Entered::Missed(key);
    }
    Entered::Lead(state.lead(hash, key.into_owned(), new_id()))
}

/// Behind a lock that readers take without writing what others read: a hit changes no order.
pub struct MostlyRead<K, O: Kind, X: Expiry, P: Policy>(ReadMostly<State<K, O, X, P>>);

impl<K: 'static, O: Kind, X: Expiry, P: Policy> Access<K, O, X> for MostlyRead<K, O, X, P> {
    type Policy = P;

    fn new(state: State<K, O, X, P>) -> Self {
        Self(ReadMostly::new(state))
    }

    #[inline]
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let _under = UnderLock::enter(plain && O::Storage::PLAIN)?;
        self.0.read_and_count(|state| state.read(hash, is, expiry, now))
    }

    fn peek(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let _under = UnderLock::enter(false)?;
        let mut found = None;
        self.0.read_and_count(|state| {
            found = state.peek(hash, is, expiry, now);
            None::<()> // nothing to be counted
        });
        found
    }

    fn hit_shared(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let _under = UnderLock::enter(false)?;
        self.0.read_and_count(|state| Some(state.read_shared(hash, is, expiry, now))).flatten()
    }

    #[inline]
    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X, P>) -> R) -> Option<R> {
        let _under = UnderLock::enter(false)?;
        Some(self.0.write(work))
    }

    fn with_hits<R>(&self, work: impl FnOnce(&mut State<K, O, X, P>, &mut u64) -> R) -> Option<R> {
        let _under = UnderLock::enter(false)?;
        Some(self.0.write_with_count(work))
    }
}

/// In a thread, without a lock. Only this cache looks empty from inside of it.
pub struct Unshared<K, O: Kind, X: Expiry, P: Policy>(RefCell<State<K, O, X, P>>);

impl<K: 'static, O: Kind, X: Expiry, P: Policy> Access<K, O, X> for Unshared<K, O, X, P> {
    type Policy = P;

    fn new(state: State<K, O, X, P>) -> Self {
        Self(RefCell::new(state))
    }

    #[inline]
    fn hit(&self, _: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let mut state = self.0.try_borrow_mut().ok()?;
        let ordered = state.is_ordered();
        state.hit(ordered, hash, is, expiry, now)
    }

    #[inline]
    fn with<R>(&self, work: impl FnOnce(&mut State<K, O, X, P>) -> R) -> Option<R> {
        Some(work(&mut *self.0.try_borrow_mut().ok()?))
    }
}
