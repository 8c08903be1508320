//! Rates that all processes of the service share, by a Redis server: of many that want one at once, one asks the upstream;
//! and what one forgets, all do.

use crate::rates::{Down, Rate, Upstream};
use std::sync::OnceLock;
use weakcache::memoize;
use weakcache::store::StoreError;
use weakcache_redis::Redis;

static STORE: OnceLock<Redis> = OnceLock::new();

/// Says where the server is. If it goes later, each process asks the upstream by itself; but one that never was there is a
/// mistake in the address.
///
/// # Errors
///
/// If there is none.
pub fn at(url: &str) -> Result<(), StoreError> {
    STORE.get_or_init(|| Redis::at(url)).ping()
}

fn store() -> Redis {
    STORE.get().cloned().expect("it is known before a rate is wanted")
}

/// A rate, first from memory, then from the server, then from the upstream. The times are those of a service that has no other
/// processes, and hold across all.
///
/// # Errors
///
/// If the upstream fails, and there was nothing for a day.
#[memoize(
    skip(upstream),
    capacity = 200,
    ttl = "60s",
    refresh_after = "50s",
    stale_if_error = "1d",
    err_ttl = "5s",
    store = store(),
    depends(Rate),
)]
pub async fn rate(upstream: &Upstream, currency: &str) -> Result<Rate, Down> {
    upstream.ask(currency).await
}
