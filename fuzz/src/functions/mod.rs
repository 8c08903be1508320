//! Memoized functions with their controls, beside a plain model: one of each kind of bound and time, some with everything
//! at once, batches, a method whose cache lies in a value, and an `async fn`, whose body never waits here.
//!
//! A body does what the input says: it uses its own function, ends with a value or an error, or panics.

mod kinds;
mod model;

use arbitrary::{Arbitrary, Result, Unstructured};
use kinds::Kind;
use model::{Flight, Model, Plan};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use weakcache::Cause;
use weakcache::clock::Mock;
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_fuzz::purpose::{caught, fail};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let Ok(number) = source.int_in_range(0..=kinds::COUNT - 1) else { return };
    let kind = kinds::kind(number);
    let Ok(steps) = Step::some(&mut source, 40, 2) else { return };
    weakcache_fuzz::show(&(kind.name, &steps));
    check(kind, &steps);
    assert_eq!(live(), 0, "values that are never dropped");
}

/// What time is counted in.
const UNIT: Duration = Duration::from_secs(1);

/// How many keys there are.
const KEYS: u8 = 8;

#[derive(Clone, Debug)]
enum Step {
    Call(u8, Ends, Rc<[Step]>),
    /// Of a batch: several at once.
    CallAll(Vec<u8>, Ends),
    Refresh(u8, Ends),
    Uncached(u8, Ends),
    Peek(u8),
    Invalidate(u8),
    Prime(u8, Ends),
    Retain(u8),
    Clear,
    Sweep,
    SetCapacity(u8),
    Tag(u8),
    Advance(u8),
}

/// How a body ends.
#[derive(Arbitrary, Clone, Copy, PartialEq, Eq, Debug)]
enum Ends {
    /// With a value of this kind.
    Value(u8),
    Error,
    Panic,
}

impl Step {
    fn some(source: &mut Unstructured<'_>, most: usize, depth: usize) -> Result<Vec<Self>> {
        let mut steps = Vec::new();
        while steps.len() < most && !source.is_empty() {
            let key = source.int_in_range(0..=KEYS - 1)?;
            steps.push(match source.int_in_range(0..=23)? {
                0..=6 => Self::Call(key, Ends::Value(source.arbitrary()?), Rc::new([])),
                7..=11 => {
                    let ends = source.arbitrary()?;
                    let meanwhile = source.int_in_range(0..=3)?;
                    let inside =
                        if depth == 0 { Vec::new() } else { Self::some(source, meanwhile, depth - 1)? };
                    Self::Call(key, ends, inside.into())
                }
                12 => {
                    let count = source.int_in_range(0..=4)?;
                    let mut keys = vec![key];
                    for _ in 0..count {
                        keys.push(source.int_in_range(0..=KEYS - 1)?);
                    }
                    Self::CallAll(keys, source.arbitrary()?)
                }
                13 => Self::Refresh(key, source.arbitrary()?),
                14 => Self::Peek(key),
                15 => Self::Invalidate(key),
                16..=17 => Self::Prime(key, source.arbitrary()?),
                18 => Self::Retain(source.arbitrary()?),
                19 => match key {
                    0..=2 => Self::Clear,
                    3..=5 => Self::Sweep,
                    _ => Self::Uncached(key, source.arbitrary()?),
                },
                20 => Self::SetCapacity(key),
                21 => Self::Tag(key % TAGS),
                _ => Self::Advance(source.int_in_range(0..=5)?),
            });
        }
        Ok(steps)
    }
}

/// What the tagged functions have: a key's tag is what is left of it by this.
const TAGS: u8 = 3;

fn tag(key: u8) -> (&'static str, u8) {
    ("functions", key % TAGS)
}

thread_local! {
    /// What the next body is to do.
    static SCRIPT: RefCell<Option<Script>> = const { RefCell::new(None) };
    static TOLD: RefCell<Vec<(u8, u32, Cause)>> = const { RefCell::new(Vec::new()) };
}

type Script = Rc<dyn Fn(&[u8]) -> std::result::Result<Vec<Value>, u32>>;
type Answer = std::result::Result<Value, u32>;

/// A value that is counted. No two that are made have one number.
#[derive(Clone, Debug)]
struct Value {
    id: u32,
    /// Which says how long it lives, what it weighs, and whether it is kept.
    kind: u8,
    _counted: Counted,
}

impl Value {
    fn new(id: u32, kind: u8) -> Self {
        Self { id, kind, _counted: Counted::default() }
    }

    /// What all weighers say. Runs as user code does: it may panic.
    fn weight(&self) -> usize {
        if has_no_weight(self.kind) && !is_planted(Fault::FunctionsWeigher) {
            fail();
        }
        weight_of(self.kind).saturating_sub(is_planted(Fault::FunctionsWeight).into())
    }

    fn ttl(&self) -> Duration {
        UNIT * u32::from(ttl_of(self.kind))
    }

    fn is_wanted(&self) -> bool {
        is_wanted(self.kind)
    }
}

fn weight_of(kind: u8) -> usize {
    usize::from(kind >> 4)
}

/// Whether a weigher panics at it.
fn has_no_weight(kind: u8) -> bool {
    weight_of(kind) == 15
}

fn ttl_of(kind: u8) -> u8 {
    // Now and then it is not to be kept.
    kind & 7
}

fn is_wanted(kind: u8) -> bool {
    kind & 3 != 0
}

/// What a value or an answer is known by.
trait Known {
    fn id(&self) -> u32;
}

impl Known for Value {
    fn id(&self) -> u32 {
        self.id
    }
}

impl Known for Answer {
    fn id(&self) -> u32 {
        self.as_ref().map_or_else(|id| *id, |value| value.id)
    }
}

/// The listener of all.
fn tell<V: Known>(key: &u8, value: &V, cause: Cause) {
    TOLD.with_borrow_mut(|told| told.push((*key, value.id(), cause)));
}

/// The body of all.
fn body(keys: &[u8]) -> std::result::Result<Vec<Value>, u32> {
    let script = SCRIPT.take().expect("a body runs that is not to");
    script(keys)
}

/// The function and the model of it.
struct Pair {
    kind: &'static Kind,
    model: RefCell<Model>,
    clock: Mock,
    /// What is being computed, from the outermost in.
    computing: RefCell<Vec<u8>>,
}

fn check(kind: &'static Kind, steps: &[Step]) {
    let clock = Mock::new();
    let _installed = clock.install();
    (kind.clear)();
    let pair = Rc::new(Pair {
        kind,
        model: RefCell::new(Model::new(kind.rules)),
        clock: clock.clone(),
        computing: RefCell::default(),
    });
    TOLD.take();
    for step in steps {
        pair.step(step);
        pair.compare();
    }
    // What is too old goes, and then all else: each is told of once.
    pair.step(&Step::Sweep);
    pair.compare();
    pair.step(&Step::Clear);
    pair.compare();
    if let (Some(set_capacity), Some(most)) = (kind.set_capacity, kind.rules.capacity) {
        set_capacity(most);
    }
    kinds::forget_owner();
}

impl Pair {
    fn step(self: &Rc<Self>, step: &Step) {
        match step {
            Step::Call(key, ends, inside) => self.call(*key, *ends, inside),
            Step::CallAll(keys, ends) => self.call_all(keys, *ends),
            Step::Refresh(key, ends) => self.refresh(*key, *ends),
            Step::Uncached(key, ends) => {
                let id = self.model.borrow_mut().new_id();
                let ends = *ends;
                SCRIPT.set(Some(Rc::new(move |keys| end(ends, keys, id))));
                let answer = caught(|| (self.kind.uncached)(*key));
                assert_eq!(answer.map(|answer| answer.id()), (ends != Ends::Panic).then_some(id));
            }
            Step::Peek(key) => {
                self.model.borrow_mut().peek(*key, (self.kind.peek)(*key).map(|answer| answer.id()))
            }
            Step::Invalidate(key) => {
                let was_there = !is_planted(Fault::FunctionsInvalidate) && (self.kind.invalidate)(*key);
                self.model.borrow_mut().invalidate(*key, was_there);
                self.hear();
            }
            Step::Prime(key, ends) => {
                let (kind, is_error) = match *ends {
                    Ends::Value(kind) => (kind, false),
                    _ if self.kind.rules.is_batch => return,
                    _ => (0, true),
                };
                let id = self.model.borrow_mut().new_id();
                let answer = if is_error { Err(id) } else { Ok(Value::new(id, kind)) };
                match caught(|| (self.kind.prime)(*key, answer)) {
                    Some(()) => self.model.borrow_mut().prime(*key, id, kind, is_error),
                    None => assert!(self.model.borrow().is_panic(*ends), "a weigher that is not to panic"),
                }
                self.hear();
            }
            Step::Retain(mask) => {
                let mut seen = Vec::new();
                let count = (self.kind.retain)(&mut |key, id| {
                    seen.push((key, id));
                    mask >> key & 1 == 0
                });
                self.model.borrow_mut().retain(*mask, count, seen);
                self.hear();
            }
            Step::Clear => {
                (self.kind.clear)();
                self.model.borrow_mut().clear();
                self.hear();
            }
            Step::Sweep => {
                let count = (self.kind.sweep)();
                self.model.borrow_mut().sweep(count);
                self.hear();
            }
            Step::SetCapacity(most) => {
                if let Some(set_capacity) = self.kind.set_capacity {
                    set_capacity((*most).into());
                    self.model.borrow_mut().set_capacity((*most).into());
                    self.hear();
                }
            }
            Step::Tag(tag) => {
                if !is_planted(Fault::FunctionsTag) {
                    weakcache::invalidate_tag(&self::tag(*tag));
                }
                self.model.borrow_mut().invalidate_tag(*tag);
            }
            Step::Advance(by) => {
                self.clock.advance(UNIT * (*by).into());
                self.model.borrow_mut().now += u64::from(*by);
            }
        }
    }

    fn call(self: &Rc<Self>, key: u8, ends: Ends, inside: &Rc<[Step]>) {
        let is_computed = self.computing.borrow().contains(&key);
        let plan = self.model.borrow().plan(key, is_computed);
        let ran = Rc::new(Cell::new(None));
        let (pair, inside, begun) = (self.clone(), inside.clone(), ran.clone());
        SCRIPT.set(Some(Rc::new(move |keys| {
            assert_eq!(keys, [key]);
            let flight = pair.model.borrow_mut().begin(key, plan);
            begun.set(Some(flight));
            pair.hear();
            pair.computing.borrow_mut().push(key);
            for step in inside.iter() {
                pair.step(step);
            }
            pair.computing.borrow_mut().pop();
            end(ends, keys, flight.id)
        })));
        let answer = caught(|| (self.kind.call)(key));
        SCRIPT.take();
        let now = (self.kind.peek)(key).map(|answer| answer.id());
        let mut model = self.model.borrow_mut();
        if ran.get().is_some_and(|flight| now == Some(flight.id)) {
            // An error that was stored meanwhile has given way.
            model.forget_error(key);
        }
        match (ran.get(), &answer) {
            (None, Some(answer)) => model.hit(key, plan, answer.id()),
            (None, None) => panic!("a panic of a body that did not run"),
            (Some(flight), Some(Ok(value))) if value.id == flight.id => {
                assert!(matches!(ends, Ends::Value(_)));
                model.finish(key, flight, value.kind, false);
            }
            (Some(flight), Some(answer)) => {
                assert_eq!(ends, Ends::Error, "who computes has what it computed");
                model.fail(key, flight, answer.as_ref().map(|value| value.id).map_err(|id| *id));
            }
            (Some(flight), None) => {
                assert!(model.is_panic(ends), "a panic after {ends:?}");
                model.lose(key, flight);
            }
        }
        drop(model);
        self.hear();
    }

    fn call_all(self: &Rc<Self>, keys: &[u8], ends: Ends) {
        let Some(call_all) = self.kind.call_all else { return };
        // What is being computed further out would be waited for, and is computed by itself.
        if keys.iter().any(|key| self.computing.borrow().contains(key)) {
            return;
        }
        let (mut missing, mut found, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            let plan = self.model.borrow().plan(*key, false);
            match plan {
                Plan::Serve(id, _) => {
                    self.model.borrow_mut().hit(*key, plan, id);
                    found.push((*key, id));
                }
                // Each once: the second shares what the first will have.
                _ if missing.contains(key) => shared.push(*key),
                _ => missing.push(*key),
            }
        }
        let flights = Rc::new(RefCell::new(Vec::<Flight>::new()));
        let (pair, asked, begun) = (self.clone(), missing.clone(), flights.clone());
        SCRIPT.set(Some(Rc::new(move |keys| {
            assert_eq!(keys, asked, "what is missing, each once, in order");
            let mut model = pair.model.borrow_mut();
            let flights: Vec<_> = keys.iter().map(|key| model.begin(*key, Plan::Compute)).collect();
            drop(model);
            pair.hear();
            begun.borrow_mut().extend(&flights);
            match ends {
                Ends::Value(kind) => Ok(flights.iter().map(|flight| Value::new(flight.id, kind)).collect()),
                Ends::Error => Err(flights[0].id),
                Ends::Panic => fail(),
            }
        })));
        let answer = caught(|| call_all(keys));
        SCRIPT.take();
        let flights = flights.take();
        assert_eq!(flights.len(), missing.len(), "a body is to run for what is missing, and only then");
        let mut model = self.model.borrow_mut();
        match (answer, ends) {
            (Some(Ok(values)), _) => {
                assert_eq!(values.len(), keys.len());
                for (key, value) in keys.iter().zip(&values) {
                    let of_flight =
                        missing.iter().position(|missing| missing == key).map(|at| flights[at].id);
                    let of_hit = found.iter().find(|(found, _)| found == key).map(|(_, id)| *id);
                    assert_eq!(Some(value.id), of_flight.or(of_hit));
                }
                for (key, flight) in missing.iter().zip(&flights) {
                    let Ends::Value(kind) = ends else { panic!("values of a body that has none") };
                    model.finish(*key, *flight, kind, false);
                }
                drop(model);
                self.hear();
                shared.iter().for_each(|key| self.model.borrow_mut().share(*key));
                return;
            }
            (Some(Err(id)), Ends::Error) => assert_eq!(Some(id), flights.first().map(|flight| flight.id)),
            (None, Ends::Panic) => {}
            (answer, _) => panic!("{answer:?} of a body that {ends:?}"),
        }
        drop(model);
        self.hear();
    }

    fn refresh(self: &Rc<Self>, key: u8, ends: Ends) {
        // What is being computed further out is older than that: which of them stays is not what is asked here.
        if self.computing.borrow().contains(&key) {
            return;
        }
        let ran = Rc::new(Cell::new(None));
        let (pair, begun) = (self.clone(), ran.clone());
        SCRIPT.set(Some(Rc::new(move |keys| {
            let flight = pair.model.borrow_mut().begin_refresh(key);
            begun.set(Some(flight));
            pair.hear();
            end(ends, keys, flight.id)
        })));
        let answer = caught(|| (self.kind.refresh)(key));
        SCRIPT.take();
        let flight = ran.get().expect("a refresh runs the body");
        assert!(answer.as_ref().is_none_or(|answer| answer.id() == flight.id));
        let mut model = self.model.borrow_mut();
        match answer {
            Some(Ok(value)) => model.finish(key, flight, value.kind, true),
            Some(Err(_)) => model.fail_refresh(key, flight),
            None => assert!(model.is_panic(ends), "a panic after {ends:?}"),
        }
        drop(model);
        self.hear();
    }

    /// What was told of since it was last asked.
    fn hear(&self) {
        let mut told = TOLD.take();
        if is_planted(Fault::FunctionsTold) {
            told.pop();
        }
        let mut model = self.model.borrow_mut();
        model.hear(told);
        model.bounded(&(self.kind.info)());
    }

    fn compare(&self) {
        let info = (self.kind.info)();
        let mut model = self.model.borrow_mut();
        assert_eq!((self.kind.capacity)(), info.capacity);
        model.info(&info);
        for key in 0..KEYS {
            model.peek(key, (self.kind.peek)(key).map(|answer| answer.id()));
        }
    }
}

fn end(ends: Ends, keys: &[u8], id: u32) -> std::result::Result<Vec<Value>, u32> {
    assert_eq!(keys.len(), 1);
    match ends {
        Ends::Value(kind) => Ok(vec![Value::new(id, kind)]),
        Ends::Error => Err(id),
        Ends::Panic => fail(),
    }
}
