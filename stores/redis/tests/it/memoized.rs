//! Memoized functions, whatever happens to the server: right values all along, in time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use weakcache::memoize;
use weakcache_redis::Redis;

use crate::support::{Line, Server, eventually, patient, quick, rubbish, within};

#[test]
fn a_function_answers_right_all_along() {
    static STORE: OnceLock<Redis> = OnceLock::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 1, ttl = "1h", store = STORE.get().unwrap())]
    fn text(number: u32) -> String {
        RUNS.fetch_add(1, Relaxed);
        number.to_string().repeat(10)
    }

    fn right(numbers: std::ops::Range<u32>, what: &'static str) {
        within(Duration::from_mins(1), move || {
            for number in numbers {
                let begin = Instant::now();
                assert_eq!(text(number), number.to_string().repeat(10), "{what}");
                // To look, to claim and to store: each has two limits of 0.3 s.
                assert!(begin.elapsed() < Duration::from_secs(3), "{what}: {:?}", begin.elapsed());
            }
        });
    }

    fn back(what: &'static str) {
        // The circuit tries again, after some seconds at most.
        eventually(what, || {
            let before = RUNS.load(Relaxed);
            for number in [0, 1, 0, 1] {
                text(1_000_000 + number);
            }
            RUNS.load(Relaxed) == before
        });
    }

    let mut server = Server::start(&["--maxmemory", "100mb", "--maxmemory-policy", "noeviction"]);
    let line = Line::to(&server);
    STORE.set(quick().at(&line.url())).unwrap();
    right(0..20, "well");
    right(0..20, "well, again");
    assert_eq!((RUNS.load(Relaxed), text::cache_info().store_hits), (20, 20));
    assert_eq!(text::cache_info().store_failures, 0);

    server.stop();
    right(0..20, "stopped");
    assert!(text::cache_info().store_failures > 0);
    server.run();
    back("restarted");
    right(0..20, "restarted");

    server.pause();
    right(0..20, "paused");
    server.go_on();
    back("going on");

    line.shape(Duration::from_millis(700), 0);
    right(0..20, "slow");
    line.shape(Duration::from_millis(100), 1);
    right(0..20, "dripping");
    line.shape(Duration::ZERO, 0);
    back("quick");

    let mut connection = server.connection();
    let memory = |bytes: &str, connection: &mut redis::Connection| {
        redis::cmd("CONFIG").arg(&["SET", "maxmemory", bytes]).exec(connection).unwrap();
    };
    memory("1", &mut connection);
    right(0..40, "out of memory");
    memory("100mb", &mut connection);
    back("with memory");
}

#[test]
fn a_function_answers_right_if_the_server_is_none() {
    static STORE: OnceLock<Redis> = OnceLock::new();

    #[memoize(lru = 1, store = STORE.get().unwrap())]
    fn twice(number: u32) -> u32 {
        number * 2
    }

    STORE.set(quick().at(&rubbish(b"$5\r\nhello\r\n".to_vec(), Duration::from_millis(1)))).unwrap();
    within(Duration::from_secs(30), || {
        for number in 0..100 {
            assert_eq!(twice(number), number * 2);
        }
    });
    assert!(twice::cache_info().store_failures > 0 && twice::cache_info().misses == 100);
}

#[test]
fn what_was_forged_in_the_store_is_never_a_value() {
    static STORE: OnceLock<Redis> = OnceLock::new();

    #[memoize(lru = 1, store = STORE.get().unwrap())]
    fn list(number: u32) -> Vec<String> {
        vec!["text".to_owned(); number as usize]
    }

    let server = Server::start(&[]);
    STORE.set(quick().at(&server.url())).unwrap();
    let mut connection = server.connection();
    for number in [1, 2] {
        list(number);
    }
    let names: Vec<Vec<u8>> = redis::cmd("KEYS").arg("weakcache:e:*").query(&mut connection).unwrap();
    assert_eq!(names.len(), 2);
    for round in 0..20_u8 {
        for name in &names {
            redis::cmd("SETRANGE").arg(name).arg(round).arg(&[round; 9]).exec(&mut connection).unwrap();
        }
        for number in [1, 2] {
            assert_eq!(list(number), vec!["text".to_owned(); number as usize]);
        }
    }
    // So many in a row are a store that is left alone for a while.
    eventually("it is asked again", || {
        for number in [1, 2, 1] {
            list(number);
        }
        list::cache_info().store_hits > 0
    });
}

#[cfg(feature = "tokio")]
#[test]
fn an_async_function_answers_right_all_along() {
    static STORE: OnceLock<Redis> = OnceLock::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 1, ttl = "1h", store = STORE.get().unwrap())]
    async fn text(number: u32) -> String {
        RUNS.fetch_add(1, Relaxed);
        number.to_string()
    }

    let mut server = Server::start(&[]);
    let line = Line::to(&server);
    STORE.set(quick().at(&line.url())).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let right = |numbers: std::ops::Range<u32>| {
        runtime.block_on(async {
            for number in numbers {
                let begin = Instant::now();
                assert_eq!(text(number).await, number.to_string());
                assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
            }
        });
    };
    let back = || {
        eventually("it is back", || {
            let before = RUNS.load(Relaxed);
            right(100..102);
            right(100..102);
            RUNS.load(Relaxed) == before
        });
    };
    right(0..10);
    right(0..10);
    assert_eq!((RUNS.load(Relaxed), text::cache_info().store_hits), (10, 10));
    server.stop();
    right(0..10);
    server.run();
    back();
    server.pause();
    right(0..10);
    server.go_on();
    back();
    line.shape(Duration::from_millis(700), 0);
    right(0..10);
    line.shape(Duration::ZERO, 0);
    back();
}

/// A server that hangs holds up the task that asks it, and nobody else on its thread.
#[cfg(feature = "tokio")]
#[test]
fn an_executor_is_not_held_up() {
    static STORE: OnceLock<Redis> = OnceLock::new();

    #[memoize(lru = 10, ttl = "1h", store = STORE.get().unwrap())]
    async fn text(number: u32) -> String {
        number.to_string()
    }

    /// Asks for its first time while the server hangs, and so would subscribe.
    #[memoize(lru = 10, ttl = "1h", store = STORE.get().unwrap().clone())]
    async fn late(number: u32) -> String {
        number.to_string()
    }

    let server = Server::start(&[]);
    STORE.set(quick().at(&server.url())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let check = async |what: &'static str, number: u32, is_hung: bool| {
        let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let stopped = stop.clone();
        let ticks = tokio::spawn(async move {
            let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
            while !stopped.load(Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
            longest
        });
        tokio::task::yield_now().await;
        let begin = Instant::now();
        assert_eq!(text(number).await, number.to_string());
        assert_eq!(late(number).await, number.to_string());
        let took = begin.elapsed();
        stop.store(true, Relaxed);
        let longest = ticks.await.unwrap();
        assert!(!is_hung || took >= Duration::from_millis(250), "{what}: it was asked, for {took:?}");
        assert!(longest < Duration::from_millis(150), "{what}: {longest:?} of {took:?}");
    };
    runtime.block_on(text(1));
    server.pause();
    runtime.block_on(check("to look, and to subscribe", 2, true));
    // What is owed is paid by calls.
    text::invalidate(1);
    runtime.block_on(check("to pay", 3, false));
    server.go_on();
    eventually("it is back", || {
        let before = text::cache_info().store_failures;
        runtime.block_on(check("to be back", 4, false));
        text::retain(|_, _| false);
        text::cache_info().store_failures == before
    });
    runtime.block_on(text(1));
    assert!(text::cache_info().store_failures > 0);
}

#[test]
fn a_result_of_64_mib_of_arguments_of_1_mib() {
    static STORE: OnceLock<Redis> = OnceLock::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 1, store = STORE.get().unwrap())]
    fn text(argument: &str, times: usize) -> String {
        RUNS.fetch_add(1, Relaxed);
        argument.repeat(times)
    }

    let server = Server::start(&[]);
    STORE.set(patient().at(&server.url())).unwrap();
    let argument: String = ('a'..='p').cycle().take(1 << 20).collect();
    let other = format!("{}.", &argument[1..]);
    for is_stored in [false, true] {
        for (argument, times) in [(&argument, 64), (&other, 1)] {
            assert!(text(argument, times) == argument.repeat(times), "of {times} MiB");
        }
        // The first tier holds one.
        let info = text::cache_info();
        assert_eq!((info.store_hits, info.store_failures), (if is_stored { 2 } else { 0 }, 0), "{info:?}");
    }
    assert_eq!(RUNS.load(Relaxed), 2);
}
