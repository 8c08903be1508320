//! Entries of one thread: the same slots without a lock, and counts that are loaded and stored.
//!
//! # Whose they are
//!
//! A thread has a [`Core`] for each type, with table and slab. It is held by the thread, by those who ask for the
//! registry, and by each slot that is taken; who gives up the last of these frees it. Handles never leave their
//! thread, so none of this is atomic. (The counts in the slots are of an atomic type, which is that of shared ones;
//! loads and stores of it are plain instructions.)
//!
//! A [`ThreadSlot`] is where a thread finds its cores of one definition, of a generic type one for each instantiation. It
//! has no destructor, so it can be asked at any time. That the thread ends is told by [`GUARD`], which has one. Until then
//! the thread holds its cores, and a call may use one from beginning to end. From then on those that still have values are
//! *late*: they are found in another place, by a way that holds them for as long as the call takes, since what a user's
//! `Hash` or `Drop` does may be the end of the last value, and of the core.
//!
//! # User code
//!
//! runs only while the table and the slab are not borrowed: a look-up takes a count on what it found, and compares then.
//! A value is placed in one go, after the comparisons, and in the end nothing was placed by others meanwhile: that is
//! looked at once more, as under the lock of a shard.

pub(super) mod core;
mod entries;
mod handles;
mod index;

pub(crate) use core::Registered;
pub use core::ThreadSlot;
pub(crate) use entries::{LocalBegun, LocalHandles};
pub(crate) use handles::{LocalStrong, LocalWeak};
