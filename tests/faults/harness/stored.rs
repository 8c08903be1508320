//! Functions with a second tier, which is in memory here: what is stored is written and read by user code.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use weakcache::memoize;
use weakcache::store::{
    Answer, Claim, Entry, Heard as News, Key, Listener, Memory, Namespace, Store, StoreError, TagId,
};

use crate::clock;
use crate::memoized::done;
use crate::user::{User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 2] {
    [Tested::new::<Stored>(), Tested::new::<Heard>()]
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

/// A store of which another process removes things, and that tells of it.
struct Told {
    memory: Memory,
    listener: Mutex<Option<Listener>>,
    /// The key that was stored last, and of which function.
    last: Mutex<(u128, Vec<u8>)>,
}

static TOLD: LazyLock<Told> =
    LazyLock::new(|| Told { memory: Memory::new(), listener: Mutex::default(), last: Mutex::default() });

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Told {
    /// Tells of what was stored last, in a thread that holds nothing.
    fn tell(&self, news: impl FnOnce(u128, &[u8], &dyn Fn(News<'_>))) {
        let listener = locked(&self.listener).clone().expect("a function has subscribed");
        let (namespace, key) = locked(&self.last).clone();
        news(namespace, &key, &*listener);
    }
}

impl Store for Told {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        self.memory.get(key, tags)
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        *locked(&self.last) = (key.namespace().id(), key.bytes().to_vec());
        self.memory.put(key, entry, claim)
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        self.memory.remove(key)
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        self.memory.clear(namespace)
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.memory.invalidate_tag(tag)
    }

    fn subscribe(&self, listener: Listener) {
        call("subscribe");
        *locked(&self.listener) = Some(listener);
    }
}

#[memoize(
    lru = 4, store = &*TOLD, tags(key.number()),
    on_evict = |_, quote, _| { call("on_evict"); quote.of.number(); },
)]
fn h(key: &User) -> Result<Quote, User> {
    quote(key)
}

struct Heard;

impl World for Heard {
    const NAME: &'static str = "what a store tells";

    fn new() -> Self {
        for key in [1, 2].map(user) {
            assert!(h(&key).is_ok());
        }
        Self
    }

    fn check(&self) {
        for key in [1, 2, 50].map(user) {
            assert_eq!(number(h(&key)), Some(key.number()));
        }
        // It is heard of still.
        TOLD.tell(|namespace, _, listener| listener(News::Cleared { namespace }));
        assert_eq!(h::cache_info().len, 0);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "a key is removed" => |_| {
                TOLD.tell(|namespace, key, listener| listener(News::Removed { namespace, key }));
            },
            "a key that cannot be read" => |_| {
                TOLD.tell(|namespace, _, listener| listener(News::Removed { namespace, key: &[0xFF; 20] }));
            },
            "all are removed" => |_| TOLD.tell(|namespace, _, listener| listener(News::Cleared { namespace })),
            "those of a tag" => |_| {
                TOLD.tell(|_, _, listener| listener(News::Invalidated(TagId::of(&1_u32))));
                drop(h(&user(1)));
            },
            "perhaps all" => |_| TOLD.tell(|_, _, listener| listener(News::Everything)),
            "of another function" => |_| {
                TOLD.tell(|namespace, key, listener| {
                    listener(News::Removed { namespace: namespace ^ 1, key });
                    listener(News::Cleared { namespace: namespace ^ 1 });
                });
            },
        ]
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        h::cache_clear();
    }
}
