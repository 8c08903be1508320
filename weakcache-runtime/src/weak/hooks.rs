//! What is to happen when one value dies.
//!
//! Two kinds of hooks, since they run at different times: the entries of containers, which are taken
//! out first and without user code, and the calls, which are user code. Both are kept in order of
//! registration and leave from the back. A list is allocated for a value when it gets its first hook.
#![forbid(unsafe_code)]

use crate::sync::{Arc, Lock, Weak};
use crate::unwind::Panics;
use crate::weak::cascade::Cascade;
use std::collections::BTreeMap;
use std::fmt;

type Call = Box<dyn FnOnce() + Send>;

/// The hooks of one value. Its address names the value for as long as someone holds it.
#[derive(Default)]
pub struct Hooks(Lock<State>);

#[derive(Default)]
struct State {
    next: u64,
    entries: Slots<Place>,
    calls: Slots<Call>,
}

/// Where a container holds an entry of the value.
struct Place {
    table: Weak<dyn Unlink>,
    hash: u64,
}

/// A container, as its referents see it.
pub(super) trait Unlink: Send + Sync {
    /// Takes out the entry that was filed with the hook `id` of `hooks`, if it is still there. Runs no
    /// user code: what has to be dropped becomes a task.
    fn unlink(self: Arc<Self>, hash: u64, hooks: &Arc<Hooks>, id: u64, death: &mut Cascade);
}

impl Hooks {
    pub(super) fn call(&self, call: Call) -> u64 {
        let mut state = self.0.lock();
        let id = state.next_id();
        state.calls.push(id, call);
        id
    }

    pub(super) fn has_call(&self, id: u64) -> bool {
        self.0.lock().calls.contains(id)
    }

    pub(super) fn take_call(&self, id: u64) -> Option<Call> {
        self.0.lock().calls.remove(id)
    }

    /// Takes the entries of a dying value out of their containers.
    pub(super) fn unlink(self: &Arc<Self>, death: &mut Cascade) {
        loop {
            let last = self.0.lock().entries.pop();
            let Some((id, place)) = last else { break };
            if let Some(table) = place.table.upgrade() {
                table.unlink(place.hash, self, id, death);
            }
        }
    }

    /// Runs the calls, last registered first. They are taken one at a time, so that those still to come
    /// can be detached or run by those that run.
    pub(super) fn run(&self, panics: &mut Panics) {
        loop {
            let last = self.0.lock().calls.pop();
            let Some((_, call)) = last else { break };
            panics.catch(call);
        }
    }
}

impl State {
    fn next_id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}

/// The hook of an entry in a container, for as long as the entry is there.
pub struct Watch {
    hooks: Arc<Hooks>,
    id: u64,
}

impl Watch {
    pub(super) fn new(hooks: Arc<Hooks>, table: Weak<dyn Unlink>, hash: u64) -> Self {
        let mut state = hooks.0.lock();
        let id = state.next_id();
        state.entries.push(id, Place { table, hash });
        drop(state);
        Self { hooks, id }
    }

    pub(super) fn is(&self, hooks: &Arc<Hooks>, id: u64) -> bool {
        self.id == id && Arc::ptr_eq(&self.hooks, hooks)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The place is dropped after the unlock.
        let _place = self.hooks.0.lock().entries.remove(self.id);
    }
}

/// The hook of a weak handle and its clones: dropped with the last of them.
pub(super) struct Callback {
    hooks: Arc<Hooks>,
    id: u64,
}

impl Callback {
    pub(super) fn new(hooks: Arc<Hooks>, call: Call) -> Self {
        let id = hooks.call(call);
        Self { hooks, id }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        // The closure is the user's: dropped after the unlock.
        let _call = self.hooks.take_call(self.id);
    }
}

/// A list with ascending ids. Most have one item, and are then not worth an allocation.
enum Slots<T> {
    One(Option<(u64, T)>),
    Many(BTreeMap<u64, T>),
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self::One(None)
    }
}

impl<T> Slots<T> {
    fn push(&mut self, id: u64, item: T) {
        match self {
            Self::One(slot @ None) => *slot = Some((id, item)),
            Self::One(slot) => *self = Self::Many(slot.take().into_iter().chain([(id, item)]).collect()),
            Self::Many(map) => drop(map.insert(id, item)),
        }
    }

    fn contains(&self, id: u64) -> bool {
        match self {
            Self::One(slot) => slot.as_ref().is_some_and(|(one, _)| *one == id),
            Self::Many(map) => map.contains_key(&id),
        }
    }

    fn remove(&mut self, id: u64) -> Option<T> {
        match self {
            Self::One(slot) => slot.take_if(|(one, _)| *one == id).map(|(_, item)| item),
            Self::Many(map) => map.remove(&id),
        }
    }

    fn pop(&mut self) -> Option<(u64, T)> {
        match self {
            Self::One(slot) => slot.take(),
            Self::Many(map) => map.pop_last(),
        }
    }
}
