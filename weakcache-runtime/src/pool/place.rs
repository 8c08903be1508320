//! Small numbers for the threads that use pools.
//!
//! A number belongs to one thread at a time, and is given to another one when that has ended. So there are
//! about as many as there are threads at once, and what belongs to a number belongs to one thread.
#![forbid(unsafe_code)]

#[cfg(any(loom, shuttle))]
pub(super) use models::{current, current_or_new};
#[cfg(not(any(loom, shuttle)))]
pub(super) use threads::{current, current_or_new};

#[cfg(not(any(loom, shuttle)))]
mod threads {
    use std::cell::Cell;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;
    use std::sync::{Mutex, PoisonError};

    /// This thread has not asked yet.
    const UNKNOWN: usize = usize::MAX;
    /// This thread is ending and has given its number back. It may still run destructors.
    const GONE: usize = usize::MAX - 1;

    struct Numbers {
        next: usize,
        free: BinaryHeap<Reverse<usize>>,
    }

    static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { next: 0, free: BinaryHeap::new() });

    thread_local! {
        // Without a destructor, so there to the end.
        static NUMBER: Cell<usize> = const { Cell::new(UNKNOWN) };
        static GIVE_BACK: GiveBack = const { GiveBack };
    }

    /// Dropped when the thread ends.
    struct GiveBack;

    impl Drop for GiveBack {
        fn drop(&mut self) {
            let number = NUMBER.replace(GONE);
            if number < GONE {
                numbers(|numbers| numbers.free.push(Reverse(number)));
            }
        }
    }

    fn numbers<R>(f: impl FnOnce(&mut Numbers) -> R) -> R {
        f(&mut NUMBERS.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The number of this thread, or one that is above any, if it has none.
    #[inline]
    pub(in crate::pool) fn current() -> usize {
        NUMBER.get()
    }

    /// As [`current`], but a thread that has not asked yet gets a number.
    #[inline]
    pub(in crate::pool) fn current_or_new() -> usize {
        match NUMBER.get() {
            UNKNOWN => new(),
            number => number,
        }
    }

    #[cold]
    fn new() -> usize {
        // A thread that cannot give a number back does not get one.
        if GIVE_BACK.try_with(|_| {}).is_ok() {
            NUMBER.set(numbers(|numbers| match numbers.free.pop() {
                Some(Reverse(number)) => number,
                None => {
                    numbers.next += 1;
                    numbers.next - 1
                }
            }));
        }
        NUMBER.get()
    }
}

/// Threads of a model have numbers already.
#[cfg(any(loom, shuttle))]
mod models {
    use crate::sync::thread_number;

    pub(in crate::pool) fn current() -> usize {
        thread_number() as usize - 1
    }

    pub(in crate::pool) fn current_or_new() -> usize {
        current()
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::{current, current_or_new};
    use std::thread;

    #[test]
    fn a_number_is_used_again() {
        let here = current_or_new();
        assert_eq!(current(), here);
        for _ in 0..100 {
            let there = thread::spawn(current_or_new).join().unwrap();
            // Other tests may hold some.
            assert!(there != here && there < 64, "{there}");
        }
    }
}
