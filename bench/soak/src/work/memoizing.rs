//! Memoized functions and caches that threads wait for.

use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use weakcache::{Cache, Interned, Memo, invalidate_tag, memoize};

use super::Bag;
use super::interning::{Term, term};
use crate::alone::{Bodies, Generations};
use crate::census::{Count, Kind, Value, add, living};
use crate::chaos::{Fault, may_panic, strikes, survive};
use crate::random::{below, key, once_in};
use crate::watch::step;
use crate::witness::Witness;

const KEYS: u64 = 16_384;
const TERMS: u64 = 1024;
const CLASSES: u64 = 16;

static SINGLE: Bodies<16_384> = Bodies::new();
static RECURSIVE: Bodies<16_384> = Bodies::new();
static GENERATIONS: Generations<16> = Generations::new();

fn body(kind: Kind, key: u64) -> Value {
    add(Count::Bodies);
    may_panic(500);
    Value::new(kind, key)
}

/// Never invalidated: so its body runs once at a time for a key.
#[memoize(lru = 8192)]
fn single(key: u64) -> Arc<Value> {
    let _alone = SINGLE.enter(key);
    if strikes(Fault::Twice, 100) {
        return single::uncached(key);
    }
    Arc::new(body(Kind::Memo, key + u64::from(strikes(Fault::Wrong, 100))))
}

/// Computations that call others, until there is one that others have made.
#[memoize(capacity = 4096)]
fn recursive(key: u64) -> u64 {
    let _alone = RECURSIVE.enter(key);
    add(Count::Bodies);
    may_panic(500);
    if key == 0 { 0 } else { 1 + recursive(key / 3).max(recursive(key / 2)) }
}

/// Held weakly: what lives of it lives once.
#[memoize(weak)]
fn shared(key: u64) -> Arc<Value> {
    Arc::new(body(Kind::Shared, key))
}

static SHARED: Witness<Arc<Value>> = Witness::new(Arc::ptr_eq);

/// Invalidated by its tag, and by time.
#[memoize(capacity = 2048, ttl = "40ms", err_ttl = "2ms", tags(("class", key % CLASSES)))]
fn tagged(key: u64) -> Result<(u64, Arc<Value>), u64> {
    let generation = GENERATIONS.now(key % CLASSES);
    let value = body(Kind::Tagged, key);
    if once_in(8) { Err(key) } else { Ok((generation, Arc::new(value))) }
}

#[memoize(lru = 1024, weight = "48 KiB", weigh = |_, value| value.weight(), on_evict = |key, value, _| {
    value.check(Kind::Weighed, *key);
    may_panic(1000);
})]
fn weighed(key: u64) -> Arc<Value> {
    Arc::new(body(Kind::Weighed, key))
}

/// Keeps no term alive, and takes none for another that died where it lives.
#[memoize(lru = 1024, weak_key(term))]
fn typed(term: &Interned<Term>, environment: u64) -> Arc<Value> {
    Arc::new(body(Kind::Typed, term.key() ^ environment))
}

#[memoize(local, lru = 128)]
fn here(key: u64) -> Rc<Value> {
    Rc::new(body(Kind::Local, key))
}

/// A cache that lives and dies with what it is in.
#[derive(Default)]
struct Owner {
    memo: Memo,
}

#[memoize]
impl Owner {
    #[memoize(in(self.memo), lru = 64)]
    fn note(&self, key: u64) -> Arc<Value> {
        Arc::new(body(Kind::Owned, key))
    }
}

static OWNER: Mutex<Option<Arc<Owner>>> = Mutex::new(None);

/// Now and then another: with the old one goes all that it has cached, where nobody else has it.
fn owner() -> Arc<Owner> {
    if once_in(500) {
        let old = OWNER.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(old);
    }
    Arc::clone(OWNER.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default())
}

static BY_HAND: LazyLock<Cache<String, Arc<Value>>> = LazyLock::new(|| {
    let told = |key: &String, value: &Arc<Value>, _| value.check(Kind::Memo, key.parse().expect("a number"));
    Cache::builder().capacity(2048).on_evict(told).build()
});

pub(crate) struct Hands {
    results: Bag<Arc<Value>>,
}

impl Hands {
    pub(crate) const fn new() -> Self {
        Self { results: Bag::new(128) }
    }

    pub(crate) fn empty(&mut self) {
        self.results.empty();
        here::cache_clear();
    }

    pub(crate) fn work(&mut self) {
        let (arm, key) = (below(24), key(KEYS));
        step(arm, key);
        match arm {
            0..=4 => {
                let value = single(key);
                value.check(Kind::Memo, key);
                if once_in(4) {
                    self.results.keep(value);
                }
            }
            5 => {
                let depth = recursive(key);
                assert_eq!(depth, u64::from(key.checked_ilog2().map_or(0, |log| log + 1)), "of {key}");
            }
            6..=9 => {
                let key = key % 1024;
                let value = if strikes(Fault::Double, 1000) { shared::uncached(key) } else { shared(key) };
                value.check(Kind::Shared, key);
                SHARED.meet(key, &value);
                self.results.keep(value);
            }
            10..=12 => {
                let key = key % 4096;
                let least = GENERATIONS.least(key % CLASSES);
                match tagged(key) {
                    Ok((generation, value)) => {
                        value.check(Kind::Tagged, key);
                        assert!(generation >= least, "{generation} after {least} was invalidated");
                    }
                    Err(error) => assert_eq!(error, key),
                }
            }
            13 if once_in(20) => {
                let class = below(CLASSES);
                GENERATIONS.invalidate(class, || invalidate_tag(&("class", class)));
            }
            14 | 15 => {
                let key = key % 4096;
                weighed(key).check(Kind::Weighed, key);
                let info = weighed::cache_info();
                assert!(info.weight <= 48 << 10 && info.len <= 1024, "{info:?}");
            }
            16 | 17 => {
                let (term, environment) = (term(key % TERMS), below(4));
                typed(&term, environment).check(Kind::Typed, term.key() ^ environment);
            }
            18 => here(key % 512).check(Kind::Local, key % 512),
            19 => owner().note(key % 256).check(Kind::Owned, key % 256),
            20..=22 => {
                let name = (key % 4096).to_string();
                let value = || Arc::new(body(Kind::Memo, key % 4096));
                let found = match below(16) {
                    0 => BY_HAND.insert(name, value()),
                    1 => BY_HAND.remove(&*name),
                    2 => BY_HAND.get(&*name),
                    3 if once_in(100) => {
                        BY_HAND.retain(|name, _| !name.ends_with('7'));
                        None
                    }
                    _ => Some(BY_HAND.get_or_insert_with(&*name, value)),
                };
                if let Some(found) = found {
                    found.check(Kind::Memo, key % 4096);
                }
            }
            _ => {
                for _ in 0..below(8) {
                    self.results.lose();
                }
            }
        }
    }
}

/// Drops what threads have left for each other, and what there is of more or less by the time that it took. What is full stays so.
pub(crate) fn let_go() {
    SHARED.clear();
    survive(tagged::cache_clear);
    survive(typed::cache_clear);
    let owner = OWNER.lock().unwrap_or_else(PoisonError::into_inner).take();
    survive(|| drop(owner));
}

/// Fills what stays full.
pub(crate) fn fill() {
    for key in 0..KEYS {
        survive(|| drop(single(key)));
        survive(|| _ = recursive(key));
        survive(|| drop(weighed(key % 4096)));
        survive(|| drop(BY_HAND.insert((key % 4096).to_string(), Arc::new(body(Kind::Memo, key % 4096)))));
    }
}

/// What lives, is cached.
pub(crate) fn check_at_rest() {
    SINGLE.check_at_rest();
    RECURSIVE.check_at_rest();
    let kept = single::cache_info().len + BY_HAND.len();
    assert_eq!(living(Kind::Memo), kept as u64, "cached values, and living ones");
    assert_eq!(living(Kind::Weighed), weighed::cache_info().len as u64, "cached values, and living ones");
    assert_eq!(
        [living(Kind::Shared), living(Kind::Tagged), living(Kind::Typed), living(Kind::Owned)],
        [0; 4],
        "held by nobody, and not dropped"
    );
}

/// Nothing is cached any more.
pub(crate) fn empty() {
    survive(single::cache_clear);
    survive(recursive::cache_clear);
    survive(shared::cache_clear);
    survive(weighed::cache_clear);
    survive(|| BY_HAND.clear());
}
