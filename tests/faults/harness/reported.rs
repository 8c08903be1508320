//! What is told of all caches, and done to all: lists, pages, figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, with_local_recorder,
};
use weakcache::metrics::publish;
use weakcache::pool::Pool;
use weakcache::{Cache, Cause, Strong, WeakValueMap, caches, clear_all, inspect, sweep_all};

use crate::clock;
use crate::user::{Hashing, User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 1] {
    [Tested::new::<Reported>()]
}

/// One of each kind, with names that have to be escaped.
struct Reported {
    cache: Cache<User, User, Hashing>,
    map: WeakValueMap<User, User, Hashing>,
    pool: Pool<User>,
    held: Strong<User>,
}

const CACHE: &str = "reported <\"&\u{1f980}>";

/// Is asked for a figure, by user code, and adds up what was said of the cache.
#[derive(Default)]
struct Book(Arc<AtomicU64>);

impl Book {
    fn is_ours(key: &Key) -> bool {
        key.labels().any(|label| label.value() == CACHE)
    }
}

impl Recorder for Book {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        call("describe_counter");
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        call("describe_gauge");
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if Self::is_ours(key) {
            call("register_counter");
        }
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        if Self::is_ours(key) {
            call("register_gauge");
            if key.name() == "weakcache_entries" {
                return Gauge::from_arc(self.0.clone());
            }
        }
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

impl World for Reported {
    const NAME: &'static str = "reports of all caches";

    fn new() -> Self {
        let world = Self {
            cache: Cache::builder()
                .lru(3)
                .ttl(Duration::from_mins(1))
                .on_evict(|_: &User, _: &User, _: Cause| call("on_evict"))
                .hasher(Hashing::default())
                .name(CACHE)
                .build(),
            map: WeakValueMap::with_hasher(Hashing::default()).with_name("reported, a map"),
            pool: Pool::builder(|| user(1)).size(1).name("reported, a pool").build(),
            held: Strong::new(user(1)),
        };
        for number in [1, 2] {
            world.cache.insert(user(number), user(number));
        }
        world.map.insert(user(1), &world.held);
        world
    }

    fn check(&self) {
        self.cache.insert(user(50), user(50));
        assert_eq!(self.cache.get(&user(50)).map(|found| found.number()), Some(50));
        let len = |name: &str| {
            let reports: Vec<_> = caches().filter(|report| report.name == name).collect();
            assert_eq!(reports.len(), 1, "{name}");
            reports[0].len
        };
        assert_eq!((len(CACHE), len("reported, a map"), len("reported, a pool")), (self.cache.len(), 1, 1));
        assert!(self.map.get(&user(1)).is_some_and(|found| Strong::ptr_eq(&found, &self.held)));
        assert_eq!(self.pool.acquire().number(), 1);
        let json = inspect::json();
        assert_eq!(json.matches("reported, a map").count(), 1);
        let book = Book::default();
        with_local_recorder(&book, publish);
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let entries = self.cache.len() as f64;
        assert_eq!(book.0.load(Relaxed), entries.to_bits());
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "list" => |_| drop(caches().collect::<Vec<_>>()),
            "a table" => |_| drop(format!("{:#}", caches())),
            "json" => |_| drop(inspect::json()),
            "page" => |_| drop(inspect::page()),
            "publish" => |_| with_local_recorder(&Book::default(), publish),
            "clear_all" => |_| clear_all(),
            "sweep_all" => |_| {
                clock::advance(Duration::from_secs(100));
                sweep_all();
            },
        ]
    }
}
