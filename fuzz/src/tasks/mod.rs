//! Memoized `async fn`s of each kind, with a scheduler that the input gives: calls, refreshes and batches are polled, woken and
//! dropped in its order, bodies wait, ask for another key, fail and panic, and the controls are used and time passes meanwhile.

mod kinds;
mod script;

use arbitrary::Unstructured;
use kinds::{Kind, kind};
use script::{Ends, Script, Step, steps};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;
use weakcache::Cause;
use weakcache::clock::Mock;
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_fuzz::purpose::{caught, fail};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let Ok(number) = source.int_in_range(0..=kinds::COUNT - 1) else { return };
    let Ok(steps) = steps(&mut source) else { return };
    let kind = kind(number);
    weakcache_fuzz::show(&(kind.name, &steps));
    check(kind, &steps);
    assert_eq!(live(), 0, "values that are never dropped");
}

/// How many keys and tasks there are.
const KEYS: u8 = 3;
const TASKS: usize = 6;

/// Of a key, by which it can be invalidated.
fn tag(key: u8) -> (&'static str, u8) {
    ("tasks", key % 2)
}

thread_local! {
    static SHARED: RefCell<Rc<Shared>> = RefCell::default();
    /// What was handed to the executor.
    static SPAWNED: RefCell<Vec<Task>> = const { RefCell::new(Vec::new()) };
}

/// A value that knows of which body it is.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    key: u8,
    id: u32,
    _counted: Counted,
}

impl Value {
    fn new(key: u8, id: u32) -> Self {
        Self { key, id, _counted: Counted::default() }
    }
}

pub(crate) type Answer = Result<Value, u32>;

/// Of an answer that is kept as a whole, or of a value.
trait Told {
    fn id(&self) -> u32;
}

impl Told for Value {
    fn id(&self) -> u32 {
        self.id
    }
}

impl Told for Answer {
    fn id(&self) -> u32 {
        self.as_ref().map_or_else(|id| *id, |value| value.id)
    }
}

/// The listener of all.
fn tell<V: Told>(key: &u8, value: &V, _: Cause) {
    let shared = shared();
    assert!(shared.told.borrow_mut().insert(value.id()), "of {key} it was told twice: {}", value.id());
}

/// What bodies and their scheduler share.
#[derive(Default)]
struct Shared {
    /// The time, in steps.
    now: Cell<u32>,
    ids: Cell<u32>,
    /// When each value was begun, or primed.
    begun: RefCell<HashMap<u32, u32>>,
    /// And when, by the clock, it was stored at the latest.
    ended: RefCell<HashMap<u32, u64>>,
    /// The time by the clock.
    seconds: Cell<u64>,
    /// What a body of a call has computed last.
    own: RefCell<HashMap<u32, u32>>,
    invalidated: RefCell<[u32; KEYS as usize]>,
    /// The bodies that run, of each key, and when they began.
    running: RefCell<BTreeMap<u32, (u8, u32)>>,
    /// Whether two bodies of a key may run at once.
    side_by_side: Cell<bool>,
    /// The bodies that wait, by task, and who is to be told.
    waiting: RefCell<HashMap<usize, Option<Waker>>>,
    told: RefCell<HashSet<u32>>,
    /// From here on no body waits.
    is_over: Cell<bool>,
}

fn shared() -> Rc<Shared> {
    SHARED.with_borrow(Rc::clone)
}

impl Shared {
    fn tick(&self) -> u32 {
        self.now.set(self.now.get() + 1);
        self.now.get()
    }

    fn new_id(&self) -> u32 {
        self.ids.set(self.ids.get() + 1);
        self.begun.borrow_mut().insert(self.ids.get(), self.tick());
        self.ids.get()
    }

    fn end(&self, id: u32) {
        self.ended.borrow_mut().insert(id, self.seconds.get());
    }

    fn invalidate(&self, key: u8) {
        self.invalidated.borrow_mut()[usize::from(key)] = self.tick();
    }
}

/// A body that is there.
struct Alive(u32);

impl Alive {
    fn new(key: u8, id: u32) -> Self {
        let shared = shared();
        let mut running = shared.running.borrow_mut();
        let since = shared.invalidated.borrow()[usize::from(key)];
        let beside = running.values().any(|(other, begun)| *other == key && *begun > since);
        assert!(shared.side_by_side.get() || !beside, "two bodies of {key} at once");
        running.insert(id, (key, shared.tick()));
        Self(id)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        shared().running.borrow_mut().remove(&self.0);
    }
}

/// Waits until the scheduler says that it is enough.
struct Waits {
    task: usize,
    begun: bool,
}

impl Future for Waits {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = shared();
        let mut waiting = shared.waiting.borrow_mut();
        if shared.is_over.get() || self.begun && !waiting.contains_key(&self.task) {
            return Poll::Ready(());
        }
        waiting.insert(self.task, Some(cx.waker().clone()));
        drop(waiting);
        self.begun = true;
        Poll::Pending
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        shared().waiting.borrow_mut().remove(&self.task);
    }
}

type Boxed<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Whose body it is, and what it is to do.
#[derive(Clone, Copy)]
pub(crate) struct By {
    kind: &'static Kind,
    task: usize,
    call: u32,
    script: Script,
    depth: u8,
}

/// The body of all.
async fn body(keys: &[u8], by: By) -> Result<Vec<Value>, u32> {
    let By { kind, task, script, depth, .. } = by;
    let ids: Vec<u32> = keys.iter().map(|_| shared().new_id()).collect();
    shared().own.borrow_mut().insert(by.call, ids[0]);
    let alive: Vec<Alive> = keys.iter().zip(&ids).map(|(key, id)| Alive::new(*key, *id)).collect();
    for _ in 0..script.waits {
        Waits { task, begun: false }.await;
    }
    if let (Some(other), true) = (script.asks, depth < 2) {
        let inside: Boxed<'_> = Box::pin(call(kind, task, other, script, depth + 1, false));
        inside.await;
    }
    drop(alive);
    ids.iter().for_each(|id| shared().end(*id));
    match script.ends {
        Ends::Value => Ok(keys.iter().zip(ids).map(|(key, id)| Value::new(*key, id)).collect()),
        Ends::Error => Err(ids[0]),
        Ends::Panic => fail(),
    }
}

/// That of one key.
async fn body_of_one(key: u8, by: By) -> Answer {
    body(&[key], by).await.map(kinds::only)
}

async fn call(kind: &'static Kind, task: usize, key: u8, script: Script, depth: u8, is_refresh: bool) {
    let (asked, seconds) = (shared().tick(), shared().seconds.get());
    let since = shared().invalidated.borrow()[usize::from(key)];
    let by = By { kind, task, call: asked, script, depth };
    let call = if is_refresh { kind.refresh } else { kind.call };
    let answer = if is_planted(Fault::TasksTwice) && task % 2 == 1 {
        body_of_one(key, by).await
    } else {
        call(key, by).await
    };
    let shared = shared();
    let own = shared.own.borrow().get(&asked).copied();
    let id = answer.id();
    if let Ok(value) = &answer {
        assert_eq!(value.key, key);
    }
    if own == Some(id) {
        return assert_eq!(answer.is_ok(), script.ends == Ends::Value);
    }
    if own.is_some() {
        // It was computed, and something else came of it: what is good enough in the place of an error.
        assert!(
            script.ends == Ends::Error && kind.rescues && answer.is_ok(),
            "of {key}: {answer:?}, not {own:?}"
        );
    }
    let begun = shared.begun.borrow()[&id];
    assert!(begun >= since, "of {key}, asked at {asked}: begun at {begun}, but invalid since {since}");
    // Who did not wait is served nothing that is too old.
    if let (None, Some(longest), true) = (own, kind.longest, seconds == shared.seconds.get()) {
        let ended = shared.ended.borrow()[&id];
        assert!(seconds < ended + longest, "of {key}, at {seconds}: stored at {ended}, for {longest}");
    }
}

async fn call_all(kind: &'static Kind, task: usize, keys: Vec<u8>, script: Script) {
    let Some(call_all) = kind.call_all else { return };
    let asked = shared().tick();
    let since = *shared().invalidated.borrow();
    let by = By { kind, task, call: asked, script, depth: 0 };
    let Ok(values) = call_all(&keys, by).await else { return };
    assert_eq!(values.iter().map(|value| value.key).collect::<Vec<_>>(), keys);
    for value in values {
        let begun = shared().begun.borrow()[&value.id];
        assert!(begun >= since[usize::from(value.key)], "{value:?} was invalid");
    }
}

/// Notes that it was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

struct Task {
    future: Boxed<'static>,
    flag: Arc<Flag>,
}

impl Task {
    fn new(future: impl Future<Output = ()> + 'static) -> Self {
        Self { future: Box::pin(future), flag: Arc::new(Flag(AtomicBool::new(true))) }
    }

    fn is_woken(&self) -> bool {
        self.flag.0.load(SeqCst)
    }

    /// Whether it is over.
    fn poll(&mut self) -> bool {
        self.flag.0.store(false, SeqCst);
        let waker = Waker::from(self.flag.clone());
        let polled = caught(|| self.future.as_mut().poll(&mut Context::from_waker(&waker)));
        polled.is_none_or(|polled| polled.is_ready())
    }
}

fn check(kind: &'static Kind, steps: &[Step]) {
    let clock = Mock::new();
    let _installed = clock.install();
    (kind.clear)();
    SHARED.set(Rc::default());
    SPAWNED.take();
    let shared = shared();
    let is_odd = |step: &Step| match step {
        Step::Call(_, script) => script.asks.is_some(),
        Step::Refresh(..) | Step::SetCapacity(0) => true,
        Step::CallAll(..) => kind.call_all.is_some(),
        _ => false,
    };
    shared.side_by_side.set(kind.side_by_side || steps.iter().any(is_odd));
    let mut tasks: Vec<Option<Task>> = (0..TASKS).map(|_| None).collect();
    for step in steps {
        make(kind, step, &shared, &clock, &mut tasks);
        take_spawned(&mut tasks);
        // Of what is there nobody was told that it left.
        for key in 0..KEYS {
            if let Some(answer) = (kind.peek)(key) {
                assert!(!shared.told.borrow().contains(&answer.id()), "{answer:?} is there, and has left");
            }
        }
    }
    // All that is left ends, though nobody is polled that was not woken.
    for _ in 0..10_000 {
        let waiting: Vec<usize> = shared.waiting.borrow().keys().copied().collect();
        waiting.into_iter().for_each(|task| go(&shared, task));
        take_spawned(&mut tasks);
        if !poll_woken(&mut tasks) {
            break;
        }
    }
    let left: Vec<usize> = (0..tasks.len()).filter(|task| tasks[*task].is_some()).collect();
    assert!(left.is_empty(), "the tasks {left:?} are never woken");
    assert!(shared.running.borrow().is_empty());
    drop(tasks);
    // And nothing of the flights is left: each key can be computed.
    shared.side_by_side.set(true);
    shared.is_over.set(true);
    for key in 0..KEYS {
        let mut task = Task::new(call(kind, 0, key, Script::PLAIN, 2, false));
        assert!(task.poll(), "{key} is waited for, and nobody computes it");
    }
    SPAWNED.take();
    // Of an error that is kept for a time nobody is told.
    let left: BTreeSet<u32> =
        (0..KEYS).filter_map(|key| (kind.peek)(key)?.ok()).map(|value| value.id).collect();
    (kind.clear)();
    if is_planted(Fault::TasksTold) {
        shared.told.borrow_mut().clear();
    }
    if kind.hears {
        let told = shared.told.borrow();
        assert!(left.iter().all(|id| told.contains(id)), "{left:?} have left, and told of are {told:?}");
    }
    if let Some((set_capacity, most)) = kind.capacity {
        set_capacity(most);
    }
}

fn make(kind: &'static Kind, step: &Step, shared: &Shared, clock: &Mock, tasks: &mut [Option<Task>]) {
    // The last of all may be one in the background.
    let last = tasks.len() - 1;
    let at = |task: usize| if task == TASKS - 1 { last } else { task };
    let mut start = |future: &dyn Fn(usize) -> Boxed<'static>| {
        if let Some(task) = tasks[..TASKS].iter().position(Option::is_none) {
            tasks[task] = Some(Task::new(future(task)));
        }
    };
    match *step {
        Step::Call(key, script) => start(&|task| Box::pin(call(kind, task, key, script, 0, false))),
        Step::CallAll(ref keys, script) => {
            start(&|task| Box::pin(call_all(kind, task, keys.clone(), script)));
        }
        Step::Refresh(key, script) => start(&|task| Box::pin(call(kind, task, key, script, 0, true))),
        Step::Poll(task) => {
            if tasks[at(task)].as_mut().is_some_and(Task::poll) {
                tasks[at(task)] = None;
            }
        }
        Step::PollWoken => {
            poll_woken(tasks);
        }
        Step::Cancel(task) => tasks[at(task)] = None,
        Step::Go(task) => go(shared, at(task)),
        Step::Prime(key) => {
            // It beats what is being computed.
            shared.invalidate(key);
            let id = shared.new_id();
            shared.end(id);
            (kind.prime)(key, Value::new(key, id));
        }
        Step::Invalidate(key) => {
            shared.invalidate(key);
            if !is_planted(Fault::TasksInvalidate) {
                (kind.invalidate)(key);
            }
            assert!((kind.peek)(key).is_none());
        }
        Step::Tag(tag) => {
            if kind.is_tagged {
                (0..KEYS).filter(|key| key % 2 == tag).for_each(|key| shared.invalidate(key));
            }
            if !is_planted(Fault::TasksTag) {
                weakcache::invalidate_tag(&self::tag(tag));
            }
            assert!(!kind.is_tagged || (0..KEYS).all(|key| key % 2 != tag || (kind.peek)(key).is_none()));
        }
        Step::Retain(mask) => {
            let is_kept = |key: u8| mask >> key & 1 == 1;
            (kind.retain)(&mut |key, _| is_kept(key) || is_planted(Fault::TasksRetain));
            // An error that is kept for a time is not asked about.
            let is_there = |key| (kind.peek)(key).is_some_and(|answer| answer.is_ok());
            assert!(!(0..KEYS).any(|key| !is_kept(key) && is_there(key)), "what is not retained is there");
        }
        Step::Clear => {
            (0..KEYS).for_each(|key| shared.invalidate(key));
            (kind.clear)();
        }
        Step::Sweep => {
            (kind.sweep)();
        }
        Step::SetCapacity(most) => {
            if let Some((set_capacity, _)) = kind.capacity {
                set_capacity(most.into());
            }
        }
        Step::Advance(by) => {
            clock.advance(Duration::from_secs(by.into()));
            shared.seconds.set(shared.seconds.get() + u64::from(by));
        }
    }
}

/// What was spawned is a task as others are.
fn take_spawned(tasks: &mut Vec<Option<Task>>) {
    for task in SPAWNED.take() {
        match tasks[TASKS..].iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(task),
            None => tasks.push(Some(task)),
        }
    }
}

fn go(shared: &Shared, task: usize) {
    let waker = shared.waiting.borrow_mut().remove(&task);
    let is_woken = !is_planted(Fault::TasksWake) || task > 1;
    waker.flatten().filter(|_| is_woken).into_iter().for_each(Waker::wake);
}

/// Whether there was one.
fn poll_woken(tasks: &mut [Option<Task>]) -> bool {
    let mut any = false;
    for task in tasks {
        if task.as_ref().is_some_and(Task::is_woken) {
            any = true;
            if task.as_mut().is_some_and(Task::poll) {
                *task = None;
            }
        }
    }
    any
}
