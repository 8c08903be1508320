//! The entries of one type on one thread, and what can be asked of them.

use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::thread::LocalKey;

use super::super::Head;
use super::super::kind::ALONE;
use super::super::placing::{InParts, InPlace, OwnParts, Test, Typed, Value, Whole};
use super::super::slab::{Alone, number_of};
use super::super::stored::{Keyed, Local, Parts, Source, Stored, Tail, hash_with};
use super::core::{Core, InUse, Named, Registered, State, ThreadSlot, in_use};
use super::handles::{LocalStrong, Raw};
use crate::sync::Ordering;

/// The entries of this thread that are values of `T`, and what makes the hashers of their keys, for the length of a call.
pub(crate) struct LocalBegun<'a, T: ?Sized, H> {
    core: InUse<'a>,
    of: PhantomData<Of<T, H>>,
}

/// What a core is known by: the type of its values, and that of the hasher.
struct Of<T: ?Sized, H>(PhantomData<H>, PhantomData<fn(&T) -> &T>);

impl<T: ?Sized, H> Clone for LocalBegun<'_, T, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized, H> Copy for LocalBegun<'_, T, H> {}

impl<T: ?Sized + Keyed<Local> + 'static, H: 'static> LocalBegun<'_, T, H> {
    /// Calls `f` with those in this place, which `begin` begins if there are none: with a hasher, and the name in reports.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn with<R>(
        slot: &'static LocalKey<ThreadSlot>,
        begin: impl FnOnce() -> (H, Named),
        f: impl FnOnce(LocalBegun<'_, T, H>) -> R,
    ) -> R {
        let f = |core: InUse<'_>| f(LocalBegun { core, of: PhantomData });
        in_use::<Of<T, H>, H, R>(slot, T::Tail::kind::<T, Local>(), begin, f)
    }

    /// Those that somebody holds.
    pub(crate) fn registered(self) -> Registered {
        self.core.registered()
    }
}

impl<T: ?Sized, H> LocalBegun<'_, T, H> {
    #[inline]
    pub(crate) fn hasher(&self) -> &H {
        // SAFETY: it was found by the type.
        unsafe { self.core.hasher() }
    }

    #[inline]
    fn core(&self) -> &Core {
        self.core.core()
    }

    /// An entry of this hash, whatever its key.
    #[inline]
    pub(crate) fn look_up(self, hash: u64) -> Option<LocalStrong<T>> {
        let head = self.core().find(hash)?;
        // SAFETY: what is in the table lives.
        let raw = unsafe { Raw::raise(head) };
        // SAFETY: here and below: a value of `T`, by which the core was found; `place` puts nothing else there.
        Some(unsafe { LocalStrong::new(raw) })
    }

    /// The entry of this hash and a key. `other` is what `look_up` found, and has another key.
    #[cold]
    #[inline(never)]
    pub(crate) fn find_slowly(
        self,
        hash: u64,
        other: LocalStrong<T>,
        eq: impl Fn(&T) -> bool,
    ) -> Option<LocalStrong<T>>
    where
        T: Stored,
    {
        let mut all = all(self.core(), hash, &[other.raw().address()]).into_iter();
        // What may panic is dropped while what is returned is still a local.
        drop(other);
        // SAFETY: see above.
        let mut handles = all.by_ref().map(|raw| unsafe { LocalStrong::<T>::new(raw) });
        let found = handles.find(|value| eq(value));
        drop(all);
        found
    }

    #[inline]
    pub(crate) fn count_hit(self) {
        let hits = &self.core().hits;
        hits.set(hits.get().wrapping_add(1));
    }

    pub(crate) fn count_miss(self) {
        let misses = &self.core().misses;
        misses.set(misses.get().wrapping_add(1));
    }

    /// The entry with the key of `value`, or a new one of it, and whether it is new. A miss is counted if it is to be.
    ///
    /// # Panics
    ///
    /// If there is no memory, or there are too many entries.
    pub(crate) fn place(self, hash: u64, value: T, count: bool) -> (LocalStrong<T>, bool)
    where
        T: Sized,
    {
        let mut value = MaybeUninit::new(value);
        let value = NonNull::from(&mut value).cast();
        // SAFETY: it is a value of `T`, and is nobody's else.
        let (raw, is_new) = unsafe { self.place_value(hash, Whole { value, kind: self.core().kind }, count) };
        // SAFETY: see above.
        (unsafe { LocalStrong::new(raw) }, is_new)
    }

    /// The same of a value in two parts, whose key `same` compares with that of another value.
    pub(crate) fn place_parts<S: Source<T::Tail>>(
        self,
        hash: u64,
        head: T::Head,
        source: S,
        same: impl Fn(&T, &T::Head, &T::Tail) -> bool,
    ) -> (LocalStrong<T>, bool)
    where
        T: Keyed<Local>,
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
        let parts = Parts::new::<T, Local>(&own.head, tail);
        let test = Typed(|other: &T| same(other, &own.head, tail), PhantomData);
        // SAFETY: together they are a value of `T`, and are ours until they are moved.
        let (raw, is_new) = unsafe { self.place_in_parts(hash, &parts, &test, &mut own.moved) };
        // SAFETY: see above.
        let placed = unsafe { LocalStrong::<T>::new(raw) };
        drop(own);
        (placed, is_new)
    }

    /// # Safety
    /// As for [`place_value`](Self::place_value), of both parts.
    unsafe fn place_in_parts(
        self,
        hash: u64,
        parts: &Parts,
        test: &dyn Test,
        moved: &mut bool,
    ) -> (Raw, bool) {
        let in_parts = InParts { parts, test, moved };
        if parts.kind.class != ALONE {
            // SAFETY: passed on.
            return unsafe { self.place_value(hash, in_parts, true) };
        }
        let alone = Alone::new(parts.kind, parts.bytes, self.core.address().cast()).unwrap_or_else(|| full());
        // SAFETY: it was made for them, and by the contract of this function they lie where they did.
        let in_place = unsafe { InPlace::new(alone, in_parts) };
        // SAFETY: passed on.
        unsafe { self.place_value(hash, in_place, true) }
    }

    /// # Safety
    /// The value is one of the kind of these entries, and the caller's no more.
    unsafe fn place_value(self, hash: u64, mut own: impl Value, count: bool) -> (Raw, bool) {
        let core = self.core();
        // What was compared already, by address in order. While the handles are held no address changes hands.
        let (mut seen, mut held) = (Vec::new(), Vec::new());
        loop {
            let others = all(core, hash, &seen);
            if others.is_empty() {
                break;
            }
            let mut others = others.into_iter();
            for candidate in others.by_ref() {
                if own.is_same(candidate.value()) {
                    self.count(count);
                    // What may panic is dropped while what is returned is still a local.
                    drop((others, held, own));
                    return (candidate, false);
                }
                seen.push(candidate.address());
                held.push(candidate);
            }
            seen.sort_unstable();
        }
        // From here on to the insertion nothing of the user's runs.
        let slot = core.with(|State { table, slab }| {
            table.reserve(1)?;
            own.take(slab, self.core.address().cast())
        });
        let slot = slot.unwrap_or_else(|| full());
        // SAFETY: passed on.
        unsafe { own.fill(slot) };
        // SAFETY: the slot is taken.
        if let Some(number) = unsafe { number_of(slot) } {
            core.numbers.set(core.numbers.get() + 1);
            // SAFETY: it is ours, and that is where the number lies.
            unsafe { number.write(core.numbers.get()) };
        }
        {
            // SAFETY: the slot is taken.
            let Head { counts, word } = unsafe { slot.as_ref() };
            word.store(hash, Ordering::Relaxed);
            counts.begin_local();
        }
        core.with(|State { table, .. }| {
            table.insert(hash, slot);
        });
        // For the slot.
        core.hold();
        self.count(count);
        // SAFETY: the count with which it began is ours.
        let new = unsafe { Raw::new(slot) };
        drop(held);
        (new, true)
    }

    fn count(self, count: bool) {
        if count {
            self.count_miss();
        }
    }
}

/// Handles on the entries of this hash, less those whose slots lie at the addresses `seen`, which are in order.
fn all(core: &Core, hash: u64, seen: &[usize]) -> Vec<Raw> {
    core.with(|State { table, .. }| {
        let unseen = table.of_hash(hash).filter(|head| seen.binary_search(&head.addr().get()).is_err());
        // SAFETY: what is in the table lives.
        unseen.map(|head| unsafe { Raw::raise(head) }).collect()
    })
}

#[cold]
fn full() -> ! {
    panic!("too many interned values on one thread, or no memory for their table")
}

/// What can be asked of those that somebody holds.
impl Registered {
    /// Hits and misses so far.
    pub(crate) fn counters(&self) -> (u64, u64) {
        (self.core().hits.get(), self.core().misses.get())
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.core().with(|state| state.table.len())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.core().with(|state| state.table.capacity())
    }

    pub(crate) fn reserve(&self, additional: usize) {
        let reserved = self.core().with(|state| state.table.reserve(additional).is_some());
        assert!(reserved, "capacity overflow");
    }

    pub(crate) fn shrink_to_fit(&self) {
        self.core().with(|State { table, slab }| {
            table.shrink_to(table.len());
            slab.shrink_to_fit();
        });
    }

    /// All entries, which are of `T`: else none.
    pub(crate) fn handles<T: ?Sized + 'static, H: 'static>(&self) -> LocalHandles<T> {
        let mut all = Vec::with_capacity(self.len());
        if self.core().is_of(TypeId::of::<Of<T, H>>()) {
            self.core().with(|State { table, .. }| {
                // SAFETY: what is in the table lives.
                all.extend(table.iter().map(|head| unsafe { Raw::raise(head) }));
            });
        }
        LocalHandles { all: all.into_iter(), of: PhantomData }
    }
}

/// See [`Registered::handles`].
pub(crate) struct LocalHandles<T: ?Sized> {
    all: std::vec::IntoIter<Raw>,
    of: PhantomData<NonNull<T>>,
}

impl<T: ?Sized> Iterator for LocalHandles<T> {
    type Item = LocalStrong<T>;

    fn next(&mut self) -> Option<LocalStrong<T>> {
        // SAFETY: these are values of `T`.
        self.all.next().map(|raw| unsafe { LocalStrong::new(raw) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.all.size_hint()
    }
}
