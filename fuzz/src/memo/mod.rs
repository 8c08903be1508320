//! `Cache` in all thirteen kinds, beside a model that is a list.
//!
//! Of a cache without bound, and of an exact order, the model knows everything. Of one with `capacity`, and where what has
//! expired may give way before others, it goes by what the cache says of evictions, and holds it to that.

mod model;

use arbitrary::{Arbitrary, Result, Unstructured};
use model::{Model, Times};
use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cache, Cause};
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_fuzz::purpose::{caught, fail};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let Ok(config) = Config::some(&mut source) else { return };
    let Ok(steps) = Step::some(&mut source, 40, 2) else { return };
    weakcache_fuzz::show(&(&config, &steps));
    check(&config, &steps);
    assert_eq!(live(), 0, "values that are never dropped");
}

/// What time is counted in: times to live are some of these.
const UNIT: Duration = Duration::from_secs(1);

#[derive(Clone, Copy, Debug)]
enum Bound {
    Unbounded,
    Lru(u8),
    Capacity(u8),
}

#[derive(Debug)]
struct Config {
    bound: Bound,
    ttl: Option<u8>,
    idle: Option<u8>,
    /// Whether each value has a time of its own.
    ttl_of: bool,
    weight: Option<u8>,
    on_evict: bool,
    /// How many bits of a hash there are.
    bits: u8,
}

impl Config {
    fn some(source: &mut Unstructured<'_>) -> Result<Self> {
        let few = source.int_in_range(0..=12)?;
        let bound = match source.int_in_range(0..=4)? {
            0 => Bound::Unbounded,
            1..=2 => Bound::Lru(few),
            _ => Bound::Capacity(few),
        };
        let mut maybe =
            |most| Ok(if source.ratio(1, 3)? { Some(source.int_in_range(0..=most)?) } else { None });
        let (ttl, idle, weight) = (maybe(8)?, maybe(6)?, maybe(60)?);
        Ok(Self {
            bound,
            ttl,
            idle,
            ttl_of: source.ratio(1, 4)?,
            weight,
            on_evict: source.arbitrary()?,
            bits: source.int_in_range(0..=8)?,
        })
    }
}

/// What is done with the cache.
#[derive(Debug)]
enum Step {
    Get(u8),
    Peek(u8),
    Insert(u8, u8),
    Remove(u8),
    Compute(u8, u8, Outcome, Vec<Step>),
    Retain(u8),
    Clear,
    Sweep,
    SetCapacity(u8),
    Entries,
    Advance(u8),
}

#[derive(Arbitrary, Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    Value,
    Error,
    Panic,
}

impl Step {
    fn some(source: &mut Unstructured<'_>, most: usize, depth: usize) -> Result<Vec<Self>> {
        let mut steps = Vec::new();
        while steps.len() < most && !source.is_empty() {
            let step = match source.int_in_range(0..=19)? {
                0..=3 => Self::Get(key(source)?),
                4 => Self::Peek(key(source)?),
                5..=7 => Self::Insert(key(source)?, source.arbitrary()?),
                8 => Self::Remove(key(source)?),
                9..=12 => Self::Compute(key(source)?, source.arbitrary()?, Outcome::Value, Vec::new()),
                13..=14 => {
                    let (key, kind, outcome) = (key(source)?, source.arbitrary()?, source.arbitrary()?);
                    let meanwhile = source.int_in_range(0..=3)?;
                    let inside =
                        if depth == 0 { Vec::new() } else { Self::some(source, meanwhile, depth - 1)? };
                    Self::Compute(key, kind, outcome, inside)
                }
                15 => Self::Retain(source.arbitrary()?),
                16 => match source.int_in_range(0..=1)? {
                    0 => Self::Clear,
                    _ => Self::Entries,
                },
                17 => Self::Sweep,
                18 => Self::SetCapacity(source.int_in_range(0..=12)?),
                _ => Self::Advance(source.int_in_range(0..=5)?),
            };
            steps.push(step);
        }
        Ok(steps)
    }
}

fn key(source: &mut Unstructured<'_>) -> Result<u8> {
    source.int_in_range(0..=15)
}

/// A value that is counted. No two that are made are equal.
#[derive(Clone, Debug)]
struct Value {
    id: u32,
    /// Which says how long it lives, and what it weighs.
    kind: u8,
    _counted: Counted,
}

impl Value {
    fn new(id: u32, kind: u8) -> Self {
        Self { id, kind, _counted: Counted::default() }
    }
}

fn weight_of(kind: u8) -> usize {
    usize::from(kind >> 4)
}

fn ttl_of(kind: u8) -> u64 {
    // Now and then it is not to be kept.
    u64::from(kind & 7)
}

/// Whether a weigher panics at it.
fn has_no_weight(kind: u8) -> bool {
    weight_of(kind) == 15
}

/// A hasher that knows few bits, so that keys collide.
#[derive(Clone)]
struct Poor(u8);

struct PoorHasher(u64, u8);

impl BuildHasher for Poor {
    type Hasher = PoorHasher;

    fn build_hasher(&self) -> PoorHasher {
        PoorHasher(0, self.0)
    }
}

impl Hasher for PoorHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        self.0 & ((1 << self.1) - 1)
    }
}

/// The cache and the model of it.
struct Pair<'a> {
    cache: &'a Cache<u8, Value, Poor>,
    model: &'a RefCell<Model>,
    clock: &'a Mock,
    told: &'a Mutex<Vec<(u8, u32, Cause)>>,
}

fn check(config: &Config, steps: &[Step]) {
    let clock = Mock::new();
    let _installed = clock.install();
    let told = Arc::new(Mutex::new(Vec::new()));
    let cache = build(config, &told);
    let bound = match config.bound {
        Bound::Unbounded => None,
        Bound::Lru(most) | Bound::Capacity(most) => Some(usize::from(most)),
    };
    let model = RefCell::new(Model::new(
        bound,
        config.weight.map(usize::from),
        Times { ttl: config.ttl.map(u64::from), idle: config.idle.map(u64::from), own: config.ttl_of },
        config.on_evict,
        // What is not bounded by a number, but by a weight alone, is left to the policy.
        matches!((config.bound, config.weight), (Bound::Unbounded, None) | (Bound::Lru(_), _)),
    ));
    let pair = Pair { cache: &cache, model: &model, clock: &clock, told: &told };
    for step in steps {
        pair.step(step);
        pair.compare();
    }
    // What is expired goes, and what is left is what the model says.
    pair.step(&Step::Sweep);
    pair.step(&Step::Entries);
    pair.compare();
}

fn build(config: &Config, told: &Arc<Mutex<Vec<(u8, u32, Cause)>>>) -> Cache<u8, Value, Poor> {
    let mut builder = Cache::<u8, Value>::builder().hasher(Poor(config.bits));
    builder = match config.bound {
        Bound::Unbounded => builder,
        Bound::Lru(most) => builder.lru(most.into()),
        Bound::Capacity(most) => builder.capacity(most.into()),
    };
    if let Some(ttl) = config.ttl {
        builder = builder.ttl(UNIT * ttl.into());
    }
    if let Some(idle) = config.idle {
        builder = builder.idle(UNIT * idle.into());
    }
    if config.ttl_of {
        builder = builder.ttl_of(|_, value| Duration::from_secs(ttl_of(value.kind)));
    }
    if let Some(weight) = config.weight {
        builder = builder.weight(weight.into(), |_, value| {
            if has_no_weight(value.kind) && !is_planted(Fault::MemoWeigher) {
                fail();
            }
            weight_of(value.kind).saturating_sub(is_planted(Fault::MemoWeight).into())
        });
    }
    if config.on_evict {
        let told = told.clone();
        builder = builder.on_evict(move |key, value, cause| {
            told.lock().unwrap_or_else(PoisonError::into_inner).push((*key, value.id, cause));
        });
    }
    builder.build()
}

impl Pair<'_> {
    fn step(&self, step: &Step) {
        match *step {
            Step::Get(key) => {
                let found = self.cache.get(&key);
                self.hear();
                self.model.borrow_mut().get(key, found.map(|value| value.id));
            }
            Step::Peek(key) => {
                let found = self.cache.peek(&key);
                assert_eq!(found.is_some(), self.cache.contains_key(&key));
                self.hear();
                self.model.borrow_mut().peek(key, found.map(|value| value.id));
            }
            Step::Insert(key, kind) => {
                let id = self.model.borrow_mut().new_id();
                let old = caught(|| self.cache.insert(key, Value::new(id, kind)));
                let mut model = self.model.borrow_mut();
                if let Some(old) = old {
                    model.replaced(key, old.map(|value| value.id));
                    model.store(key, id, kind);
                } else {
                    assert!(model.is_not_weighed(kind), "a weigher that is not to panic");
                }
                drop(model);
                self.hear();
            }
            Step::Remove(key) => {
                let old = if is_planted(Fault::MemoRemove) { None } else { self.cache.remove(&key) };
                self.model.borrow_mut().remove(key, old.map(|value| value.id));
                self.hear();
            }
            Step::Compute(key, kind, outcome, ref inside) => self.compute(key, kind, outcome, inside),
            Step::Retain(mask) => {
                let seen = RefCell::new(Vec::new());
                let count = self.cache.retain(|key, value| {
                    seen.borrow_mut().push((*key, value.id));
                    mask >> (key % 8) & 1 == 0
                });
                self.model.borrow_mut().retain(mask, count, seen.into_inner());
                self.hear();
            }
            Step::Clear => {
                self.cache.clear();
                self.model.borrow_mut().clear();
                self.hear();
            }
            Step::Sweep => {
                let count = self.cache.sweep();
                self.model.borrow_mut().sweep(count);
                self.hear();
            }
            Step::SetCapacity(most) => {
                self.cache.set_capacity(most.into());
                self.model.borrow_mut().set_capacity(most.into());
                self.hear();
            }
            Step::Entries => {
                let entries = self.cache.iter().map(|(key, value)| (key, value.id)).collect();
                self.model.borrow_mut().entries(entries);
            }
            Step::Advance(by) => {
                self.clock.advance(UNIT * by.into());
                self.model.borrow_mut().now += u64::from(by);
            }
        }
    }

    fn compute(&self, key: u8, kind: u8, outcome: Outcome, inside: &[Step]) {
        let ran = Rc::new(Cell::new(None));
        let body = || {
            let id = {
                let mut model = self.model.borrow_mut();
                model.begin(key);
                model.new_id()
            };
            let began = self.model.borrow().began(key);
            ran.set(Some((id, began)));
            // What was too old has left already.
            self.hear();
            for step in inside {
                self.step(step);
            }
            match outcome {
                Outcome::Value => Ok(Value::new(id, kind)),
                Outcome::Error => Err(id),
                Outcome::Panic => fail(),
            }
        };
        let result = if outcome == Outcome::Value {
            caught(|| Ok(self.cache.get_or_insert_with(&key, || body().expect("a value"))))
        } else {
            caught(|| self.cache.get_or_try_insert_with(&key, body))
        };
        let now = self.cache.peek(&key).map(|value| value.id);
        let mut model = self.model.borrow_mut();
        match (ran.get(), result) {
            (None, Some(Ok(found))) => model.hit(key, found.id),
            (Some((id, began)), Some(Ok(value))) => {
                assert_eq!(value.id, id, "who computes has what it computed");
                model.finish(key, id, kind, began, now);
            }
            (Some((id, _)), Some(Err(error))) => assert_eq!((error, outcome), (id, Outcome::Error)),
            (Some(_), None) => {
                let is_weigher = outcome == Outcome::Value && model.is_not_weighed(kind);
                assert!(is_weigher || outcome == Outcome::Panic, "a panic after {outcome:?}");
            }
            (None, Some(Err(_)) | None) => panic!("an error or a panic of a body that did not run"),
        }
        drop(model);
        self.hear();
    }

    /// What the cache has told of since it was last asked.
    fn hear(&self) {
        let told = std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner));
        let mut model = self.model.borrow_mut();
        model.hear(told);
        model.bounded(&self.cache.info());
    }

    fn compare(&self) {
        let info = self.cache.info();
        let mut model = self.model.borrow_mut();
        model.info(&info);
        let found: Vec<_> = (0..16).map(|key| self.cache.peek(&key)).collect();
        let there = || found.iter().flatten();
        model.weighed(&info, there().count(), there().map(|value| weight_of(value.kind)).sum());
        for (key, found) in (0..).zip(&found) {
            model.peek(key, found.as_ref().map(|value| value.id));
        }
    }
}
