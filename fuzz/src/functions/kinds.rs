//! The functions: one of each kind, all with the same body.

use super::model::Rules;
use super::{Answer, Known, Value, body, tag, tell};
use std::cell::RefCell;
use std::hash::{BuildHasherDefault, Hasher};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use weakcache::{CacheInfo, Memo, memoize};

/// A function with its controls, and what it is to do.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) rules: Rules,
    pub(super) call: fn(u8) -> Answer,
    pub(super) call_all: Option<fn(&[u8]) -> Result<Vec<Value>, u32>>,
    pub(super) refresh: fn(u8) -> Answer,
    pub(super) uncached: fn(u8) -> Answer,
    pub(super) peek: fn(u8) -> Option<Answer>,
    pub(super) invalidate: fn(u8) -> bool,
    pub(super) prime: fn(u8, Answer),
    pub(super) retain: fn(&mut dyn FnMut(u8, u32) -> bool) -> usize,
    pub(super) clear: fn(),
    pub(super) sweep: fn() -> usize,
    pub(super) capacity: fn() -> Option<usize>,
    pub(super) set_capacity: Option<fn(usize)>,
    pub(super) info: fn() -> CacheInfo,
}

/// The value of a body of one key.
fn one(key: u8) -> Answer {
    body(&[key]).map(only)
}

/// In the place of what is spelt in another way.
fn none() -> Answer {
    unreachable!("there is another")
}

/// A future that never waits.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a body that does not wait is waited for"),
    }
}

/// A hash of one bit.
#[derive(Default)]
pub(super) struct Bit(u8);

impl Hasher for Bit {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum ^ byte);
    }

    fn finish(&self) -> u64 {
        u64::from(self.0 & 1)
    }
}

macro_rules! controls {
    ($name:ident, $rules:expr, $set_capacity:expr) => {
        Kind {
            call: $name,
            refresh: |key| $name::refresh(key),
            uncached: |key| $name::uncached(key),
            ..controls!($name, $rules, $set_capacity, by none)
        }
    };
    ($name:ident, $rules:expr, $set_capacity:expr, by none) => {
        Kind {
            name: stringify!($name),
            rules: $rules,
            call: |_| none(),
            call_all: None,
            refresh: |_| none(),
            uncached: |_| none(),
            peek: |key| $name::peek(key),
            invalidate: |key| $name::invalidate(key),
            prime: |key, answer| $name::prime(key, answer),
            retain: |keep| $name::retain(|key, value| keep(*key, value.id())),
            clear: $name::cache_clear,
            sweep: $name::sweep,
            capacity: $name::capacity,
            set_capacity: $set_capacity,
            info: $name::cache_info,
        }
    };
}

macro_rules! functions {
    ($key:ident; $($name:ident: [$($options:tt)*] $rules:expr, $set_capacity:expr;)*) => {$(
        #[memoize($($options)*)]
        fn $name($key: u8) -> Answer {
            one($key)
        }
    )*
        const FUNCTIONS: &[Kind] = &[$(controls!($name, $rules, $set_capacity)),*];
    };
}

/// Of a plain one, which keeps all values and no errors.
const PLAIN: Rules = Rules::PLAIN;
const HEARD: Rules = Rules { hears: true, ..PLAIN };
const EVERYTHING: Rules = Rules {
    capacity: Some(5),
    ttl: Some(6),
    err_ttl: Some(2),
    due: Some(3),
    patience: Some(4),
    is_tagged: true,
    ..HEARD
};

functions! {
    key;
    unbounded: [on_evict = tell] HEARD, None;
    unheard: [lru = 3] Rules { capacity: Some(3), is_exact: true, ..PLAIN }, Some(unheard::set_capacity);
    ranked: [lru = 4, on_evict = tell]
        Rules { capacity: Some(4), is_exact: true, ..HEARD }, Some(ranked::set_capacity);
    alone: [local, lru = 4, on_evict = tell]
        Rules { capacity: Some(4), is_exact: true, ..HEARD }, Some(alone::set_capacity);
    colliding: [lru = 5, hasher = BuildHasherDefault<Bit>, on_evict = tell]
        Rules { capacity: Some(5), is_exact: true, ..HEARD }, Some(colliding::set_capacity);
    counted: [capacity = 4, on_evict = tell] Rules { capacity: Some(4), ..HEARD }, Some(counted::set_capacity);
    weighed: [weight = 12, weigh = |_, value| value.weight(), on_evict = tell]
        Rules { heaviest: Some(12), ..HEARD }, None;
    weighed_and_ranked: [lru = 4, weight = 14, weigh = |_, value| value.weight(), on_evict = tell]
        Rules { capacity: Some(4), heaviest: Some(14), is_exact: true, ..HEARD },
        Some(weighed_and_ranked::set_capacity);
    timed: [ttl = "5s", on_evict = tell] Rules { ttl: Some(5), ..HEARD }, None;
    resting: [idle = "4s", on_evict = tell] Rules { idle: Some(4), ..HEARD }, None;
    both: [ttl = "6s", idle = "3s", capacity = 5, on_evict = tell]
        Rules { ttl: Some(6), idle: Some(3), capacity: Some(5), ..HEARD }, Some(both::set_capacity);
    each_its_own: [ttl = "6s", ttl_of = |_, value| value.ttl(), on_evict = tell]
        Rules { ttl: Some(6), has_own_ttl: true, ..HEARD }, None;
    tagged: [lru = 5, tags(tag(*key)), on_evict = tell]
        Rules { capacity: Some(5), is_tagged: true, ..HEARD }, Some(tagged::set_capacity);
    tagged_local: [local, tags("another", tag(*key)), on_evict = tell]
        Rules { is_tagged: true, ..HEARD }, None;
    renewed: [ttl = "6s", refresh_after = "3s", err_ttl = "1s", on_evict = tell]
        Rules { ttl: Some(6), due: Some(3), err_ttl: Some(1), ..HEARD }, None;
    renewed_for_ever: [refresh_after = "10s", capacity = 6, on_evict = tell]
        Rules { due: Some(10), capacity: Some(6), ..HEARD }, Some(renewed_for_ever::set_capacity);
    forgiving: [ttl = "3s", stale_if_error = "5s", on_evict = tell]
        Rules { ttl: Some(3), patience: Some(5), ..HEARD }, None;
    erring: [ttl = "5s", err_ttl = "2s", on_evict = tell]
        Rules { ttl: Some(5), err_ttl: Some(2), ..HEARD }, None;
    keeping: [cache_errors, lru = 4, on_evict = tell]
        Rules { capacity: Some(4), is_exact: true, keeps_errors: true, ..HEARD }, Some(keeping::set_capacity);
    picky: [lru = 4, cache_if = |value| value.as_ref().is_ok_and(Value::is_wanted), on_evict = tell]
        Rules { capacity: Some(4), is_exact: true, is_picky: true, ..HEARD }, Some(picky::set_capacity);
    beside: [single_flight = false, lru = 4, on_evict = tell]
        Rules { capacity: Some(4), is_exact: true, ..HEARD }, Some(beside::set_capacity);
    everything: [capacity = 5, ttl = "6s", refresh_after = "3s", stale_if_error = "4s", err_ttl = "2s", tags(tag(*key)),
        on_evict = tell] EVERYTHING, Some(everything::set_capacity);
}

/// An `async fn`.
#[memoize(lru = 4, tags(tag(*key)), on_evict = tell)]
async fn task(key: u8) -> Answer {
    one(key)
}

#[memoize(capacity = 5, ttl = "6s", refresh_after = "3s", stale_if_error = "4s", err_ttl = "2s", tags(tag(*key)), on_evict = tell)]
async fn task_of_everything(key: u8) -> Answer {
    one(key)
}

#[memoize(batch, ttl = "5s", on_evict = tell)]
fn batch(keys: &[u8]) -> Result<Vec<Value>, u32> {
    body(keys)
}

#[memoize(batch, capacity = 5, on_evict = tell)]
async fn batch_task(keys: &[u8]) -> Result<Vec<Value>, u32> {
    body(keys)
}

/// Whose caches lie in a value.
#[derive(Default)]
struct Owner {
    memo: Memo,
}

#[memoize]
impl Owner {
    #[memoize(in(self.memo), lru = 3, on_evict = tell)]
    fn method(&self, key: u8) -> Answer {
        one(key)
    }
}

thread_local! {
    static OWNER: RefCell<Rc<Owner>> = RefCell::default();
}

fn owner() -> Rc<Owner> {
    OWNER.with_borrow(Rc::clone)
}

/// From here on it is another one, with empty caches.
pub(super) fn forget_owner() {
    OWNER.take();
}

#[memoize(capacity = 5, weight = 20, weigh = |_, value| value.weight(), ttl = "6s", on_evict = tell)]
fn weighed_and_counted(key: u8) -> Answer {
    one(key)
}

/// Those that are not spelt as the others, or came after them: the seeds go by the number.
const OTHERS: &[Kind] = &[
    Kind {
        call: |key| now(task(key)),
        refresh: |key| now(task::refresh(key)),
        uncached: |key| now(task::uncached(key)),
        ..controls!(
            task,
            Rules { capacity: Some(4), is_tagged: true, ..HEARD },
            Some(task::set_capacity),
            by none
        )
    },
    Kind {
        call: |key| now(task_of_everything(key)),
        refresh: |key| now(task_of_everything::refresh(key)),
        uncached: |key| now(task_of_everything::uncached(key)),
        ..controls!(task_of_everything, EVERYTHING, Some(task_of_everything::set_capacity), by none)
    },
    Kind {
        name: "batch",
        rules: Rules { ttl: Some(5), is_batch: true, ..HEARD },
        call: |key| batch(&[key]).map(only),
        call_all: Some(batch),
        refresh: |key| batch::refresh(&[key]).map(only),
        uncached: |key| batch::uncached(&[key]).map(only),
        peek: |key| batch::peek(&key).map(Ok),
        invalidate: |key| batch::invalidate(&key),
        prime: |key, answer| batch::prime(&key, answer.expect("a value")),
        retain: |keep| batch::retain(|key, value| keep(*key, value.id())),
        clear: batch::cache_clear,
        sweep: batch::sweep,
        capacity: batch::capacity,
        set_capacity: None,
        info: batch::cache_info,
    },
    Kind {
        name: "batch_task",
        rules: Rules { capacity: Some(5), is_batch: true, ..HEARD },
        call: |key| now(batch_task(&[key])).map(only),
        call_all: Some(|keys| now(batch_task(keys))),
        refresh: |key| now(batch_task::refresh(&[key])).map(only),
        uncached: |key| now(batch_task::uncached(&[key])).map(only),
        peek: |key| batch_task::peek(&key).map(Ok),
        invalidate: |key| batch_task::invalidate(&key),
        prime: |key, answer| batch_task::prime(&key, answer.expect("a value")),
        retain: |keep| batch_task::retain(|key, value| keep(*key, value.id())),
        clear: batch_task::cache_clear,
        sweep: batch_task::sweep,
        capacity: batch_task::capacity,
        set_capacity: Some(batch_task::set_capacity),
        info: batch_task::cache_info,
    },
    Kind {
        name: "method",
        rules: Rules { capacity: Some(3), is_exact: true, ..HEARD },
        call: |key| owner().method(key),
        call_all: None,
        refresh: |key| owner().method_refresh(key),
        uncached: |key| owner().method_uncached(key),
        peek: |key| owner().method_peek(key),
        invalidate: |key| owner().method_invalidate(key),
        prime: |key, answer| owner().method_prime(key, answer),
        retain: |keep| owner().method_retain(|key, value| keep(*key, value.id())),
        clear: || owner().method_cache_clear(),
        sweep: || owner().method_sweep(),
        capacity: || owner().method_capacity(),
        set_capacity: Some(|most| owner().method_set_capacity(most)),
        info: || owner().method_cache_info(),
    },
    controls!(
        weighed_and_counted,
        Rules { capacity: Some(5), heaviest: Some(20), ttl: Some(6), ..HEARD },
        Some(weighed_and_counted::set_capacity)
    ),
];

/// How many there are.
pub(super) const COUNT: usize = FUNCTIONS.len() + OTHERS.len();

pub(super) fn kind(number: usize) -> &'static Kind {
    FUNCTIONS.get(number).unwrap_or_else(|| &OTHERS[number - FUNCTIONS.len()])
}

/// The value of a batch of one.
fn only(mut values: Vec<Value>) -> Value {
    assert_eq!(values.len(), 1);
    values.remove(0)
}
