//! Memoized functions, in all variants. Most lie in a value, so each world has caches of its own, and what is evaluated at the first use
//! is evaluated in each.
//!
//! Arguments are references, but where what is by value is tested, with a drop that does not panic: if the drop of one does, the
//! language itself leaks the result of any function (rust-lang/rust#47949).

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use weakcache::{Interned, Memo, Strong, interned, invalidate_tag, memoize};

use crate::clock;
use crate::user::{Hashing, Tame, User, call, tame, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> Vec<Tested> {
    vec![
        Tested::new::<Plain>(),
        Tested::new::<Lru>(),
        Tested::new::<Capacity>(),
        Tested::new::<Times>(),
        Tested::new::<Renewed>(),
        Tested::new::<Errors>(),
        Tested::new::<Weighed>(),
        Tested::new::<Closures>(),
        Tested::new::<Tagged>(),
        Tested::new::<Keyed>(),
        Tested::new::<Weakly>(),
        Tested::new::<SideBySide>(),
        Tested::new::<Later>(),
        Tested::new::<LaterTimes>(),
        Tested::new::<LaterWeakly>(),
        Tested::new::<Spawning>(),
        Tested::new::<Free>(),
        Tested::new::<Local>(),
        Tested::new::<WeakKeys>(),
        Tested::new::<Batches>(),
    ]
}

thread_local! {
    static BODIES: Cell<u32> = const { Cell::new(0) };
}

/// What every body is.
fn body(key: u32) -> User {
    BODIES.set(BODIES.get() + 1);
    call("body");
    let result = user(key);
    call("the end of a body");
    result
}

/// Keys from here on have no value, where a body can say so.
const NONE: u32 = 90;

trait Outcome {
    fn of(key: &User) -> Self;
    fn number(&self) -> u32;
}

impl Outcome for User {
    fn of(key: &User) -> Self {
        body(key.number())
    }
    fn number(&self) -> u32 {
        User::number(self)
    }
}

impl Outcome for Result<User, User> {
    fn of(key: &User) -> Self {
        let result = body(key.number());
        if result.number() < NONE { Ok(result) } else { Err(result) }
    }
    fn number(&self) -> u32 {
        match self {
            Ok(user) | Err(user) => user.number(),
        }
    }
}

impl Outcome for Arc<User> {
    fn of(key: &User) -> Self {
        Self::new(body(key.number()))
    }
    fn number(&self) -> u32 {
        User::number(self)
    }
}

impl Outcome for Strong<User> {
    fn of(key: &User) -> Self {
        Self::new(body(key.number()))
    }
    fn number(&self) -> u32 {
        User::number(self)
    }
}

impl Outcome for Rc<User> {
    fn of(key: &User) -> Self {
        Self::new(body(key.number()))
    }
    fn number(&self) -> u32 {
        User::number(self)
    }
}

fn result<R: Outcome>(key: &User) -> R {
    R::of(key)
}

async fn later<R: Outcome>(key: &User) -> R {
    let mut given_way = false;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut given_way, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    R::of(key)
}

/// The result of a call, at once.
fn now<R>(result: R) -> R {
    result
}

/// The output of a future that waits for nobody but itself.
pub(crate) fn done<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("a task waits for ever");
}

/// A tag, which is not counted, since a table of all tags may keep it.
#[derive(Clone)]
struct Tag(u32);

impl std::hash::Hash for Tag {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        call("hash of a tag");
        self.0.hash(state);
    }
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        call("eq of a tag");
        self.0 == other.0
    }
}

impl Eq for Tag {}

fn tag(key: &User) -> Tag {
    call("tags");
    Tag(key.number() % 2)
}

fn seconds(place: &'static str, seconds: u64) -> Duration {
    call(place);
    Duration::from_secs(seconds)
}

fn number(place: &'static str, number: usize) -> usize {
    call(place);
    number
}

/// A function with these options, what is done to it, and more that is done to it alone.
macro_rules! function {
    (
        $world:ident, $name:literal, |$key:ident, $beside:ident| [$($async:tt)?] [$($await:tt)*] $result:path, $run:path, $returns:ty, [$($options:tt)*],
        { $($more:literal => $operation:expr),* $(,)? }
    ) => {
        #[derive(Default)]
        struct $world {
            memo: Memo,
        }

        #[memoize]
        impl $world {
            #[memoize(in(self.memo), $($options)*)]
            $($async)? fn f(&self, $key: &User, $beside: &User) -> $returns {
                $beside.number();
                $result($key) $($await)*
            }
        }

        impl World for $world {
            const NAME: &'static str = $name;

            fn new() -> Self {
                let world = Self::default();
                for number in [1, 2] {
                    drop($run(world.f(&user(number), &user(0))));
                }
                world
            }

            fn check(&self) {
                assert_eq!($run(self.f(&user(1), &user(0))).number(), 1);
                let first = $run(self.f(&user(50), &user(0)));
                let bodies = BODIES.get();
                let again = $run(self.f(&user(50), &user(0)));
                assert_eq!((first.number(), again.number(), BODIES.get()), (50, 50, bodies), "it is cached");
                let info = self.f_cache_info();
                assert!(info.capacity.is_none_or(|capacity| info.len <= capacity), "{info:?}");
                assert!(info.weight <= 200, "{info:?}");
                assert!(self.f_invalidate(&user(50), &user(0)));
                assert!(self.f_peek(&user(50), &user(0)).is_none());
            }

            fn operations() -> Vec<Operation<Self>> {
                operations![
                    "a hit" => |world| drop($run(world.f(&user(1), &user(0)))),
                    "a miss" => |world| drop($run(world.f(&user(3), &user(0)))),
                    "misses" => |world| {
                        for number in 4..16 {
                            drop($run(world.f(&user(number), &user(0))));
                        }
                    },
                    "an error" => |world| {
                        drop($run(world.f(&user(NONE), &user(0))));
                        drop($run(world.f(&user(NONE), &user(0))));
                    },
                    "peek" => |world| drop((world.f_peek(&user(1), &user(0)), world.f_peek(&user(3), &user(0)))),
                    "invalidate" => |world| {
                        _ = (world.f_invalidate(&user(1), &user(0)), world.f_invalidate(&user(3), &user(0)));
                    },
                    "prime" => |world| world.f_prime(&user(3), &user(0), result(&user(3))),
                    "prime, over another" => |world| world.f_prime(&user(1), &user(0), result(&user(1))),
                    "refresh" => |world| drop($run(world.f_refresh(&user(1), &user(0)))),
                    "refresh, of what is not there" => |world| drop($run(world.f_refresh(&user(3), &user(0)))),
                    "uncached" => |world| drop($run(world.f_uncached(&user(1), &user(0)))),
                    "sweep" => |world| _ = world.f_sweep(),
                    "clear" => |world| world.f_cache_clear(),
                    "a first call" => |_| {
                        let world = Self::default();
                        drop($run(world.f(&user(3), &user(0))));
                    },
                    "after its time" => |world| {
                        clock::advance(Duration::from_secs(15));
                        drop($run(world.f(&user(1), &user(0))));
                        clock::advance(Duration::from_secs(100));
                        drop($run(world.f(&user(1), &user(0))));
                        drop($run(world.f(&user(3), &user(0))));
                        clock::advance(Duration::from_secs(100));
                        world.f_sweep();
                    },
                    "a drop" => |world| {
                        let other = Self::default();
                        drop($run(other.f(&user(3), &user(0))));
                        drop($run(other.f(&user(4), &user(0))));
                        let _ = world;
                    },
                    $($more => $operation),*
                ]
            }
        }
    };
    ($world:ident, $name:literal, |$key:ident, $beside:ident| $returns:ty, [$($options:tt)*] $(, $more:literal => $operation:expr)* $(,)?) => {
        function!($world, $name, |$key, $beside| [] [] result, now, $returns, [$($options)*], {
            "retain" => |world| _ = world.f_retain(|_, _| {
                call("retain");
                false
            }),
            $($more => $operation),*
        });
    };
    (keyed $world:ident, $name:literal, |$key:ident, $beside:ident| $returns:ty, [$($options:tt)*]) => {
        function!($world, $name, |$key, $beside| [] [] result, now, $returns, [$($options)*], {
            "retain" => |world| _ = world.f_retain(|_: &(User, u32), _| {
                call("retain");
                false
            }),
        });
    };
    (async $world:ident, $name:literal, |$key:ident, $beside:ident| $returns:ty, [$($options:tt)*] $(, $more:literal => $operation:expr)* $(,)?) => {
        function!($world, $name, |$key, $beside| [async] [.await] later, done, $returns, [$($options)*], {
            "a task that is cancelled" => |world| {
                let (key, beside, mut context) = (user(3), user(0), Context::from_waker(Waker::noop()));
                let mut first = Box::pin(world.f(&key, &beside));
                let mut second = Box::pin(world.f(&key, &beside));
                assert!(first.as_mut().poll(&mut context).is_pending());
                assert!(second.as_mut().poll(&mut context).is_pending());
                drop(first);
                drop(done(second));
            },
            "a task that waits" => |world| {
                let (key, beside, mut context) = (user(3), user(0), Context::from_waker(Waker::noop()));
                let mut first = Box::pin(world.f(&key, &beside));
                let mut second = Box::pin(world.f(&key, &beside));
                assert!(first.as_mut().poll(&mut context).is_pending());
                assert!(second.as_mut().poll(&mut context).is_pending());
                let mut third = Box::pin(world.f(&key, &beside));
                assert!(third.as_mut().poll(&mut context).is_pending());
                drop(second);
                drop((done(first), done(third)));
            },
            $($more => $operation),*
        });
    };
}

function!(Plain, "memoize", |key, beside| User, [hasher = Hashing]);

function!(Lru, "memoize(lru)", |key, beside| User, [lru = number("lru", 2), hasher = Hashing],
    "set_capacity" => |world| {
        world.f_set_capacity(1);
        world.f_set_capacity(10);
    },
);

function!(Capacity, "memoize(capacity)", |key, beside| User, [capacity = number("capacity", 2)],
    "set_capacity" => |world| {
        world.f_set_capacity(1);
        world.f_set_capacity(10);
    },
);

function!(
    Times,
    "memoize(ttl, idle, ttl_of)",
    |key, beside| User,
    [
        ttl = seconds("ttl", 60),
        idle = seconds("idle", 40),
        jitter = 0.1,
        ttl_of = |key, value| {
            call("ttl_of");
            Duration::from_secs(u64::from(50 + key.0.number() % 2 + value.number() % 2))
        }
    ]
);

function!(Renewed, "memoize(refresh_after, stale_if_error)", |key, beside| Result<User, User>, [
    lru = 8, ttl = "60s", refresh_after = "10s", err_ttl = "5s", stale_if_error = "1h"
]);

function!(Errors, "memoize(cache_errors, cache_if)", |key, beside| Result<User, User>, [
    cache_errors, cache_if = |value| {
        call("cache_if");
        value.is_ok()
    }
]);

function!(
    Weighed,
    "memoize(weight)",
    |key, beside| User,
    [
        capacity = 8,
        weight = number("weight", 200),
        weigh = |key, value| {
            call("weigh");
            (key.0.number() + value.number()) as usize
        }
    ]
);

function!(Closures, "memoize(on_evict)", |key, beside| Result<User, User>, [
    lru = 2, ttl = "60s", err_ttl = "1s", on_evict = |key, value, _| {
        call("on_evict");
        assert_eq!(key.0.number(), value.number());
    }
]);

function!(Tagged, "memoize(tags)", |key, beside| User, [lru = 4, tags(tag(key))],
    "invalidate_tag" => |world| {
        invalidate_tag(&Tag(1));
        drop(world.f(&user(1), &user(0)));
    },
    "invalidate_tag, of none" => |_| invalidate_tag(&Tag(77)),
);

function!(keyed Keyed, "memoize(key, cache_if)", |key, beside| User, [
    key = (key.clone(), beside.number()), cache_if = |value| {
        call("cache_if");
        value.number() != 3
    }
]);

function!(Weakly, "memoize(weak)", |key, beside| Strong<User>, [weak],
    "what is held" => |world| {
        let held = world.f(&user(3), &user(0));
        assert!(Strong::ptr_eq(&held, &world.f(&user(3), &user(0))));
    },
);

function!(SideBySide, "memoize(single_flight = false)", |key, beside| User, [single_flight = false, lru = 2]);

function!(async Later, "async memoize", |key, beside| User, [lru = 2, hasher = Hashing]);

function!(async LaterTimes, "async memoize(ttl, err_ttl, tags)", |key, beside| Result<User, User>, [
    capacity = 4, ttl = "60s", err_ttl = "5s", refresh_after = "10s", tags(tag(key))
]);

/// An executor that runs what it is given, at once.
fn spawned(future: impl Future<Output = ()> + Send + 'static) {
    call("spawn");
    done(future);
}

#[memoize(lru = 8, ttl = "60s", refresh_after = "10s", stale_if_error = "1h", spawn = spawned)]
async fn spawning(key: &User) -> Result<User, User> {
    later(key).await
}

/// Bodies in the background.
struct Spawning;

impl World for Spawning {
    const NAME: &'static str = "async memoize(spawn)";

    fn new() -> Self {
        drop((done(spawning(&user(1))), done(spawning(&user(2)))));
        Self
    }

    fn check(&self) {
        let number = |key| done(spawning(&key)).map_or(0, |user| user.number());
        assert_eq!([1, 1, 50, 50].map(user).map(number), [1, 1, 50, 50]);
        assert!(spawning::invalidate(&user(50)));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "a call" => |_| drop((done(spawning(&user(1))), done(spawning(&user(3))))),
            "a call that is due" => |_| {
                clock::advance(Duration::from_secs(15));
                drop((done(spawning(&user(1))), done(spawning(&user(1)))));
            },
            "after its time" => |_| {
                clock::advance(Duration::from_secs(100));
                drop(done(spawning(&user(1))));
            },
        ]
    }
}

impl Drop for Spawning {
    fn drop(&mut self) {
        spawning::cache_clear();
    }
}

function!(async LaterWeakly, "async memoize(weak)", |key, beside| Arc<User>, [weak]);

/// A function, whose cache all have, of an argument by value.
#[memoize(lru = 2, skip(beside))]
fn free(key: Tame, beside: &User) -> User {
    beside.number();
    body(key.number())
}

struct Free;

impl World for Free {
    const NAME: &'static str = "a memoized function";

    fn new() -> Self {
        drop((free(tame(1), &user(0)), free(tame(2), &user(0))));
        Self
    }

    fn check(&self) {
        assert_eq!(free(tame(1), &user(0)).number(), 1);
        assert!(free::peek(tame(1)).is_some() && free::cache_info().len <= 2);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "calls" => |_| drop((free(tame(1), &user(0)), free(tame(3), &user(0)), free(tame(4), &user(0)))),
            "prime" => |_| free::prime(tame(3), user(3)),
            "refresh" => |_| drop(free::refresh(tame(1), &user(0))),
            "clear" => |_| free::cache_clear(),
        ]
    }
}

impl Drop for Free {
    fn drop(&mut self) {
        free::cache_clear();
    }
}

#[memoize(local, lru = 2, hasher = Hashing)]
fn local(key: &User) -> Rc<User> {
    result(key)
}

struct Local;

impl World for Local {
    const NAME: &'static str = "memoize(local)";

    fn new() -> Self {
        drop((local(&user(1)), local(&user(2))));
        Self
    }

    fn check(&self) {
        assert_eq!(local(&user(1)).number(), 1);
        assert!(local::peek(&user(1)).is_some() && local::cache_info().len <= 2);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "calls" => |_| drop((local(&user(1)), local(&user(3)), local(&user(4)))),
            "peek" => |_| drop((local::peek(&user(1)), local::peek(&user(3)))),
            "prime" => |_| local::prime(&user(3), Rc::new(user(3))),
            "refresh" => |_| drop(local::refresh(&user(1))),
            "invalidate" => |_| _ = local::invalidate(&user(1)),
            "retain" => |_| _ = local::retain(|_, _| {
                call("retain");
                false
            }),
            "clear" => |_| local::cache_clear(),
        ]
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        local::cache_clear();
    }
}

#[interned]
struct Node(User);

/// Keys that are held weakly.
#[derive(Default)]
struct WeakKeys {
    memo: Memo,
    held: Vec<Interned<Node>>,
}

#[memoize]
impl WeakKeys {
    #[memoize(in(self.memo), weak_key(node), lru = 4)]
    fn f(&self, node: &Interned<Node>, beside: &User) -> User {
        beside.number();
        result(&node.0)
    }
}

impl World for WeakKeys {
    const NAME: &'static str = "memoize(weak_key)";

    fn new() -> Self {
        let world = Self { held: [1, 2].map(|number| Node::new(user(number))).into(), ..Self::default() };
        for node in &world.held {
            drop(world.f(node, &user(0)));
        }
        world
    }

    fn check(&self) {
        assert_eq!(Node::registry().len(), 2, "no node is kept");
        for node in &self.held {
            assert_eq!(self.f(node, &user(0)).number(), node.0.number());
            assert!(self.f_peek(node, &user(0)).is_some());
        }
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "a hit" => |world| drop(world.f(&world.held[0], &user(0))),
            "a miss" => |world| drop(world.f(&world.held[0], &user(1))),
            "a node that dies" => |world| {
                for number in 3..20 {
                    drop(world.f(&Node::new(user(number)), &user(0)));
                }
            },
            "retain" => |world| _ = world.f_retain(|(node, _), _| {
                call("retain");
                node.0.number() == 1
            }),
            "sweep" => |world| {
                drop(world.f(&Node::new(user(3)), &user(0)));
                world.f_sweep();
            },
            "invalidate" => |world| _ = world.f_invalidate(&world.held[0], &user(0)),
            "clear" => |world| world.f_cache_clear(),
        ]
    }
}

/// Many keys a call.
#[derive(Default)]
struct Batches {
    memo: Memo,
}

#[memoize]
impl Batches {
    #[memoize(in(self.memo), batch, lru = 8)]
    fn f(&self, keys: &[User]) -> Vec<User> {
        keys.iter().map(result).collect()
    }

    #[memoize(in(self.memo), batch, lru = 8)]
    async fn g(&self, keys: &[User]) -> Result<Vec<User>, User> {
        let mut values = Vec::new();
        for key in keys {
            match later(key).await {
                Ok(value) => values.push(value),
                Err(error) => {
                    // Not at the end, where a drop that panics would leak the error; see above.
                    drop(values);
                    return Err(error);
                }
            }
        }
        Ok(values)
    }
}

fn users(numbers: &[u32]) -> Vec<User> {
    numbers.iter().copied().map(user).collect()
}

impl World for Batches {
    const NAME: &'static str = "memoize(batch)";

    fn new() -> Self {
        let world = Self::default();
        drop((world.f(&users(&[1, 2])), done(world.g(&users(&[1, 2])))));
        world
    }

    fn check(&self) {
        let numbers = |users: Vec<User>| users.iter().map(User::number).collect::<Vec<_>>();
        assert_eq!(numbers(self.f(&users(&[1, 50, 2]))), [1, 50, 2]);
        assert_eq!(done(self.g(&users(&[1, 50, 2]))).ok().map(numbers), Some(vec![1, 50, 2]));
        assert!(self.f_invalidate(&user(50)) && self.g_invalidate(&user(50)));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "what is there" => |world| drop(world.f(&users(&[2, 1]))),
            "some of it" => |world| drop(world.f(&users(&[1, 3, 3, 4, 2]))),
            "async: some of it" => |world| drop(done(world.g(&users(&[1, 3, 3, 4, 2])))),
            "async: an error" => |world| drop(done(world.g(&users(&[1, 3, NONE])))),
            "many" => |world| drop(world.f(&users(&[10, 11, 12, 13, 14, 15, 16, 17, 18, 19]))),
            "peek, prime, refresh" => |world| {
                drop(world.f_peek(&user(1)));
                world.f_prime(&user(3), user(3));
                drop(world.f_refresh(&users(&[1, 4])));
            },
        ]
    }
}
