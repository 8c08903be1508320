//! Pools.

use std::sync::Arc;
use std::time::Duration;

use weakcache::pool::{Pool, Pooled};

use crate::user::{User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 1] {
    [Tested::new::<Pools>()]
}

/// With one idle, of two that there may be.
struct Pools {
    pool: Arc<Pool<User>>,
}

fn pool(size: usize) -> Pool<User> {
    let make = || {
        call("make");
        user(1)
    };
    let validate = |object: &User| {
        call("validate");
        object.number() < 100
    };
    Pool::builder(make).size(size).max_idle(1).max_live(2).reset(|_| call("reset")).validate(validate).build()
}

impl World for Pools {
    const NAME: &'static str = "a pool";

    fn new() -> Self {
        Self { pool: Arc::new(pool(1)) }
    }

    fn check(&self) {
        let info = self.pool.info();
        assert_eq!(info.idle, info.live, "all are back");
        let (one, two) = (self.pool.acquire(), self.pool.acquire());
        assert_eq!((one.number(), two.number()), (1, 1));
        assert!(self.pool.try_acquire().is_none(), "two at most");
        drop((one, two));
        assert_eq!((self.pool.info().idle, self.pool.info().live), (1, 1));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "build" => |_| drop(pool(2)),
            "acquire" => |world| drop(world.pool.acquire()),
            "acquire two" => |world| drop((world.pool.acquire(), world.pool.acquire())),
            "try_acquire" => |world| {
                let (one, two, three) = (world.pool.try_acquire(), world.pool.try_acquire(), world.pool.try_acquire());
                assert!(three.is_none());
                drop((one, two));
            },
            "acquire_timeout" => |world| {
                let held = [world.pool.acquire(), world.pool.acquire()];
                assert!(world.pool.acquire_timeout(Duration::ZERO).is_none());
                drop(held);
                drop(world.pool.acquire_timeout(Duration::ZERO));
            },
            "acquire_owned" => |world| drop((world.pool.acquire_owned(), world.pool.acquire_owned())),
            "detach" => |world| drop(Pooled::detach(world.pool.acquire())),
            "give back what is not valid" => |world| {
                world.pool.acquire().number = 100;
                drop(world.pool.acquire());
            },
            "debug" => |world| _ = format!("{:?} {:?}", world.pool, world.pool.acquire()),
        ]
    }
}
