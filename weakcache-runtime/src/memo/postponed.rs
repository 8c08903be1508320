//! Computations that ended where their cache could not be told.
//!
//! While a thread is under the lock of a cache, shared caches look empty to it (`access.rs`). What runs there, a comparison of
//! keys as a rule, may drop the future of a memoized call, or poll it to its end: then its flight is over, and who waits for it
//! would wait for ever. So that end is put off, and made up for by this thread as soon as it has left the lock.
#![forbid(unsafe_code)]

use crate::sync::thread_local_const;
use crate::unwind::Panics;
use std::cell::RefCell;
use std::mem::ManuallyDrop;

type Ends = RefCell<Vec<Box<dyn FnOnce()>>>;

thread_local_const! {
    // Never dropped, so that it is there for destructors of other thread-locals too. It is empty wherever no lock is held.
    static ENDS: ManuallyDrop<Ends> = ManuallyDrop::new(RefCell::new(Vec::new()));
}

/// Puts off an end. Who leaves the lock has to know ([`Access::postpone`](super::access::Access::postpone)).
#[cold]
pub(super) fn postpone(end: impl FnOnce() + 'static) {
    ENDS.with(|ends| ends.borrow_mut().push(Box::new(end)));
}

/// Makes up for all that was put off, in the order in which it was; what cannot be told yet is put off again.
///
/// # Panics
///
/// If user code does that is called in there, unless this thread is unwinding. All of them are made up for in any case.
#[cold]
#[inline(never)]
pub(super) fn make_up() {
    let mut panics = Panics::default();
    for end in ENDS.with(|ends| ends.take()) {
        panics.catch(end);
    }
    panics.resume();
}
