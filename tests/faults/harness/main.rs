//! Faults everywhere: the n-th call of a user's code panics, for all n, and the n-th allocation fails, for all n, in every
//! operation of every container.
//!
//! A container is a [`World`](world::World) with a list of operations. After each it has to work, with nothing leaked, nothing
//! doubled, and everything that was held as it was. Both kinds of faults go through the same list.
//!
//! ```sh
//! cargo test -p weakcache-faults
//! ```

// Types stand beside what they test, written as users write them.
#![allow(unreachable_pub, clippy::items_after_statements)]
// An `async fn` that never waits is memoized like any, and keys go to all functions in the same way.
#![allow(clippy::unused_async, clippy::needless_pass_by_value)]
// Both ways to pass a key are tested.
#![allow(clippy::needless_borrows_for_generic_args)]

mod allocator;
mod clock;
mod user;
mod world;

mod by_hand;
mod interned;
mod memoized;
mod pooled;
mod reported;
mod stored;
mod weakly;

mod controls;

use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use world::Tested;

/// All of them.
fn worlds() -> Vec<Tested> {
    let mut all = Vec::new();
    all.extend(interned::worlds());
    all.extend(memoized::worlds());
    all.extend(by_hand::worlds());
    all.extend(stored::worlds());
    all.extend(weakly::worlds());
    all.extend(pooled::worlds());
    all.extend(reported::worlds());
    all
}

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `f` on a thread of its own, by a clock that stands still, and fails if it hangs. One at a time: what is static, such as
/// registries, is looked at as a whole, and who forks is to be the only one who holds locks.
fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let _alone = alone();
    let (done, wait) = channel();
    let worker = thread::spawn(move || {
        let result = clock::stopped(f);
        let _ = done.send(());
        result
    });
    let waited = wait.recv_timeout(Duration::from_mins(5));
    assert_ne!(waited, Err(RecvTimeoutError::Timeout), "still running after five minutes: a deadlock");
    worker.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[test]
fn the_nth_call_of_user_code_panics() {
    let panics: u32 = watched(|| worlds().iter().map(Tested::panic_everywhere).sum());
    println!("{panics} panics");
    assert!(panics > 1000, "only {panics} panics");
}

#[test]
#[cfg(target_os = "linux")]
fn the_nth_allocation_fails() {
    let (failed, aborted) = watched(|| {
        worlds()
            .iter()
            .map(Tested::fail_everywhere)
            .fold((0, 0), |sum, outcome| (sum.0 + outcome.failed, sum.1 + outcome.aborted))
    });
    println!("{failed} allocations failed, which ended in {aborted} aborts");
    assert!(failed > 500 && aborted <= failed, "{failed} allocations failed, {aborted} aborts");
}
