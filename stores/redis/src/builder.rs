//! Options, by name.

use std::time::Duration;

use weakcache_runtime::store::Circuit;

use crate::config::Config;
use crate::handle::Redis;

/// How a server is to be talked to. By [`Redis::builder`].
///
/// ```
/// use std::time::Duration;
/// use weakcache_redis::Redis;
///
/// let store = Redis::builder()
///     .prefix("shop")
///     .response_timeout(Duration::from_millis(200))
///     .lease(Duration::from_secs(60))
///     .at("redis://localhost/");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder connects to nothing before `at`"]
pub struct Builder {
    config: Config,
}

/// What the operating system takes for a limit, and what can be added to the time.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_hours(24 * 365);

impl Builder {
    /// What the names of all keys and of the channel begin with, and a colon after it. Default: `weakcache`.
    ///
    /// Processes that are to share results have the same one. In a pattern of an access control list it is `prefix:*`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().prefix("prices:").at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.config.prefix = prefix.into();
        self
    }

    /// How long it may take to connect. Default: 1 s.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().connect_timeout(Duration::from_millis(500)).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.config.connect_timeout = timeout.clamp(SHORTEST, LONGEST);
        self
    }

    /// How long the server may take to answer. Default: 1 s. No step of a call takes longer than this and the
    /// time to connect together, whatever the server does; a call has [three at most](crate#time-limits).
    ///
    /// What is asked and its answer pass in this time, so a value that takes longer on the way is never stored: where values
    /// are of many megabytes, or the line is slow, raise it. (A call that blocks has the time to connect for that too.)
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().response_timeout(Duration::from_millis(100)).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.config.response_timeout = timeout.clamp(SHORTEST, LONGEST);
        self
    }

    /// How many connections there are for calls that block, at most; who comes when all are in use waits. What nobody has used
    /// for half a minute is closed by the next call. Default: 8. There is one more for what nobody waits for, and one to
    /// hear of other processes; calls on tokio share one.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().connections(4).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn connections(mut self, most: usize) -> Self {
        self.config.connections = most.max(1);
        self
    }

    /// For how long a process that computes is waited for. It should be longer than a computation takes, since after that
    /// another process begins one too; and it is for how long others wait where a process was killed. With zero there are no leases:
    /// each process computes for itself. Default: 10 s.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().lease(Duration::from_secs(30)).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn lease(mut self, lease: Duration) -> Self {
        self.config.lease = lease;
        self
    }

    /// For how long it is remembered that an entry was removed, primed or refreshed, so that what was being computed in
    /// another process at that moment is not stored. Default: 10 minutes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().remember(Duration::from_secs(60)).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn remember(mut self, time: Duration) -> Self {
        self.config.remember = time;
        self
    }

    /// When the server is left alone. Default: that of [`Circuit`].
    ///
    /// ```
    /// # use weakcache::store::Circuit;
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().circuit(Circuit { failures: 3, ..Circuit::default() }).at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn circuit(mut self, circuit: Circuit) -> Self {
        self.config.circuit = circuit;
        self
    }

    /// The server at this address, to be connected to at the first use. Where that fails, or the address is none, it is a
    /// store that fails.
    ///
    /// `redis://user:password@host:port/database`, `redis+unix:///path`, and `rediss://…` where a TLS feature of the
    /// crate redis is on.
    ///
    /// ```
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().connections(4).at("redis://cache.example.org/"); // connected at first use
    /// # drop(store);
    /// ```
    #[must_use]
    pub fn at(self, url: &str) -> Redis {
        Redis::with(url, self.config)
    }
}

impl Redis {
    /// The server at this address, to be connected to at the first use. Where that fails, or the address is none, it is a
    /// store that fails.
    ///
    /// ```
    /// # use weakcache_redis::Redis;
    /// let store = Redis::at("redis://cache.example.org/"); // connected at first use
    /// # drop(store);
    /// ```
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self::builder().at(url)
    }

    /// Options for a server.
    ///
    /// ```
    /// # use weakcache_redis::Redis;
    /// let store = Redis::builder().prefix("prices:").at("redis://cache.example.org/");
    /// # drop(store);
    /// ```
    pub fn builder() -> Builder {
        Builder::default()
    }
}
