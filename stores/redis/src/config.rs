//! How a server is to be talked to.

use std::time::Duration;

use weakcache_runtime::store::Circuit;

#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) prefix: String,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) connections: usize,
    pub(crate) lease: Duration,
    pub(crate) remember: Duration,
    pub(crate) circuit: Circuit,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            prefix: "weakcache".to_owned(),
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(1),
            connections: 8,
            lease: Duration::from_secs(10),
            remember: Duration::from_mins(10),
            circuit: Circuit::default(),
        }
    }
}

impl Config {
    /// For how long a call waits at most, whatever it waits for.
    pub(crate) fn limit(&self) -> Duration {
        self.connect_timeout.saturating_add(self.response_timeout)
    }
}

/// Whole milliseconds, as the server has them, and not so many that it cannot add them to the time.
pub(crate) fn millis(duration: Duration) -> u64 {
    const CENTURY: u64 = 100 * 366 * 24 * 60 * 60 * 1000;
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(CENTURY)
}
