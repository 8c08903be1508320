//! Memoizing asynchronously: a hit, and many tasks that ask for one key which is not there.
//!
//! A hit is polled by hand, so that no executor is measured with it.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use tokio::task::yield_now;

use super::body;

/// Room for all keys, in caches that divide it among shards, too.
const ROOM: usize = 4096;

#[allow(clippy::unused_async, reason = "a hit awaits nothing")]
pub mod ours {
    use weakcache::memoize;

    #[memoize(lru = super::ROOM)]
    pub async fn lru(x: u64) -> u64 {
        super::body(x + 1)
    }

    #[memoize(lru = super::ROOM)]
    pub async fn text(x: &str) -> usize {
        super::body(x.len())
    }

    #[memoize]
    pub async fn unbounded(x: u64) -> u64 {
        super::body(x + 1)
    }

    #[memoize(lru = super::ROOM)]
    pub async fn cold(x: u64) -> u64 {
        super::slow(x).await
    }
}

#[allow(clippy::unused_async, reason = "a hit awaits nothing")]
pub mod theirs {
    use cached::macros::cached;

    #[cached(max_size = 4096, sync_writes = "by_key")]
    pub async fn lru(x: u64) -> u64 {
        super::body(x + 1)
    }

    #[cached(max_size = 4096, key = "String", convert = "{ x.to_owned() }", sync_writes = "by_key")]
    pub async fn text(x: &str) -> usize {
        super::body(x.len())
    }

    #[cached(sync_writes = "by_key")]
    pub async fn unbounded(x: u64) -> u64 {
        super::body(x + 1)
    }

    #[cached(max_size = 4096, sync_writes = "by_key")]
    pub async fn cold(x: u64) -> u64 {
        super::slow(x).await
    }
}

pub type Moka<K, V> = LazyLock<moka::future::Cache<K, V>>;
pub type Quick<K, V> = LazyLock<quick_cache::sync::Cache<K, V>>;

pub static MOKA: Moka<u64, u64> = LazyLock::new(|| moka::future::Cache::new(ROOM as u64));
pub static MOKA_TEXT: Moka<String, usize> = LazyLock::new(|| moka::future::Cache::new(ROOM as u64));
pub static QUICK: Quick<u64, u64> = LazyLock::new(|| quick_cache::sync::Cache::new(ROOM));
pub static QUICK_TEXT: Quick<String, usize> = LazyLock::new(|| quick_cache::sync::Cache::new(ROOM));

pub async fn quick(x: u64, body: impl Future<Output = u64>) -> u64 {
    let body = async { Ok::<_, std::convert::Infallible>(body.await) };
    let Ok(value) = QUICK.get_or_insert_async(&x, body).await;
    value
}

pub async fn quick_text(x: &str) -> usize {
    let Ok(value) =
        QUICK_TEXT.get_or_insert_async(x, async { Ok::<_, std::convert::Infallible>(body(x.len())) }).await;
    value
}

/// The body that the crowd waits for.
pub async fn slow(x: u64) -> u64 {
    yield_now().await;
    x + 1
}

/// The result of a future that waits for a lock at most.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        std::thread::yield_now();
    }
}
