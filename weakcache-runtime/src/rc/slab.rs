//! Chunks and what is vacant in them; see the head of the module.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::UnsafeCell;
use std::marker::PhantomData;
use std::mem::offset_of;
use std::ptr::NonNull;

use super::{Head, Owner, STRONG, Slot, WEAK, value_of};
use crate::sync::{AtomicU64, Ordering, Unmodelled};

/// Chunks are aligned to this, and every slot begins within the first so many bytes of its chunk.
const ALIGN: usize = 4096;
/// Less than `ALIGN` by the header of a common allocator, so that chunks pack without gaps.
const BYTES: usize = ALIGN - 16;
/// The first chunk of a slab has this many slots (where as many fit), each next one twice as many.
const FIRST: usize = 8;
const NONE: u32 = u32::MAX;

/// Where an entry lies in its slab.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Place(u32);

impl Place {
    /// Slots begin at multiples of 8 below `ALIGN`.
    const OFFSET_BITS: u32 = (ALIGN / 8).ilog2();
    const MAX_CHUNKS: usize = 1 << (32 - Self::OFFSET_BITS);

    fn new(chunk: u32, offset: usize) -> Self {
        debug_assert!(offset < ALIGN && offset.is_multiple_of(8));
        #[expect(clippy::cast_possible_truncation, reason = "below 512")]
        Self((chunk << Self::OFFSET_BITS) | (offset / 8) as u32)
    }

    fn chunk(self) -> usize {
        (self.0 >> Self::OFFSET_BITS) as usize
    }

    /// Where in its chunk the slot begins.
    fn offset(self) -> usize {
        self.0 as usize % (ALIGN / 8) * 8
    }
}

/// Drops the value of a dying slot and gives up its weak count.
pub(super) type Destroy = unsafe fn(NonNull<Head>);

/// The header of a chunk. The first field is read through a pointer that knows neither `T` nor `O`.
#[repr(C)]
struct Chunk<T, O> {
    destroy: Destroy,
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

/// Whether a slot, aligned as its value, could not begin within the first `ALIGN` bytes of a chunk. It is then
/// alone in its chunk: the head right after the header, the value at the first multiple of its alignment.
const fn is_alone<T>() -> bool {
    align_of::<T>() > ALIGN / 2
}

/// How far behind its head a value lies.
pub(super) const fn value_at<T>() -> usize {
    if is_alone::<T>() { align_of::<T>() - size_of::<Chunk<T, ()>>() } else { offset_of!(Slot<T>, value) }
}

impl<T, O: Owner<T>> Chunk<T, O> {
    const SLOTS_AT: usize = {
        assert!(size_of::<Self>() == size_of::<Chunk<T, ()>>(), "`value_at` counts on that");
        if is_alone::<T>() {
            size_of::<Self>()
        } else {
            size_of::<Self>().next_multiple_of(align_of::<Slot<T>>())
        }
    };

    /// From one slot to the next.
    const STRIDE: usize =
        if is_alone::<T>() { value_at::<T>() + size_of::<T>() } else { size_of::<Slot<T>>() };

    const ALIGN: usize = if is_alone::<T>() { align_of::<T>() } else { ALIGN };

    /// How many slots a chunk of full size has.
    const SLOTS: usize = {
        let fitting = (BYTES - Self::SLOTS_AT) / Self::STRIDE;
        // One a chunk lets the address sanitizer see each entry come and go.
        if fitting == 0 || is_alone::<T>() || cfg!(weakcache_one_slot) { 1 } else { fitting }
    };

    const fn layout(slots: usize) -> Layout {
        match Layout::from_size_align(Self::SLOTS_AT + slots * Self::STRIDE, Self::ALIGN) {
            Ok(layout) => layout,
            Err(_) => panic!("an interned value cannot be that large"),
        }
    }

    /// A chunk whose slots are all vacant.
    fn new(slots: usize, number: u32, owner: NonNull<O>, destroy: Destroy) -> NonNull<Self> {
        let layout = Self::layout(slots);
        // SAFETY: a header is not empty, hence neither is the layout.
        let Some(chunk) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let chunk = chunk.cast::<Self>();
        let state = State { number, previous: NONE, next: NONE, taken: 0, vacant: 0 };
        let header = Self { destroy, owner, slots, state: UnsafeCell::new(state), of: PhantomData };
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
        let offset = Self::SLOTS_AT + number * Self::STRIDE;
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

    /// The number of a slot within its chunk.
    fn index_of(slot: NonNull<Slot<T>>) -> usize {
        (slot.addr().get() % ALIGN - Self::SLOTS_AT) / Self::STRIDE
    }

    /// The place of a slot of the chunk with this number.
    fn place(slot: NonNull<Slot<T>>, chunk: u32) -> Place {
        Place::new(chunk, slot.addr().get() % ALIGN)
    }
}

/// What drops the value of this dying slot.
///
/// # Safety
/// The slot is taken.
pub(super) unsafe fn destroy_of(head: NonNull<Head>) -> Destroy {
    // SAFETY: the chunk exists, and this is the first field of its header whatever its type.
    unsafe { base(head).cast::<Destroy>().read() }
}

/// Masks the address of a slot down to that of its chunk.
fn base(head: NonNull<Head>) -> NonNull<u8> {
    let within = head.addr().get() % ALIGN;
    // SAFETY: slots begin within the first `ALIGN` bytes of a chunk, which is aligned to `ALIGN`, so this
    // stays in the allocation; the pointer to a slot is made from that to its chunk and may reach it.
    unsafe { head.cast::<u8>().byte_sub(within) }
}

/// Who owns this slot.
///
/// # Safety
/// The slot is taken.
pub(super) unsafe fn owner_of<'a, T, O: Owner<T>>(slot: NonNull<Slot<T>>) -> &'a O {
    // SAFETY: the chunk of a taken slot exists.
    let owner = unsafe { Chunk::<T, O>::of(slot).as_ref() }.owner;
    // SAFETY: `reserve` took a `&'static`.
    unsafe { owner.as_ref() }
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

// SAFETY: the slab owns its chunks, and the values in them are shared and dropped by any thread. They may
// be: `insert` asks for it. So a static of a slab for another `T` is no error, beside the one that says that
// this `T` cannot be interned.
unsafe impl<T, O: Owner<T>> Send for Slab<T, O> {}

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

    /// The number of the chunk of a slot.
    ///
    /// # Safety
    /// The slot is taken, and the owner's lock is held.
    unsafe fn number(slot: NonNull<Slot<T>>) -> u32 {
        // SAFETY: a chunk with a taken slot exists.
        let state = unsafe { Chunk::<T, O>::of(slot).as_ref() }.state.get();
        // SAFETY: under the lock nobody else has access to it.
        unsafe { (*state).number }
    }

    /// Where a slot lies.
    ///
    /// # Safety
    /// The slot is taken, and the owner's lock is held.
    pub(super) unsafe fn place(slot: NonNull<Slot<T>>) -> Place {
        // SAFETY: passed on.
        Chunk::<T, O>::place(slot, unsafe { Self::number(slot) })
    }

    /// The slot at `place`, taken or vacant, if there is a chunk there.
    #[inline]
    pub(super) fn slot(&self, place: Place) -> Option<NonNull<Slot<T>>> {
        let chunk = (*self.chunks.get(place.chunk())?)?;
        // SAFETY: the place was made for a slot of a chunk of this number. All chunks that ever have one
        // number have the same slots, so this one has it too.
        Some(unsafe { chunk.byte_add(place.offset()) }.cast())
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

    /// Makes sure that the next `insert` neither allocates nor panics.
    ///
    /// `owner` is the lock around this very slab, and never moves or goes away; `destroy` is for its slots.
    ///
    /// Says whether it could: not if there are 2²³ chunks.
    pub(super) fn reserve(&mut self, owner: &'static O, destroy: Destroy) -> bool {
        if self.room != NONE {
            return true;
        }
        if self.unused.is_empty() && self.chunks.len() == Place::MAX_CHUNKS {
            return false;
        }
        let number = self.unused.pop().unwrap_or_else(|| {
            let number = self.chunks.len();
            self.chunks.push(None);
            // Room for all numbers to come back, so that a drop need not allocate.
            self.unused.reserve(number + 1);
            u32::try_from(number).expect("fewer than 2^23")
        });
        // By the number alone; see `slot`.
        let slots = Chunk::<T, O>::SLOTS.min(FIRST << number.min(8));
        self.chunks[number as usize] = Some(Chunk::new(slots, number, NonNull::from(owner), destroy));
        self.link(number);
        self.spare = Some(number);
        true
    }

    /// Puts a value into a slot that `reserve` provided. It has one strong count, which is the caller's.
    ///
    /// # Panics
    ///
    /// Without `reserve` since the last `insert`.
    pub(super) fn insert(&mut self, hash: u64, value: T) -> (Place, NonNull<Slot<T>>)
    where
        T: Send + Sync,
    {
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
        (Chunk::<T, O>::place(slot, number), slot)
    }

    /// Makes a dead slot vacant, and frees its chunk if that was the last one and a spare exists.
    ///
    /// # Safety
    /// The slot lies in this slab, its value is gone, and nobody holds a count on it or will look at it
    /// again but through a stale place.
    pub(super) unsafe fn vacate(&mut self, slot: NonNull<Slot<T>>) {
        // SAFETY: the slot is taken until now.
        let number = unsafe { Self::number(slot) };
        // SAFETY: so its chunk exists.
        let slots = unsafe { Chunk::<T, O>::of(slot).as_ref() }.slots;
        let state = self.state(number);
        // SAFETY: heads are initialised as long as the chunk exists.
        let head = unsafe { slot.cast::<Head>().as_ref() };
        head.counts.store(0, Ordering::Relaxed);
        head.word.store(u64::from(state.vacant), Ordering::Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "at most 256")]
        {
            state.vacant = Chunk::<T, O>::index_of(slot) as u16;
        }
        let was_full = usize::from(state.taken) == slots;
        state.taken -= 1;
        let empty = state.taken == 0;
        if was_full {
            self.link(number);
        }
        if empty {
            // The lower number stays, so that number 0 is what is left in the end.
            match self.spare.replace(number) {
                Some(spare) if spare < number => {
                    self.spare = Some(spare);
                    self.free(number);
                }
                Some(spare) => self.free(spare),
                None => {}
            }
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
        if self.unused.len() + 1 == self.chunks.len() && self.chunks[0].is_some() {
            // A slab that was large once does not keep the numbers.
            self.chunks.truncate(1);
            self.chunks.shrink_to_fit();
            self.unused = Vec::new();
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
