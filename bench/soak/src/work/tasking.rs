//! Memoized `async fn`s, of which each thread runs some side by side.

use std::pin::Pin;
use std::sync::Arc;

use weakcache::{invalidate_tag, memoize};

use crate::alone::{Bodies, Generations};
use crate::census::{Count, Kind, Value, add, living};
use crate::chaos::{may_panic, survive};
use crate::random::{below, key, once_in};
use crate::tasks::{self, yields};
use crate::watch::step;
use crate::witness::Witness;

const KEYS: u64 = 8192;
const CLASSES: u64 = 16;

static SINGLE: Bodies<8192> = Bodies::new();
static BRANCHING: Bodies<8192> = Bodies::new();
static GENERATIONS: Generations<16> = Generations::new();

async fn body(kind: Kind, key: u64) -> Value {
    add(Count::Bodies);
    yields().await;
    may_panic(500);
    Value::new(kind, key)
}

/// Never invalidated: so its body runs once at a time for a key, whoever was cancelled meanwhile.
#[memoize(lru = 4096)]
async fn single(key: u64) -> Arc<Value> {
    let _alone = SINGLE.enter(key);
    Arc::new(body(Kind::Task, key).await)
}

/// Waits for others, in bodies that others wait for.
#[memoize(capacity = 2048)]
async fn branching(key: u64) -> u64 {
    let _alone = BRANCHING.enter(key);
    add(Count::Bodies);
    may_panic(500);
    if key == 0 {
        return 0;
    }
    yields().await;
    let half = Box::pin(branching(key / 2)).await;
    single(key / 2).await.check(Kind::Task, key / 2);
    half.max(Box::pin(branching(key / 3)).await) + 1
}

#[memoize(weak)]
async fn shared(key: u64) -> Arc<Value> {
    Arc::new(body(Kind::Shared, key).await)
}

static SHARED: Witness<Arc<Value>> = Witness::new(Arc::ptr_eq);

#[memoize(lru = 1024, ttl = "30ms", tags(("task", key % CLASSES)))]
async fn tagged(key: u64) -> Result<(u64, Arc<Value>), u64> {
    let generation = GENERATIONS.now(key % CLASSES);
    let value = body(Kind::Tagged, key).await;
    if once_in(8) { Err(key) } else { Ok((generation, Arc::new(value))) }
}

#[memoize(lru = 1024, ttl = "50ms", refresh_after = "5ms", stale_if_error = "1s")]
async fn refreshed(key: u64) -> Result<Arc<Value>, u64> {
    let value = body(Kind::Tagged, key).await;
    if once_in(4) { Err(key) } else { Ok(Arc::new(value)) }
}

/// A batch makes what is missing of it, all at once.
#[memoize(batch, lru = 2048)]
async fn many(keys: &[u64]) -> Vec<Arc<Value>> {
    let mut values = Vec::new();
    for &key in keys {
        values.push(Arc::new(body(Kind::Task, key).await));
    }
    values
}

async fn call() {
    let (arm, key) = (below(20), key(KEYS));
    step(arm, key);
    match arm {
        0..=4 => single(key).await.check(Kind::Task, key),
        5 => {
            let depth = branching(key).await;
            assert_eq!(depth, u64::from(key.checked_ilog2().map_or(0, |log| log + 1)), "of {key}");
        }
        6..=8 => {
            let key = key % 512;
            let value = shared(key).await;
            value.check(Kind::Shared, key);
            SHARED.meet(key, &value);
            yields().await;
        }
        9..=11 => {
            let key = key % 2048;
            let least = GENERATIONS.least(key % CLASSES);
            match tagged(key).await {
                Ok((generation, value)) => {
                    value.check(Kind::Tagged, key);
                    assert!(generation >= least, "{generation} after {least} was invalidated");
                }
                Err(error) => assert_eq!(error, key),
            }
        }
        12 if once_in(20) => {
            let class = below(CLASSES);
            GENERATIONS.invalidate(class, || invalidate_tag(&("task", class)));
        }
        13..=15 => match refreshed(key % 2048).await {
            Ok(value) => value.check(Kind::Tagged, key % 2048),
            Err(error) => assert_eq!(error, key % 2048),
        },
        _ => {
            let keys: Vec<_> = (0..below(6)).map(|offset| (key + offset * offset) % KEYS).collect();
            let values = many(&keys).await;
            assert_eq!(values.len(), keys.len());
            for (value, key) in values.iter().zip(keys) {
                value.check(Kind::Task, key);
            }
        }
    }
}

pub(crate) fn work() {
    tasks::run((0..=below(8)).map(|_| Box::pin(call()) as Pin<Box<dyn Future<Output = ()>>>));
}

/// As for those that threads wait for.
pub(crate) fn let_go() {
    SHARED.clear();
    survive(tagged::cache_clear);
    survive(refreshed::cache_clear);
}

/// Fills what stays full.
pub(crate) fn fill() {
    for key in 0..KEYS {
        tasks::run([
            Box::pin(async move { drop(single(key).await) }) as Pin<Box<dyn Future<Output = ()>>>,
            Box::pin(async move { _ = branching(key).await }),
            Box::pin(async move { drop(many(&[key]).await) }),
        ]);
    }
}

/// What lives, is cached.
pub(crate) fn check_at_rest() {
    SINGLE.check_at_rest();
    BRANCHING.check_at_rest();
    let kept = single::cache_info().len + many::cache_info().len;
    assert_eq!(living(Kind::Task), kept as u64, "cached values, and living ones");
}

pub(crate) fn empty() {
    survive(single::cache_clear);
    survive(branching::cache_clear);
    survive(shared::cache_clear);
    survive(many::cache_clear);
}
