//! The feature `metrics`, before a recorder of its own. Before that of Prometheus: `examples/web/tests/figures.rs`.

use crate::alone;
use metrics::atomics::AtomicU64;
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder,
};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use weakcache::metrics::publish;
use weakcache::{Memo, interned, memoize};
use weakcache_inspect::{Inspect, Kind, Report, register};

#[derive(Default)]
struct Book {
    figures: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    described: Mutex<BTreeMap<String, Option<Unit>>>,
}

impl Book {
    fn figure(&self, key: &Key) -> Arc<AtomicU64> {
        let mut name = key.name().to_owned();
        for label in key.labels() {
            name = format!("{name} {}={}", label.key(), label.value());
        }
        self.figures.lock().unwrap().entry(name).or_default().clone()
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>) {
        self.described.lock().unwrap().insert(key.as_str().to_owned(), unit);
    }

    fn publish(&self) {
        with_local_recorder(self, publish);
    }

    fn bits(&self, name: &str, kind: &str, cache: &str) -> Option<u64> {
        let key = format!("weakcache_{name} cache={cache} kind={kind}");
        self.figures.lock().unwrap().get(&key).map(|figure| figure.load(Relaxed))
    }

    fn counter(&self, name: &str, kind: &str, cache: &str) -> Option<u64> {
        self.bits(&format!("{name}_total"), kind, cache)
    }

    fn gauge(&self, name: &str, kind: &str, cache: &str) -> Option<f64> {
        self.bits(name, kind, cache).map(f64::from_bits)
    }
}

impl Recorder for Book {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }
    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }
    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        panic!("{key:?}");
    }
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.figure(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.figure(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        panic!("{key:?}");
    }
}

#[test]
fn what_is_counted_is_published_and_described() {
    let _alone = alone();
    #[memoize(name = "figures", lru = 2)]
    fn f(n: u64) -> u64 {
        n
    }

    for n in [1, 1, 1, 2, 3] {
        f(n);
    }
    let book = Book::default();
    book.publish();
    let counters =
        ["hits", "misses", "evictions", "expirations", "refreshes", "stale", "store_hits", "store_failures"];
    let values = counters.map(|name| book.counter(name, "memo", "figures").unwrap());
    assert_eq!(values, [2, 3, 1, 0, 0, 0, 0, 0]);
    for (name, value) in [("entries", 2.0_f64), ("capacity", 2.0), ("instances", 1.0)] {
        let gauge = book.gauge(name, "memo", "figures").unwrap();
        assert_eq!(gauge.total_cmp(&value), Ordering::Equal, "{name} {gauge}");
    }
    assert!(book.gauge("bytes", "memo", "figures").unwrap() > 0.0);
    assert_eq!(book.gauge("weight", "memo", "figures"), None, "nothing is weighed");

    // Nothing moves by itself.
    f(3);
    assert_eq!(book.counter("hits", "memo", "figures"), Some(2));
    book.publish();
    assert_eq!(book.counter("hits", "memo", "figures"), Some(3));

    let described = book.described.lock().unwrap();
    for name in book.figures.lock().unwrap().keys() {
        assert!(described.contains_key(name.split(' ').next().unwrap()), "{name}");
    }
    assert_eq!(described["weakcache_bytes"], Some(Unit::Bytes));
}

#[test]
fn counters_never_fall() {
    let _alone = alone();
    #[memoize(name = "cleared")]
    fn f(n: u64) -> u64 {
        n
    }

    let book = Book::default();
    let hits = || {
        book.publish();
        book.counter("hits", "memo", "cleared").unwrap()
    };
    for _ in 0..11 {
        f(1);
    }
    assert_eq!(hits(), 10);
    f::cache_clear();
    assert_eq!(hits(), 10);
    for _ in 0..4 {
        f(1);
    }
    assert_eq!(hits(), 13, "what was counted since");
    // One that came later knows as much.
    let other = Book::default();
    other.publish();
    assert_eq!(other.counter("hits", "memo", "cleared"), Some(13));
}

#[test]
fn caches_in_values_are_one_whatever_dies() {
    let _alone = alone();
    #[derive(Default)]
    struct Repo {
        memo: Memo,
    }
    #[memoize]
    impl Repo {
        #[memoize(in(self.memo), name = "in repos")]
        fn twice(&self, n: u64) -> u64 {
            n * 2
        }
    }

    let (first, second, book) = (Repo::default(), Repo::default(), Book::default());
    for _ in 0..3 {
        first.twice(1);
        second.twice(1);
    }
    book.publish();
    assert_eq!(book.counter("hits", "memo", "in repos"), Some(4));
    assert_eq!(book.gauge("instances", "memo", "in repos"), Some(2.0));
    drop(first);
    second.twice(1);
    book.publish();
    assert_eq!(book.gauge("instances", "memo", "in repos"), Some(1.0));
    let after = book.counter("hits", "memo", "in repos").unwrap();
    assert!((4..=5).contains(&after), "{after}: nothing is counted twice");
    for _ in 0..3 {
        second.twice(1);
    }
    book.publish();
    assert_eq!(book.counter("hits", "memo", "in repos"), Some(after + 3));
}

#[test]
fn caches_of_one_name_and_kind_are_added_up() {
    let _alone = alone();
    #[memoize(name = "same", capacity = 10)]
    fn one(n: u64) -> u64 {
        n
    }
    #[memoize(name = "same", capacity = 20)]
    fn other(n: u64) -> u64 {
        n
    }
    #[interned(name = "same")]
    struct Same(u8);

    one(1);
    other(1);
    other(2);
    let _value = Same::new(7);
    let book = Book::default();
    book.publish();
    assert_eq!(book.gauge("entries", "memo", "same"), Some(3.0));
    assert_eq!(book.gauge("capacity", "memo", "same"), Some(30.0));
    assert_eq!(book.counter("misses", "memo", "same"), Some(3));
    assert_eq!(book.gauge("entries", "registry", "same"), Some(1.0));
    assert_eq!(book.counter("misses", "registry", "same"), Some(1));
    assert_eq!(book.counter("stale", "registry", "same"), None, "what no registry counts");
}

#[test]
fn what_is_gone_is_empty() {
    struct Gone;

    impl Inspect for Gone {
        fn report(&self) -> Option<Report> {
            let mut report = Report::new(Kind::Pool, "gone");
            (report.hits, report.len, report.capacity) = (7, 3, Some(5));
            Some(report)
        }
    }

    let _alone = alone();
    let book = Book::default();
    let entries = || {
        book.publish();
        ["entries", "capacity", "instances"].map(|name| book.gauge(name, "pool", "gone"))
    };
    let list = || {
        let listed: Arc<dyn Inspect> = Arc::new(Gone);
        let registration = register(Arc::downgrade(&listed));
        (listed, registration)
    };
    let listed = list();
    assert_eq!(entries(), [3.0, 5.0, 1.0].map(Some));
    drop(listed);
    assert_eq!(entries(), [0.0; 3].map(Some));
    assert_eq!(book.counter("hits", "pool", "gone"), Some(7));
    // Another of its name counts from there.
    let _listed = list();
    assert_eq!(entries(), [3.0, 5.0, 1.0].map(Some));
    assert_eq!(book.counter("hits", "pool", "gone"), Some(14));
}

#[test]
fn weights_are_published_where_there_are() {
    let _alone = alone();
    #[memoize(name = "weighed", weight = 100, weigh = |_, value: &u64| usize::try_from(*value).unwrap())]
    fn f(n: u64) -> u64 {
        n
    }

    f(30);
    f(40);
    let book = Book::default();
    book.publish();
    assert_eq!(book.gauge("weight", "memo", "weighed"), Some(70.0));
    f::cache_clear();
    book.publish();
    assert_eq!(book.gauge("weight", "memo", "weighed"), Some(0.0));
}

/// It is user code.
#[test]
fn a_recorder_may_do_what_it_likes() {
    let _alone = alone();
    #[memoize(name = "called by who listens")]
    fn f(n: u64) -> u64 {
        n
    }

    struct Calls;

    impl Recorder for Calls {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
            f(1);
            with_local_recorder(&Book::default(), publish);
            Counter::noop()
        }
        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            weakcache::clear_all();
            Gauge::noop()
        }
        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    f(1);
    with_local_recorder(&Calls, publish);
    publish(); // to nobody
}
