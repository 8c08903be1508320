//! How a file is to be kept.

use std::time::Duration;

use crate::tables::Bounds;

/// What a confirmed write survives.
///
/// ```
/// # use weakcache_redb::{Durability, Redb};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("results.redb");
/// let results = Redb::builder().durability(Durability::Process).open(&path)?; // many, and cheap to compute again
/// # drop(results);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Durability {
    /// The death of the machine: the disk has it (`fsync`) before the call returns. Writes that come while the disk is
    /// busy share one such wait. The default.
    #[default]
    Machine,
    /// The death of the process: the operating system has it. A write takes a fraction of the time. When the machine
    /// loses its power, the file may be found damaged at the next opening: see
    /// [`replace_damaged`](crate::Builder::replace_damaged).
    Process,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) bounds: Bounds,
    pub(crate) durability: Durability,
    pub(crate) check: bool,
    pub(crate) replace_damaged: bool,
    pub(crate) memory: usize,
    pub(crate) timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            durability: Durability::default(),
            check: true,
            replace_damaged: false,
            memory: 32 << 20,
            timeout: Duration::from_secs(5),
        }
    }
}
