//! When a store that fails is left alone.

use std::time::Duration;

/// When a store that fails is left alone: after so many failures in a row, for so long. Then one call tries again, and
/// after a failure the same time passes; all others go on without the store meanwhile.
///
/// ```
/// use std::time::Duration;
/// use weakcache::store::Circuit;
///
/// let default = Circuit::default();
/// assert_eq!((default.failures, default.pause), (5, Duration::from_secs(1)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Circuit {
    /// After how many failures in a row. 0 counts as 1.
    pub failures: u32,
    /// For how long.
    pub pause: Duration,
}

impl Default for Circuit {
    fn default() -> Self {
        Self { failures: 5, pause: Duration::from_secs(1) }
    }
}
