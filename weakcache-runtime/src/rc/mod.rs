//! Entries with counts: slots in chunks, the tables that find them, and the handles on them.
//!
//! All unsafe code of interning is in this module. What a registry decides (what is equal, and what is made)
//! is safe code on top of [`Entries`], [`Strong`] and [`Weak`]. Of the type of a value no more is known here
//! than its [`Kind`](kind::Kind), so that this is compiled once and not for each type.
//!
//! The files import each other one way: `counts`, `kind`, `records` ← `reclaim` ← `slab` ← `index` ← `shard`, `stored`
//! ← `placing`, `local/core` ← `dying` ← `handles` ← `entries`, and for values of one thread `local/index` ← `local/core`,
//! `local/handles` ← `local/entries`. Of `reclaim` and `index` there are two: [`lock_free`](table) tables are
//! read without a lock, by a protocol told at the head of its `index`; `locked` ones stand in where that does
//! not fit.
//!
//! # Memory
//!
//! A *slot* holds one entry: two counts, the hash of its key, the value. Slots lie in *chunks* of just under
//! 4 KiB, aligned to 4 KiB, so that masking the address of a slot gives the header of its chunk, and with it
//! kind and shard: a slot stores no pointer for these. A value too large to share a chunk, or of an alignment
//! too large, has one to itself; its slot begins within the first 4 KiB all the same. A chunk is given back
//! when its last slot is vacant; each slab keeps one empty chunk so that an entry that comes and goes does
//! not allocate.
//!
//! A value that has no fixed size, a `str` or a slice behind a header, lies in one piece in its slot like any other; how
//! its length is known is told in [`stored`]. Its slot is one of a *class* of sizes, and each chunk has slots of one class.
//!
//! The head of a slot stays initialised as long as its chunk exists, and an increment of the strong count of
//! one that is not live says so. So a look-up that holds nothing may try any slot of which it knows that the
//! chunk exists: it gets a live value or nothing.
//!
//! # Counts
//!
//! Strong handles in the lower and weak ones in the upper half of one word. As in `Arc`, the strong handles
//! together hold one weak count. The highest bit of the lower half is a flag, ZERO. A slot goes through
//!
//! 1. *vacant*: ZERO, no weak handle, on the free list of its chunk;
//! 2. *live*: a strong count above 0, and no flag;
//! 3. *dying*: ZERO, weak > 0. Whoever brought it there, under the lock of its shard, takes it out of the table
//!    before unlocking, and drops the value. Nothing leads back from here.
//! 4. *dead*: the value is gone, weak handles still hold the slot. The last of them makes it vacant.
//!
//! A strong count of 0 without the flag does not occur. What stands beside the flag means nothing: it comes of
//! **look-ups**, which increment first and then see whether the slot was live. One that comes to a flag takes its
//! increment back by compare-exchange, for as long as there is a flag and something beside it; the next use of the
//! slot overwrites what is left.
//!
//! **The last drop.** A handle that reads a strong count above 1 exchanges it for one less, and is done. One that
//! reads 1 takes the lock without decrementing, and there exchanges 1 for ZERO, or, if a look-up or an upgrade was
//! quicker, more than 1 for one less. A decrement without the lock that may reach 0 would not do: a look-up could
//! revive that 0, be the last itself, and give the chunk back, while the first one still waits for the lock with a
//! pointer into it.
//!
//! **Ordering.** Decrements release, and whoever sees the last count acquires, so that every use of the
//! value happens before its drop. Increments from a handle are relaxed: the handle was got by some
//! synchronisation already. Those of look-ups and upgrades acquire, against the release with which a slot begins to be
//! live. The state of a chunk and its free list are touched under the lock alone; the rest of its header never
//! changes.
//!
//! **Pointers.** Whoever gives up a count may see the slot's chunk freed at any moment after that, by itself or
//! by another thread. So what is passed on to code that may free is a raw pointer; a reference to a header or a
//! head lives in one expression, and is an argument of nothing but a method of its counts.
//!
//! **Deep drops.** A value that dies inside another value's drop is out of the table at once, but its own
//! drop waits on a list of the thread, linked through the slots, until the outermost one has returned: no
//! recursion, no allocation. The list needs no destructor and so works in those of thread-locals too.
//!
//! **Fork.** A child has one thread. Where another one of its parent held a lock, whoever asks for that waits for ever,
//! as with any allocator; where another one was in a look-up, its record stays pinned, and what is retired after
//! that is not freed.
#![allow(unsafe_code)]

mod counts;
mod dying;
mod entries;
mod handles;
mod kind;
#[cfg(not(loom))]
mod local;
mod placing;
mod records;
mod shard;
mod slab;
mod stored;

// The words of the table that is read without a lock have room for 48 bits of an address. So it is not for
// targets with longer ones, with tagged pointers, as on Android, or with words of 32 bits.
#[cfg(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(any(target_os = "android", weakcache_locked))
))]
#[path = "lock_free"]
mod table {
    pub(super) mod index;
    pub(super) mod reclaim;
}
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64"),
    target_pointer_width = "64",
    not(any(target_os = "android", weakcache_locked))
)))]
#[path = "locked"]
mod table {
    pub(super) mod index;
    pub(super) mod reclaim;
}

use std::alloc::Layout;
use std::ptr::NonNull;

use counts::Counts;
use table::{index, reclaim};

#[cfg(loom)]
use crate::sync::Trace;
use crate::sync::Unmodelled;

pub(crate) use entries::{Begun, Entries, Handles, Look};
pub(crate) use handles::{Lent, Strong, Weak};
#[cfg(not(loom))]
pub use local::ThreadSlot;
#[cfg(not(loom))]
pub(crate) use local::{LocalBegun, LocalHandles, LocalStrong, LocalWeak, Registered};
#[cfg(not(loom))]
pub(crate) use stored::Local;
pub(crate) use stored::{Keyed, Shared, hash_with};
pub use stored::{Source, Stored, Tail};

/// Chunks are aligned to this, and every slot begins within the first so many bytes of its chunk.
const ALIGN: usize = 4096;

/// What every slot begins with, whatever its value.
#[repr(C)]
struct Head {
    counts: Counts,
    /// Live: the hash of the key. Vacant: the next vacant slot. Dying, on the list: the next on it.
    word: Unmodelled,
}

/// What is done to the bits of a hash before a table points by them: nothing to those of a hasher that is known
/// to use them all, a multiplication to others.
#[derive(Clone, Copy)]
pub(crate) struct Spread(u64);

impl Spread {
    #[inline]
    pub(crate) const fn new(uses_all: bool) -> Self {
        Self(if uses_all { 1 } else { 0x9E37_79B9_7F4A_7C15 })
    }

    #[inline]
    #[allow(dead_code, reason = "for the table without a lock")]
    const fn apply(self, hash: u64) -> u64 {
        hash.wrapping_mul(self.0)
    }
}

/// What a look-up without a lock comes to.
enum Walk {
    /// A strong count on the slot is the caller's.
    #[allow(dead_code, reason = "for the table without a lock")]
    Found(NonNull<Head>),
    #[allow(dead_code, reason = "for the table without a lock")]
    Missed,
    /// It is to be seen under the lock.
    Unsure,
}

/// A block of the allocator.
struct Memory {
    base: NonNull<u8>,
    layout: Layout,
    /// Lies within; a model is not to free what it looks at.
    #[cfg(loom)]
    trace: NonNull<Trace>,
}
