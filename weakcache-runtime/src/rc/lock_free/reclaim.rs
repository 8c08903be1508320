//! Memory that look-ups may still be reading, and how long it is kept; see the head of [`index`](super::index).

use std::alloc::Layout;
#[cfg(not(loom))]
use std::alloc::dealloc;
use std::mem;
use std::ptr;
#[cfg(loom)]
use std::ptr::NonNull;

use super::super::Memory;
use super::super::records::{Record, records};
#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use crate::sync::{AtomicU64, Lock, Ordering, Unmodelled};
#[cfg(loom)]
use crate::sync::{Trace, lazy_static};

/// What a retired block begins with: no look-up reads the header of what it walks through.
#[repr(C)]
struct Retired {
    next: *mut Retired,
    stamp: u64,
    size: usize,
    align: usize,
    #[cfg(loom)]
    trace: NonNull<Trace>,
}

/// How many bytes may wait before there is a search for what can be freed. Where each slot has a chunk to
/// itself nothing waits, so that the address sanitizer sees it go.
const PATIENCE: u64 = if cfg!(weakcache_one_slot) { 1 } else { 128 << 10 };

/// How many bits of an address tables store.
pub(in crate::rc) const ADDRESS_BITS: u32 = 48;

struct Global {
    epoch: Line<AtomicU64>,
    /// Bytes that wait, and how many are to be waited for.
    waiting: Unmodelled,
    due: Unmodelled,
    retired: Lock<Chain>,
}

/// Read by every look-up and written seldom: on a line of its own, and the one that is fetched with it.
#[repr(align(128))]
struct Line<T>(T);

/// Retired blocks.
struct Chain(*mut Retired);

// SAFETY: who has the chain has what is on it.
unsafe impl Send for Chain {}

macro_rules! global {
    () => {
        Global {
            epoch: Line(AtomicU64::new(1)),
            waiting: Unmodelled::new(0),
            due: Unmodelled::new(PATIENCE),
            retired: Lock::new(Chain(ptr::null_mut())),
        }
    };
}
#[cfg(not(loom))]
static GLOBAL: Global = global!();
#[cfg(loom)]
lazy_static! { // one for each execution
    static ref GLOBAL: Global = global!();
}

/// A look-up under way: what it can come upon is not freed.
pub(in crate::rc) struct Pin(&'static Record);

impl Pin {
    /// # Safety
    /// The record is this thread's, and it has no other pin.
    #[inline]
    pub(in crate::rc) unsafe fn new(record: &'static Record) -> Self {
        // `Acquire`: who reads the epoch that a retirement left sees what was unlinked before it.
        let epoch = GLOBAL.epoch.0.load(Ordering::Acquire);
        #[cfg(loom)]
        if fault::is(Fault::PinByStore) {
            record.epoch.store(epoch, Ordering::Release);
            return Self(record);
        }
        // Read-modify-write, as is the look of a collection at it; so one of them comes first.
        let before = record.epoch.swap(epoch, Ordering::AcqRel);
        debug_assert_eq!(before, 0, "a look-up runs no other");
        Self(record)
    }
}

impl Drop for Pin {
    #[inline]
    fn drop(&mut self) {
        #[cfg(loom)]
        if fault::is(Fault::UnpinRelaxed) {
            self.0.epoch.store(0, Ordering::Relaxed);
            return;
        }
        // `Release`: what was read before comes before what a collection frees after.
        self.0.epoch.store(0, Ordering::Release);
    }
}

/// Frees a block once no look-up that may have come upon it is under way.
///
/// # Safety
/// The block is one of the allocator with this layout, larger than a [`Retired`] and as aligned, and only
/// look-ups that began before this lead into it, and not to its first bytes.
pub(in crate::rc) unsafe fn give_back(memory: &Memory) {
    let Memory { base, layout, .. } = *memory;
    // `Release`: with what was unlinked. `Acquire`: with what was unlinked before earlier retirements.
    let stamp = GLOBAL.epoch.0.fetch_add(2, Ordering::AcqRel);
    let retired = base.cast::<Retired>();
    let mut chain = GLOBAL.retired.lock();
    let value = Retired {
        next: mem::replace(&mut chain.0, retired.as_ptr()),
        stamp,
        size: layout.size(),
        align: layout.align(),
        #[cfg(loom)]
        trace: memory.trace,
    };
    // SAFETY: by the contract of this function.
    unsafe { retired.write(value) };
    GLOBAL.waiting.fetch_add(layout.size() as u64, Ordering::Relaxed);
}

/// Frees what can be freed if much waits, or if something does and `now`. With no lock held.
#[inline]
pub(in crate::rc) fn collect_if_due(now: bool) {
    let waiting = GLOBAL.waiting.load(Ordering::Relaxed);
    if waiting >= GLOBAL.due.load(Ordering::Relaxed) || now && waiting > 0 {
        collect();
    }
}

/// Frees what can be freed. Waits for no one.
#[cold]
pub(in crate::rc) fn collect() {
    let mut chain = mem::replace(&mut GLOBAL.retired.lock().0, ptr::null_mut());
    if chain.is_null() {
        return;
    }
    let eldest = eldest();
    let (mut kept, mut last, mut freed) = (ptr::null_mut::<Retired>(), ptr::null_mut::<Retired>(), 0);
    while !chain.is_null() {
        let retired = chain;
        // SAFETY: what is on the chain is ours.
        let Retired { next, stamp, size, align, .. } = unsafe { retired.read() };
        let layout = Layout::from_size_align(size, align).expect("it was one");
        chain = next;
        if stamp < eldest {
            freed += layout.size() as u64;
            // SAFETY: look-ups that began before the stamp are over, and others do not lead here.
            unsafe { free(retired, layout) };
        } else {
            // SAFETY: as above.
            unsafe { (*retired).next = kept };
            kept = retired;
            if last.is_null() {
                last = retired;
            }
        }
    }
    let waiting = GLOBAL.waiting.fetch_sub(freed, Ordering::Relaxed) - freed;
    // What had to stay is not to be looked at again by everyone who comes along.
    GLOBAL.due.store(waiting + PATIENCE, Ordering::Relaxed);
    if !last.is_null() {
        let mut chain = GLOBAL.retired.lock();
        // SAFETY: as above.
        unsafe { (*last).next = mem::replace(&mut chain.0, kept) };
    }
}

/// The epoch of the eldest look-up under way.
fn eldest() -> u64 {
    #[cfg(loom)]
    if fault::is(Fault::NoScan) {
        return u64::MAX;
    } else if fault::is(Fault::ScanByLoad) {
        let epochs = records().map(|record| record.epoch.load(Ordering::Acquire));
        return epochs.filter(|&epoch| epoch != 0).min().unwrap_or(u64::MAX);
    }
    // Read-modify-write, as is the pin: a look-up that is not seen here sees what was unlinked before.
    // `Acquire`: with what a look-up did before it was over.
    let epochs = records().map(|record| record.epoch.fetch_add(0, Ordering::AcqRel));
    epochs.filter(|&epoch| epoch != 0).min().unwrap_or(u64::MAX)
}

/// # Safety
/// The block is retired, has this layout, and nothing leads into it.
unsafe fn free(retired: *mut Retired, layout: Layout) {
    // SAFETY: it lies in the block.
    #[cfg(loom)]
    unsafe { (*retired).trace.as_ref() }.free();
    // SAFETY: by the contract of this function.
    #[cfg(not(loom))]
    unsafe {
        dealloc(retired.cast(), layout);
    };
    #[cfg(loom)]
    let _ = layout;
}

/// How many bytes wait.
#[cfg(all(test, not(loom)))]
pub(in crate::rc) fn waiting() -> u64 {
    GLOBAL.waiting.load(Ordering::Relaxed)
}
