//! Chunks and what is vacant in them; see the head of the module.
//!
//! The values of a type that has no fixed size lie in chunks by class of size; those of one shard are numbered
//! together, and for each class there is a list of those with room. A value too large for a class has a chunk to
//! itself, which is made and filled before the shard is locked.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::UnsafeCell;
use std::ptr::NonNull;

use super::counts::Counts;
use super::kind::{ALONE, CLASSES, HEADER, Kind, SIZED_HEADER};
use super::reclaim::{ADDRESS_BITS, give_back};
use super::{ALIGN, Head, Memory};
#[cfg(loom)]
use crate::sync::Trace;
use crate::sync::{Ordering, Unmodelled};

/// The first chunk of a slab, or of a class, has this many slots (where as many fit), each next one twice as many.
const FIRST: usize = 8;
/// Fewer chunks than this and a slab keeps their numbers.
const MANY: usize = 64;
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

const _: () = assert!(size_of::<Chunk>() <= HEADER && HEADER + size_of::<usize>() <= SIZED_HEADER);

/// How many slots a chunk has before which there were so many others.
fn slots(kind: &Kind, others: u32) -> usize {
    kind.slots.min(FIRST << others.min(8))
}

fn layout(kind: &Kind, slots: usize, stride: usize) -> Option<Layout> {
    Layout::from_size_align(slots.checked_mul(stride)?.checked_add(kind.slots_at)?, kind.align).ok()
}

impl Chunk {
    /// A chunk of so many slots, all vacant, unless there is no memory.
    fn new(
        kind: &'static Kind,
        (slots, stride): (usize, usize),
        number: u32,
        owner: NonNull<()>,
    ) -> Option<NonNull<Self>> {
        let layout = layout(kind, slots, stride)?;
        // SAFETY: a header is not empty, hence neither is the layout.
        let chunk = NonNull::new(unsafe { alloc(layout) })?;
        if (chunk.addr().get() as u64).checked_shr(ADDRESS_BITS).is_some_and(|rest| rest != 0) {
            // SAFETY: just allocated, with this layout.
            unsafe { dealloc(chunk.as_ptr(), layout) };
            return None;
        }
        let chunk = chunk.cast::<Self>();
        let at = |number: usize| kind.slots_at + number * stride;
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
        if kind.class != 0 {
            // SAFETY: such chunks have room for it behind the header.
            let bytes = unsafe { Self::bytes(chunk) };
            // SAFETY: as above.
            unsafe { bytes.write(layout.size()) };
        }
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

    /// Where a chunk of values that differ in size says how many bytes it has.
    ///
    /// # Safety
    /// It is one of those.
    unsafe fn bytes(this: NonNull<Self>) -> NonNull<usize> {
        // SAFETY: by the contract of this function, and as for `slot`.
        unsafe { this.byte_add(HEADER) }.cast()
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

/// Where the number of the value in this slot lies, if values of its kind have one: at the end of the slot.
///
/// # Safety
/// The slot is taken.
pub(super) unsafe fn number_of(head: NonNull<Head>) -> Option<NonNull<u64>> {
    let chunk = Chunk::of(head);
    // SAFETY: the chunk of a taken slot exists.
    let kind = unsafe { chunk.as_ref() }.kind;
    if !kind.is_numbered {
        return None;
    }
    let end = if kind.class == ALONE {
        // SAFETY: as above.
        let bytes = unsafe { layout_of(chunk) }.size();
        // SAFETY: so large it is.
        unsafe { chunk.byte_add(bytes) }.cast()
    } else {
        // SAFETY: so large is the slot.
        unsafe { head.byte_add(kind.stride) }.cast::<u64>()
    };
    // SAFETY: within the slot.
    Some(unsafe { end.sub(1) })
}

/// The owner of this slot, as given to [`Slab::take`].
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

/// A value's chunk of its own that no slab knows of, with its slot, which holds no value that anybody drops.
pub(super) struct Alone {
    chunk: NonNull<Chunk>,
    pub(super) head: NonNull<Head>,
}

impl Alone {
    /// For a slot of so many bytes, unless there is no memory. Its chunk will know `owner`.
    pub(super) fn new(kind: &'static Kind, bytes: usize, owner: NonNull<()>) -> Option<Self> {
        debug_assert_eq!(kind.class, ALONE);
        let chunk = Chunk::new(kind, (1, bytes), NONE, owner)?;
        // SAFETY: that is where its slot begins.
        Some(Self { chunk, head: unsafe { Chunk::slot(chunk, kind.slots_at) } })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // SAFETY: it exists until here.
        let layout = unsafe { layout_of(self.chunk) };
        // SAFETY: nothing leads here, and the layout is that of the allocation.
        unsafe { dealloc(self.chunk.as_ptr().cast(), layout) };
    }
}

/// Of a chunk whose values differ in size.
///
/// # Safety
/// It exists, and is one.
unsafe fn layout_of(chunk: NonNull<Chunk>) -> Layout {
    // SAFETY: by the contract of this function.
    let align = unsafe { chunk.as_ref() }.kind.align;
    // SAFETY: as above.
    let bytes = unsafe { Chunk::bytes(chunk) };
    // SAFETY: it was written when the chunk was made.
    let bytes = unsafe { bytes.read() };
    Layout::from_size_align(bytes, align).expect("that of the allocation")
}

/// What a number leads to.
enum Numbered {
    Chunk(NonNull<Chunk>),
    /// To nothing; the next such number, or `NONE`.
    Unused(u32),
}

/// Those chunks of one class that have something to give.
struct Lists {
    /// The first chunk of the list of those with a vacant slot.
    room: u32,
    /// A chunk without a taken slot. There is at most one.
    spare: u32,
    /// How many chunks there are. Of classes alone.
    chunks: u32,
}

impl Lists {
    const NONE: Self = Self { room: NONE, spare: NONE, chunks: 0 };
}

/// The chunks of one owner. Everything here happens under the owner's lock.
pub(super) struct Slab {
    /// Of all chunks, where the values have one size.
    kind: &'static Kind,
    /// By number.
    chunks: Vec<Numbered>,
    /// The first number without a chunk, and how many there are.
    first_unused: u32,
    unused: u32,
    /// Where the values have one size.
    lists: Lists,
    /// By class, less one. `None` before the first chunk of one.
    classes: Option<Box<[Lists; CLASSES]>>,
}

// SAFETY: the slab owns its chunks, and the values in them are shared and dropped by any thread. They may
// be: who inserts asks for it. So a static of a slab for another type is no error, beside the one that says
// that this type cannot be interned.
unsafe impl Send for Slab {}

impl Slab {
    pub(super) const fn new(kind: &'static Kind) -> Self {
        Self { kind, chunks: Vec::new(), first_unused: NONE, unused: 0, lists: Lists::NONE, classes: None }
    }

    #[inline]
    fn chunk(&self, number: u32) -> NonNull<Chunk> {
        match self.chunks[number as usize] {
            Numbered::Chunk(chunk) => chunk,
            Numbered::Unused(_) => unreachable!("a chunk on a list exists"),
        }
    }

    fn state(&mut self, number: u32) -> &mut State {
        // SAFETY: chunks in the vector exist.
        let state = unsafe { self.chunk(number).as_ref() }.state.get();
        // SAFETY: writes to a state go through a slab borrowed exclusively, as this one is.
        unsafe { &mut *state }
    }

    /// The lists of a class, which has or had a chunk.
    //
    // Always inlined, as is what it is called from: where the class is known to be 0, as for most types, nothing is left
    // of it.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn lists(&mut self, class: usize) -> &mut Lists {
        match (class.checked_sub(1), &mut self.classes) {
            (Some(class), Some(classes)) => &mut classes[class],
            _ => &mut self.lists,
        }
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

    /// A slot, whose counts and value are as they were. Its chunk will know `owner`.
    ///
    /// `None` if there is no memory, or are 2²³ chunks already.
    #[inline]
    pub(super) fn take(&mut self, owner: NonNull<()>) -> Option<NonNull<Head>> {
        if self.lists.room == NONE {
            self.grow(owner)?;
        }
        Some(self.take_of(0))
    }

    /// The same, of a class.
    #[inline]
    pub(super) fn take_in(&mut self, kind: &'static Kind, owner: NonNull<()>) -> Option<NonNull<Head>> {
        if self.classes.is_none() || self.lists(kind.class).room == NONE {
            self.grow_in(kind, owner)?;
        }
        Some(self.take_of(kind.class))
    }

    #[cold]
    fn grow(&mut self, owner: NonNull<()>) -> Option<()> {
        let number = self.next_number()?;
        // By the number alone: all chunks that ever have one number have the same slots.
        let chunk = Chunk::new(self.kind, (slots(self.kind, number), self.kind.stride), number, owner)?;
        self.add(0, number, chunk);
        Some(())
    }

    #[cold]
    fn grow_in(&mut self, kind: &'static Kind, owner: NonNull<()>) -> Option<()> {
        let number = self.next_number()?;
        if self.classes.is_none() {
            let mut classes = Vec::new();
            classes.try_reserve_exact(CLASSES).ok()?;
            classes.extend([const { Lists::NONE }; CLASSES]);
            self.classes = classes.into_boxed_slice().try_into().ok();
        }
        let others = self.lists(kind.class).chunks;
        let chunk = Chunk::new(kind, (slots(kind, others), kind.stride), number, owner)?;
        self.lists(kind.class).chunks += 1;
        self.add(kind.class, number, chunk);
        Some(())
    }

    /// Makes an empty chunk the one with room.
    fn add(&mut self, class: usize, number: u32, chunk: NonNull<Chunk>) {
        self.number_chunk(number, chunk);
        self.link(class, number);
        self.lists(class).spare = number;
    }

    /// The slot that a value has to itself.
    ///
    /// `None` if there is no memory for its number, or are 2²³ chunks already.
    pub(super) fn adopt(&mut self, alone: Alone) -> Option<NonNull<Head>> {
        let number = self.next_number()?;
        let Alone { chunk, head } = alone;
        std::mem::forget(alone);
        self.number_chunk(number, chunk);
        *self.state(number) = State { number, previous: NONE, next: NONE, taken: 1, vacant: 0 };
        Some(head)
    }

    /// The number of the next chunk, for which there is a place.
    fn next_number(&mut self) -> Option<u32> {
        if self.unused > 0 {
            return Some(self.first_unused);
        }
        if self.chunks.len() == MAX_CHUNKS || self.chunks.try_reserve(1).is_err() {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^23")]
        Some(self.chunks.len() as u32)
    }

    fn number_chunk(&mut self, number: u32, chunk: NonNull<Chunk>) {
        let numbered = Numbered::Chunk(chunk);
        match self.chunks.get_mut(number as usize) {
            None => self.chunks.push(numbered),
            Some(place) => {
                let Numbered::Unused(next) = std::mem::replace(place, numbered) else {
                    unreachable!("it was unused")
                };
                self.first_unused = next;
                self.unused -= 1;
            }
        }
    }

    /// A slot of a class that has one.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn take_of(&mut self, class: usize) -> NonNull<Head> {
        let number = self.lists(class).room;
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
        if self.lists(class).spare == number {
            self.lists(class).spare = NONE;
        }
        if full {
            self.unlink(class, number);
        }
        head
    }

    /// Makes a dead slot of this class vacant, and gives its chunk back if that was the last one and a spare exists.
    ///
    /// # Safety
    /// The slot lies in this slab, its value is gone, and nobody holds a count on it.
    #[inline]
    pub(super) unsafe fn vacate(&mut self, class: usize, head: NonNull<Head>) {
        if class == 0 {
            // SAFETY: passed on.
            unsafe { self.vacate_in(0, head) };
        } else {
            // SAFETY: passed on.
            unsafe { self.vacate_in_class(class, head) };
        }
    }

    /// # Safety
    /// As above.
    #[inline(never)]
    unsafe fn vacate_in_class(&mut self, class: usize, head: NonNull<Head>) {
        // SAFETY: passed on.
        unsafe { self.vacate_in(class, head) };
    }

    /// # Safety
    /// As above.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    unsafe fn vacate_in(&mut self, class: usize, head: NonNull<Head>) {
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
        if class == ALONE {
            self.free(number);
            self.forget_numbers();
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 512")]
        {
            state.vacant = (head.addr().get() % ALIGN / 8) as u16;
        }
        state.taken -= 1;
        let empty = state.taken == 0;
        if was_full {
            self.link(class, number);
        }
        if empty {
            // The lower number stays, so that number 0 is what is left in the end.
            let other = std::mem::replace(&mut self.lists(class).spare, number);
            if other != NONE {
                self.lists(class).spare = other.min(number);
                self.discard(class, other.max(number));
                if class != 0 {
                    self.forget_numbers();
                }
            }
        }
    }

    /// Gives an empty chunk with room back.
    #[cold]
    fn discard(&mut self, class: usize, number: u32) {
        self.unlink(class, number);
        if class > 0 {
            self.lists(class).chunks -= 1;
        }
        self.free(number);
    }

    /// Gives a chunk back that is on no list.
    fn free(&mut self, number: u32) {
        let unused = Numbered::Unused(std::mem::replace(&mut self.first_unused, number));
        self.unused += 1;
        let Numbered::Chunk(chunk) = std::mem::replace(&mut self.chunks[number as usize], unused) else {
            unreachable!("it was there")
        };
        // SAFETY: the chunk exists until below.
        let kind = unsafe { chunk.as_ref() }.kind;
        let memory = Memory {
            base: chunk.cast(),
            // SAFETY: as above, and that is its number.
            layout: unsafe { Self::layout(chunk, number) },
            // SAFETY: as above.
            #[cfg(loom)]
            trace: NonNull::from(&unsafe { chunk.as_ref() }.trace),
        };
        if kind.is_local {
            // Nobody else can be reading it.
            // SAFETY: no slot is taken, so no handle leads here and no table, and neither does the vector; the
            // layout is that of the allocation.
            unsafe { dealloc(memory.base.as_ptr(), memory.layout) };
        } else {
            // SAFETY: as above.
            unsafe { give_back(&memory) };
        }
        let one_is_left = kind.class == 0 && self.unused as usize + 1 == self.chunks.len();
        if one_is_left && matches!(self.chunks[0], Numbered::Chunk(_)) {
            // A slab that was large once does not keep the numbers.
            self.chunks.truncate(1);
            self.chunks.shrink_to_fit();
            (self.first_unused, self.unused) = (NONE, 0);
        }
    }

    /// A slab with classes that was large once does not keep the numbers, either. No one of them is what is left in
    /// the end, so the spare chunks go, too.
    fn forget_numbers(&mut self) {
        let rest = self.chunks.len() - self.unused as usize;
        if rest <= CLASSES && self.chunks.len() >= MANY && rest == self.spares() {
            self.shrink_to_fit();
        }
    }

    /// How many chunks of classes have no taken slot.
    fn spares(&self) -> usize {
        let classes = self.classes.iter().flat_map(|classes| classes.iter());
        classes.filter(|lists| lists.spare != NONE).count()
    }

    /// Of the chunk that has a number.
    ///
    /// # Safety
    /// It exists, and has that number here.
    unsafe fn layout(chunk: NonNull<Chunk>, number: u32) -> Layout {
        // SAFETY: by the contract of this function.
        let kind = unsafe { chunk.as_ref() }.kind;
        if kind.class == 0 {
            layout(kind, slots(kind, number), kind.stride).expect("that of the allocation")
        } else {
            // SAFETY: as above; those of classes say it themselves.
            unsafe { layout_of(chunk) }
        }
    }

    /// What the chunks take.
    pub(super) fn bytes(&self) -> usize {
        let chunks = (0..).zip(&self.chunks).filter_map(|(number, numbered)| match numbered {
            // SAFETY: chunks in the vector exist, and stand at their numbers.
            Numbered::Chunk(chunk) => Some(unsafe { Self::layout(*chunk, number) }.size()),
            Numbered::Unused(_) => None,
        });
        chunks.sum::<usize>() + self.chunks.capacity() * size_of::<Numbered>()
    }

    /// Gives back what holds no value.
    pub(super) fn shrink_to_fit(&mut self) {
        for class in 0..=if self.classes.is_some() { CLASSES } else { 0 } {
            let spare = std::mem::replace(&mut self.lists(class).spare, NONE);
            if spare != NONE {
                self.discard(class, spare);
            }
        }
        if self.unused as usize == self.chunks.len() {
            *self = Self::new(self.kind);
        }
    }

    /// Puts a chunk at the head of the list of those with room.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn link(&mut self, class: usize, number: u32) {
        let next = std::mem::replace(&mut self.lists(class).room, number);
        let state = self.state(number);
        state.previous = NONE;
        state.next = next;
        if next != NONE {
            self.state(next).previous = number;
        }
    }

    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn unlink(&mut self, class: usize, number: u32) {
        let State { previous, next, .. } = *self.state(number);
        if previous == NONE {
            self.lists(class).room = next;
        } else {
            self.state(previous).next = next;
        }
        if next != NONE {
            self.state(next).previous = previous;
        }
    }
}
