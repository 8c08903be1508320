//! Where the state of a cache lies: behind a lock, behind one for what is mostly read, or in a thread.
//!
//! `Eq` of a key, and `Clone` of a value without destructor, are user code, and run in here: to copy a
//! key or count a reference for each comparison would cost a hit more than all the rest of it. So a
//! thread notes that it is under a lock, and while it is, shared caches look empty to it. A comparison
//! that calls a memoized function gets an answer, from the body, and can wait for no lock. Where both are the
//! language's own (`Key::PLAIN`, `Storage::PLAIN`), a hit notes nothing, and may be had from under the lock of
//! another cache: no user code runs here, so who holds this lock waits for no other. No computation begins there. What ends
//! there is put off until the lock is left (`postponed.rs`).

use super::expiry::Expiry;
use super::key::Key;
use super::kind::{Kind, Storage};
use super::policy::{Lru, Policy};
use super::postponed::make_up;
use super::state::{Flight, State};
use super::waiters::new_id;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::sync::{Lock, LockGuard, ReadMostly, WriteGuard, thread_local_const};
use std::cell::{Cell, RefCell, RefMut};
use std::mem;
use std::ops::{Deref, DerefMut};

/// Not under the lock of a cache; under one; and under one with something that was put off until it is left.
const FREE: u8 = 0;
const UNDER: u8 = 1;
const LATE: u8 = 2;

thread_local_const! {
    static UNDER_LOCK: Cell<u8> = Cell::new(FREE);
}

/// While this lives, the thread is under the lock of a cache, and says so if user code may run there.
pub struct UnderLock {
    noted: bool,
}

impl UnderLock {
    /// `plain`: no user code will run.
    #[inline]
    fn enter(plain: bool) -> Option<Self> {
        if plain {
            return Some(Self { noted: false });
        }
        UNDER_LOCK.with(|under| {
            if under.get() != FREE {
                return None;
            }
            under.set(UNDER);
            Some(Self { noted: true })
        })
    }

    /// After the unlock, with what was found: a panic of what was put off would lose it, were it the result already.
    #[inline]
    fn leave<R>(self, found: R) -> R {
        let noted = self.noted;
        mem::forget(self);
        if noted && exit() { late(found) } else { found }
    }

    /// The same where what was put off is to wait a little longer.
    #[inline]
    fn leave_late(self) -> Late {
        let noted = self.noted;
        mem::forget(self);
        Late(noted && exit())
    }
}

/// Where user code has panicked, and where time does not count.
impl Drop for UnderLock {
    #[inline]
    fn drop(&mut self) {
        #[cold]
        #[inline(never)] // what is inlined in its place would keep hits from being
        fn dropped() {
            let is_late = exit();
            #[cfg(any(loom, shuttle))]
            let is_late = is_late && !fault::is(Fault::UnwindPast);
            if is_late {
                late(());
            }
        }
        if self.noted {
            dropped();
        }
    }
}

/// Notes that the lock is left, and says whether something was put off.
#[inline]
fn exit() -> bool {
    let late = UNDER_LOCK.with(|under| under.replace(FREE) == LATE);
    #[cfg(any(loom, shuttle))]
    let late = late && !fault::is(Fault::MakeUpNever);
    late
}

/// Makes up for what was put off, since no lock is held any more.
#[cold]
#[inline(never)]
fn late<R>(found: R) -> R {
    make_up();
    found
}

/// What was put off until the lock was left, if there is something. It is made up for when this is dropped: by who has a flight
/// of the lock's cache by then, inside of that, since user code runs there.
#[must_use = "what was put off is made up for where this is dropped"]
pub struct Late(bool);

impl Late {
    #[inline]
    pub(super) fn is_some(&self) -> bool {
        self.0
    }
}

impl Drop for Late {
    #[inline]
    fn drop(&mut self) {
        if self.0 {
            make_up();
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
    /// The state, while no one else has it. What was put off meanwhile is made up for when this is dropped. A guard, and no
    /// closure: that would be compiled anew with all that is around it for each thing that is done.
    type Guard<'a>: DerefMut<Target = State<K, O, X, Self::Policy>>;

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
        let state = self.lock()?;
        let taken = state.peek(hash, is, expiry, now);
        drop(state); // while the result is a local: a panic here would lose it otherwise
        taken
    }

    /// Counts a hit of a caller that had its result from the one that computed: see [`State::hit_shared`].
    fn hit_shared(&self, hash: u64, key: &K, expiry: &X) -> Option<O::Taken>
    where
        K: Eq,
    {
        let now = expiry.now();
        let Some(mut state) = self.lock() else { return None };
        let taken = state.hit_shared(hash, key, expiry, now);
        drop(state); // as above
        taken
    }

    /// The state, or `None` if this thread is under the lock of a cache.
    fn lock(&self) -> Option<Self::Guard<'_>>;

    /// Leaves it, and hands out what was put off meanwhile.
    fn unlock(state: Self::Guard<'_>) -> Late;

    /// The hits that are counted outside of the state.
    fn hits(_: &Self::Guard<'_>) -> u64 {
        0
    }

    /// Begins to count them anew.
    fn reset_hits(_: &mut Self::Guard<'_>) {}

    /// Has this thread make up for what it puts off as soon as it is no longer where [`lock`](Self::lock) returns `None`.
    fn postpone(&self);
}

/// A state, and that this thread is in there: left in this order.
pub struct Guard<S, U> {
    state: S,
    under: U,
}

impl<S: DerefMut, U> Deref for Guard<S, U> {
    type Target = S::Target;

    #[inline]
    fn deref(&self) -> &S::Target {
        &self.state
    }
}

impl<S: DerefMut, U> DerefMut for Guard<S, U> {
    #[inline]
    fn deref_mut(&mut self) -> &mut S::Target {
        &mut self.state
    }
}

/// Says so for the shared caches.
#[cold]
fn postpone() {
    UNDER_LOCK.with(|under| {
        debug_assert!(under.get() != FREE, "there is a lock to be left");
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::PutOffUntold) {
            return;
        }
        under.set(LATE);
    });
}

/// Behind a lock: a hit changes the order of use.
pub struct Locked<K, O: Kind, X: Expiry>(Lock<State<K, O, X, Lru>>);

impl<K: 'static, O: Kind, X: Expiry> Access<K, O, X> for Locked<K, O, X> {
    type Policy = Lru;
    type Guard<'a> = Guard<LockGuard<'a, State<K, O, X, Lru>>, UnderLock>;

    fn new(state: State<K, O, X, Lru>) -> Self {
        Self(Lock::new(state))
    }

    // A function has one place for it, and so has a look-up of a cache by hand.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        // Before the lock: the clock may take longer than the look-up.
        let now = expiry.now();
        let under = UnderLock::enter(plain && O::Storage::PLAIN)?;
        let taken = self.0.lock().hit(true, hash, is, expiry, now);
        under.leave(taken)
    }

    // A function has one place for it.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn enter<Q: Key<Owned = K>>(&self, hash: u64, key: Q, expiry: &X) -> Entered<O::Taken, Q> {
        let now = expiry.now();
        let Some(under) = UnderLock::enter(Q::PLAIN && O::Storage::PLAIN) else {
            return Entered::Missed(key);
        };
        let mut state = self.0.lock();
        let taken = match state.hit(true, hash, |stored| key.is(stored), expiry, now) {
            None if Q::PLAIN && O::Storage::PLAIN && Q::COPIED => return lead(state, hash, key),
            taken => taken,
        };
        drop(state);
        match under.leave(taken) {
            Some(taken) => Entered::Found(taken, key),
            None => Entered::Missed(key),
        }
    }

    #[inline]
    fn lock(&self) -> Option<Self::Guard<'_>> {
        match UnderLock::enter(false) {
            Some(under) => Some(Guard { state: self.0.lock(), under }),
            None => None,
        }
    }

    #[inline]
    fn unlock(Guard { state, under }: Self::Guard<'_>) -> Late {
        drop(state);
        under.leave_late()
    }

    fn postpone(&self) {
        postpone();
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
    if state.may_contain() || UNDER_LOCK.with(Cell::get) != FREE {
        return Entered::Missed(key);
    }
    Entered::Lead(state.lead(hash, key.into_owned(), new_id()))
}

/// Behind a lock that readers take without writing what others read: a hit changes no order.
pub struct MostlyRead<K, O: Kind, X: Expiry, P: Policy>(ReadMostly<State<K, O, X, P>>);

impl<K: 'static, O: Kind, X: Expiry, P: Policy> Access<K, O, X> for MostlyRead<K, O, X, P> {
    type Policy = P;
    type Guard<'a> = Guard<WriteGuard<'a, State<K, O, X, P>>, UnderLock>;

    fn new(state: State<K, O, X, P>) -> Self {
        Self(ReadMostly::new(state))
    }

    // A function has one place for it, and so has a look-up of a cache by hand.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let under = UnderLock::enter(plain && O::Storage::PLAIN)?;
        let taken = self.0.read_and_count(|state| state.read(hash, is, expiry, now));
        under.leave(taken)
    }

    fn peek(&self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let under = UnderLock::enter(false)?;
        let mut found = None;
        self.0.read_and_count(|state| {
            found = state.peek(hash, is, expiry, now);
            None::<()> // nothing to be counted
        });
        under.leave(found)
    }

    fn hit_shared(&self, hash: u64, key: &K, expiry: &X) -> Option<O::Taken>
    where
        K: Eq,
    {
        let now = expiry.now();
        let Some(under) = UnderLock::enter(false) else { return None };
        let mut taken = None;
        self.0.read_and_count(|state| {
            taken = state.read_shared(hash, key, expiry, now);
            Some(()) // the hit counts in any case
        });
        under.leave(taken)
    }

    #[inline]
    fn lock(&self) -> Option<Self::Guard<'_>> {
        match UnderLock::enter(false) {
            Some(under) => Some(Guard { state: self.0.write(), under }),
            None => None,
        }
    }

    #[inline]
    fn unlock(Guard { state, under }: Self::Guard<'_>) -> Late {
        drop(state);
        under.leave_late()
    }

    fn hits(state: &Self::Guard<'_>) -> u64 {
        state.state.count()
    }

    fn reset_hits(state: &mut Self::Guard<'_>) {
        state.state.reset_count();
    }

    fn postpone(&self) {
        postpone();
    }
}

/// In a thread, without a lock. Only this cache looks empty from inside of it.
pub struct Unshared<K, O: Kind, X: Expiry, P: Policy> {
    state: RefCell<State<K, O, X, P>>,
    /// Whether something was put off until the state is free.
    late: Cell<bool>,
}

/// While this lives, user code may run inside of such a cache. As [`UnderLock`].
pub struct Within<'a> {
    late: &'a Cell<bool>,
}

impl Within<'_> {
    #[inline]
    fn leave<R>(self, found: R) -> R {
        let late = self.late;
        mem::forget(self);
        if late.get() { late_within(late, found) } else { found }
    }

    /// The same where what was put off is to wait a little longer.
    #[inline]
    fn leave_late(self) -> Late {
        let late = self.late;
        mem::forget(self);
        Late(late.replace(false))
    }
}

impl Drop for Within<'_> {
    #[inline]
    fn drop(&mut self) {
        #[cold]
        #[inline(never)] // as above
        fn dropped(late: &Cell<bool>) {
            if late.get() {
                late_within(late, ());
            }
        }
        dropped(self.late);
    }
}

#[cold]
#[inline(never)]
fn late_within<R>(late: &Cell<bool>, found: R) -> R {
    late.set(false);
    make_up();
    found
}

impl<K: 'static, O: Kind, X: Expiry, P: Policy> Access<K, O, X> for Unshared<K, O, X, P> {
    type Policy = P;
    type Guard<'a> = Guard<RefMut<'a, State<K, O, X, P>>, Within<'a>>;

    fn new(state: State<K, O, X, P>) -> Self {
        Self { state: RefCell::new(state), late: Cell::new(false) }
    }

    #[inline]
    fn hit(&self, plain: bool, hash: u64, is: impl Fn(&K) -> bool, expiry: &X) -> Option<O::Taken> {
        let now = expiry.now();
        let within = Within { late: &self.late };
        let Ok(mut state) = self.state.try_borrow_mut() else {
            mem::forget(within);
            return None;
        };
        let ordered = state.is_ordered();
        let taken = state.hit(ordered, hash, is, expiry, now);
        drop(state);
        if plain && O::Storage::PLAIN {
            mem::forget(within); // nothing ran
            return taken;
        }
        within.leave(taken)
    }

    #[inline]
    fn lock(&self) -> Option<Self::Guard<'_>> {
        match self.state.try_borrow_mut() {
            Ok(state) => Some(Guard { state, under: Within { late: &self.late } }),
            Err(_) => None,
        }
    }

    #[inline]
    fn unlock(Guard { state, under }: Self::Guard<'_>) -> Late {
        drop(state);
        under.leave_late()
    }

    fn postpone(&self) {
        self.late.set(true);
    }
}
