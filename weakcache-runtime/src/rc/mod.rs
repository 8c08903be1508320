//! Slots with counts, in chunks: the memory of a registry.
//!
//! All unsafe code of interning is in this module. What a registry decides (which key goes where, what is
//! equal) is safe code on top of [`Slab`], [`Strong`] and [`Weak`].
//!
//! # Memory
//!
//! A *slot* holds one entry: two counts, the hash of its key, the value. Slots lie in *chunks* of just
//! under 4 KiB, aligned to 4 KiB, so that masking the address of a slot gives the header of its chunk, and
//! with it the owner: a slot stores no pointer for that. A value too large to share a chunk, or of an
//! alignment too large, has one to itself; its slot begins within the first 4 KiB all the same. A slab numbers its chunks, and a [`Place`], the 32 bits that a table stores for an entry, is
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
//! state of a chunk and its free list are touched under the lock alone; the rest of its header never changes.
//!
//! **Pointers.** Whoever gives up a count may see the slot's chunk freed at any moment after that, by itself or
//! by another thread. So what is passed on to code that may free is a raw pointer; a reference to a header or a
//! head lives in one expression, and is an argument of nothing but a method of an atomic.
//!
//! **Deep drops.** A value that dies inside another value's drop is out of the table at once, but its own
//! drop waits on a list of the thread, linked through the slots, until the outermost one has returned: no
//! recursion, no allocation. The list needs no destructor and so works in those of thread-locals too.
#![allow(unsafe_code)]

mod dying;
mod handles;
mod slab;

use std::mem::MaybeUninit;
use std::process::abort;
use std::ptr::NonNull;

#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use crate::sync::{AtomicU64, Ordering, Unmodelled};

pub(crate) use handles::{Strong, Weak};
pub(crate) use slab::{Place, Slab};

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
///
/// # Safety
/// `locked` excludes, and hands out the one slab whose `reserve` was given this owner. It runs the closure
/// once.
pub(crate) unsafe trait Owner<T>: Sized {
    type Index;

    /// Runs `f` under the lock. `f` is no user code.
    fn locked<R>(&self, f: impl FnOnce(&mut Slab<T, Self>, &mut Self::Index) -> R) -> R;

    /// Takes this very place out of the index.
    fn unregister(index: &mut Self::Index, slab: &Slab<T, Self>, hash: u64, place: Place);
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

/// Where the value of a slot lies.
fn value_of<T>(slot: NonNull<Slot<T>>) -> NonNull<T> {
    // SAFETY: it lies within the chunk.
    unsafe { slot.byte_add(slab::value_at::<T>()) }.cast()
}

/// Increment-if-not-zero: the only way to a handle that does not start from a strong handle.
#[inline]
fn increment(counts: &AtomicU64) -> bool {
    #[cfg(loom)]
    if fault::is(Fault::Revive) {
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
