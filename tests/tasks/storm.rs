//! Many tasks on many threads, dropped at random, against what must hold of each.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::task::Poll;

use weakcache::memoize;

use crate::support::{Random, watched};

const KEYS: usize = 8;
const ROUNDS: usize = 40;
const OPERATIONS: usize = 400;

/// What is known of one key, from outside of the cache.
struct Known {
    /// Bodies that run, in each round.
    alive: [AtomicU32; ROUNDS],
    /// Counted up before each invalidation begins.
    generation: AtomicU64,
    /// Counted up after it: of an older one than this, nothing may be seen by who calls now.
    over: AtomicU64,
}

static KNOWN: [Known; KEYS] = [const {
    Known {
        alive: [const { AtomicU32::new(0) }; ROUNDS],
        generation: AtomicU64::new(0),
        over: AtomicU64::new(0),
    }
}; KEYS];

async fn some_yields(random: usize) {
    for _ in 0..random % 4 {
        tokio::task::yield_now().await;
    }
}

/// Never invalidated: so there is at most one body of a key at any time.
#[memoize]
async fn single(key: usize, round: usize) -> usize {
    struct Alive(&'static AtomicU32);
    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }
    let alive = &KNOWN[key].alive[round];
    assert_eq!(alive.fetch_add(1, SeqCst), 0, "two bodies at once");
    let _alive = Alive(alive);
    some_yields(round).await;
    round
}

/// The generation in which it was begun.
#[memoize(lru = 4)]
async fn generation(key: usize) -> u64 {
    let generation = KNOWN[key].generation.load(SeqCst);
    some_yields(key + 1).await;
    generation
}

/// Shares most of what it calls with others.
#[memoize(ttl = "1h")]
async fn nested(key: usize, depth: usize) -> usize {
    some_yields(key).await;
    if depth == 0 {
        generation(key).await;
        return 1;
    }
    let (left, right) = futures_util::future::join(
        Box::pin(nested((key + 1) % KEYS, depth - 1)),
        Box::pin(nested((key + 3) % KEYS, depth - 1)),
    )
    .await;
    left + right
}

#[memoize(single_flight = false)]
async fn fails(key: usize) -> Result<usize, String> {
    some_yields(key).await;
    if key.is_multiple_of(2) { Ok(key) } else { Err(key.to_string()) }
}

/// Polls a future so many times at most.
async fn within<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    if polls == usize::MAX {
        return Some(future.await);
    }
    let (mut future, mut left) = (Box::pin(future), polls);
    std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            // A task that waits for others may not be polled again by itself.
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

async fn caller(seed: u64) {
    let mut random = Random(seed);
    for operation in 0..OPERATIONS {
        let key = random.below(KEYS);
        let patience = if random.below(3) == 0 { random.below(4) } else { usize::MAX };
        match random.below(10) {
            0..=3 => {
                let round = operation * ROUNDS / OPERATIONS;
                let found = within(patience, single(key, round)).await;
                assert!(found.is_none_or(|found| found == round));
            }
            4..=6 => {
                let over = KNOWN[key].over.load(SeqCst);
                let found = within(patience, generation(key)).await;
                assert!(found.is_none_or(|found| found >= over), "{found:?} after {over} was invalidated");
            }
            7 => {
                let new = KNOWN[key].generation.fetch_add(1, SeqCst) + 1;
                generation::invalidate(key);
                KNOWN[key].over.fetch_max(new, SeqCst);
            }
            8 => {
                let depth = random.below(4);
                let found = within(patience, nested(key, depth)).await;
                assert!(found.is_none_or(|found| found == 1 << depth));
                if random.below(4) == 0 {
                    nested::invalidate(key, depth);
                }
            }
            _ => {
                let found = within(patience, fails(key)).await;
                assert!(found.is_none_or(
                    |found| found == if key.is_multiple_of(2) { Ok(key) } else { Err(key.to_string()) }
                ));
            }
        }
    }
}

#[test]
fn a_storm() {
    const TASKS: u64 = 64;
    watched(|| {
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
        tokio.block_on(async {
            let mut tasks: Vec<_> = (0..TASKS).map(|seed| tokio::spawn(caller(seed))).collect();
            // These are dropped wherever they are.
            let doomed: Vec<_> = (0..TASKS).map(|seed| tokio::spawn(caller(!seed))).collect();
            for task in &mut tasks[..4] {
                task.await.unwrap();
            }
            for task in doomed {
                task.abort();
                if let Err(error) = task.await {
                    assert!(error.is_cancelled(), "{error}");
                }
            }
            for task in tasks.drain(4..) {
                task.await.unwrap();
            }
        });
    });
    assert!(KNOWN.iter().flat_map(|known| &known.alive).all(|alive| alive.load(SeqCst) == 0));
    // Nobody computes any more: what is not known is computed, and nothing is there to wait for.
    futures_executor::block_on(async {
        for (key, known) in KNOWN.iter().enumerate() {
            assert_eq!(nested(key, 4).await, 16);
            for round in 0..ROUNDS {
                assert_eq!(single(key, round).await, round);
            }
            generation::invalidate(key);
            assert_eq!(generation(key).await, known.generation.load(SeqCst));
        }
    });
    assert_eq!((single::cache_info().len, generation::cache_info().len), (KEYS * ROUNDS, 4));
}
