//! Chunks and what is vacant in them; see the head of the module.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::ptr::NonNull;

use super::counts::Counts;
use super::kind::{HEADER, Kind};
use super::reclaim::{ADDRESS_BITS, give_back};
use super::{ALIGN, Head, Memory};
#[cfg(loom)]
use crate::sync::Trace;
use crate::sync::{Ordering, Unmodelled};

/// The first chunk of a slab has this many slots (where as many fit), each next one twice as many.
const FIRST: usize = 8;
const NONE: u32 = u32::MAX;

/// So that the number of a chunk and the place in it fit 32 bits.
const MAX_CHUNKS: usize = 1 << (32 - (ALIGN / 8).ilog2());

/// The header of a chunk.
#[repr(C)]
struct Chunk {
    kind: &'static Kind,
    /// An address that means something to who has the slab.
    owner: NonNull<()>,
    /// Touched under the owner's lock only; the rest never changes.
    state: UnsafeCell<State>,
    /// So that what follows is not overwritten by what a retired chunk begins with.
    #[cfg(loom)]
    retired: u64,
    #[cfg(loom)]
    trace: Trace,
}

struct State {
    number: u32,
    /// Of the list of chunks with a vacant slot.
    previous: u32,
    next: u32,
    /// Slots that are not vacant.
    taken: u16,
    /// How many eights of bytes behind the start of the chunk the first vacant slot begins; 0 where all are
    /// taken. The word of a vacant slot says the same of the next one.
    vacant: u16,
}

const _: () = assert!(size_of::<Chunk>() <= HEADER);

/// How many slots the chunk of this number has.
fn slots(kind: &Kind, number: u32) -> usize {
    kind.slots.min(FIRST << number.min(8))
}

fn layout(kind: &Kind, slots: usize) -> Option<Layout> {
    Layout::from_size_align(slots.checked_mul(kind.stride)?.checked_add(kind.slots_at)?, kind.align).ok()
}

impl Chunk {
    /// A chunk whose slots are all vacant, unless there is no memory.
    fn new(kind: &'static Kind, number: u32, owner: NonNull<()>) -> Option<NonNull<Self>> {
        let slots = slots(kind, number);
        let layout = layout(kind, slots)?;
        // SAFETY: a header is not empty, hence neither is the layout.
        let chunk = NonNull::new(unsafe { alloc(layout) })?;
        if (chunk.addr().get() as u64).checked_shr(ADDRESS_BITS).is_some_and(|rest| rest != 0) {
            // SAFETY: just allocated, with this layout.
            unsafe { dealloc(chunk.as_ptr(), layout) };
            return None;
        }
        let chunk = chunk.cast::<Self>();
        let at = |number: usize| kind.slots_at + number * kind.stride;
        #[expect(clippy::cast_possible_truncation, reason = "below 4096")]
        let state = State { number, previous: NONE, next: NONE, taken: 0, vacant: (at(0) / 8) as u16 };
        let header = Self {
            kind,
            owner,
            state: UnsafeCell::new(state),
            #[cfg(loom)]
            retired: 0,
            #[cfg(loom)]
            trace: Trace::default(),
        };
        // SAFETY: the block is ours, aligned, and larger than a header.
        unsafe { chunk.write(header) };
        for number in 0..slots {
            let next = if number + 1 < slots { at(number + 1) as u64 / 8 } else { 0 };
            let head = Head { counts: Counts::vacant(), word: Unmodelled::new(next) };
            // SAFETY: there are so many slots.
            let slot = unsafe { Self::slot(chunk, at(number)) };
            // SAFETY: nothing else refers to it yet.
            unsafe { slot.write(head) };
        }
        Some(chunk)
    }

    /// # Safety
    /// The chunk exists, and a slot of it begins so many bytes behind its start.
    unsafe fn slot(this: NonNull<Self>, offset: usize) -> NonNull<Head> {
        // SAFETY: by the contract of this function the slot lies within the allocation of the chunk,
        // over all of which `this` may reach: it is the pointer that the allocator gave.
        unsafe { this.byte_add(offset) }.cast()
    }

    /// The chunk that a slot lies in.
    ///
    /// Valid as long as the slot is not vacant, since a chunk with a taken slot is not freed.
    fn of(head: NonNull<Head>) -> NonNull<Self> {
        let within = head.addr().get() % ALIGN;
        // SAFETY: slots begin within the first `ALIGN` bytes of a chunk, which is aligned to `ALIGN`, so
        // this stays in the allocation; the pointer to a slot is made from that to its chunk and may reach it.
        unsafe { head.byte_sub(within) }.cast()
    }
}

/// What the slots are like beside this one.
///
/// # Safety
/// The slot is taken.
pub(super) unsafe fn kind_of(head: NonNull<Head>) -> &'static Kind {
    // SAFETY: the chunk of a taken slot exists.
    unsafe { Chunk::of(head).as_ref() }.kind
}

/// The owner of this slot, as given to [`Slab::reserve`].
///
/// # Safety
/// The slot is taken.
pub(super) unsafe fn owner_of(head: NonNull<Head>) -> NonNull<()> {
    // SAFETY: as above.
    unsafe { Chunk::of(head).as_ref() }.owner
}

/// A look-up without the lock is about to touch this slot: the model asks whether it may.
///
/// # Safety
/// The chunk exists.
#[cfg(loom)]
pub(super) unsafe fn trace(head: NonNull<Head>) {
    // SAFETY: by the contract of this function; a model frees nothing.
    unsafe { Chunk::of(head).as_ref() }.trace.touch();
}

/// The chunks of one owner. Everything here happens under the owner's lock.
pub(super) struct Slab {
    kind: &'static Kind,
    /// By number.
    chunks: Vec<Option<NonNull<Chunk>>>,
    /// The numbers without a chunk.
    unused: Vec<u32>,
    /// The first chunk of the list of those with a vacant slot.
    room: u32,
    /// A chunk without a taken slot. There is at most one.
    spare: u32,
}

// SAFETY: the slab owns its chunks, and the values in them are shared and dropped by any thread. They may
// be: who inserts asks for it. So a static of a slab for another type is no error, beside the one that says
// that this type cannot be interned.
unsafe impl Send for Slab {}

impl Slab {
    pub(super) const fn new(kind: &'static Kind) -> Self {
        Self { kind, chunks: Vec::new(), unused: Vec::new(), room: NONE, spare: NONE }
    }

    fn chunk(&self, number: u32) -> NonNull<Chunk> {
        self.chunks[number as usize].expect("a chunk on a list exists")
    }

    fn state(&mut self, number: u32) -> &mut State {
        // SAFETY: chunks in the vector exist.
        let state = unsafe { self.chunk(number).as_ref() }.state.get();
        // SAFETY: writes to a state go through a slab borrowed exclusively, as this one is.
        unsafe { &mut *state }
    }

    /// The number of the chunk of a slot.
    ///
    /// # Safety
    /// The slot is taken, and the owner's lock is held.
    pub(super) unsafe fn number(head: NonNull<Head>) -> u32 {
        // SAFETY: a chunk with a taken slot exists.
        let state = unsafe { Chunk::of(head).as_ref() }.state.get();
        // SAFETY: under the lock nobody else has access to it.
        unsafe { (*state).number }
    }

    /// The slot that begins so many bytes behind the start of this chunk.
    ///
    /// # Safety
    /// There is a taken slot there.
    #[allow(dead_code, reason = "for the locked table")]
    #[inline]
    pub(super) unsafe fn slot(&self, number: u32, offset: usize) -> NonNull<Head> {
        // SAFETY: by the contract of this function.
        unsafe { Chunk::slot(self.chunk(number), offset) }
    }

    /// Makes sure that the next `take` gets a slot. Its chunk will know `owner`.
    ///
    /// Says whether it could: not if there is no memory, or 2²³ chunks already.
    #[must_use]
    pub(super) fn reserve(&mut self, owner: NonNull<()>) -> bool {
        if self.room != NONE {
            return true;
        }
        // Room for all numbers to come back, so that a drop need not allocate.
        let new = usize::from(self.unused.is_empty());
        if self.chunks.len() + new > MAX_CHUNKS
            || self.chunks.try_reserve(new).is_err()
            || self.unused.try_reserve(self.chunks.len() + new - self.unused.len()).is_err()
        {
            return false;
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^23")]
        let number = self.unused.last().copied().unwrap_or(self.chunks.len() as u32);
        // By the number alone: all chunks that ever have one number have the same slots.
        let Some(chunk) = Chunk::new(self.kind, number, owner) else { return false };
        if self.unused.pop().is_none() {
            self.chunks.push(None);
        }
        self.chunks[number as usize] = Some(chunk);
        self.link(number);
        self.spare = number;
        true
    }

    /// Takes a slot that `reserve` provided. Its counts and its value are as they were.
    ///
    /// # Panics
    ///
    /// Without `reserve` since the last one.
    pub(super) fn take(&mut self) -> NonNull<Head> {
        assert!(self.room != NONE, "a place was reserved");
        let number = self.room;
        let chunk = self.chunk(number);
        let state = self.state(number);
        debug_assert_ne!(state.vacant, 0);
        // SAFETY: a chunk on the list has a vacant slot, and this is where.
        let head = unsafe { Chunk::slot(chunk, usize::from(state.vacant) * 8) };
        // SAFETY: heads are initialised as long as the chunk exists.
        let next = unsafe { head.as_ref() }.word.load(Ordering::Relaxed);
        #[expect(clippy::cast_possible_truncation, reason = "a place in the chunk was stored there")]
        {
            state.vacant = next as u16;
        }
        state.taken += 1;
        let full = state.vacant == 0;
        if self.spare == number {
            self.spare = NONE;
        }
        if full {
            self.unlink(number);
        }
        head
    }

    /// Makes a dead slot vacant, and gives its chunk back if that was the last one and a spare exists.
    ///
    /// # Safety
    /// The slot lies in this slab, its value is gone, and nobody holds a count on it.
    pub(super) unsafe fn vacate(&mut self, head: NonNull<Head>) {
        // SAFETY: the slot is taken until now.
        let number = unsafe { Self::number(head) };
        let state = self.state(number);
        let was_full = state.vacant == 0;
        {
            // SAFETY: heads are initialised as long as the chunk exists.
            let Head { counts, word } = unsafe { head.as_ref() };
            counts.end();
            word.store(u64::from(state.vacant), Ordering::Relaxed);
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 512")]
        {
            state.vacant = (head.addr().get() % ALIGN / 8) as u16;
        }
        state.taken -= 1;
        let empty = state.taken == 0;
        if was_full {
            self.link(number);
        }
        if empty {
            // The lower number stays, so that number 0 is what is left in the end.
            let other = std::mem::replace(&mut self.spare, number);
            if other != NONE {
                self.spare = other.min(number);
                self.free(other.max(number));
            }
        }
    }

    /// Gives an empty chunk back.
    fn free(&mut self, number: u32) {
        self.unlink(number);
        let chunk = self.chunks[number as usize].take().expect("a chunk on a list exists");
        self.unused.push(number);
        let layout = layout(self.kind, slots(self.kind, number)).expect("that of the allocation");
        let memory = Memory {
            base: chunk.cast(),
            layout,
            // SAFETY: the chunk exists until here.
            #[cfg(loom)]
            trace: NonNull::from(&unsafe { chunk.as_ref() }.trace),
        };
        // SAFETY: no slot is taken, so no handle leads here and no table, and neither does the vector; the
        // layout is that of the allocation.
        unsafe { give_back(&memory) };
        if self.unused.len() + 1 == self.chunks.len() && self.chunks[0].is_some() {
            // A slab that was large once does not keep the numbers.
            self.chunks.truncate(1);
            self.chunks.shrink_to_fit();
            self.unused = Vec::new();
        }
    }

    /// Gives back what holds no value.
    pub(super) fn shrink_to_fit(&mut self) {
        if self.spare != NONE {
            let spare = std::mem::replace(&mut self.spare, NONE);
            self.free(spare);
        }
        if self.unused.len() == self.chunks.len() {
            *self = Self::new(self.kind);
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
