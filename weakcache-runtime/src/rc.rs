//! Slots with counts, in chunks: the memory of a registry.
//!
//! All unsafe code of interning is in this file. What a registry decides (which key goes where, what is
//! equal) is safe code on top of [`Slab`], [`Strong`] and [`Weak`].
//!
//! # Memory
//!
//! A *slot* holds one entry: two counts, the hash of its key, the value. Slots lie in *chunks* of just
//! under 4 KiB, aligned to 4 KiB, so that masking the address of a slot gives the header of its chunk, and
//! with it the owner: a slot stores no pointer for that. A value too large to share a chunk has one to
//! itself. A slab numbers its chunks, and a [`Place`], the 32 bits that a table stores for an entry, is
//! chunk number and slot number. A chunk is given back when its last slot is vacant; each slab keeps one
//! empty chunk so that an entry that comes and goes does not allocate.
//!
//! The head of a slot stays initialised as long as its chunk exists, and a vacant slot has a strong count
//! of 0. So any `Place` may be looked at under the lock of its owner, stale ones included: it gives a live
//! value or nothing.
//!
//! # Counts
//!
//! `strong` in the lower and `weak` in the upper half of one word, so that both are read at once. As in
//! `Arc`, the strong handles together hold one weak count. A slot goes through
//!
//! 1. *vacant*: strong 0, weak 0, on the free list of its chunk;
//! 2. *live*: strong > 0;
//! 3. *dying*: strong 0, weak > 0. The handle that brought it there takes it out of the table and drops the
//!    value. Nothing leads back from here: a count is raised from a handle, or by
//!    *increment-if-not-zero* ([`increment`]).
//! 4. *dead*: the value is gone, weak handles still hold the slot. The last of them makes it vacant.
//!
//! **Looking up** happens under the owner's lock: take a `Place` from the table, increment-if-not-zero. A
//! dying entry answers no and counts as absent.
//!
//! **The last drop.** A handle that reads a strong count above 1 just decrements, and goes on only if that
//! was the last count after all (two last handles dropped at once). A handle that reads 1 is alone for the
//! moment; it takes the lock without decrementing. Under the lock no look-up can raise the count, so if
//! the word now reads *one strong, one weak*, no other handle of either kind exists, none can come into
//! being, and the entry is taken out without a read-modify-write. Otherwise (a look-up was quicker, or
//! weak handles exist, which upgrade without the lock) it decrements here, and goes on if that was the
//! last. Either way whoever takes the entry out does so by hash and place, never by key: a newer entry of
//! the same key may already stand beside it.
//!
//! **Ordering.** Decrements release, and whoever sees the last count acquires, so that every use of the
//! value happens before its drop. Increments from a handle are relaxed: the handle was got by some
//! synchronisation already. Increments from zero-or-more acquire, against the decrements before. The
//! chunk headers and the free lists are touched under the lock alone.
//!
//! **Deep drops.** A value that dies inside another value's drop is out of the table at once, but its own
//! drop waits on a list of the thread, linked through the slots, until the outermost one has returned: no
//! recursion, no allocation. The list needs no destructor and so works in those of thread-locals too.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem::{MaybeUninit, needs_drop, offset_of};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::abort;
use std::ptr::{self, NonNull};
use std::thread;

use crate::sync::{AtomicU64, Ordering, Unmodelled, thread_local_const};

/// Chunks are aligned to this, and every slot begins within the first so many bytes of its chunk.
const ALIGN: usize = 4096;
/// Less than `ALIGN` by the header of a common allocator, so that chunks pack without gaps.
const BYTES: usize = ALIGN - 16;
/// The first chunk of a slab has this many slots (where as many fit), each next one twice as many.
const FIRST: usize = 8;
const NONE: u32 = u32::MAX;

const STRONG: u64 = 1;
const WEAK: u64 = 1 << 32;
/// More handles than this and the process aborts, as with `Arc`: a count must not wrap.
const MAX: u32 = i32::MAX as u32;

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
const fn strong(counts: u64) -> u32 {
    counts as u32
}

const fn weak(counts: u64) -> u32 {
    (counts >> 32) as u32
}

/// Who has a slab: a lock around it and whatever finds places by hash.
pub(crate) trait Owner<T>: Sized {
    type Index;

    /// Runs `f` under the lock. `f` is no user code.
    fn locked<R>(&self, f: impl FnOnce(&mut Slab<T, Self>, &mut Self::Index) -> R) -> R;

    /// Takes this very place out of the index.
    fn unregister(index: &mut Self::Index, slab: &Slab<T, Self>, hash: u64, place: Place);
}

/// Where an entry lies in its slab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place(u32);

impl Place {
    const SLOT_BITS: u32 = 8;
    const MAX_SLOTS: usize = 1 << Self::SLOT_BITS;
    const MAX_CHUNKS: usize = 1 << (32 - Self::SLOT_BITS);

    fn new(chunk: u32, slot: usize) -> Self {
        debug_assert!(slot < Self::MAX_SLOTS);
        #[expect(clippy::cast_possible_truncation, reason = "at most 255")]
        Self((chunk << Self::SLOT_BITS) | slot as u32)
    }

    fn chunk(self) -> usize {
        (self.0 >> Self::SLOT_BITS) as usize
    }

    fn slot(self) -> usize {
        self.0 as usize % Self::MAX_SLOTS
    }
}

/// What every slot begins with, whatever its value.
#[repr(C)]
struct Head {
    counts: AtomicU64,
    /// Live: the hash of the key. Vacant: the next vacant slot. Dying, on the list: the next on it.
    word: Unmodelled,
}

#[repr(C)]
struct Slot<T> {
    head: Head,
    value: MaybeUninit<T>,
}

/// The header of a chunk. The first field is read through a pointer that knows neither `T` nor `O`.
#[repr(C)]
struct Chunk<T, O> {
    /// Drops the value of a dying slot of this chunk and gives up its weak count.
    destroy: unsafe fn(NonNull<Head>),
    owner: NonNull<O>,
    slots: usize,
    /// Touched under the owner's lock only; the rest never changes.
    state: UnsafeCell<State>,
    of: PhantomData<T>,
}

struct State {
    number: u32,
    /// Of the list of chunks with a vacant slot.
    previous: u32,
    next: u32,
    /// Slots that are not vacant.
    taken: u16,
    /// The first vacant slot; meaningless where all are taken.
    vacant: u16,
}

impl<T, O: Owner<T>> Chunk<T, O> {
    const SLOTS_AT: usize = {
        assert!(
            align_of::<Slot<T>>() <= ALIGN / 2,
            "an interned value cannot have an alignment above 2048 bytes"
        );
        size_of::<Self>().next_multiple_of(align_of::<Slot<T>>())
    };

    /// How many slots a chunk of full size has.
    const SLOTS: usize = {
        let fitting = (BYTES - Self::SLOTS_AT) / size_of::<Slot<T>>();
        // One a chunk lets the address sanitizer see each entry come and go.
        if fitting == 0 || cfg!(weakcache_one_slot) {
            1
        } else if fitting > Place::MAX_SLOTS {
            Place::MAX_SLOTS
        } else {
            fitting
        }
    };

    const fn layout(slots: usize) -> Layout {
        match Layout::from_size_align(Self::SLOTS_AT + slots * size_of::<Slot<T>>(), ALIGN) {
            Ok(layout) => layout,
            Err(_) => panic!("an interned value cannot be that large"),
        }
    }

    /// A chunk whose slots are all vacant.
    fn new(slots: usize, number: u32, owner: NonNull<O>) -> NonNull<Self> {
        let layout = Self::layout(slots);
        // SAFETY: a header is not empty, hence neither is the layout.
        let Some(chunk) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let chunk = chunk.cast::<Self>();
        let state = State { number, previous: NONE, next: NONE, taken: 0, vacant: 0 };
        let header =
            Self { destroy: destroy::<T, O>, owner, slots, state: UnsafeCell::new(state), of: PhantomData };
        // SAFETY: the block is ours, aligned, and larger than a header.
        unsafe { chunk.write(header) };
        for number in 0..slots {
            let head = Head { counts: AtomicU64::new(0), word: Unmodelled::new(number as u64 + 1) };
            // SAFETY: `number < slots`.
            let slot = unsafe { Self::slot(chunk, number) };
            // SAFETY: a slot begins with its head, and nothing else refers to it yet.
            unsafe { slot.cast::<Head>().write(head) };
        }
        chunk
    }

    /// # Safety
    /// The chunk exists and has more than `number` slots.
    unsafe fn slot(this: NonNull<Self>, number: usize) -> NonNull<Slot<T>> {
        let offset = Self::SLOTS_AT + number * size_of::<Slot<T>>();
        // SAFETY: by the contract of this function the slot lies within the allocation of the chunk,
        // over all of which `this` may reach: it is the pointer that the allocator gave.
        unsafe { this.byte_add(offset) }.cast()
    }

    /// The chunk that a slot lies in.
    ///
    /// Valid as long as the slot is not vacant, since a chunk with a taken slot is not freed.
    fn of(slot: NonNull<Slot<T>>) -> NonNull<Self> {
        base(slot.cast()).cast()
    }

    /// The number of a slot of this chunk.
    fn number_of(slot: NonNull<Slot<T>>) -> usize {
        (slot.addr().get() % ALIGN - Self::SLOTS_AT) / size_of::<Slot<T>>()
    }
}

/// Masks the address of a slot down to that of its chunk.
fn base(head: NonNull<Head>) -> NonNull<u8> {
    let within = head.addr().get() % ALIGN;
    // SAFETY: slots begin within the first `ALIGN` bytes of a chunk, which is aligned to `ALIGN`, so this
    // stays in the allocation; the pointer to a slot is made from that to its chunk and may reach it.
    unsafe { head.cast::<u8>().byte_sub(within) }
}

/// The chunks of one owner. Everything here happens under the owner's lock.
pub(crate) struct Slab<T, O: Owner<T>> {
    /// By number.
    chunks: Vec<Option<NonNull<Chunk<T, O>>>>,
    /// The numbers without a chunk.
    unused: Vec<u32>,
    /// The first chunk of the list of those with a vacant slot.
    room: u32,
    /// A chunk without a taken slot. There is at most one.
    spare: Option<u32>,
}

// SAFETY: the slab owns its chunks, and the values in them are shared and dropped by any thread.
unsafe impl<T: Send + Sync, O: Owner<T>> Send for Slab<T, O> {}

impl<T, O: Owner<T>> Slab<T, O> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), unused: Vec::new(), room: NONE, spare: None }
    }

    fn chunk(&self, number: u32) -> NonNull<Chunk<T, O>> {
        self.chunks[number as usize].expect("a chunk on a list exists")
    }

    fn state(&mut self, number: u32) -> &mut State {
        // SAFETY: chunks in the vector exist.
        let chunk = unsafe { self.chunk(number).as_ref() };
        // SAFETY: writes to a state go through a slab borrowed exclusively, as this one is.
        unsafe { &mut *chunk.state.get() }
    }

    /// The slot at `place`, taken or vacant, if there is a chunk there.
    #[inline]
    fn slot(&self, place: Place) -> Option<NonNull<Slot<T>>> {
        let chunk = (*self.chunks.get(place.chunk())?)?;
        // SAFETY: chunks in the vector exist.
        let slots = unsafe { chunk.as_ref() }.slots;
        // SAFETY: the number was just checked.
        (place.slot() < slots).then(|| unsafe { Chunk::slot(chunk, place.slot()) })
    }

    #[inline]
    fn head(&self, place: Place) -> Option<&Head> {
        // SAFETY: the head of a slot is initialised as long as its chunk exists, which is as long as the
        // slab is borrowed: chunks are freed through `&mut self`.
        self.slot(place).map(|slot| unsafe { slot.cast::<Head>().as_ref() })
    }

    /// The hash that the entry at `place` was inserted with.
    ///
    /// A number without meaning if nothing is there.
    #[inline]
    pub(crate) fn hash(&self, place: Place) -> u64 {
        self.head(place).map_or(0, |head| head.word.load(Ordering::Relaxed))
    }

    /// A handle on the value at `place` if it lives: what is dying, dead or vacant has a count of 0.
    #[inline]
    pub(crate) fn acquire(&self, place: Place) -> Option<Strong<T, O>> {
        let slot = self.slot(place)?;
        // SAFETY: as in `head`.
        let head = unsafe { slot.cast::<Head>().as_ref() };
        increment(&head.counts).then(|| Strong { slot, owner: PhantomData })
    }

    /// Makes sure that the next `insert` neither allocates nor panics.
    ///
    /// `owner` is the lock around this very slab, and never moves or goes away.
    ///
    /// # Panics
    ///
    /// If there are 2²⁴ chunks.
    pub(crate) fn reserve(&mut self, owner: &'static O) {
        if self.room != NONE {
            return;
        }
        let number = self.unused.pop().unwrap_or_else(|| {
            let number = self.chunks.len();
            assert!(number < Place::MAX_CHUNKS, "too many interned values in one shard");
            self.chunks.push(None);
            // Room for all numbers to come back, so that a drop need not allocate.
            self.unused.reserve(self.chunks.len());
            u32::try_from(number).expect("fewer than 2^24")
        });
        let slots = Chunk::<T, O>::SLOTS.min(FIRST << number.min(Place::SLOT_BITS));
        self.chunks[number as usize] = Some(Chunk::new(slots, number, NonNull::from(owner)));
        self.link(number);
        self.spare = Some(number);
    }

    /// Puts a value into a slot that `reserve` provided: one strong handle, which is returned.
    ///
    /// # Panics
    ///
    /// Without `reserve` since the last `insert`.
    pub(crate) fn insert(&mut self, hash: u64, value: T) -> (Place, Strong<T, O>) {
        assert!(self.room != NONE, "a place was reserved");
        let number = self.room;
        let chunk = self.chunk(number);
        // SAFETY: chunks in the vector exist.
        let slots = unsafe { chunk.as_ref() }.slots;
        let state = self.state(number);
        let vacant = usize::from(state.vacant);
        debug_assert!(vacant < slots && usize::from(state.taken) < slots);
        // SAFETY: a chunk on the list has a vacant slot, and `vacant` is its number.
        let slot = unsafe { Chunk::slot(chunk, vacant) };
        // SAFETY: heads are initialised as long as the chunk exists.
        let head = unsafe { slot.cast::<Head>().as_ref() };
        debug_assert_eq!(head.counts.load(Ordering::Relaxed), 0, "only vacant slots are on the free list");
        #[expect(clippy::cast_possible_truncation, reason = "a slot number was stored there")]
        {
            state.vacant = head.word.load(Ordering::Relaxed) as u16;
        }
        state.taken += 1;
        let full = usize::from(state.taken) == slots;
        // SAFETY: the slot is vacant, so nobody reads its value; the offset is that of the field.
        unsafe { value_of(slot).write(value) };
        head.word.store(hash, Ordering::Relaxed);
        // Look-ups find it from here on, under the lock that is held now; `Release` is for a stale place.
        head.counts.store(STRONG + WEAK, Ordering::Release);
        if self.spare == Some(number) {
            self.spare = None;
        }
        if full {
            self.unlink(number);
        }
        (Place::new(number, vacant), Strong { slot, owner: PhantomData })
    }

    /// Makes a dead slot vacant, and frees its chunk if that was the last one and a spare exists.
    ///
    /// # Safety
    /// The slot lies in this slab, its value is gone, and nobody holds a count on it or will look at it
    /// again but through a stale place.
    unsafe fn vacate(&mut self, slot: NonNull<Slot<T>>) {
        let chunk = Chunk::<T, O>::of(slot);
        // SAFETY: the slot was taken until now, so its chunk exists.
        let chunk = unsafe { chunk.as_ref() };
        // SAFETY: under the lock the state does not change.
        let number = unsafe { (*chunk.state.get()).number };
        let slots = chunk.slots;
        let state = self.state(number);
        // SAFETY: heads are initialised as long as the chunk exists.
        let head = unsafe { slot.cast::<Head>().as_ref() };
        head.counts.store(0, Ordering::Relaxed);
        head.word.store(u64::from(state.vacant), Ordering::Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "at most 256")]
        {
            state.vacant = Chunk::<T, O>::number_of(slot) as u16;
        }
        let was_full = usize::from(state.taken) == slots;
        state.taken -= 1;
        let empty = state.taken == 0;
        if was_full {
            self.link(number);
        }
        if empty {
            if self.spare.is_some() {
                self.free(number);
            } else {
                self.spare = Some(number);
            }
            self.forget_numbers();
        }
    }

    /// Gives an empty chunk back to the allocator.
    fn free(&mut self, number: u32) {
        self.unlink(number);
        let chunk = self.chunks[number as usize].take().expect("a chunk on a list exists");
        self.unused.push(number);
        // SAFETY: the chunk exists until here.
        let slots = unsafe { chunk.as_ref() }.slots;
        // SAFETY: no slot is taken, so no handle leads here, and neither does the vector; the layout is
        // that of the allocation.
        unsafe { dealloc(chunk.as_ptr().cast(), Chunk::<T, O>::layout(slots)) };
    }

    /// When the spare is all that is left, makes it number 0 and forgets the others, so that a slab that
    /// was large once does not keep their list.
    fn forget_numbers(&mut self) {
        if let Some(spare) = self.spare
            && self.chunks.len() > 1
            && self.chunks.len() == self.unused.len() + 1
        {
            // No place leads into an empty chunk, so its number may change.
            self.state(spare).number = 0;
            self.chunks.swap(0, spare as usize);
            self.chunks.truncate(1);
            self.chunks.shrink_to_fit();
            self.unused = Vec::new();
            self.room = 0;
            self.spare = Some(0);
        }
    }

    /// Gives back what holds no value.
    pub(crate) fn shrink_to_fit(&mut self) {
        if let Some(spare) = self.spare.take() {
            self.free(spare);
        }
        if self.unused.len() == self.chunks.len() {
            *self = Self::new();
        }
    }

    /// Puts a chunk at the head of the list of those with room.
    fn link(&mut self, number: u32) {
        let next = std::mem::replace(&mut self.room, number);
        let state = self.state(number);
        state.previous = NONE;
        state.next = next;
        if next != NONE {
            self.state(next).previous = number;
        }
    }

    fn unlink(&mut self, number: u32) {
        let State { previous, next, .. } = *self.state(number);
        if previous == NONE {
            self.room = next;
        } else {
            self.state(previous).next = next;
        }
        if next != NONE {
            self.state(next).previous = previous;
        }
    }
}

/// Where the value of a slot lies.
fn value_of<T>(slot: NonNull<Slot<T>>) -> NonNull<T> {
    // SAFETY: the field lies within the slot.
    unsafe { slot.byte_add(offset_of!(Slot<T>, value)) }.cast()
}

/// Increment-if-not-zero: the only way to a handle that does not start from a strong handle.
#[inline]
fn increment(counts: &AtomicU64) -> bool {
    #[cfg(loom)]
    if crate::sync::fault::is(crate::sync::fault::Fault::Revive) {
        counts.fetch_add(STRONG, Ordering::Acquire);
        return true;
    }
    let mut seen = counts.load(Ordering::Relaxed);
    loop {
        if strong(seen) == 0 {
            return false;
        }
        if strong(seen) >= MAX {
            abort();
        }
        match counts.compare_exchange_weak(seen, seen + STRONG, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(now) => seen = now,
        }
    }
}

/// A counted handle on a live value.
pub(crate) struct Strong<T, O: Owner<T>> {
    slot: NonNull<Slot<T>>,
    // Neither owns nor borrows one as far as auto traits are concerned.
    owner: PhantomData<fn() -> O>,
}

// SAFETY: a handle shares the value and may be the one to drop it; what it does with the owner happens
// under the owner's lock.
unsafe impl<T: Send + Sync, O: Owner<T>> Send for Strong<T, O> {}
// SAFETY: as above; through a shared handle others are made.
unsafe impl<T: Send + Sync, O: Owner<T>> Sync for Strong<T, O> {}

impl<T, O: Owner<T>> Strong<T, O> {
    #[inline]
    fn head(&self) -> &Head {
        // SAFETY: the slot is not vacant while a handle exists, and heads are initialised.
        unsafe { self.slot.cast::<Head>().as_ref() }
    }

    pub(crate) fn hash(&self) -> u64 {
        self.head().word.load(Ordering::Relaxed)
    }

    pub(crate) fn strong_count(&self) -> usize {
        strong(self.head().counts.load(Ordering::Relaxed)) as usize
    }

    /// Weak handles; the count that the strong ones hold together is not among them.
    pub(crate) fn weak_count(&self) -> usize {
        weak(self.head().counts.load(Ordering::Relaxed)) as usize - 1
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *const T {
        value_of(self.slot).as_ptr()
    }

    pub(crate) fn downgrade(&self) -> Weak<T, O> {
        if weak(self.head().counts.fetch_add(WEAK, Ordering::Relaxed)) > MAX {
            abort();
        }
        Weak { slot: Some(self.slot), owner: PhantomData }
    }

    /// The handle reads as the only one: finds out under the lock, and takes the entry out if so.
    ///
    /// `counted` says whether this handle's count is off already.
    #[inline(never)]
    fn last(&self, counted: bool) {
        let chunk = Chunk::<T, O>::of(self.slot);
        // SAFETY: our count, or the weak count of the strong handles, keeps the slot taken and so the
        // chunk in being.
        let chunk = unsafe { chunk.as_ref() };
        // SAFETY: `reserve` took a `&'static`.
        let owner = unsafe { chunk.owner.as_ref() };
        let drop_value = owner.locked(|slab, index| {
            let counts = &self.head().counts;
            let mut alone = false;
            if !counted {
                if counts.load(Ordering::Acquire) == STRONG + WEAK {
                    alone = true;
                    counts.store(WEAK, Ordering::Relaxed);
                } else if strong(counts.fetch_sub(STRONG, Ordering::AcqRel)) > 1 {
                    return false;
                }
            }
            // SAFETY: under the lock the state does not change.
            let number = unsafe { (*chunk.state.get()).number };
            let place = Place::new(number, Chunk::<T, O>::number_of(self.slot));
            O::unregister(index, slab, self.hash(), place);
            if needs_drop::<T>() {
                return true;
            }
            if alone || weak(counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
                // SAFETY: the value needs no drop, and no count is left.
                unsafe { slab.vacate(self.slot) };
            }
            false
        });
        if drop_value {
            // SAFETY: the strong count is 0 and we brought it there; the value is intact.
            unsafe { destroy_or_defer(self.slot.cast()) };
        }
    }
}

impl<T, O: Owner<T>> std::ops::Deref for Strong<T, O> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is initialised and not dropped while a strong count is held, and never
        // written to.
        unsafe { &*self.as_ptr() }
    }
}

impl<T, O: Owner<T>> Clone for Strong<T, O> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed: the new handle is passed on by something that synchronises.
        if strong(self.head().counts.fetch_add(STRONG, Ordering::Relaxed)) > MAX {
            abort();
        }
        Self { ..*self }
    }
}

impl<T, O: Owner<T>> Drop for Strong<T, O> {
    #[inline]
    fn drop(&mut self) {
        let counts = &self.head().counts;
        let mut counted = false;
        if strong(counts.load(Ordering::Relaxed)) > 1 {
            let before = strong(counts.fetch_sub(STRONG, Ordering::Release));
            #[cfg(loom)]
            let before =
                if crate::sync::fault::is(crate::sync::fault::Fault::CheckFirst) { 2 } else { before };
            if before > 1 {
                return;
            }
            // Against the `Release` of the others. A load and not a fence, which the thread sanitizer
            // does not know.
            counts.load(Ordering::Acquire);
            counted = true;
        }
        self.last(counted);
    }
}

/// A counted handle on a slot, or on nothing.
pub(crate) struct Weak<T, O: Owner<T>> {
    slot: Option<NonNull<Slot<T>>>,
    owner: PhantomData<fn() -> O>,
}

// SAFETY: as for `Strong`, which it turns into.
unsafe impl<T: Send + Sync, O: Owner<T>> Send for Weak<T, O> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync, O: Owner<T>> Sync for Weak<T, O> {}

impl<T, O: Owner<T>> Weak<T, O> {
    pub(crate) const fn dangling() -> Self {
        Self { slot: None, owner: PhantomData }
    }

    fn head(&self) -> Option<&Head> {
        // SAFETY: our count keeps the slot taken.
        self.slot.map(|slot| unsafe { slot.cast::<Head>().as_ref() })
    }

    pub(crate) fn upgrade(&self) -> Option<Strong<T, O>> {
        let slot = self.slot?;
        increment(&self.head()?.counts).then(|| Strong { slot, owner: PhantomData })
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.head().map_or(0, |head| strong(head.counts.load(Ordering::Relaxed)) as usize)
    }

    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}

impl<T, O: Owner<T>> Clone for Weak<T, O> {
    fn clone(&self) -> Self {
        if let Some(head) = self.head()
            && weak(head.counts.fetch_add(WEAK, Ordering::Relaxed)) > MAX
        {
            abort();
        }
        Self { ..*self }
    }
}

impl<T, O: Owner<T>> Drop for Weak<T, O> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            // SAFETY: the count is ours to give up.
            unsafe { release_weak::<T, O>(slot) };
        }
    }
}

/// # Safety
/// The caller holds a weak count on the slot and does not use it afterwards.
unsafe fn release_weak<T, O: Owner<T>>(slot: NonNull<Slot<T>>) {
    // SAFETY: the count keeps the slot taken.
    let head = unsafe { slot.cast::<Head>().as_ref() };
    // SAFETY: so does it the chunk. Read first: after the decrement others may free it.
    let owner = unsafe { Chunk::<T, O>::of(slot).as_ref() }.owner;
    if weak(head.counts.fetch_sub(WEAK, Ordering::AcqRel)) == 1 {
        // SAFETY: `reserve` took a `&'static`.
        let owner = unsafe { owner.as_ref() };
        // SAFETY: that was the last count of either kind, so the value is gone, and it was ours: nobody
        // else vacates the slot.
        owner.locked(|slab, _| unsafe { slab.vacate(slot) });
    }
}

/// What the chunk header holds for [`destroy_or_defer`].
///
/// # Safety
/// The slot is a dying one of a chunk of `T` and `O`, and this is called once.
unsafe fn destroy<T, O: Owner<T>>(head: NonNull<Head>) {
    struct Release<T, O: Owner<T>>(NonNull<Slot<T>>, PhantomData<O>);
    impl<T, O: Owner<T>> Drop for Release<T, O> {
        fn drop(&mut self) {
            // SAFETY: the weak count of the strong handles, given up here and nowhere else.
            unsafe { release_weak::<T, O>(self.0) };
        }
    }
    let slot = head.cast::<Slot<T>>();
    let _release = Release::<T, O>(slot, PhantomData);
    // SAFETY: the strong count is 0, so no handle and no reference reaches the value, and by the contract
    // of this function it has not been dropped.
    unsafe { value_of(slot).drop_in_place() };
}

thread_local_const! {
    /// Whether this thread is inside [`destroy_or_defer`], and the slots whose turn comes after.
    static DYING: (Cell<bool>, Cell<Option<NonNull<Head>>>) = (Cell::new(false), Cell::new(None));
}

/// Drops the value of a dying slot now, or after the value whose drop is under way on this thread.
///
/// # Panics
///
/// With the first panic of a value's `Drop`, after all have run; not while the thread is unwinding.
///
/// # Safety
/// The slot is dying, out of its index, and passed here once.
unsafe fn destroy_or_defer(head: NonNull<Head>) {
    let first_panic = DYING.with(|(busy, waiting)| {
        if busy.replace(true) {
            let next = waiting.replace(Some(head)).map_or(0, |next| next.as_ptr().expose_provenance());
            // SAFETY: dying slots keep their head.
            unsafe { head.as_ref() }.word.store(next as u64, Ordering::Relaxed);
            return None;
        }
        let mut first_panic: Option<Box<dyn Any + Send>> = None;
        let mut current = head;
        loop {
            // SAFETY: the slot is taken, so its chunk exists; `destroy` is the first field of the header
            // whatever its type.
            let destroy = unsafe { base(current).cast::<unsafe fn(NonNull<Head>)>().read() };
            // SAFETY: it fits the slots of its chunk, and a slot comes here once.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| unsafe { destroy(current) })) {
                match first_panic {
                    None => first_panic = Some(panic),
                    Some(_) => discard(panic),
                }
            }
            let Some(next) = waiting.take() else { break };
            current = next;
            // SAFETY: as above.
            let rest = unsafe { next.as_ref() }.word.load(Ordering::Relaxed);
            #[expect(clippy::cast_possible_truncation, reason = "an address was stored there")]
            waiting.set(NonNull::new(ptr::with_exposed_provenance_mut(rest as usize)));
        }
        busy.set(false);
        first_panic
    });
    if let Some(panic) = first_panic {
        if thread::panicking() {
            discard(panic);
        } else {
            resume_unwind(panic);
        }
    }
}

/// Drops a panic that cannot propagate. Its own drop may panic too; that one is leaked.
fn discard(panic: Box<dyn Any + Send>) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(panic);
    }
}
