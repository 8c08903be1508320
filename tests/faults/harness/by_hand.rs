//! Caches without a function.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use weakcache::Cache;

use crate::clock;
use crate::user::{Hashing, User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 4] {
    [
        Tested::new::<Caches<Unbounded>>(),
        Tested::new::<Caches<Lru>>(),
        Tested::new::<Caches<Everything>>(),
        Tested::new::<Caches<Weight>>(),
    ]
}

trait Kind: 'static {
    const NAME: &'static str;
    fn build() -> Cache<User, User, Hashing>;
}

struct Unbounded;
struct Lru;
struct Everything;
struct Weight;

impl Kind for Unbounded {
    const NAME: &'static str = "a Cache without a bound";
    fn build() -> Cache<User, User, Hashing> {
        Cache::builder().hasher(Hashing::default()).build()
    }
}

impl Kind for Lru {
    const NAME: &'static str = "a Cache with an order";
    fn build() -> Cache<User, User, Hashing> {
        Cache::builder().lru(2).hasher(Hashing::default()).build()
    }
}

impl Kind for Everything {
    const NAME: &'static str = "a Cache with times and a closure";
    fn build() -> Cache<User, User, Hashing> {
        let builder = Cache::builder().capacity(2).ttl(Duration::from_mins(1)).idle(Duration::from_secs(40));
        builder
            .ttl_of(|_: &User, _: &User| {
                call("ttl_of");
                Duration::from_secs(50)
            })
            .on_evict(|_, _, _| call("on_evict"))
            .hasher(Hashing::default())
            .name("a cache of tests")
            .build()
    }
}

impl Kind for Weight {
    const NAME: &'static str = "a Cache with a weight";
    fn build() -> Cache<User, User, Hashing> {
        Cache::builder()
            .weight(100, |key: &User, _: &User| {
                call("weigh");
                key.number() as usize
            })
            .hasher(Hashing::default())
            .build()
    }
}

struct Caches<K> {
    cache: Cache<User, User, Hashing>,
    kind: std::marker::PhantomData<fn() -> K>,
}

fn made(number: u32) -> User {
    call("make");
    user(number)
}

fn done<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for nobody"),
    }
}

impl<K: Kind> World for Caches<K> {
    const NAME: &'static str = K::NAME;

    fn new() -> Self {
        let world = Self { cache: K::build(), kind: std::marker::PhantomData };
        for number in [1, 2] {
            world.cache.insert(user(number), user(number));
        }
        world
    }

    fn check(&self) {
        let cache = &self.cache;
        assert_eq!(cache.get_or_insert_with(&user(1), || user(1)).number(), 1);
        cache.insert(user(50), user(50));
        assert_eq!(cache.get(&user(50)).map(|found| found.number()), Some(50));
        assert_eq!(cache.remove(&user(50)).map(|found| found.number()), Some(50));
        assert!(!cache.contains_key(&user(50)));
        let info = cache.info();
        assert!(info.capacity.is_none_or(|capacity| info.len <= capacity) && info.weight <= 100, "{info:?}");
        assert_eq!(info.len, cache.iter().count());
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "build" => |_| drop(K::build()),
            "get" => |world| drop((world.cache.get(&user(1)), world.cache.get(&user(3)))),
            "insert" => |world| drop(world.cache.insert(user(3), user(3))),
            "insert, over another" => |world| drop(world.cache.insert(user(1), user(1))),
            "insert, what is too heavy" => |world| drop(world.cache.insert(user(1000), user(1))),
            "many" => |world| {
                for number in 4..30 {
                    drop(world.cache.insert(user(number), user(number)));
                }
            },
            "get_or_insert_with" => |world| {
                drop(world.cache.get_or_insert_with(&user(1), || made(1)));
                drop(world.cache.get_or_insert_with(&user(3), || made(3)));
            },
            "get_or_try_insert_with" => |world| {
                drop(world.cache.get_or_try_insert_with(&user(3), || Err::<User, _>(made(3))));
                drop(world.cache.get_or_try_insert_with(&user(3), || Ok::<_, User>(made(3))));
            },
            "get_or_insert_async" => |world| {
                drop(done(world.cache.get_or_insert_async(&user(3), async { made(3) })));
                let (key, mut context) = (user(4), Context::from_waker(Waker::noop()));
                let mut waits = Box::pin(world.cache.get_or_insert_async(&key, std::future::pending()));
                assert!(waits.as_mut().poll(&mut context).is_pending());
                drop(waits);
            },
            "contains_key" => |world| _ = (world.cache.contains_key(&user(1)), world.cache.contains_key(&user(3))),
            "remove" => |world| drop((world.cache.remove(&user(1)), world.cache.remove(&user(3)))),
            "peek" => |world| drop((world.cache.peek(&user(1)), world.cache.peek(&user(3)))),
            "retain" => |world| _ = world.cache.retain(|key, _| {
                call("retain");
                key.number() == 1
            }),
            "clear" => |world| world.cache.clear(),
            "after their time" => |world| {
                clock::advance(Duration::from_secs(100));
                drop(world.cache.get(&user(1)));
                drop(world.cache.insert(user(3), user(3)));
                world.cache.sweep();
            },
            "set_capacity" => |world| {
                if world.cache.info().capacity.is_some() {
                    world.cache.set_capacity(1);
                    world.cache.set_capacity(2);
                }
            },
            "iterate" => |world| drop(world.cache.iter().collect::<Vec<_>>()),
            "debug" => |world| _ = format!("{:?}", world.cache),
        ]
    }
}
