//! Namespaces that two functions have.
//!
//! A namespace has in it what is the same in each process: names, and code. Two instances of a generic function can have one, where
//! they are of types of one path, as two blocks of one function may have them; and so can two methods. As far as both are used
//! in one process that is noticed here, and neither has a store from then on: had one of them, which of the two would depend on
//! who is called first, and in the next run it would find results of the other. What there is of both is forgotten.
#![forbid(unsafe_code)]

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// The function that has a namespace, or the instance of one.
pub(super) struct Owner {
    /// Where its static is.
    function: usize,
    instance: TypeId,
    is_named: bool,
}

/// Whether a namespace is of two.
pub(super) struct Shared {
    is: Arc<AtomicBool>,
    is_seen: AtomicBool,
}

/// Who has which namespace.
static OWNERS: Mutex<Option<HashMap<u128, Owners>>> = Mutex::new(None);

#[derive(Default)]
struct Owners {
    all: Vec<Owner>,
    are_two: Arc<AtomicBool>,
}

impl Owner {
    /// That of which this is the marker.
    pub(super) fn new<M: 'static>(function: usize, is_named: bool) -> Self {
        Self { function, instance: TypeId::of::<M>(), is_named }
    }

    /// Whether both may have one namespace: functions to which the user gave one name are one.
    fn may_share(&self, other: &Self) -> bool {
        match self.function == other.function {
            true => self.instance == other.instance,
            false => self.is_named && other.is_named,
        }
    }
}

impl Shared {
    /// One more who has it.
    pub(super) fn meet(namespace: u128, owner: Owner) -> Self {
        let mut owners = OWNERS.lock().unwrap_or_else(PoisonError::into_inner);
        let Owners { all, are_two } = owners.get_or_insert_default().entry(namespace).or_default();
        if !all.iter().all(|other| owner.may_share(other)) {
            are_two.store(true, Relaxed);
        }
        all.push(owner);
        Self { is: are_two.clone(), is_seen: AtomicBool::new(false) }
    }

    pub(super) fn get(&self) -> bool {
        self.is.load(Relaxed)
    }

    /// For the first who sees it.
    pub(super) fn once(&self, f: impl FnOnce()) {
        if !self.is_seen.swap(true, Relaxed) {
            f();
        }
    }
}
