//! What goes wrong on purpose: panics, and faults that the oracles have to find.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::str::FromStr;
use std::sync::OnceLock;
use std::thread;

use crate::census::{Count, add};
use crate::random::once_in;

/// What a planned panic carries. It is thrown without the hook, which would print it.
struct Planned;

/// Panics once in `n`, unless the thread is unwinding already.
pub(crate) fn may_panic(n: u64) {
    if once_in(n) && !thread::panicking() {
        add(Count::Panics);
        resume_unwind(Box::new(Planned));
    }
}

/// Runs `f`, and takes it that a planned panic comes out. Any other is an oracle's, and ends the run.
pub(crate) fn survive<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => Some(result),
        Err(payload) => {
            planned(payload);
            None
        }
    }
}

fn planned(payload: Box<dyn Any + Send>) {
    if !payload.is::<Planned>() {
        resume_unwind(payload);
    }
}

/// A fault of which it is known who has to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A handle that nobody drops: more were made than dropped and living.
    Leak,
    /// A second living value of a key.
    Double,
    /// A second body of a key at once.
    Twice,
    /// A result of another key.
    Wrong,
    /// A wake that wakes nobody: a task waits for ever.
    Wake,
    /// Memory that is never given back, a little at a time.
    Hoard,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "leak" => Self::Leak,
            "double" => Self::Double,
            "twice" => Self::Twice,
            "wrong" => Self::Wrong,
            "wake" => Self::Wake,
            "hoard" => Self::Hoard,
            _ => return Err(format!("no fault `{name}`: leak, double, twice, wrong, wake, hoard")),
        })
    }
}

static INJECTED: OnceLock<Fault> = OnceLock::new();

/// From here on `fault` happens, now and then.
pub(crate) fn inject(fault: Fault) {
    INJECTED.set(fault).expect("once a run");
}

/// Whether `fault` is to happen here, one time in `n`.
pub(crate) fn strikes(fault: Fault, n: u64) -> bool {
    INJECTED.get() == Some(&fault) && once_in(n)
}
