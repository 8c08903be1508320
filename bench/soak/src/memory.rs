//! What the process takes, over time.

use std::fmt::{self, Display};
use std::fs;

use crate::allocator;

/// What it takes at a moment when all threads rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    /// Bytes that are allocated and not freed.
    pub(crate) live: usize,
    /// Bytes of the process that are in memory, where the system says so.
    pub(crate) resident: Option<usize>,
}

impl Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {:.0} s: {} KiB allocated", self.seconds, self.live >> 10)?;
        self.resident.map_or(Ok(()), |resident| write!(f, ", {} resident", resident >> 10))
    }
}

impl Sample {
    pub(crate) fn at(seconds: f64) -> Self {
        Self { seconds, live: allocator::live(), resident: status("VmRSS:") }
    }
}

/// The most bytes that the process has had in memory.
pub(crate) fn peak() -> Option<usize> {
    status("VmHWM:")
}

fn status(name: &str) -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: usize = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib << 10)
}
