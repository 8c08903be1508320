//! Who gives way in a full cache: the orders that entries are kept in, and what a hit notes.
//!
//! A policy has queues, circles of entries that are linked through a place of its own each, and decides in which an entry
//! stands. It knows entries by their places alone, and the table (`table.rs`) lends it what it keeps in them.
#![allow(unsafe_code)] // a promise

mod ghost;
mod lru;
#[cfg(test)]
pub(super) mod plain;
mod s3_fifo;

pub(super) use self::lru::Lru;
pub(super) use self::s3_fifo::S3Fifo;

use super::expiry::Links;

/// Decides who gives way.
///
/// # Safety
///
/// The table does not look whether there is an entry at a place that it is asked for. A policy asks for, links, and names as
/// victims, places below [`QUEUES`](Self::QUEUES), but for the last of these, and those of entries that it took in and did not
/// let go of since. (An entry that moves is linked anew by the table.)
pub unsafe trait Policy: Sized + 'static {
    /// How many queues it has. They are linked through the places below.
    const QUEUES: u32;
    /// What an entry remembers of its use.
    type Used: Default;
    /// Whether a hit is noted there, and not in the order.
    const NOTES: bool;

    fn new() -> Self;

    /// Notes a hit, where others read the same entry.
    fn note(used: &Self::Used);

    /// Notes a hit, where no one does.
    fn touch<E: Entries<Used = Self::Used>>(&mut self, entries: &mut E, at: u32);

    /// Takes in an entry.
    fn insert<E: Entries<Used = Self::Used>>(&mut self, entries: &mut E, at: u32);

    /// A copy of what an entry remembers.
    fn copy(used: &Self::Used) -> Self::Used;

    /// Notes a use of an entry that has just come, but was there until a moment ago and remembered this.
    fn restore<E: Entries<Used = Self::Used>>(&mut self, entries: &mut E, at: u32, used: Self::Used);

    /// Lets go of an entry.
    fn remove<E: Entries<Used = Self::Used>>(&mut self, entries: &mut E, at: u32);

    /// Which entry is to give way to another, of one or more. It is removed next.
    fn victim<E: Entries<Used = Self::Used>>(&mut self, entries: &mut E) -> u32;

    /// What it takes beside its entries.
    fn bytes(&self) -> usize {
        0
    }
}

/// The entries of a table, as far as a policy sees them.
pub trait Entries {
    type Used;

    /// The neighbours in its queue, of an entry or of the place that a queue is linked through.
    fn links(&mut self, at: u32) -> &mut Links;

    /// What an entry remembers of its use.
    fn used(&self, at: u32) -> &Self::Used;

    /// The hash of its key.
    fn hash(&self, at: u32) -> u64;
}

/// Puts an entry last into a queue.
#[inline]
fn link(entries: &mut impl Entries, queue: u32, at: u32) {
    let older = std::mem::replace(&mut entries.links(queue).older, at);
    entries.links(older).newer = at;
    *entries.links(at) = Links { older, newer: queue };
}

/// Takes an entry out of its queue.
#[inline]
fn unlink(entries: &mut impl Entries, at: u32) {
    let Links { older, newer } = *entries.links(at);
    entries.links(older).newer = newer;
    entries.links(newer).older = older;
}

/// The first of a queue that is not empty.
#[inline]
fn first(entries: &mut impl Entries, queue: u32) -> u32 {
    entries.links(queue).newer
}
