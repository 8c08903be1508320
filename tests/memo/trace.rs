//! The feature `tracing`, before a subscriber of its own.

use crate::support::watched;
use std::cell::Cell;
use std::fmt::{Debug, Write};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};
use weakcache::clock::Mock;
use weakcache::memoize;

/// Writes down what it is told, a line each: spans when they close.
#[derive(Default)]
struct Book {
    /// All that there were, by number.
    spans: Mutex<Vec<String>>,
    /// Those that are entered.
    inside: Mutex<Vec<u64>>,
    lines: Mutex<Vec<String>>,
}

struct Fields<'a>(&'a mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

/// So that it can be kept and handed over.
struct Told(Arc<Book>);

impl Subscriber for Told {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "weakcache" || metadata.target() == "test"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = format!("{} {}", span.metadata().level(), span.metadata().name());
        span.record(&mut Fields(&mut text));
        let mut spans = self.0.spans.lock().unwrap();
        spans.push(text);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Fields(&mut self.0.spans.lock().unwrap()[at]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = event.metadata().level().to_string();
        event.record(&mut Fields(&mut text));
        let inside = self.0.inside.lock().unwrap();
        self.0.lines.lock().unwrap().push(format!("{}{text}", "> ".repeat(inside.len())));
    }

    fn enter(&self, span: &Id) {
        self.0.inside.lock().unwrap().push(span.into_u64());
    }

    fn exit(&self, span: &Id) {
        assert_eq!(self.0.inside.lock().unwrap().pop(), Some(span.into_u64()));
    }

    fn try_close(&self, span: Id) -> bool {
        let at = usize::try_from(span.into_u64()).unwrap() - 1;
        let line = self.0.spans.lock().unwrap()[at].clone();
        let inside = self.0.inside.lock().unwrap().len();
        self.0.lines.lock().unwrap().push(format!("{}{line}", "> ".repeat(inside)));
        true
    }
}

/// What is told of this.
fn told(work: impl FnOnce()) -> Vec<String> {
    let book = Arc::new(Book::default());
    with_default(Told(book.clone()), work);
    assert_eq!(*book.inside.lock().unwrap(), [0; 0], "what is entered is left");
    book.lines.lock().unwrap().clone()
}

thread_local! {
    static CLOCK: Mock = Mock::new();
}

fn pass(seconds: u64) {
    CLOCK.with(|clock| clock.advance(Duration::from_secs(seconds)));
}

/// With a clock that [`pass`] turns.
fn timed(work: impl FnOnce()) -> Vec<String> {
    CLOCK.with(|clock| {
        let _installed = clock.install();
        told(work)
    })
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_miss_is_a_span_with_its_time_and_a_hit_is_nothing() {
    #[memoize(name = "prices")]
    fn f(n: u64) -> u64 {
        tracing::info!(target: "test", "body");
        pass(n);
        n
    }

    let lines = timed(|| assert_eq!(f(2) + f(2), 4));
    assert_eq!(lines, ["> INFO message=body", r#"DEBUG miss cache="prices" wait=0.0 time=2.0"#]);
    assert_eq!(timed(|| assert_eq!(f(2), 2)), [""; 0]);
}

#[test]
fn misses_lie_in_each_other_as_calls_do() {
    #[memoize(name = "outer")]
    fn outer(n: u64) -> u64 {
        pass(1);
        inner(n) + inner(n)
    }
    #[memoize(name = "inner")]
    fn inner(n: u64) -> u64 {
        pass(2);
        n
    }

    let lines = timed(|| assert_eq!(outer(1), 2));
    let expected =
        [r#"> DEBUG miss cache="inner" wait=0.0 time=2.0"#, r#"DEBUG miss cache="outer" wait=0.0 time=3.0"#];
    assert_eq!(lines, expected);
}

#[test]
fn a_body_that_fails_or_panics_ends_its_span() {
    #[memoize(name = "failing")]
    fn f(n: u64) -> Result<u64, ()> {
        pass(n);
        assert!(n != 3, "on purpose");
        Err(())
    }

    let lines = timed(|| {
        f(2).unwrap_err();
        std::panic::catch_unwind(|| f(3)).unwrap_err();
    });
    let span = |time| format!(r#"DEBUG miss cache="failing" wait=0.0 time={time:?}"#);
    assert_eq!(lines, [span(2.0), span(3.0)]);
}

#[test]
fn an_asynchronous_body_is_inside_of_its_span_while_it_is_polled() {
    #[memoize(name = "asked")]
    async fn f(n: u64) -> u64 {
        let mut polls = 0;
        poll_fn(|_| {
            tracing::info!(target: "test", polls);
            polls += 1;
            if polls == n { Poll::Ready(n) } else { Poll::Pending }
        })
        .await
    }

    let lines = timed(|| {
        let mut call = pin!(f(2));
        assert!(poll(call.as_mut()).is_pending());
        pass(5);
        tracing::info!(target: "test", "between");
        assert_eq!(poll(call), Poll::Ready(2));
        assert_eq!(poll(pin!(f(2))), Poll::Ready(2));
    });
    let expected = [
        "> INFO polls=0",
        "INFO message=between",
        "> INFO polls=1",
        r#"DEBUG miss cache="asked" wait=0.0 time=5.0"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn who_waits_says_how_long_and_what_came_of_it() {
    thread_local!(static OPEN: Cell<bool> = const { Cell::new(false) });
    #[memoize(name = "shared")]
    async fn f(n: u64) -> u64 {
        poll_fn(|_| if OPEN.get() { Poll::Ready(n) } else { Poll::Pending }).await
    }

    let lines = timed(|| {
        let (mut first, mut second) = (pin!(f(1)), pin!(f(1)));
        assert!(poll(first.as_mut()).is_pending());
        pass(1);
        assert!(poll(second.as_mut()).is_pending());
        pass(2);
        OPEN.set(true);
        assert_eq!((poll(first), poll(second)), (Poll::Ready(1), Poll::Ready(1)));
    });
    let expected = [
        r#"DEBUG miss cache="shared" wait=0.0 time=3.0"#,
        r#"DEBUG message=waited cache="shared" wait=2.0 outcome="shared""#,
    ];
    assert_eq!(lines, expected);

    OPEN.set(false);
    let lines = timed(|| {
        let mut second = pin!(f(2));
        {
            let mut first = pin!(f(2));
            assert!(poll(first.as_mut()).is_pending());
            assert!(poll(second.as_mut()).is_pending());
            pass(4);
        } // cancelled
        OPEN.set(true);
        assert_eq!(poll(second), Poll::Ready(2));
    });
    let expected = [
        r#"DEBUG miss cache="shared" wait=0.0 time=4.0"#,
        r#"DEBUG message=waited cache="shared" wait=4.0 outcome="lost""#,
        r#"DEBUG miss cache="shared" wait=4.0 time=0.0"#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_thread_that_gives_up_its_wait_says_so() {
    #[memoize(name = "slow", skip(body), single_flight = "20ms")]
    fn slow(n: u64, body: impl FnOnce()) -> u64 {
        body();
        n
    }

    watched(|| {
        let ((began, has_begun), (open, gate)) = (channel(), channel());
        let first = thread::spawn(move || {
            slow(1, || {
                began.send(()).unwrap();
                gate.recv().unwrap();
            })
        });
        has_begun.recv().unwrap();
        let lines = told(|| assert_eq!(slow(1, || {}), 1));
        open.send(()).unwrap();
        assert_eq!(first.join().unwrap(), 1);
        let [waited, miss] = &*lines else { panic!("{lines:?}") };
        assert!(waited.starts_with(r#"DEBUG message=waited cache="slow" wait=0.0"#), "{waited}");
        assert!(waited.ends_with(r#"outcome="given up""#), "{waited}");
        let wait = miss.strip_prefix(r#"DEBUG miss cache="slow" wait="#).unwrap();
        let wait: f64 = wait.split(' ').next().unwrap().parse().unwrap();
        assert!(wait >= 0.02, "{miss}");
    });
}

#[test]
fn what_expires_is_an_event_of_its_cache() {
    #[memoize(name = "short", ttl = "10s")]
    fn f(n: u64) -> u64 {
        n
    }

    let lines = timed(|| {
        for n in 0..3 {
            f(n);
        }
        pass(11);
        assert_eq!(f::sweep(), 3);
    });
    assert_eq!(lines[3..], [r#"DEBUG message=expired cache="short" entries=3"#]);

    // One that is found to be past its time, and computed anew.
    let lines = timed(|| {
        f(7);
        pass(11);
        f(7);
    });
    let expired = r#"DEBUG message=expired cache="short" entries=1"#;
    assert_eq!(lines.iter().filter(|line| line.ends_with(expired)).count(), 1, "{lines:?}");
    assert_eq!(f::cache_info().expirations, 4);

    // What leaves for other reasons is none.
    let lines = timed(|| {
        f(8);
        f::invalidate(8);
        f::cache_clear();
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn a_batch_is_one_span_for_what_it_asks() {
    #[memoize(name = "users", batch)]
    fn users(ids: &[u64]) -> Vec<u64> {
        pass(1);
        ids.to_vec()
    }
    #[memoize(name = "users, async", batch)]
    async fn users_async(ids: &[u64]) -> Vec<u64> {
        pass(1);
        ids.to_vec()
    }

    let span = |name, elements, time| {
        format!("DEBUG miss cache={name:?} elements={elements} wait=0.0 time={time:?}")
    };
    let lines = timed(|| {
        users(&[1, 2, 3]);
        users(&[1, 2, 3, 4]);
        users(&[4]);
    });
    assert_eq!(lines, [span("users", 3, 1.0), span("users", 1, 1.0)]);
    let lines = timed(|| assert!(poll(pin!(users_async(&[1, 2]))).is_ready()));
    assert_eq!(lines, [span("users, async", 2, 1.0)]);
}

#[test]
fn a_cache_by_hand_tells_too() {
    let cache = weakcache::Cache::builder().name("sessions").ttl(Duration::from_secs(5)).build();
    let lines = timed(|| {
        cache.get_or_insert_with(&1_u64, || {
            pass(1);
            2
        });
        assert_eq!(cache.get(&1), Some(2));
        pass(6);
        assert_eq!(cache.sweep(), 1);
    });
    let expected = [
        r#"DEBUG miss cache="sessions" wait=0.0 time=1.0"#,
        r#"DEBUG message=expired cache="sessions" entries=1"#,
    ];
    assert_eq!(lines, expected);
}

/// A subscriber may use what it is told of.
#[test]
fn a_subscriber_may_call_the_function_itself() {
    #[memoize(name = "again", ttl = "1s")]
    fn f(n: u64) -> u64 {
        n
    }

    struct Calls;

    impl Subscriber for Calls {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &Attributes<'_>) -> Id {
            thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
            if DEPTH.get() < 2 {
                DEPTH.set(DEPTH.get() + 1);
                assert_eq!(f(1), 1);
                DEPTH.set(DEPTH.get() - 1);
            }
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {
            f::sweep();
        }
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {
            f::cache_clear();
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    watched(|| {
        CLOCK.with(|clock| {
            let _installed = clock.install();
            with_default(Calls, || {
                assert_eq!(f(1), 1);
                pass(2);
                assert_eq!(f(1), 1);
            });
        });
    });
}

#[cfg(feature = "store")]
#[test]
fn a_store_that_fails_is_a_warning() {
    use weakcache::store::{Answer, Claim, Entry, Key, Namespace, Store, StoreError, TagId};

    struct Away;

    impl Store for Away {
        fn get(&self, _: Key<'_>, _: &[TagId]) -> Result<Answer, StoreError> {
            Err(StoreError::new("the server is away"))
        }
        fn put(&self, _: Key<'_>, _: Entry<'_>, _: Claim) -> Result<(), StoreError> {
            Ok(())
        }
        fn remove(&self, _: Key<'_>) -> Result<(), StoreError> {
            panic!("on purpose")
        }
        fn clear(&self, _: &Namespace) -> Result<(), StoreError> {
            Ok(())
        }
        fn invalidate_tag(&self, _: TagId) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[memoize(name = "remote", store = Away)]
    fn f(n: u64) -> u64 {
        pass(1);
        n
    }

    let lines = timed(|| {
        assert_eq!(f(1), 1);
        f::invalidate(1);
    });
    let failed = |error| format!("WARN message=store failed cache=\"remote\" error={error}");
    let miss = r#"DEBUG miss cache="remote" wait=0.0 time=1.0"#.to_owned();
    assert_eq!(lines, [failed("the server is away"), miss, failed("the store panicked")]);
    assert_eq!(f::cache_info().store_failures, 2);
}
