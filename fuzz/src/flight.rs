//! Single flight, with a scheduler that the input gives: tasks are polled, dropped and woken in its order, and bodies end
//! when it says so, or panic, or ask for another key, which may close a cycle.

use arbitrary::{Result, Unstructured};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use weakcache::Cache;
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_fuzz::purpose::{caught, fail};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let capacity = source.int_in_range(0..=6).unwrap_or(0);
    let Ok(steps) = steps(&mut source) else { return };
    weakcache_fuzz::show(&(capacity, &steps));
    Scheduler::new(capacity).run(&steps);
    assert_eq!(live(), 0, "values that are never dropped");
}

/// How many keys and tasks there are.
const KEYS: u8 = 3;
const TASKS: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A task calls for a key; its body, if it comes to one, does this.
    Call(u8, Body),
    /// A task is polled, whether it was woken or not.
    Poll(usize),
    /// All that were woken are.
    PollWoken,
    Cancel(usize),
    /// A body that waits is told to go on.
    Go(usize),
    Insert(u8),
    Remove(u8),
    Clear,
    SetCapacity(u8),
}

#[derive(Clone, Copy, Debug)]
struct Body {
    /// How often it waits.
    waits: u8,
    /// What it asks for after that.
    asks: Option<u8>,
    panics: bool,
}

fn steps(source: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while steps.len() < 60 && !source.is_empty() {
        let key = source.int_in_range(0..=KEYS - 1)?;
        let task = source.int_in_range(0..=TASKS - 1)?;
        steps.push(match source.int_in_range(0..=15)? {
            0..=4 => {
                let asks = source.ratio(1, 4)?.then(|| source.int_in_range(0..=KEYS - 1)).transpose()?;
                Step::Call(
                    key,
                    Body { waits: source.int_in_range(0..=2)?, asks, panics: source.ratio(1, 8)? },
                )
            }
            5..=7 => Step::Poll(task),
            8 => Step::PollWoken,
            9..=10 => Step::Cancel(task),
            11..=12 => Step::Go(task),
            13 => Step::Insert(key),
            14 => Step::Remove(key),
            _ if source.ratio(1, 2)? => Step::Clear,
            _ => Step::SetCapacity(source.int_in_range(0..=3)?),
        });
    }
    Ok(steps)
}

/// A value that knows of which body it is.
#[derive(Clone, Debug)]
struct Value {
    key: u8,
    id: u32,
    _counted: Counted,
}

impl Value {
    fn new(key: u8, id: u32) -> Self {
        Self { key, id, _counted: Counted::default() }
    }
}

/// Notes that it was woken.
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

/// What bodies and their scheduler share.
struct Shared {
    cache: Cache<u8, Value>,
    /// The time, in steps.
    now: Cell<u32>,
    ids: Cell<u32>,
    /// When each value was begun, or inserted.
    begun: RefCell<HashMap<u32, u32>>,
    /// When a key was invalidated last.
    invalidated: RefCell<[u32; KEYS as usize]>,
    /// The bodies that run, of each key, and when they began.
    running: RefCell<BTreeMap<u32, (u8, u32)>>,
    /// Whether two bodies of a key may run at once: where one asks for another key, which may close a cycle, and where there is
    /// no room at all, so that calls pass through.
    side_by_side: Cell<bool>,
    /// The bodies that wait, by task, and who is to be told.
    waiting: RefCell<HashMap<usize, Option<Waker>>>,
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

    fn invalidate(&self, key: u8) {
        self.invalidated.borrow_mut()[usize::from(key)] = self.tick();
    }
}

/// A body that is there.
struct Alive<'a>(&'a Shared, u32);

impl<'a> Alive<'a> {
    fn new(shared: &'a Shared, key: u8, id: u32) -> Self {
        let mut running = shared.running.borrow_mut();
        let since = shared.invalidated.borrow()[usize::from(key)];
        let beside = running.values().find(|(other, begun)| *other == key && *begun > since);
        assert!(shared.side_by_side.get() || beside.is_none(), "two bodies of {key} at once");
        running.insert(id, (key, shared.tick()));
        Self(shared, id)
    }
}

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        self.0.running.borrow_mut().remove(&self.1);
    }
}

/// Waits until the scheduler says that it is enough.
struct Waits<'a> {
    shared: &'a Shared,
    task: usize,
    begun: bool,
}

impl Future for Waits<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut waiting = self.shared.waiting.borrow_mut();
        if self.begun && !waiting.contains_key(&self.task) {
            return Poll::Ready(());
        }
        waiting.insert(self.task, Some(cx.waker().clone()));
        drop(waiting);
        self.begun = true;
        Poll::Pending
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.shared.waiting.borrow_mut().remove(&self.task);
    }
}

type Boxed<'a> = Pin<Box<dyn Future<Output = Value> + 'a>>;

async fn call(shared: &Shared, task: usize, key: u8, body: Body, depth: u8) -> Value {
    let asked = shared.tick();
    let own = Cell::new(None);
    let value = async {
        let id = shared.new_id();
        own.set(Some(id));
        let _alive = Alive::new(shared, key, id);
        for _ in 0..body.waits {
            Waits { shared, task, begun: false }.await;
        }
        if let (Some(other), true) = (body.asks, depth < 2) {
            let asked: Boxed<'_> = Box::pin(call(shared, task, other, body, depth + 1));
            drop(asked.await);
        }
        if body.panics {
            fail();
        }
        Value::new(key, id)
    };
    let since = shared.invalidated.borrow()[usize::from(key)];
    // A call that passes by the cache.
    let value = if is_planted(Fault::FlightTwice) && task % 2 == 1 {
        value.await
    } else {
        shared.cache.get_or_insert_async(&key, value).await
    };
    assert_eq!(value.key, key);
    if let Some(own) = own.get() {
        assert_eq!(value.id, own, "who computes has what it computed");
    } else {
        let begun = shared.begun.borrow()[&value.id];
        assert!(begun >= since, "of {key}, asked at {asked}: begun at {begun}, but invalid since {since}");
    }
    value
}

struct Task<'a> {
    future: Boxed<'a>,
    flag: Arc<Flag>,
}

struct Scheduler {
    shared: Rc<Shared>,
}

impl Scheduler {
    fn new(capacity: usize) -> Self {
        let cache = if capacity == 6 { Cache::unbounded() } else { Cache::lru(capacity) };
        Self {
            shared: Rc::new(Shared {
                cache,
                now: Cell::new(0),
                ids: Cell::new(0),
                begun: RefCell::default(),
                invalidated: RefCell::default(),
                running: RefCell::default(),
                side_by_side: Cell::new(capacity == 0),
                waiting: RefCell::default(),
            }),
        }
    }

    fn run(&self, steps: &[Step]) {
        let shared = &*self.shared;
        let mut tasks: Vec<Option<Task<'_>>> = (0..TASKS).map(|_| None).collect();
        let is_odd =
            |step: &Step| matches!(step, Step::Call(_, Body { asks: Some(_), .. }) | Step::SetCapacity(0));
        shared.side_by_side.set(shared.side_by_side.get() || steps.iter().any(is_odd));
        for step in steps {
            match *step {
                Step::Call(key, body) => {
                    if let Some(task) = tasks.iter().position(Option::is_none) {
                        let future = Box::pin(call(shared, task, key, body, 0));
                        tasks[task] = Some(Task { future, flag: Arc::new(Flag(AtomicBool::new(true))) });
                    }
                }
                Step::Poll(task) => poll(&mut tasks[task]),
                Step::PollWoken => {
                    poll_woken(&mut tasks);
                }
                Step::Cancel(task) => tasks[task] = None,
                Step::Go(task) => go(shared, task),
                Step::Insert(key) => {
                    // What is inserted beats what is being computed.
                    shared.invalidate(key);
                    let id = shared.new_id();
                    drop(shared.cache.insert(key, Value::new(key, id)));
                }
                Step::Remove(key) => {
                    shared.invalidate(key);
                    if !is_planted(Fault::FlightRemove) {
                        drop(shared.cache.remove(&key));
                    }
                    assert!(!shared.cache.contains_key(&key));
                }
                Step::Clear => {
                    (0..KEYS).for_each(|key| shared.invalidate(key));
                    shared.cache.clear();
                }
                Step::SetCapacity(most) => shared.cache.set_capacity(most.into()),
            }
        }
        // All that is left ends, though nobody is polled that was not woken.
        for _ in 0..10_000 {
            (0..TASKS).for_each(|task| go(shared, task));
            if !poll_woken(&mut tasks) {
                break;
            }
        }
        let left: Vec<usize> = (0..TASKS).filter(|task| tasks[*task].is_some()).collect();
        assert!(left.is_empty(), "the tasks {left:?} are never woken");
        assert!(shared.running.borrow().is_empty());
        drop(tasks);
        // And nothing of the flights is left: each key can be computed.
        for key in 0..KEYS {
            let found = shared.cache.get_or_insert_with(&key, || Value::new(key, shared.new_id()));
            assert_eq!(found.key, key);
        }
        shared.cache.clear();
    }
}

fn go(shared: &Shared, task: usize) {
    let waker = shared.waiting.borrow_mut().remove(&task);
    let is_woken = !is_planted(Fault::FlightWake) || task > 1;
    waker.flatten().filter(|_| is_woken).into_iter().for_each(Waker::wake);
}

/// Whether there was one.
fn poll_woken(tasks: &mut [Option<Task<'_>>]) -> bool {
    let mut any = false;
    for task in tasks {
        if task.as_ref().is_some_and(|task| task.flag.0.load(SeqCst)) {
            poll(task);
            any = true;
        }
    }
    any
}

fn poll(slot: &mut Option<Task<'_>>) {
    let Some(task) = slot else { return };
    task.flag.0.store(false, SeqCst);
    let waker = Waker::from(task.flag.clone());
    match caught(|| task.future.as_mut().poll(&mut Context::from_waker(&waker))) {
        Some(Poll::Pending) => {}
        Some(Poll::Ready(value)) => {
            *slot = None;
            drop(value);
        }
        None => *slot = None,
    }
}
