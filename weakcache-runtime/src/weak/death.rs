//! Deaths inside deaths, without deep recursion.
//!
//! A value that dies may hold the last handle to another value, and that one to the next, ten million
//! times over. So a death inside the drop of a value (or of what an entry held) leaves what runs user
//! code, its callbacks and its drop, to the death around it, which works that off in a loop, in the order
//! in which recursion would have come to it. It is all done before the outermost drop returns.
//!
//! A death inside a *callback* is over when its drop returns, as it would be anywhere else: the callback
//! may go by that. It is a recursion, so it ends somewhere: [`NESTED`] deep. What dies deeper is left to
//! the death at that depth, as in a drop.
#![forbid(unsafe_code)]

use crate::sync::{Arc, thread_local_const};
use crate::unwind::Panics;
use crate::weak::callbacks::Callbacks;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::iter;
use std::mem::{self, ManuallyDrop};

/// How many callbacks stand on the stack, at most, each begun by a death inside the one before.
const NESTED: u32 = 64;

/// What an entry in a container held.
pub(super) type Entry = Arc<dyn Any>;

/// What the entries of one value held. Practically always there is one.
#[cfg_attr(not(feature = "weak-containers"), expect(dead_code, reason = "there are no entries"))]
pub(super) enum Remains {
    One(Entry),
    Many(Vec<Entry>),
}

impl Remains {
    pub(super) fn for_each(self, f: impl FnMut(Entry)) {
        match self {
            Self::One(entry) => iter::once(entry).for_each(f),
            Self::Many(entries) => entries.into_iter().for_each(f),
        }
    }
}

/// A part of a death that runs user code.
pub(super) enum Task {
    Callbacks(Arc<Callbacks>),
    Entry(Entry),
    Value(Box<dyn Any>),
}

/// What this thread is in the middle of.
#[derive(Clone, Copy)]
struct Within {
    /// How many callbacks.
    callbacks: u32,
    /// Whether in the drop of a value, the innermost callback's own affairs aside.
    drop: bool,
}

struct Local {
    within: Cell<Within>,
    /// What deaths have left, the next task last; those of the innermost death that works at the end.
    tasks: RefCell<Vec<Task>>,
}

const OUTSIDE: Within = Within { callbacks: 0, drop: false };

thread_local_const! {
    // With a destructor of its own it could not be reached from those of other thread-locals. It needs
    // none: the outermost death leaves an unallocated list.
    static LOCAL: ManuallyDrop<Local> =
        ManuallyDrop::new(Local { within: Cell::new(OUTSIDE), tasks: RefCell::new(Vec::new()) });
}

/// A death: one that does its work itself, and what is left to it, or one that leaves it to another.
pub(super) struct Death {
    /// Where this death stands, if it works itself.
    works: Option<Within>,
    /// How many tasks are those of deaths around this one.
    base: usize,
    panics: Panics,
}

impl Death {
    pub(super) fn begin() -> Self {
        let within = LOCAL.with(|local| local.within.get());
        let works = !within.drop && within.callbacks < NESTED;
        Self::new(works.then_some(within))
    }

    /// A death that does its work itself wherever it is.
    pub(super) fn begin_here() -> Self {
        Self::new(Some(LOCAL.with(|local| local.within.get())))
    }

    fn new(works: Option<Within>) -> Self {
        let base = if works.is_some() { LOCAL.with(|local| local.tasks.borrow().len()) } else { 0 };
        Self { works, base, panics: Panics::default() }
    }

    /// Sees to it that `task` is done before the death that works is over.
    pub(super) fn add(&mut self, task: Task) {
        if self.works.is_some() {
            self.perform(task);
            self.drain();
        } else {
            LOCAL.with(|local| local.tasks.borrow_mut().push(task));
        }
    }

    fn drain(&mut self) {
        let mut mark = self.base;
        loop {
            let next = LOCAL.with(|local| {
                let mut tasks = local.tasks.borrow_mut();
                // What one task leaves is done in its order, before what was there already.
                tasks[mark..].reverse();
                let next = (tasks.len() > self.base).then(|| tasks.pop()).flatten();
                mark = tasks.len();
                next
            });
            let Some(task) = next else { break };
            self.perform(task);
        }
    }

    fn perform(&mut self, task: Task) {
        let Some(outer) = self.works else { unreachable!("only a death that works performs tasks") };
        let within = match task {
            Task::Callbacks(_) => Within { callbacks: outer.callbacks + 1, drop: false },
            Task::Entry(_) | Task::Value(_) => Within { drop: true, ..outer },
        };
        LOCAL.with(|local| local.within.set(within));
        match task {
            Task::Callbacks(callbacks) => callbacks.run(&mut self.panics),
            Task::Entry(entry) => self.panics.catch(|| drop(entry)),
            Task::Value(value) => self.panics.catch(|| drop(value)),
        }
        LOCAL.with(|local| local.within.set(outer));
    }

    /// Ends the death, and panics if any part of it did.
    pub(super) fn finish(mut self) {
        let panics = mem::take(&mut self.panics);
        drop(self);
        panics.resume();
    }
}

impl Drop for Death {
    fn drop(&mut self) {
        if self.works.is_some() && self.base == 0 {
            let left = LOCAL.with(|local| local.tasks.take());
            debug_assert!(left.is_empty());
        }
    }
}
