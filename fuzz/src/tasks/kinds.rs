//! The functions: one of each kind, all with the same body.

use super::{Answer, By, SPAWNED, Task, Told, Value, body, body_of_one, shared, tag, tell};
use std::pin::Pin;
use weakcache::memoize;

type Future<T> = Pin<Box<dyn std::future::Future<Output = T>>>;

/// A function with its controls, and what is to be expected of it.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// How long after it was stored something may be served to one who has not waited.
    pub(super) longest: Option<u64>,
    /// Whether a value may be served in the place of an error.
    pub(super) rescues: bool,
    pub(super) side_by_side: bool,
    pub(super) is_tagged: bool,
    pub(super) hears: bool,
    pub(super) capacity: Option<(fn(usize), usize)>,
    pub(super) call: fn(u8, By) -> Future<Answer>,
    pub(super) refresh: fn(u8, By) -> Future<Answer>,
    pub(super) call_all: Option<fn(&[u8], By) -> Future<Result<Vec<Value>, u32>>>,
    pub(super) peek: fn(u8) -> Option<Answer>,
    pub(super) prime: fn(u8, Value),
    pub(super) invalidate: fn(u8) -> bool,
    pub(super) retain: fn(&mut dyn FnMut(u8, u32) -> bool) -> usize,
    pub(super) clear: fn(),
    pub(super) sweep: fn() -> usize,
}

const PLAIN: Kind = Kind {
    name: "",
    longest: None,
    rescues: false,
    side_by_side: false,
    is_tagged: false,
    hears: true,
    capacity: None,
    call: |_, _| unreachable!("there is another"),
    refresh: |_, _| unreachable!("there is another"),
    call_all: None,
    peek: |_| None,
    prime: |_, _| (),
    invalidate: |_| false,
    retain: |_| 0,
    clear: || (),
    sweep: || 0,
};

macro_rules! controls {
    ($name:ident, $($rest:tt)*) => {
        Kind {
            name: stringify!($name),
            call: |key, by| Box::pin($name(key, by)),
            refresh: |key, by| Box::pin($name::refresh(key, by)),
            peek: |key| $name::peek(key),
            prime: |key, value| $name::prime(key, Ok(value)),
            invalidate: |key| $name::invalidate(key),
            retain: |keep| $name::retain(|key, value| keep(*key, value.id())),
            clear: $name::cache_clear,
            sweep: $name::sweep,
            $($rest)*
            ..PLAIN
        }
    };
}

macro_rules! functions {
    ($key:ident; $($name:ident: [$($options:tt)*] $($field:ident = $value:expr),*;)*) => {$(
        #[memoize(skip(by), $($options)*)]
        async fn $name($key: u8, by: By) -> Answer {
            body_of_one($key, by).await
        }
    )*
        const FUNCTIONS: &[Kind] = &[$(controls!($name, $($field: $value,)*)),*];
    };
}

functions! {
    key;
    unbounded: [on_evict = tell];
    unheard: [lru = 2] capacity = Some((unheard::set_capacity, 2)), hears = false;
    ranked: [lru = 2, on_evict = tell] capacity = Some((ranked::set_capacity, 2));
    counted: [capacity = 2, on_evict = tell] capacity = Some((counted::set_capacity, 2));
    weighed: [weight = 2, weigh = |_, _| 1, on_evict = tell];
    timed: [ttl = "5s", on_evict = tell] longest = Some(5);
    resting: [idle = "3s", on_evict = tell];
    tagged: [lru = 2, tags(tag(*key)), on_evict = tell]
        is_tagged = true, capacity = Some((tagged::set_capacity, 2));
    renewed: [ttl = "6s", refresh_after = "3s", on_evict = tell] longest = Some(6), rescues = true;
    forgiving: [ttl = "3s", stale_if_error = "4s", on_evict = tell] longest = Some(7), rescues = true;
    erring: [ttl = "5s", err_ttl = "2s", on_evict = tell] longest = Some(5);
    keeping: [cache_errors, on_evict = tell];
    local: [local, lru = 2, on_evict = tell] capacity = Some((local::set_capacity, 2));
    beside: [single_flight = false, on_evict = tell] side_by_side = true;
    everything: [capacity = 2, ttl = "6s", refresh_after = "3s", stale_if_error = "4s", err_ttl = "2s", tags(tag(*key)),
        on_evict = tell]
        longest = Some(10), rescues = true, is_tagged = true, capacity = Some((everything::set_capacity, 2));
}

#[memoize(batch, skip(by), ttl = "5s", on_evict = tell)]
async fn batch(keys: &[u8], by: By) -> Result<Vec<Value>, u32> {
    body(keys, by).await
}

/// Whose body knows of no call, since it may run in the background.
#[memoize(ttl = "6s", refresh_after = "3s", spawn = spawn, on_evict = tell)]
async fn spawned(key: u8) -> Answer {
    let id = shared().new_id();
    super::Waits { task: super::TASKS + id as usize, begun: false }.await;
    shared().end(id);
    if id % 4 == 3 { Err(id) } else { Ok(Value::new(key, id)) }
}

/// An executor.
fn spawn(future: impl std::future::Future<Output = ()> + Send + 'static) {
    SPAWNED.with_borrow_mut(|spawned| spawned.push(Task::new(future)));
}

const OTHERS: &[Kind] = &[
    Kind {
        name: "batch",
        longest: Some(5),
        call: |key, by| Box::pin(async move { batch(&[key], by).await.map(only) }),
        refresh: |key, by| Box::pin(async move { batch::refresh(&[key], by).await.map(only) }),
        call_all: Some(|keys, by| {
            let keys = keys.to_vec();
            Box::pin(async move { batch(&keys, by).await })
        }),
        peek: |key| batch::peek(&key).map(Ok),
        prime: |key, value| batch::prime(&key, value),
        invalidate: |key| batch::invalidate(&key),
        retain: |keep| batch::retain(|key, value| keep(*key, value.id())),
        clear: batch::cache_clear,
        sweep: batch::sweep,
        ..PLAIN
    },
    Kind {
        name: "spawned",
        call: |key, _| Box::pin(spawned(key)),
        refresh: |key, _| Box::pin(spawned::refresh(key)),
        peek: |key| spawned::peek(key),
        prime: |key, value| spawned::prime(key, Ok(value)),
        invalidate: |key| spawned::invalidate(key),
        retain: |keep| spawned::retain(|key, value| keep(*key, value.id())),
        clear: spawned::cache_clear,
        sweep: spawned::sweep,
        ..PLAIN
    },
];

/// How many there are.
pub(super) const COUNT: usize = FUNCTIONS.len() + OTHERS.len();

pub(super) fn kind(number: usize) -> &'static Kind {
    FUNCTIONS.get(number).unwrap_or_else(|| &OTHERS[number - FUNCTIONS.len()])
}

pub(super) fn only(mut values: Vec<Value>) -> Value {
    assert_eq!(values.len(), 1);
    values.remove(0)
}
