//! Deaths inside deaths, without recursion.
//!
//! A value that dies may hold the last handle to another value, and that one to the next, ten million
//! times over. So a death that happens inside another one, on the same thread, leaves the part that
//! runs user code (the calls, the drop of the value and of the entries that it had in containers) to the
//! outermost death, which works them off in a loop, in the order in which recursion would have come to
//! them. It is all done before the outermost drop returns.
#![forbid(unsafe_code)]

use crate::sync::{Arc, thread_local_const};
use crate::unwind::Panics;
use crate::weak::hooks::Hooks;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::{self, ManuallyDrop};

/// A part of a death that runs user code.
pub(super) enum Task {
    Calls(Arc<Hooks>),
    /// What an entry in a container held.
    Entry(Arc<dyn Any>),
    Value(Box<dyn Any>),
}

struct Local {
    running: Cell<bool>,
    /// The next task is the last.
    tasks: RefCell<Vec<Task>>,
}

thread_local_const! {
    // With a destructor of its own it could not be reached from those of other thread-locals. It needs
    // none: the outermost death leaves an unallocated list.
    static LOCAL: ManuallyDrop<Local> =
        ManuallyDrop::new(Local { running: Cell::new(false), tasks: RefCell::new(Vec::new()) });
}

/// A death: the outermost one of this thread, or one inside it.
pub(super) struct Cascade {
    outermost: bool,
    panics: Panics,
}

impl Cascade {
    pub(super) fn begin() -> Self {
        Self { outermost: LOCAL.with(|local| !local.running.replace(true)), panics: Panics::default() }
    }

    /// Sees to it that `task` is done before the outermost death ends.
    pub(super) fn enqueue(&mut self, task: Task) {
        if self.outermost {
            self.perform(task);
        } else {
            LOCAL.with(|local| local.tasks.borrow_mut().push(task));
        }
    }

    /// Does `task` at once; in the outermost death, also whatever it leaves to be done.
    pub(super) fn perform(&mut self, task: Task) {
        self.step(task);
        if self.outermost {
            LOCAL.with(|local| self.drain(local));
        }
    }

    fn drain(&mut self, local: &Local) {
        let mut mark = 0;
        loop {
            let mut tasks = local.tasks.borrow_mut();
            // What one task leaves is done in its order, before what was there already.
            tasks[mark..].reverse();
            let Some(task) = tasks.pop() else { break };
            mark = tasks.len();
            drop(tasks);
            self.step(task);
        }
    }

    fn step(&mut self, task: Task) {
        match task {
            Task::Calls(hooks) => hooks.run(&mut self.panics),
            Task::Entry(entry) => self.panics.catch(|| drop(entry)),
            Task::Value(value) => self.panics.catch(|| drop(value)),
        }
    }

    /// Ends the death, and panics if any part of it did.
    pub(super) fn finish(mut self) {
        let panics = mem::take(&mut self.panics);
        drop(self);
        panics.resume();
    }
}

impl Drop for Cascade {
    fn drop(&mut self) {
        if self.outermost {
            LOCAL.with(|local| {
                let tasks = local.tasks.take();
                debug_assert!(tasks.is_empty());
                local.running.set(false);
            });
        }
    }
}
