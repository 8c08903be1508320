//! What is to be called when one value dies.
//!
//! A list is allocated for a value when it gets its first callback. It is kept in order of registration
//! and worked off from the back.
#![forbid(unsafe_code)]

use crate::sync::{Arc, Lock};
use crate::unwind::Panics;
use std::collections::BTreeMap;
use std::fmt;

type Call = Box<dyn FnOnce() + Send>;

/// The callbacks of one value.
#[derive(Default)]
pub(super) struct Callbacks(Lock<State>);

#[derive(Default)]
struct State {
    next: u64,
    calls: Slots<Call>,
    /// Whether the value is dying: what is registered runs then, whoever lets go of what.
    claimed: bool,
}

impl Callbacks {
    pub(super) fn push(&self, call: Call) -> u64 {
        let mut state = self.0.lock();
        state.next += 1;
        let id = state.next;
        state.calls.push(id, call);
        id
    }

    pub(super) fn contains(&self, id: u64) -> bool {
        self.0.lock().calls.contains(id)
    }

    pub(super) fn take(&self, id: u64) -> Option<Call> {
        self.0.lock().calls.remove(id)
    }

    /// From now on a callback does not go with its weak handle.
    pub(super) fn claim(&self) {
        self.0.lock().claimed = true;
    }

    /// Runs what is registered, last registered first: one at a time, so that those still to come can be
    /// detached or run by those that run.
    pub(super) fn run(&self, panics: &mut Panics) {
        loop {
            let last = self.0.lock().calls.pop();
            let Some(call) = last else { break };
            panics.catch(call);
        }
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").finish_non_exhaustive()
    }
}

/// The callback of a weak handle and its clones: it goes with the last of them, unless the value dies first.
pub(super) struct Callback {
    callbacks: Arc<Callbacks>,
    id: u64,
}

impl Callback {
    pub(super) fn new(callbacks: Arc<Callbacks>, call: Call) -> Self {
        let id = callbacks.push(call);
        Self { callbacks, id }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        let mut state = self.callbacks.0.lock();
        let call = if state.claimed { None } else { state.calls.remove(self.id) };
        drop(state);
        // The closure is the user's: dropped after the unlock.
        drop(call);
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

    fn pop(&mut self) -> Option<T> {
        match self {
            Self::One(slot) => slot.take().map(|(_, item)| item),
            Self::Many(map) => map.pop_last().map(|(_, item)| item),
        }
    }
}
