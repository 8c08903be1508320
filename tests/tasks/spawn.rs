//! `refresh_after` with `spawn`: the stored value at once, and the body as a task of its own.

use crate::tasks::{Any, Task, now, yields};
use std::borrow::Cow;
use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::task::Poll;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;

const SECOND: Duration = Duration::from_secs(1);

thread_local! {
    static SPAWNED: RefCell<Vec<Task<Any<'static, ()>>>> = const { RefCell::new(Vec::new()) };
}

/// An executor whose tasks the test polls.
fn later(future: impl Future<Output = ()> + Send + 'static) -> &'static str {
    SPAWNED.with_borrow_mut(|tasks| tasks.push(Task::new(Box::pin(future))));
    "a handle"
}

fn spawned() -> Task<Any<'static, ()>> {
    SPAWNED.with_borrow_mut(|tasks| {
        assert_eq!(tasks.len(), 1, "tasks were spawned");
        tasks.remove(0)
    })
}

fn none_spawned() -> bool {
    SPAWNED.with_borrow(Vec::is_empty)
}

#[test]
fn all_calls_are_served_at_once() {
    static SAYS: Mutex<Result<u32, &str>> = Mutex::new(Ok(1));
    #[memoize(lru = 4, ttl = "60s", refresh_after = "50s", stale_if_error = "1h", spawn = later)]
    async fn f(x: u32) -> Result<u32, &'static str> {
        SAYS.lock().unwrap().map(|said| x + said)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(now(f(10)), Ok(11));
    assert!(none_spawned(), "there was nothing to serve meanwhile");
    clock.advance(SECOND * 50);
    *SAYS.lock().unwrap() = Ok(2);
    assert_eq!((now(f(10)), now(f(10))), (Ok(11), Ok(11)));
    let counts = |info: weakcache::CacheInfo| (info.hits, info.misses, info.refreshes, info.stale);
    assert_eq!(counts(f::cache_info()), (2, 2, 1, 0));
    spawned().finish();
    assert_eq!(now(f(10)), Ok(12));
    // An error puts the next one off, and is seen by nobody.
    clock.advance(SECOND * 50);
    *SAYS.lock().unwrap() = Err("down");
    assert_eq!(now(f(10)), Ok(12));
    spawned().finish();
    clock.advance(SECOND * 4);
    assert_eq!(now(f(10)), Ok(12));
    assert!(none_spawned());
    clock.advance(SECOND);
    assert_eq!(now(f(10)), Ok(12));
    // One that takes longer than the ttl: who comes then waits for it.
    clock.advance(SECOND * 5);
    let mut waits = Task::new(f(10));
    assert!(!waits.poll());
    *SAYS.lock().unwrap() = Ok(3);
    spawned().finish();
    assert!(waits.is_awake());
    assert_eq!(waits.finish(), Ok(13));
    // What has expired is not refreshed in the background.
    clock.advance(SECOND * 60);
    *SAYS.lock().unwrap() = Err("down");
    assert_eq!((now(f(10)), none_spawned()), (Ok(13), true));
    assert_eq!(counts(f::cache_info()), (7, 5, 3, 1));
}

#[test]
fn a_task_that_is_dropped_or_panics_is_tried_again() {
    static PANICS: AtomicBool = AtomicBool::new(true);
    #[memoize(refresh_after = "10s", spawn = |task| later(Box::pin(task)))]
    async fn f(x: u32) -> u32 {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let run = RUNS.fetch_add(1, SeqCst);
        assert!(run == 0 || !PANICS.load(SeqCst), "as planned");
        if run == 2 {
            poll_fn::<(), _>(|_| Poll::Pending).await;
        }
        x + run
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(now(f(10)), 10);
    clock.advance(SECOND * 10);
    assert_eq!(now(f(10)), 10);
    drop(spawned());
    assert_eq!(now(f(10)), 10, "never polled");
    let task = spawned();
    assert!(catch_unwind(AssertUnwindSafe(|| task.finish())).is_err());
    assert_eq!(now(f(10)), 10, "it panicked");
    PANICS.store(false, SeqCst);
    let mut task = spawned();
    assert!(!task.poll());
    assert_eq!((now(f(10)), none_spawned()), (10, true), "it is under way");
    task.cancel();
    assert_eq!(now(f(10)), 10, "it was cancelled");
    spawned().finish();
    assert_eq!(now(f(10)), 13);
    assert_eq!(f::cache_info().refreshes, 4);
}

#[test]
fn a_spawner_that_panics_leaves_the_cache_whole() {
    fn refuses(future: impl Future<Output = ()> + Send + 'static) {
        assert!(f::cache_info().refreshes > 1, "there is no executor");
        later(future);
    }
    #[memoize(refresh_after = "10s", spawn = refuses)]
    async fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(now(f(1)), 1);
    clock.advance(SECOND * 10);
    assert!(catch_unwind(|| now(f(1))).is_err());
    assert_eq!((now(f(1)), f::cache_info().refreshes), (1, 2));
    spawned().finish();
    assert_eq!((now(f(1)), f::cache_info().misses), (1, 3));
}

#[test]
fn an_executor_may_run_it_in_place() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(refresh_after = "10s", spawn = now)]
    async fn f(x: u32) -> u32 {
        x + RUNS.fetch_add(1, SeqCst)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(now(f(1)), 1);
    clock.advance(SECOND * 10);
    assert_eq!((now(f(1)), now(f(1))), (1, 2));
}

/// What an argument of each shape is, is what the body is given in the background.
mod shapes {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub(crate) struct Service(u32);

    #[memoize(refresh_after = "10s", spawn = later)]
    #[expect(clippy::too_many_arguments, clippy::ptr_arg, clippy::ref_option)]
    async fn all(
        text: &str,
        bytes: &[u8],
        path: &Path,
        owned: String,
        by: &String,
        maybe: Option<&str>,
        none: Option<&PathBuf>,
        (name, number): (&str, u8),
        nested: ((u8, &[u8]), Option<&str>),
        mut number_of_it: u32,
        _unused: u8,
        fixed: &'static str,
        option: &Option<u8>,
    ) -> String {
        number_of_it += 1;
        format!(
            "{text} {bytes:?} {} {owned} {by} {maybe:?} {none:?} {name} {number} {nested:?} {number_of_it} {fixed} {option:?}",
            path.display()
        )
    }

    fn call() -> String {
        let (text, bytes, by) = (String::from("a"), vec![1, 2], String::from("b"));
        let path = PathBuf::from("p");
        now(all(
            &text,
            &bytes,
            &path,
            "c".into(),
            &by,
            Some(&text),
            Some(&path),
            (&text, 3),
            ((4, &bytes), Some(&by)),
            5,
            6,
            "fixed",
            &Some(7),
        ))
    }

    #[test]
    fn of_arguments() {
        let clock = Mock::new();
        let _installed = clock.install();
        let first = call();
        clock.advance(SECOND * 10);
        assert_eq!(call(), first);
        spawned().finish();
        assert_eq!((call(), all::cache_info().misses), (first, 2));
        assert!(none_spawned());
    }

    #[memoize]
    impl Service {
        #[memoize(refresh_after = "10s", spawn = later)]
        async fn with(&self, text: &str) -> String {
            format!("{} {text}", self.0)
        }

        #[memoize(refresh_after = "10s", spawn = later, controls = false)]
        async fn bare(&self, text: &str) -> String {
            let Self(number) = self;
            format!("{number} {text}")
        }

        #[memoize(refresh_after = "10s", spawn = later)]
        async fn by_value(self, other: Cow<'static, str>) -> String {
            format!("{} {other}", self.0)
        }

        #[memoize(refresh_after = "10s", spawn = later)]
        async fn alone<T: Clone + Eq + std::hash::Hash + Send + Sync + ToString + 'static>(
            value: &T,
        ) -> String {
            value.to_string()
        }
    }

    #[memoize(refresh_after = "10s", spawn = later, controls = false)]
    async fn without_controls(text: &str, _unused: u8) -> String {
        let owned = text.to_owned();
        poll_fn(|_| Poll::Ready(())).await;
        owned + text
    }

    #[test]
    fn of_methods() {
        let clock = Mock::new();
        let _installed = clock.install();
        let service = Service(7);
        let text = String::from("text");
        for round in 0..2 {
            assert_eq!(now(service.with(&text)), "7 text");
            assert_eq!(now(service.bare(&text)), "7 text");
            assert_eq!(now(service.clone().by_value("text".into())), "7 text");
            assert_eq!(now(Service::alone(&8)), "8");
            assert_eq!(now(Service::alone(&"x".to_owned())), "x");
            assert_eq!(now(without_controls(&text, 1)), "texttext");
            clock.advance(SECOND * 10);
            let tasks = SPAWNED.take();
            assert_eq!(tasks.len(), 6 * round);
            for task in tasks {
                task.finish();
            }
        }
        assert_eq!(Service::with_cache_info().refreshes, 1);
        assert_eq!(Service::alone_cache_info::<String>().misses, 2);
    }
}

#[test]
fn a_task_of_one_thread() {
    thread_local! {
        static HERE: RefCell<Vec<Task<crate::tasks::AnyLocal<'static, ()>>>> = const { RefCell::new(Vec::new()) };
    }
    #[memoize(local, refresh_after = "10s", spawn = |future| HERE.with_borrow_mut(|tasks| tasks.push(Task::new(Box::pin(future)))))]
    async fn f(x: &Rc<str>) -> Rc<str> {
        x.clone()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let text: Rc<str> = "text".into();
    now(f(&text));
    clock.advance(SECOND * 10);
    assert_eq!(now(f(&text)), text);
    HERE.take().pop().unwrap().finish();
    assert_eq!((f::cache_info().misses, f::cache_info().refreshes), (2, 1));
}

#[test]
fn on_tokio() {
    static SAYS: AtomicU32 = AtomicU32::new(1);
    #[memoize(ttl = "60s", refresh_after = "50s", spawn = tokio::spawn)]
    async fn f(url: &str) -> Result<String, std::io::Error> {
        tokio::task::yield_now().await;
        Ok(format!("{url} {}", SAYS.load(SeqCst)))
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        assert_eq!(f("a").await.unwrap(), "a 1");
        clock.advance(SECOND * 50);
        SAYS.store(2, SeqCst);
        assert_eq!(f("a").await.unwrap(), "a 1");
        while f::cache_info().misses < 2 || f::peek("a").unwrap().unwrap() == "a 1" {
            tokio::task::yield_now().await;
        }
        assert_eq!(f("a").await.unwrap(), "a 2");
    });
    // What an executor drops as it goes, is tried again.
    clock.advance(SECOND * 50);
    runtime.block_on(async { assert_eq!(f("a").await.unwrap(), "a 2") });
    drop(runtime);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async { assert_eq!(f("a").await.unwrap(), "a 2") });
    assert_eq!(f::cache_info().refreshes, 3);
    drop(runtime);
    // Without one, `tokio::spawn` panics, and so does the call; the next tries again.
    assert!(catch_unwind(|| now(f("a"))).is_err());
    assert_eq!(f::peek("a").unwrap().unwrap(), "a 2");
}

#[test]
fn a_task_does_not_overwrite_a_refresh_that_began_after_it() {
    static TABLE: AtomicU32 = AtomicU32::new(1);
    #[memoize(refresh_after = "10s", spawn = later)]
    async fn row(x: u32) -> u32 {
        let value = TABLE.load(SeqCst) * x;
        yields(1).await;
        value
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(Task::new(row(1)).finish(), 1);
    clock.advance(SECOND * 11);
    assert_eq!(now(row(1)), 1);
    let mut older = spawned();
    assert!(!older.poll());
    TABLE.store(2, SeqCst);
    assert_eq!(Task::new(row::refresh(1)).finish(), 2);
    older.finish();
    assert_eq!(row::peek(1), Some(2));
}
