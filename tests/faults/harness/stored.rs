//! Functions with a second tier, which is in memory here: what is stored is written and read by user code.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use weakcache::memoize;
use weakcache::store::Memory;

use crate::clock;
use crate::memoized::done;
use crate::user::{User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 1] {
    [Tested::new::<Stored>()]
}

#[derive(Clone, Serialize, Deserialize)]
struct Quote {
    of: User,
    text: String,
}

fn quote(key: &User) -> Result<Quote, User> {
    call("body");
    if key.number() > 90 {
        Err(key.clone())
    } else {
        Ok(Quote { of: user(key.number()), text: "quote".into() })
    }
}

#[memoize(lru = 2, ttl = "60s", store = Memory::new(), tags(key.number()))]
fn f(key: &User) -> Result<Quote, User> {
    quote(key)
}

#[memoize(capacity = 2, store = Memory::new())]
async fn g(key: &User) -> Result<Quote, User> {
    quote(key)
}

struct Stored;

fn number(quote: Result<Quote, User>) -> Option<u32> {
    Some(quote.ok()?.of.number())
}

impl World for Stored {
    const NAME: &'static str = "memoize(store)";

    fn new() -> Self {
        for key in [1, 2].map(user) {
            assert!(f(&key).is_ok() && done(g(&key)).is_ok());
        }
        Self
    }

    fn check(&self) {
        for key in [1, 2, 3, 50].map(user) {
            assert_eq!((number(f(&key)), number(done(g(&key)))), (Some(key.number()), Some(key.number())));
        }
        f::invalidate(&user(50));
        g::invalidate(&user(50));
        assert!(f::cache_info().len <= 2 && g::cache_info().len <= 2);
        // A panic of user code is no fault of a store, which is not left alone for it.
        assert_eq!((f::peek(&user(50)).is_none(), number(f(&user(50)))), (true, Some(50)));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "a hit" => |_| drop((f(&user(2)), done(g(&user(2))))),
            "a miss" => |_| {
                f::invalidate(&user(3));
                drop(f(&user(3)));
            },
            "async: a miss" => |_| {
                g::invalidate(&user(3));
                drop(done(g(&user(3))));
            },
            "from the store" => |_| {
                for number in [3, 4, 1] {
                    drop((f(&user(number)), done(g(&user(number)))));
                }
            },
            "an error" => |_| drop((f(&user(91)), done(g(&user(91))))),
            "invalidate" => |_| _ = f::invalidate(&user(1)),
            "prime" => |_| f::prime(&user(3), Ok(Quote { of: user(3), text: String::new() })),
            "refresh" => |_| drop(f::refresh(&user(1))),
            "clear" => |_| f::cache_clear(),
            "invalidate_tag" => |_| {
                weakcache::invalidate_tag(&1_u32);
                drop(f(&user(1)));
            },
            "after its time" => |_| {
                clock::advance(Duration::from_secs(100));
                drop(f(&user(1)));
                f::sweep();
            },
        ]
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        f::cache_clear();
        g::cache_clear();
    }
}
