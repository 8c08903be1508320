//! Bodies that wait for other threads by other means than memoized functions: a pool that steals work.
//!
//! While a worker waits in `join`, it runs other jobs *on top of* the computation that it is in the middle of. One of
//! them may ask for a key that another worker computes, and that one may be waiting for a job below this very frame.
//! No library that stands beside the pool can see that; `single_flight = "…"` bounds the wait.

use crate::support::watched;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use weakcache::memoize;

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[test]
fn join_over_shared_subproblems_ends() {
    #[memoize(single_flight = "2ms")]
    fn paths(x: u32, y: u32) -> u64 {
        if x == 0 || y == 0 {
            return 1;
        }
        let (a, b) = rayon::join(|| paths(x - 1, y), || paths(x, y - 1));
        a + b
    }
    watched(|| {
        for threads in [1, 2, 8] {
            paths::cache_clear();
            assert_eq!(pool(threads).install(|| paths(12, 12)), 2_704_156);
        }
    });
}

#[test]
fn par_iter_over_shared_subproblems_ends() {
    #[memoize(lru = 4096, single_flight = "2ms")]
    fn partitions(n: u32, largest: u32) -> u64 {
        if n == 0 {
            return 1;
        }
        (1..=largest.min(n)).into_par_iter().map(|part| partitions(n - part, part)).sum()
    }
    watched(|| {
        for threads in [1, 2, 8] {
            partitions::cache_clear();
            assert_eq!(pool(threads).install(|| partitions(24, 24)), 1575);
        }
    });
}

/// On one thread everything that is waited for stands below: that is seen, and nobody waits at all.
#[test]
fn one_worker_never_waits_for_itself() {
    #[memoize]
    fn paths(x: u32, y: u32) -> u64 {
        if x == 0 || y == 0 {
            return 1;
        }
        let (a, b) = rayon::join(|| paths(x - 1, y), || paths(x, y - 1));
        a + b
    }
    watched(|| assert_eq!(pool(1).install(|| paths(8, 8)), 12_870));
}

/// Two workers, each in the middle of what the other's stolen job asks for: without the bound, for ever.
#[test]
fn a_stealing_pool_of_ones_own_ends() {
    #[derive(Default)]
    struct Pool {
        jobs: Mutex<Vec<u32>>,
        done: Mutex<u32>,
        ended: Condvar,
    }

    impl Pool {
        /// Runs what there is until `count` jobs are done.
        fn help(self: &Arc<Self>, count: u32) {
            loop {
                let job = self.jobs.lock().unwrap().pop();
                match job {
                    Some(key) => {
                        f(key, self);
                        *self.done.lock().unwrap() += 1;
                        self.ended.notify_all();
                    }
                    None => {
                        let done = self.done.lock().unwrap();
                        drop(self.ended.wait_while(done, |done| *done < count).unwrap());
                        return;
                    }
                }
            }
        }
    }

    static ENTERED: AtomicU32 = AtomicU32::new(0);

    #[memoize(skip(pool), single_flight = "20ms")]
    fn f(key: u32, pool: &Arc<Pool>) -> u32 {
        // The first two bodies have both begun, one of each key, before either takes a job.
        if ENTERED.fetch_add(1, SeqCst) < 2 {
            while ENTERED.load(SeqCst) < 2 {
                thread::yield_now();
            }
            pool.help(2);
        }
        key
    }

    watched(|| {
        // Each worker is in the middle of one key, and the jobs that both wait for ask for the other's.
        let pool = Arc::new(Pool::default());
        pool.jobs.lock().unwrap().extend([0, 1]);
        let workers = [0, 1].map(|key| {
            let pool = pool.clone();
            thread::spawn(move || f(key, &pool))
        });
        let results = workers.map(|worker| worker.join().unwrap());
        assert_eq!(results, [0, 1]);
    });
}

#[test]
fn a_wait_is_bounded_and_the_first_result_stays() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    static GATE: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());
    #[memoize(single_flight = "10ms")]
    fn f(x: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        if run == 0 {
            drop(GATE.1.wait_while(GATE.0.lock().unwrap(), |open| !*open).unwrap());
        }
        x + run
    }
    watched(|| {
        let first = thread::spawn(|| f(1));
        while RUNS.load(SeqCst) == 0 {
            thread::yield_now();
        }
        let start = Instant::now();
        assert_eq!(f(1), 2, "computed beside the first");
        assert!(start.elapsed() >= Duration::from_millis(10));
        assert_eq!(f(1), 2, "a hit");
        *GATE.0.lock().unwrap() = true;
        GATE.1.notify_all();
        assert_eq!(first.join().unwrap(), 1, "its own result");
        assert_eq!(f(1), 2, "the first that was stored stays");
        let info = f::cache_info();
        assert_eq!((info.hits, info.misses, info.len), (2, 2, 1));
    });
}

#[test]
fn who_waits_within_the_bound_shares() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(single_flight = "1h")]
    fn f(x: u32) -> u32 {
        RUNS.fetch_add(1, SeqCst);
        thread::yield_now();
        x
    }
    watched(|| {
        let barrier = Arc::new(std::sync::Barrier::new(8));
        let workers: Vec<_> = (0..8)
            .map(|_| {
                let barrier = barrier.clone();
                thread::spawn(move || {
                    barrier.wait();
                    f(1)
                })
            })
            .collect();
        assert!(workers.into_iter().all(|worker| worker.join().unwrap() == 1));
        assert_eq!(RUNS.load(SeqCst), 1);
    });
}
