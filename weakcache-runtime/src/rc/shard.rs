//! Entries under one lock, and what happens to counts under it; see the head of the module.

use std::ptr::NonNull;

use super::index::{Index, Published, Room};
use super::kind::Kind;
use super::reclaim::collect_if_due;
#[cfg(loom)]
use super::slab::trace;
use super::slab::{Slab, kind_of, owner_of};
use super::{Head, Spread};
use crate::sync::{Lock, LockGuard, Ordering};

/// A line of the cache of its own, and the one that is prefetched with it.
#[repr(align(128))]
pub(super) struct Shard(Lock<State>);

#[repr(C)]
pub(super) struct State {
    pub(super) index: Index,
    pub(super) slab: Slab,
}

/// A slot for a value that is to come, under the lock.
pub(super) struct Vacant {
    state: LockGuard<'static, State>,
    hash: u64,
    pub(super) head: NonNull<Head>,
    room: Room,
}

impl Shard {
    pub(super) fn new(published: &'static Published, kind: &'static Kind, spread: Spread) -> Self {
        Self(Lock::new(State { index: Index::new(published, spread), slab: Slab::new(kind) }))
    }

    pub(super) fn lock(&'static self) -> LockGuard<'static, State> {
        self.0.lock()
    }

    /// As the chunks of its slab know it.
    pub(super) fn owner(&'static self) -> NonNull<()> {
        NonNull::from(self).cast()
    }

    /// The shard of a slot.
    ///
    /// # Safety
    /// The slot is taken.
    unsafe fn of(head: NonNull<Head>) -> &'static Self {
        // SAFETY: passed on.
        let owner = unsafe { owner_of(head) };
        // SAFETY: that is what `owner` gives.
        unsafe { owner.cast().as_ref() }
    }
}

impl Vacant {
    /// The slot is the one that `take` gets; `state` is that of its shard.
    ///
    /// `None` if there is no memory for another one, or no number.
    pub(super) fn new(
        mut state: LockGuard<'static, State>,
        hash: u64,
        room: Option<Room>,
        take: impl FnOnce(&mut Slab) -> Option<NonNull<Head>>,
    ) -> Option<Self> {
        let State { index, slab } = &mut *state;
        let room = room.or_else(|| index.make_room(slab, hash))?;
        let head = take(slab)?;
        Some(Self { state, hash, head, room })
    }

    /// The value is there now. It has one strong count, which is the caller's.
    ///
    /// # Safety
    /// It is, and is one of the kind of this shard that may be shared with other threads and dropped there.
    pub(super) unsafe fn publish(self) {
        let Self { mut state, hash, head, room } = self;
        let State { index, slab } = &mut *state;
        {
            // SAFETY: the slot is taken.
            let Head { counts, word } = unsafe { head.as_ref() };
            word.store(hash, Ordering::Relaxed);
            counts.begin();
        }
        index.insert(room, slab, hash, head);
        drop(state);
        collect_if_due(false);
    }
}

/// Gives up a handle that reads as the last strong one: finds out under the lock, and takes the entry out if so.
///
/// Says whether the value is still to be dropped.
///
/// # Safety
/// The caller holds a strong count on the slot and does not use it afterwards, but for the value that is to be
/// dropped.
#[inline(never)]
pub(super) unsafe fn last(head: NonNull<Head>) -> bool {
    // SAFETY: the chunk exists, as is to be seen.
    #[cfg(loom)]
    unsafe {
        trace(head);
    }
    // SAFETY: our count, and then the weak count of the strong handles, keeps the slot taken.
    let shard = unsafe { Shard::of(head) };
    // SAFETY: as above.
    let kind = unsafe { kind_of(head) };
    let mut state = shard.lock();
    let State { index, slab } = &mut *state;
    // SAFETY: as above.
    let Head { counts, word } = unsafe { head.as_ref() };
    if !counts.drop_locked() {
        return false;
    }
    index.remove(slab, word.load(Ordering::Relaxed), head);
    let empty = index.len() == 0;
    if kind.drop.is_none() && counts.drop_weak() {
        // SAFETY: the value needs no drop, and no count is left.
        unsafe { slab.vacate(kind.class, head) };
    }
    drop(state);
    collect_if_due(empty);
    kind.drop.is_some()
}

/// Gives up a weak count, and the slot if it was the last of either kind.
///
/// # Safety
/// The caller holds a weak count on the slot and does not use it afterwards.
pub(super) unsafe fn release_weak(head: NonNull<Head>) {
    // SAFETY: the count keeps the slot taken. Read first: after the decrement others may give it back.
    let shard = unsafe { Shard::of(head) };
    // SAFETY: as above.
    let kind = unsafe { kind_of(head) };
    // SAFETY: as above.
    if unsafe { head.as_ref() }.counts.drop_weak() {
        // SAFETY: that was the last count of either kind, so the value is gone, and it was ours: nobody
        // else vacates the slot.
        unsafe { shard.lock().slab.vacate(kind.class, head) };
        collect_if_due(false);
    }
}
