//! Exchange rates, of an upstream that can be made slow or failing.

#[cfg(feature = "redis")]
use crate::shared;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::sync::watch;
use weakcache::{CacheInfo, Memo, memoize};

/// What the upstream is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    Fine,
    /// It answers when it is something else.
    Slow,
    /// It fails.
    Down,
}

/// Why there is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down;

/// A rate, with the number of the answer that it is of.
#[weakcache::fingerprint]
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "redis", derive(serde::Serialize, serde::Deserialize))]
pub struct Rate {
    currency: String,
    answer: u64,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 1.{:02} (answer {})", self.currency, self.answer % 100, self.answer)
    }
}

/// Somebody else's service.
#[derive(Debug)]
pub struct Upstream {
    mood: watch::Sender<Mood>,
    asked: AtomicU64,
}

impl Upstream {
    /// Changes it, also for those who are asking.
    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.asked.load(Relaxed)
    }

    pub(crate) async fn ask(&self, currency: &str) -> Result<Rate, Down> {
        let answer = self.asked.fetch_add(1, Relaxed) + 1;
        let mut mood = self.mood.subscribe();
        let mood = mood.wait_for(|&mood| mood != Mood::Slow).await.map_err(|_| Down)?;
        match *mood {
            Mood::Down => Err(Down),
            Mood::Fine | Mood::Slow => Ok(Rate { currency: currency.to_owned(), answer }),
        }
    }
}

/// The rates, as this service knows them.
#[derive(Debug)]
pub struct Rates {
    /// Where they are from.
    pub upstream: Upstream,
    memo: Memo,
    /// Whether other processes have them too.
    #[cfg(feature = "redis")]
    is_shared: bool,
}

impl Default for Rates {
    fn default() -> Self {
        let upstream = Upstream { mood: watch::Sender::new(Mood::Fine), asked: AtomicU64::new(0) };
        Self {
            upstream,
            memo: Memo::new(),
            #[cfg(feature = "redis")]
            is_shared: false,
        }
    }
}

impl Rates {
    /// Those that other processes have too.
    #[cfg(feature = "redis")]
    pub(crate) fn shared() -> Self {
        Self { is_shared: true, ..Self::default() }
    }

    /// A rate, as this process knows it, or all.
    ///
    /// # Errors
    ///
    /// As of [`rate`](Self::rate).
    pub async fn get(&self, currency: &str) -> Result<Rate, Down> {
        #[cfg(feature = "redis")]
        if self.is_shared {
            return shared::rate(&self.upstream, currency).await;
        }
        self.rate(currency).await
    }

    /// Forgets a rate.
    pub fn forget(&self, currency: &str) {
        #[cfg(feature = "redis")]
        if self.is_shared {
            shared::rate::invalidate(currency);
            return;
        }
        self.rate_invalidate(currency);
    }

    /// The counters of the cache.
    pub fn info(&self) -> CacheInfo {
        #[cfg(feature = "redis")]
        if self.is_shared {
            return shared::rate::cache_info();
        }
        self.rate_cache_info()
    }
}

#[memoize]
impl Rates {
    /// A rate. It is good for a minute, and asked for anew ten seconds before that is over, by one of those who want it:
    /// the others do not wait. If the upstream fails, the last one is served for a day, and it is left alone for five seconds.
    ///
    /// # Errors
    ///
    /// If the upstream fails, and there was nothing for a day.
    #[memoize(
        in(self.memo),
        capacity = 200,
        ttl = "60s",
        refresh_after = "50s",
        stale_if_error = "1d",
        err_ttl = "5s",
    )]
    pub async fn rate(&self, currency: &str) -> Result<Rate, Down> {
        self.upstream.ask(currency).await
    }
}
