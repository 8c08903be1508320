//! The entries of a registry: its shards, and what can be asked of them all.
#![expect(
    clippy::ptr_as_ptr,
    clippy::manual_map,
    reason = "calls of functions that a debug build compiles for each type"
)]

use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;

use super::handles::{Raw, Strong};
use super::index::{Index, Published, Room, shard_of};
use super::kind::{ALONE, Kind};
use super::placing::{InParts, InPlace, OwnParts, Test, Typed, Value, Whole};
use super::reclaim::{collect, collect_if_due};
use super::records::{Counters, enter, record};
use super::shard::{Shard, State, Vacant};
use super::slab::{Alone, number_of};
use super::stored::{Keyed, Parts, Shared, Source, Stored, Tail, hash_with};
use super::{Head, Spread, Walk};
use crate::listed::{Label, list_for_good};
use crate::sync::{LockGuard, OnceLock, Ordering, Unmodelled};
use weakcache_inspect::{self as inspect, Inspect, Report};

/// All shards of a registry, leaked: handles lead back to them, and may outlive anything.
struct Shards {
    /// What look-ups read, apart from what they do not: growth alone writes there.
    published: &'static [Published],
    all: &'static [Shard],
    counters: Counters,
    /// How many there are, a power of two, less one.
    mask: usize,
    spread: Spread,
    kind: &'static Kind,
    /// The number given last, where values get one.
    numbers: Unmodelled,
}

/// Lines of their own, and those that are fetched with them: look-ups read them all the time.
#[repr(C, align(128))]
struct Lines([Published; 16]);

impl Shards {
    /// So many shards, rounded up to a power of two.
    fn new(shards: usize, kind: &'static Kind, spread: Spread) -> Self {
        let shards = shards.clamp(1, 1 << 16).next_power_of_two();
        let lines = (0..shards.div_ceil(16)).map(|_| Lines([(); 16].map(|()| Published::new())));
        let lines = &*lines.collect::<Vec<_>>().leak();
        // SAFETY: there are that many in them, without gaps.
        let published = unsafe { std::slice::from_raw_parts(lines.as_ptr().cast::<Published>(), shards) };
        let shards = published.iter().map(|published| Shard::new(published, kind, spread));
        let all = shards.collect::<Vec<_>>().leak();
        let numbers = Unmodelled::new(0);
        Self { mask: all.len() - 1, published, all, counters: Counters::new(), spread, kind, numbers }
    }

    /// A handle on an entry of this hash, which is counted as a hit. Makes no call, so that a hit need not save
    /// what it has in hand.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn look_up(&self, hash: u64, spread: Spread) -> Look<Raw, Counted<'_>> {
        let Some(record) = record() else { return Look::Unsure };
        let number = shard_of(hash, spread, self.mask);
        // SAFETY: one of so many.
        match unsafe { self.published.get_unchecked(number) }.look_up(hash, spread, record) {
            Walk::Found(head) => {
                self.counters.add(Some(record), true, 1);
                // SAFETY: the count is ours.
                Look::Found(unsafe { Raw::new(head) }, Counted(&self.counters))
            }
            Walk::Missed => Look::Missed,
            Walk::Unsure => Look::Unsure,
        }
    }

    /// The same, without an end that is left open.
    #[cold]
    #[inline(never)]
    fn look_up_slowly(&self, hash: u64) -> Option<Raw> {
        if enter() {
            match self.look_up(hash, self.spread) {
                Look::Found(found, counted) => {
                    counted.keep();
                    return Some(found);
                }
                Look::Missed => return None,
                Look::Unsure => {}
            }
        }
        let state = self.shard(hash).lock();
        let found = raise(state.index.find(&state.slab, hash).ok()?);
        drop(state);
        self.counters.add(record(), true, 1);
        Some(found)
    }

    fn shard(&self, hash: u64) -> &'static Shard {
        &self.all[shard_of(hash, self.spread, self.mask)]
    }

    /// The entry whose value has a key, which is counted as a hit. `other` was come upon, counted, and has
    /// another key.
    #[cold]
    #[inline(never)]
    fn find_slowly(&self, hash: u64, other: Option<Raw>, test: &dyn Test) -> Option<Raw> {
        let compared = other.is_some();
        let first = other.or_else(|| self.look_up_slowly(hash))?;
        let counted = Counted(&self.counters);
        if !compared && test.holds(first.value()) {
            counted.keep();
            return Some(first);
        }
        drop(first);
        let mut all = all(&self.shard(hash).lock(), hash, &[]).into_iter();
        let found = all.find(|candidate| test.holds(candidate.value()));
        // What may panic is dropped while what is returned is still a local.
        drop(all);
        if found.is_some() {
            counted.keep();
        }
        found
    }

    /// The entry whose value has the key of this one, or a new one of it, and whether it is new. Counts a miss if it
    /// is to.
    ///
    /// # Panics
    ///
    /// If there is no memory, or there are too many entries in one shard. No lock is held then.
    ///
    /// # Safety
    /// `value` is the address of a value of the kind of these shards that may be shared with other threads and
    /// dropped there. It is the caller's no more.
    #[inline(never)]
    unsafe fn place(&self, hash: u64, value: NonNull<u8>, count: bool) -> (Raw, bool) {
        // SAFETY: passed on.
        unsafe { self.place_value(hash, Whole { value, kind: self.kind }, count) }
    }

    /// The same of a value in two parts, which are the caller's until they are said to be `moved`.
    ///
    /// # Safety
    /// As above, of both parts.
    #[inline(never)]
    unsafe fn place_parts(&self, hash: u64, parts: &Parts, test: &dyn Test, moved: &mut bool) -> (Raw, bool) {
        let in_parts = InParts { parts, test, moved };
        if parts.kind.class != ALONE {
            // SAFETY: passed on.
            return unsafe { self.place_value(hash, in_parts, true) };
        }
        // What may take long, before there is a lock.
        let alone = Alone::new(parts.kind, parts.bytes, self.shard(hash).owner()).unwrap_or_else(|| full());
        // SAFETY: it was made for them, and by the contract of this function they lie where they did.
        let in_place = unsafe { InPlace::new(alone, in_parts) };
        // SAFETY: passed on.
        unsafe { self.place_value(hash, in_place, true) }
    }

    /// # Safety
    /// As for [`place`](Self::place).
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn place_value(&self, hash: u64, own: impl Value, count: bool) -> (Raw, bool) {
        let shard = self.shard(hash);
        let state = shard.lock();
        let found = match state.index.find(&state.slab, hash) {
            Err(room) => {
                // SAFETY: passed on.
                let new = unsafe { self.fill(own, shard, state, hash, room) };
                self.count_miss(count);
                return (new, true);
            }
            Ok(head) => raise(head),
        };
        drop(state);
        if own.is_same(found.value()) {
            self.count_miss(count);
            // Here and below: what may panic is dropped while what is returned is still a local.
            drop(own);
            return (found, false);
        }
        drop(found);
        // SAFETY: passed on.
        unsafe { self.place_among(hash, own, count) }
    }

    /// The same, where the first entry of this hash has another key.
    ///
    /// # Safety
    /// As above.
    #[cold]
    unsafe fn place_among(&self, hash: u64, own: impl Value, count: bool) -> (Raw, bool) {
        // What was compared already, by address in order. While the handles are held no address changes hands.
        let (mut seen, mut held) = (Vec::new(), Vec::new());
        loop {
            let shard = self.shard(hash);
            let state = shard.lock();
            let others = all(&state, hash, &seen);
            if others.is_empty() {
                // SAFETY: passed on.
                let new = unsafe { self.fill(own, shard, state, hash, None) };
                self.count_miss(count);
                drop(held);
                return (new, true);
            }
            drop(state);
            let mut others = others.into_iter();
            for candidate in others.by_ref() {
                if own.is_same(candidate.value()) {
                    self.count_miss(count);
                    drop((others, held, own));
                    return (candidate, false);
                }
                seen.push(candidate.address());
                held.push(candidate);
            }
            seen.sort_unstable();
        }
    }

    /// Moves a value to a slot of this shard, whose `state` is locked.
    ///
    /// # Panics
    ///
    /// If there is no memory, or there are too many entries. No lock is held then.
    ///
    /// # Safety
    /// As for [`place`](Self::place).
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn fill(
        &self,
        mut own: impl Value,
        shard: &'static Shard,
        state: LockGuard<'static, State>,
        hash: u64,
        room: Option<Room>,
    ) -> Raw {
        let vacant = Vacant::new(state, hash, room, |slab| own.take(slab, shard.owner()));
        let vacant = vacant.unwrap_or_else(|| full());
        let head = vacant.head;
        // SAFETY: passed on.
        unsafe { own.fill(head) };
        if self.kind.is_numbered {
            // Under the lock, so that who comes later has a higher number, in all shards.
            let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
            // SAFETY: the slot is taken.
            let place = unsafe { number_of(head) };
            // SAFETY: as above, and ours; it is where the number lies.
            unsafe { place.expect("it is numbered").write(number) };
        }
        // SAFETY: that was it.
        unsafe { vacant.publish() };
        // SAFETY: the count with which it began is ours.
        unsafe { Raw::new(head) }
    }

    fn count_miss(&self, count: bool) {
        if count {
            self.counters.add(record(), false, 1);
        }
    }

    fn sum(&self, of: impl Fn(&Index) -> usize) -> usize {
        self.all.iter().map(|shard| of(&shard.lock().index)).sum()
    }

    fn live(&self) -> usize {
        self.sum(Index::len)
    }

    fn capacity(&self) -> usize {
        self.sum(Index::capacity)
    }

    /// Says whether there is memory.
    fn reserve(&self, additional: usize) -> bool {
        let each = additional.div_ceil(self.all.len());
        let reserved = self.all.iter().all(|shard| {
            let mut state = shard.lock();
            let State { index, slab } = &mut *state;
            index.reserve(slab, each)
        });
        collect_if_due(false);
        reserved
    }

    fn shrink_to_fit(&self) {
        for shard in self.all {
            let mut state = shard.lock();
            let State { index, slab } = &mut *state;
            slab.shrink_to_fit();
            index.shrink_to_fit(slab);
        }
        collect();
    }
}

/// Handles on the entries of this hash, less those whose values lie at the addresses `seen`, which are in
/// order.
fn all(state: &State, hash: u64, seen: &[usize]) -> Vec<Raw> {
    let unseen = |head: &NonNull<Head>| seen.binary_search(&head.addr().get()).is_err();
    state.index.of_hash(&state.slab, hash).filter(unseen).map(raise).collect()
}

/// Handles on all entries of one shard.
fn part(shard: &'static Shard) -> Vec<Raw> {
    let mut handles = Vec::new();
    loop {
        let state = shard.lock();
        let wanted = state.index.len();
        if wanted <= handles.capacity() {
            handles.extend(state.index.entries(&state.slab).map(raise));
            return handles;
        }
        // Not under the lock.
        drop(state);
        handles.reserve(wanted + wanted / 8);
    }
}

/// A handle on an entry of a table whose lock is held.
fn raise(head: NonNull<Head>) -> Raw {
    // SAFETY: the chunk of an entry exists.
    let live = unsafe { head.as_ref() }.counts.upgrade();
    debug_assert!(live || cfg!(loom), "what is dying is not in the table");
    // SAFETY: the count is ours.
    unsafe { Raw::new(head) }
}

/// What a look-up comes to.
pub(crate) enum Look<F, C> {
    /// An entry of that hash, whatever its key, and that it was counted as a hit.
    Found(F, C),
    Missed,
    /// To be asked again, slowly.
    Unsure,
}

/// That a hit was counted which may yet be none: its key may differ, and comparing may panic.
pub(crate) struct Counted<'a>(&'a Counters);

impl Counted<'_> {
    /// It is one.
    #[inline]
    pub(crate) fn keep(self) {
        mem::forget(self);
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.add(record(), true, u64::MAX);
    }
}

/// The entries of a registry, which are values of `T`, and what makes the hashers of their keys. Nothing before
/// they are begun.
//
// What is made then does not depend on `T`, or else all that initialises would be compiled for each.
pub(crate) struct Entries<T: ?Sized, H> {
    // Shards are leaked, so nothing is lost if this is.
    state: ManuallyDrop<OnceLock<(H, Shards)>>,
    of: PhantomData<fn(&T) -> &T>,
}

/// Entries that are begun.
pub(crate) struct Begun<'a, T: ?Sized, H> {
    hasher: &'a H,
    /// They are of values of `T`: that was said when they were begun, and `place` puts nothing else there.
    shards: &'a Shards,
    of: PhantomData<fn(&T) -> &T>,
}

impl<T: ?Sized, H> Clone for Begun<'_, T, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized, H> Copy for Begun<'_, T, H> {}

impl<T: ?Sized, H> Entries<T, H> {
    pub(crate) const fn new() -> Self {
        Self { state: ManuallyDrop::new(OnceLock::new()), of: PhantomData }
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<Begun<'_, T, H>> {
        match self.state.get() {
            Some((hasher, shards)) => Some(Begun { hasher, shards, of: PhantomData }),
            None => None,
        }
    }

    /// Begins so many shards, rounded up to a power of two, unless they were begun already. Says whether they were not.
    pub(crate) fn begin(&self, hasher: H, shards: usize, spread: Spread) -> (Begun<'_, T, H>, bool)
    where
        T: Keyed<Shared>,
    {
        let (state, is_new) = begin(&self.state, hasher, shards, T::Tail::kind::<T, Shared>(), spread);
        (Begun { hasher: &state.0, shards: &state.1, of: PhantomData }, is_new)
    }

    /// Puts them on the list of all caches.
    pub(crate) fn list(&'static self, label: Label)
    where
        H: Send + Sync,
    {
        list_for_good(Box::leak(Box::new(Listed { label, state: &self.state })));
    }
}

/// The entries of a registry, as the list of all caches knows them.
struct Listed<H: 'static> {
    label: Label,
    state: &'static OnceLock<(H, Shards)>,
}

impl<H: Send + Sync> Inspect for Listed<H> {
    fn report(&self) -> Option<Report> {
        let (_, shards) = self.state.get()?;
        let mut report = self.label.report(inspect::Kind::Registry);
        (report.hits, report.misses) = shards.counters.sum();
        for shard in shards.all {
            let state = shard.lock();
            report.len += state.index.len();
            report.bytes += state.index.bytes() + state.slab.bytes();
        }
        Some(report)
    }
}

fn begin<'a, H>(
    state: &'a OnceLock<(H, Shards)>,
    hasher: H,
    shards: usize,
    kind: &'static Kind,
    spread: Spread,
) -> (&'a (H, Shards), bool) {
    let mut is_new = false;
    let begun = state.get_or_init(|| {
        is_new = true;
        (hasher, Shards::new(shards, kind, spread))
    });
    (begun, is_new)
}

impl<'a, T: ?Sized, H> Begun<'a, T, H> {
    #[inline]
    pub(crate) fn hasher(self) -> &'a H {
        self.hasher
    }

    /// An entry of this hash, whatever its key. Makes no call.
    ///
    /// `spread` is what they were begun with, here a constant.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn look_up(self, hash: u64, spread: Spread) -> Look<Strong<T>, Counted<'a>> {
        match self.shards.look_up(hash, spread) {
            // SAFETY: here and below: a value of `T`, see `Begun`.
            Look::Found(found, counted) => Look::Found(unsafe { Strong::new(found) }, counted),
            Look::Missed => Look::Missed,
            Look::Unsure => Look::Unsure,
        }
    }

    /// Counts a look-up that found nothing.
    pub(crate) fn count_miss(self) {
        self.shards.count_miss(true);
    }

    /// The entry of this hash and a key, counted as a hit.
    ///
    /// `other` is what `look_up` found, if that has another key.
    pub(crate) fn find_slowly(
        self,
        hash: u64,
        other: Option<Strong<T>>,
        eq: impl Fn(&T) -> bool,
    ) -> Option<Strong<T>>
    where
        T: Stored,
    {
        let other = match other {
            Some(other) => Some(other.into_raw()),
            None => None,
        };
        match self.shards.find_slowly(hash, other, &Typed(eq, PhantomData)) {
            // SAFETY: see above.
            Some(found) => Some(unsafe { Strong::new(found) }),
            None => None,
        }
    }

    /// The entry with the key of `value`, or a new one of it, and whether it is new. A miss is counted if it is to be.
    ///
    /// # Panics
    ///
    /// If there is no memory, or there are too many entries in one shard. No lock is held then.
    pub(crate) fn place(self, hash: u64, value: T, count: bool) -> (Strong<T>, bool)
    where
        T: Sized + Send + Sync,
    {
        let mut value = MaybeUninit::new(value);
        // SAFETY: no address of a local is null.
        let address = unsafe { NonNull::new_unchecked(&raw mut value as *mut u8) };
        // SAFETY: it is a value of `T`, which may be shared and dropped, and is nobody's else.
        let (raw, is_new) = unsafe { self.shards.place(hash, address, count) };
        // SAFETY: see above.
        (unsafe { Strong::new(raw) }, is_new)
    }

    /// The same of a value in two parts, whose key `same` compares with that of another value.
    pub(crate) fn place_parts<S: Source<T::Tail>>(
        self,
        hash: u64,
        head: T::Head,
        source: S,
        same: impl Fn(&T, &T::Head, &T::Tail) -> bool,
    ) -> (Strong<T>, bool)
    where
        T: Keyed<Shared> + Send + Sync,
    {
        let mut own = OwnParts {
            head: ManuallyDrop::new(head),
            source: ManuallyDrop::new(source),
            moved: false,
            of: PhantomData,
        };
        let tail = own.source.tail();
        // An argument of the user's own may be looked up by another tail than it becomes: a wrong key, but the length
        // is that of the value.
        let hash = hash_with::<T>(hash, tail.elements().len());
        let parts = Parts::new::<T, Shared>(&own.head, tail);
        let test = Typed(|other: &T| same(other, &own.head, tail), PhantomData);
        // SAFETY: together they are a value of `T`, which may be shared and dropped, and are ours until they are
        // moved.
        let (raw, is_new) = unsafe { self.shards.place_parts(hash, &parts, &test, &mut own.moved) };
        // SAFETY: see above.
        let placed = unsafe { Strong::<T>::new(raw) };
        drop(own);
        (placed, is_new)
    }

    /// Hits and misses so far.
    pub(crate) fn counters(self) -> (u64, u64) {
        self.shards.counters.sum()
    }

    /// How many entries there are.
    pub(crate) fn len(self) -> usize {
        self.shards.live()
    }

    pub(crate) fn capacity(self) -> usize {
        self.shards.capacity()
    }

    pub(crate) fn reserve(self, additional: usize) {
        assert!(self.shards.reserve(additional), "capacity overflow");
    }

    pub(crate) fn shrink_to_fit(self) {
        self.shards.shrink_to_fit();
    }

    /// The entries, gathered shard by shard.
    pub(crate) fn handles(self) -> Handles<T> {
        Handles { rest: self.shards.all.iter(), current: Vec::new(), of: PhantomData }
    }

    /// Of the first shard.
    #[cfg(all(test, not(loom)))]
    #[allow(dead_code, reason = "for the table without a lock")]
    pub(super) fn published(self) -> &'static Published {
        &self.shards.published[0]
    }
}

#[cold]
fn full() -> ! {
    panic!("too many interned values in one shard, or no memory for its table")
}

/// See [`Entries::handles`].
pub(crate) struct Handles<T: ?Sized> {
    rest: std::slice::Iter<'static, Shard>,
    current: Vec<Raw>,
    of: PhantomData<NonNull<T>>,
}

// SAFETY: a handle on each of its entries is.
unsafe impl<T: ?Sized + Send + Sync> Send for Handles<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Handles<T> {}

impl<T: ?Sized> Iterator for Handles<T> {
    type Item = Strong<T>;

    fn next(&mut self) -> Option<Strong<T>> {
        // SAFETY: these are shards of values of `T`.
        next(&mut self.rest, &mut self.current).map(|raw| unsafe { Strong::new(raw) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // Others may come and go in the shards to be visited.
        (self.current.len(), self.rest.as_slice().is_empty().then_some(self.current.len()))
    }
}

fn next(rest: &mut std::slice::Iter<'static, Shard>, current: &mut Vec<Raw>) -> Option<Raw> {
    loop {
        if let Some(handle) = current.pop() {
            return Some(handle);
        }
        *current = part(rest.next()?);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::process::Command;

    const MAX: u64 = i32::MAX as u64;
    const SPREAD: Spread = Spread::new(true);

    impl Keyed<Shared> for u8 {
        const NUMBERED: bool = false;

        fn same(&self, _: &Self) -> bool {
            false
        }
    }

    fn handle() -> (Begun<'static, u8, ()>, Strong<u8>) {
        let (entries, _) = Box::leak(Box::new(Entries::new())).begin((), 1, SPREAD);
        (entries, entries.place(7, 1, false).0)
    }

    /// Runs `f`, which is the test of this name, in a process of its own, and expects it to abort.
    fn aborts(test: &str, f: impl FnOnce()) {
        const CHILD: &str = "WEAKCACHE_ABORT";
        if std::env::var_os(CHILD).is_some() {
            f();
            return;
        }
        let exe = std::env::current_exe().expect("a test binary has a path");
        let test = format!("rc::entries::tests::{test}");
        let status = Command::new(exe).args(["--exact", &test, "--nocapture"]).env(CHILD, "1").output();
        let status = status.expect("it runs").status;
        assert_eq!(status.code(), None, "ended by a signal, not by {status}");
    }

    #[test]
    fn too_many_strong_handles_abort() {
        aborts("too_many_strong_handles_abort", || {
            let (_, handle) = handle();
            handle.counts().add(MAX - 1, 0);
            drop(handle.clone());
        });
    }

    #[test]
    fn too_many_look_ups_abort() {
        aborts("too_many_look_ups_abort", || {
            let (entries, handle) = handle();
            handle.counts().add(MAX - 1, 0);
            drop(entries.find_slowly(7, None, |_| true));
        });
    }

    #[test]
    fn too_many_upgrades_abort() {
        aborts("too_many_upgrades_abort", || {
            let (_, handle) = handle();
            handle.counts().add(MAX - 1, 0);
            drop(handle.downgrade().upgrade());
        });
    }

    #[test]
    fn too_many_weak_handles_abort() {
        aborts("too_many_weak_handles_abort", || {
            let (_, handle) = handle();
            handle.counts().add(0, MAX);
            drop(handle.downgrade());
        });
    }

    #[test]
    fn the_most_handles_that_there_can_be() {
        let (entries, handle) = handle();
        handle.counts().add(MAX - 2, 0);
        let last = entries.find_slowly(7, None, |_| true).expect("alive");
        assert_eq!(handle.strong_count() as u64, MAX);
        drop(last);
        handle.counts().add((MAX - 2).wrapping_neg(), 0);
        assert_eq!((handle.strong_count(), handle.weak_count()), (1, 0));
    }

    #[test]
    fn what_is_gone_is_not_found() {
        let (entries, handle) = handle();
        drop(handle);
        assert!(entries.find_slowly(7, None, |_| true).is_none(), "vacant");
        entries.shrink_to_fit();
        assert!(entries.find_slowly(7, None, |_| true).is_none(), "without a chunk");
        assert!(!matches!(entries.look_up(7, SPREAD), Look::Found(..)));
    }
}
