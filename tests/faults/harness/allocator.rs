//! An allocator whose n-th allocation fails.
//!
//! Where std aborts the process does, so a failure needs a process. It is a fork, made by the allocator itself: the child is
//! answered that there is no memory, and goes on from there to its end; the parent sees what became of it, and goes on as
//! if nothing had been. So every operation runs once, and fails at each of its allocations.
#![allow(unsafe_code)] // a global allocator is, and so is a fork

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Failing;

#[global_allocator]
static ALLOCATOR: Failing = Failing;

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static CHILD: Cell<bool> = const { Cell::new(false) };
}

/// Whether this allocation is the one that fails.
fn fails() -> bool {
    if !ARMED.get() {
        return false;
    }
    // What is allocated here is not to fail.
    ARMED.set(false);
    let child = fork::each();
    CHILD.set(child);
    ARMED.set(!child);
    child
}

// SAFETY: everything is passed on to the system's allocator, but for failures, which are null as they are to be.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's contract is that of the callee.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Runs `f`, each of whose allocations fails in a child of its own. In one of these it comes back as in the parent.
pub(crate) fn failing<R>(f: impl FnOnce() -> R) -> R {
    ARMED.set(true);
    let result = f();
    ARMED.set(false);
    result
}

/// Whether this process is a child, whose end [`leave`] is.
pub(crate) fn is_child() -> bool {
    CHILD.get()
}

pub(crate) use fork::{Outcome, leave, outcome};
#[cfg(target_os = "linux")]
pub(crate) use fork::{PATIENCE, crash};

#[cfg(target_os = "linux")]
mod fork {
    use std::cell::{Cell, RefCell};
    use std::ffi::c_int;
    use std::fs::File;
    use std::io::{Read, Write};

    // Of the C library that std is linked with.
    unsafe extern "C" {
        fn fork() -> c_int;
        fn waitpid(child: c_int, status: *mut c_int, options: c_int) -> c_int;
        fn _exit(status: c_int) -> !;
        fn alarm(seconds: u32) -> u32;
        fn prctl(option: c_int, argument: usize) -> c_int;
        fn pipe(ends: *mut c_int) -> c_int;
        fn dup2(from: c_int, to: c_int) -> c_int;
        fn raise(signal: c_int) -> c_int;
    }

    const SIGABRT: c_int = 6;
    const SIGSEGV: c_int = 11;
    const PR_SET_DUMPABLE: c_int = 4;
    const STDERR: c_int = 2;

    /// How children ended.
    #[derive(Default)]
    pub(crate) struct Outcome {
        pub(crate) failed: u32,
        pub(crate) aborted: u32,
        /// What is wrong with some of them.
        pub(crate) wrong: Vec<String>,
    }

    thread_local! {
        static OUTCOME: RefCell<Outcome> = RefCell::default();
        /// Seconds until a child that is not done hangs.
        pub(crate) static PATIENCE: Cell<u32> = const { Cell::new(30) };
    }

    /// What following a bad pointer comes to.
    pub(crate) fn crash() {
        // The first is taken by the handler of std, which then lets go of the signal.
        for _ in 0..2 {
            // SAFETY: a plain call.
            unsafe { raise(SIGSEGV) };
        }
    }

    /// What became of the children since this was asked last.
    pub(crate) fn outcome() -> Outcome {
        OUTCOME.take()
    }

    /// Ends a child well, or says what went wrong.
    pub(crate) fn leave(wrong: Option<&str>) -> ! {
        if let Some(wrong) = wrong {
            let _ = writeln!(std::io::stderr(), "{wrong}");
        }
        // SAFETY: nothing of this process is needed any more.
        unsafe { _exit(c_int::from(wrong.is_some())) }
    }

    /// Forks, and is true in the child. In the parent the child has ended.
    pub(super) fn each() -> bool {
        let mut ends = [0; 2];
        // SAFETY: there is room for both ends.
        assert_eq!(unsafe { pipe(ends.as_mut_ptr()) }, 0, "no pipe");
        // SAFETY: the child has this thread alone, with the locks that it holds; other threads of the process wait for
        // this one, in calls that hold none of the allocator's.
        let child = unsafe { fork() };
        assert!(child >= 0, "no fork");
        if child == 0 {
            // SAFETY: the end of the pipe is open.
            unsafe { dup2(ends[1], STDERR) };
            // SAFETY: plain calls.
            unsafe { prctl(PR_SET_DUMPABLE, 0) };
            // SAFETY: as above. A child that hangs ends by a signal.
            unsafe { alarm(PATIENCE.get()) };
            // A panic says what it has to say when the child leaves.
            std::panic::set_hook(Box::new(|_| {}));
            return true;
        }
        let [said, theirs] = ends.map(owned);
        drop(theirs);
        let mut text = String::new();
        let _ = File::from(said).read_to_string(&mut text);
        let mut status = 0;
        // SAFETY: it is a child of ours, and there is room for its status.
        unsafe { waitpid(child, &raw mut status, 0) };
        OUTCOME.with_borrow_mut(|outcome| {
            outcome.failed += 1;
            match status & 0x7f {
                0 if status == 0 => {}
                SIGABRT if text.contains("memory allocation of") => outcome.aborted += 1,
                _ => outcome.wrong.push(format!("status {status:#x}: {text}")),
            }
        });
        false
    }

    fn owned(end: c_int) -> std::os::fd::OwnedFd {
        // SAFETY: it was just opened, and nobody else has it.
        unsafe { std::os::fd::FromRawFd::from_raw_fd(end) }
    }
}

#[cfg(not(target_os = "linux"))]
mod fork {
    #[derive(Default)]
    pub(crate) struct Outcome {
        pub(crate) failed: u32,
        pub(crate) aborted: u32,
        pub(crate) wrong: Vec<String>,
    }

    pub(crate) fn outcome() -> Outcome {
        Outcome::default()
    }

    pub(crate) fn leave(wrong: Option<&str>) -> ! {
        panic!("{wrong:?}")
    }

    pub(super) fn each() -> bool {
        false
    }
}
