//! The entries of a registry: its shards, and what can be asked of them all.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::handles::{Raw, Strong};
use super::index::{Index, Published, shard_of};
use super::kind::Kind;
use super::reclaim::{collect, collect_if_due};
use super::records::{Counters, enter, record};
use super::shard::{Entry, Shard, State, Vacant};
use super::{Head, Spread, Walk, value_of};

/// All shards of a registry, leaked: handles lead back to them, and may outlive anything.
struct Shards {
    /// What look-ups read, apart from what they do not: growth alone writes there.
    published: &'static [Published],
    all: &'static [Shard],
    counters: Counters,
    /// How many there are, a power of two, less one.
    mask: usize,
    spread: Spread,
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
        Self { mask: all.len() - 1, published, all, counters: Counters::new(), spread }
    }

    /// A handle on an entry of this hash, which is counted as a hit. Makes no call, so that a hit need not save
    /// what it has in hand.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn look_up(&self, hash: u64, spread: Spread) -> Look<Raw> {
        let Some(record) = record() else { return Look::Unsure };
        let number = shard_of(hash, spread, self.mask);
        // SAFETY: one of so many.
        match unsafe { self.published.get_unchecked(number) }.look_up(hash, spread, record) {
            Walk::Found(head) => {
                self.counters.add(Some(record), true, 1);
                // SAFETY: the count is ours.
                Look::Found(unsafe { Raw::new(head) })
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
                Look::Found(found) => return Some(found),
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

    /// Handles on all entries of this hash.
    #[cold]
    fn of_hash(&self, hash: u64) -> Vec<Raw> {
        all(&self.shard(hash).lock(), hash, &[])
    }

    /// A slot for an entry of this hash, unless there is one.
    fn entry(&self, hash: u64) -> Entry<Raw> {
        let shard = self.shard(hash);
        let state = shard.lock();
        match state.index.find(&state.slab, hash) {
            Ok(head) => Entry::Occupied(raise(head)),
            Err(room) => Vacant::entry(shard, state, hash, room),
        }
    }

    /// A slot for an entry of this hash, unless there are others than at the addresses `seen`, in order.
    #[cold]
    fn entry_beside(&self, hash: u64, seen: &[usize]) -> Entry<Vec<Raw>> {
        let shard = self.shard(hash);
        let state = shard.lock();
        let others = all(&state, hash, seen);
        if others.is_empty() { Vacant::entry(shard, state, hash, None) } else { Entry::Occupied(others) }
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

/// Handles on the entries of this hash, less those whose values lie at the addresses `seen`, which are in order.
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
pub(crate) enum Look<F> {
    Found(F),
    Missed,
    /// To be asked again, slowly.
    Unsure,
}

/// The entries of a registry, which are values of `T`.
pub(crate) struct Entries<T> {
    shards: Shards,
    of: PhantomData<fn(T) -> T>,
}

/// What was in the way of a value, and the value.
pub(crate) type Occupied<F, T> = (F, T);

impl<T> Entries<T> {
    /// So many shards, rounded up to a power of two.
    pub(crate) fn new(shards: usize, spread: Spread) -> Self {
        Self { shards: Shards::new(shards, Kind::of::<T>(), spread), of: PhantomData }
    }

    /// An entry of this hash, whatever its key, counted as a hit. Makes no call.
    ///
    /// `spread` is what `new` was given, here a constant.
    /// All entries of these shards are values of `T`.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn look_up(&self, hash: u64, spread: Spread) -> Look<Strong<T>> {
        match self.shards.look_up(hash, spread) {
            // SAFETY: here and below: `insert` puts values of `T` there and nothing else.
            Look::Found(found) => Look::Found(unsafe { Strong::new(found) }),
            Look::Missed => Look::Missed,
            Look::Unsure => Look::Unsure,
        }
    }

    /// The same, without an end that is left open.
    pub(crate) fn look_up_slowly(&self, hash: u64) -> Option<Strong<T>> {
        // SAFETY: see above.
        self.shards.look_up_slowly(hash).map(|found| unsafe { Strong::new(found) })
    }

    /// Of the first shard.
    #[cfg(all(test, not(loom)))]
    #[allow(dead_code, reason = "for the table without a lock")]
    pub(super) fn published(&self) -> &'static Published {
        &self.shards.published[0]
    }

    /// Counts a look-up that found nothing.
    pub(crate) fn count_miss(&self) {
        self.shards.counters.add(record(), false, 1);
    }

    /// Takes back what `look_up` counted.
    pub(crate) fn uncount_hit(&self) {
        self.shards.counters.add(record(), true, u64::MAX);
    }

    /// Hits and misses so far.
    pub(crate) fn counters(&self) -> (u64, u64) {
        self.shards.counters.sum()
    }

    /// All entries of this hash.
    pub(crate) fn all(&self, hash: u64) -> Vec<Strong<T>> {
        typed(self.shards.of_hash(hash))
    }

    /// Inserts, unless there is an entry of this hash.
    ///
    /// # Panics
    ///
    /// If there is no memory, or there are too many entries in one shard. No lock is held then.
    #[inline]
    pub(crate) fn insert(&self, hash: u64, value: T) -> Result<Strong<T>, Occupied<Strong<T>, T>>
    where
        T: Send + Sync,
    {
        match self.shards.entry(hash) {
            Entry::Vacant(vacant) => Ok(fill(vacant, value)),
            // SAFETY: see `look_up`.
            Entry::Occupied(found) => Err((unsafe { Strong::new(found) }, value)),
            Entry::Full => full(),
        }
    }

    /// Inserts, unless there is an entry of this hash other than those whose values lie at the addresses `seen`,
    /// which are in order.
    ///
    /// # Panics
    ///
    /// As above.
    pub(crate) fn insert_beside(
        &self,
        hash: u64,
        value: T,
        seen: &[usize],
    ) -> Result<Strong<T>, Occupied<Vec<Strong<T>>, T>>
    where
        T: Send + Sync,
    {
        match self.shards.entry_beside(hash, seen) {
            Entry::Vacant(vacant) => Ok(fill(vacant, value)),
            Entry::Occupied(found) => Err((typed(found), value)),
            Entry::Full => full(),
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.shards.live()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.shards.capacity()
    }

    pub(crate) fn reserve(&self, additional: usize) {
        assert!(self.shards.reserve(additional), "capacity overflow");
    }

    pub(crate) fn shrink_to_fit(&self) {
        self.shards.shrink_to_fit();
    }

    /// The entries, shard by shard. Each is locked when it is its turn.
    pub(crate) fn parts(&self) -> Parts<T> {
        Parts { shards: self.shards.all.iter(), of: PhantomData }
    }
}

/// See [`Entries::parts`].
pub(crate) struct Parts<T> {
    shards: std::slice::Iter<'static, Shard>,
    of: PhantomData<fn() -> T>,
}

impl<T> Iterator for Parts<T> {
    type Item = Vec<Strong<T>>;

    fn next(&mut self) -> Option<Vec<Strong<T>>> {
        Some(typed(part(self.shards.next()?)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.shards.size_hint()
    }
}

impl<T> ExactSizeIterator for Parts<T> {}

/// These are handles on values of `T`.
fn typed<T>(found: Vec<Raw>) -> Vec<Strong<T>> {
    // SAFETY: see `Entries::look_up`.
    found.into_iter().map(|raw| unsafe { Strong::new(raw) }).collect()
}

fn fill<T: Send + Sync>(vacant: Vacant, value: T) -> Strong<T> {
    let head = vacant.head;
    // SAFETY: the slot is one for values of `T`, is ours, and nobody reads its value.
    unsafe { value_of::<T>(head).write(value) };
    // SAFETY: that was it.
    unsafe { vacant.publish() };
    // SAFETY: the count with which it began is ours.
    let raw = unsafe { Raw::new(head) };
    // SAFETY: and so is the type.
    unsafe { Strong::new(raw) }
}

#[cold]
fn full() -> ! {
    panic!("too many interned values in one shard, or no memory for its table")
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::process::Command;

    const MAX: u64 = i32::MAX as u64;
    const SPREAD: Spread = Spread::new(true);

    fn handle() -> (Entries<u8>, Strong<u8>) {
        let entries = Entries::new(1, SPREAD);
        let Ok(handle) = entries.insert(7, 1) else { panic!("there is no other") };
        (entries, handle)
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
            drop(entries.look_up_slowly(7));
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
        let last = entries.look_up_slowly(7).expect("alive");
        assert_eq!(handle.strong_count() as u64, MAX);
        drop(last);
        handle.counts().add((MAX - 2).wrapping_neg(), 0);
        assert_eq!((handle.strong_count(), handle.weak_count()), (1, 0));
    }

    #[test]
    fn what_is_gone_is_not_found() {
        let (entries, handle) = handle();
        drop(handle);
        assert!(entries.look_up_slowly(7).is_none(), "vacant");
        entries.shrink_to_fit();
        assert!(entries.look_up_slowly(7).is_none(), "without a chunk");
        assert!(!matches!(entries.look_up(7, SPREAD), Look::Found(_)));
    }
}
