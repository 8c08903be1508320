//! A pool whose objects are made, reset and refused at random, with fewer of them than threads.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use weakcache::pool::{OwnedPooled, Pool, Pooled};

use super::Bag;
use crate::census::{Kind, Value, living};
use crate::chaos::may_panic;
use crate::random::{below, next, once_in};
use crate::watch::step;

struct Object {
    value: Value,
    key: u64,
    out: AtomicBool,
}

static POOL: LazyLock<Arc<Pool<Object>>> = LazyLock::new(|| {
    let make = || {
        may_panic(100);
        let key = next() >> 40;
        Object { value: Value::new(Kind::Pooled, key), key, out: AtomicBool::new(false) }
    };
    let reset = |object: &mut Object| {
        may_panic(500);
        assert!(object.out.swap(false, SeqCst), "given back, but not taken");
    };
    Arc::new(Pool::builder(make).max_idle(4).max_live(6).reset(reset).validate(|_| !once_in(100)).build())
});

/// Nobody else has it.
fn take(object: &Object) {
    assert!(!object.out.swap(true, SeqCst), "handed out twice");
    object.value.check(Kind::Pooled, object.key);
}

pub(crate) struct Hands {
    kept: Bag<OwnedPooled<Object>>,
}

impl Hands {
    pub(crate) const fn new() -> Self {
        Self { kept: Bag::new(1) }
    }

    pub(crate) fn empty(&mut self) {
        self.kept.empty();
    }

    pub(crate) fn work(&mut self) {
        // Whoever waits holds none: or all could wait for each other.
        self.kept.lose();
        let arm = below(8);
        step(arm, 0);
        match arm {
            0..=2 => {
                let object = POOL.acquire();
                take(&object);
                may_panic(100);
            }
            3 => {
                if let Some(object) = POOL.try_acquire() {
                    take(&object);
                }
            }
            4 => {
                if let Some(object) = POOL.acquire_timeout(Duration::from_micros(below(200))) {
                    take(&object);
                }
            }
            5 => {
                let object = POOL.acquire();
                take(&object);
                drop(Pooled::detach(object));
            }
            6 => {
                let object = POOL.acquire_owned();
                take(&object);
                self.kept.keep(object);
            }
            _ => {
                let info = POOL.info();
                assert!(info.idle <= info.live && info.live <= 6, "{info:?}");
            }
        }
    }
}

/// All of them are back.
pub(crate) fn check_at_rest() {
    let info = POOL.info();
    assert_eq!((info.live, info.live as u64), (info.idle, living(Kind::Pooled)), "out, but held by nobody");
}
