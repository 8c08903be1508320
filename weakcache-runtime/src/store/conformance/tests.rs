//! Stores that break the contract in one way each, which is found.

use super::{check, check_two};
use crate::store::{
    Answer, Claim, Entry, Found, Heard, Key, Listener, Memory, Namespace, Store, StoreError, TagId,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    OneNamespace,
    NamespacesByName,
    ShortKeys,
    ShortValues,
    FirstStays,
    NoTtl,
    OldTtl,
    NothingLeft,
    RemovesNothing,
    ClearsNothing,
    ClearsOthers,
    NoTags,
    TagsOfLater,
    ReleasesNothing,
    ReleasesAny,
    NeverHeld,
    TellsItself,
    TellsOfKeysAlone,
}

struct Broken {
    memory: Memory,
    fault: Fault,
}

impl Broken {
    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// What is asked in the place of a key.
    fn with<T>(&self, key: Key<'_>, work: impl FnOnce(Key<'_>) -> T) -> T {
        let namespace = match self.fault {
            Fault::OneNamespace => Namespace::new("one", 1),
            Fault::NamespacesByName => Namespace::new("named", key.namespace().name().len() as u128),
            _ => key.namespace().clone(),
        };
        let len = if self.is(Fault::ShortKeys) { key.bytes().len().min(1 << 16) } else { key.bytes().len() };
        work(Key::new(&namespace, &key.bytes()[..len]))
    }
}

impl Store for Broken {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        Ok(match self.with(key, |key| self.memory.get(key, tags))? {
            Answer::Found(Found { value, remaining: Some(_) }) if self.is(Fault::NothingLeft) => {
                Answer::Found(Found { value, remaining: None })
            }
            Answer::Held(_) if self.is(Fault::NeverHeld) => Answer::Missing(self.memory.claim(key, tags)?),
            answer => answer,
        })
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        let before = self.with(key, |key| self.memory.get(key, &[]))?;
        let claim = if self.is(Fault::TagsOfLater) { self.memory.claim(key, entry.tags)? } else { claim };
        let entry = match (self.fault, &before) {
            (Fault::ShortValues, _) => {
                Entry { value: &entry.value[..entry.value.len().min(1 << 20)], ..entry }
            }
            (Fault::NoTtl, _) => entry.ttl(None),
            (Fault::OldTtl, Answer::Found(found)) => entry.ttl(found.remaining.or(entry.ttl)),
            (Fault::NoTags, _) => entry.tags(&[]),
            (Fault::FirstStays, Answer::Found(_)) => return Ok(()),
            _ => entry,
        };
        self.with(key, |key| self.memory.put(key, entry, claim))
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        if self.is(Fault::RemovesNothing) { Ok(()) } else { self.with(key, |key| self.memory.remove(key)) }
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        match self.fault {
            Fault::ClearsNothing => Ok(()),
            Fault::ClearsOthers => {
                self.memory.forget();
                Ok(())
            }
            _ => self.with(Key::new(namespace, b""), |key| self.memory.clear(key.namespace())),
        }
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.memory.invalidate_tag(tag)
    }

    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        self.memory.claim(key, tags)
    }

    fn release(&self, key: Key<'_>, claim: Claim) {
        match self.fault {
            Fault::ReleasesNothing => {}
            Fault::ReleasesAny => self.with(key, |key| self.memory.end_lease(key)),
            _ => self.with(key, |key| self.memory.release(key, claim)),
        }
    }

    fn subscribe(&self, listener: Listener) {
        if self.is(Fault::TellsItself) {
            // As long as there is the store.
            let other = Box::leak(Box::new(self.memory.clone()));
            other.subscribe(listener.clone());
        }
        let of_keys_alone = self.is(Fault::TellsOfKeysAlone);
        self.memory.subscribe(Arc::new(move |heard| {
            if !of_keys_alone || matches!(heard, Heard::Removed { .. }) {
                listener(heard);
            }
        }));
    }
}

fn said(broken: &str, work: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err(broken);
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
}

#[test]
fn finds_what_breaks_the_contract() {
    let faults = [
        (Fault::OneNamespace, "of another namespace"),
        (Fault::NamespacesByName, "of another namespace"),
        (Fault::ShortKeys, "a key of 1 MiB"),
        (Fault::ShortValues, "64 MiB"),
        (Fault::FirstStays, "the last that was stored"),
        (Fault::NoTtl, "the time that is left"),
        (Fault::OldTtl, "the ttl that it was stored with last"),
        (Fault::NothingLeft, "the time that is left"),
        (Fault::RemovesNothing, "what was removed is gone"),
        (Fault::ClearsNothing, "what was cleared is gone"),
        (Fault::ClearsOthers, "other namespaces are not cleared"),
        (Fault::NoTags, "a tag is of all that has it"),
        (Fault::TagsOfLater, "before one of its tags was invalidated"),
        (Fault::ReleasesNothing, "lets the next have it"),
        (Fault::ReleasesAny, "ends nothing"),
    ];
    let find = |(fault, message): (Fault, &str)| {
        // Long enough for it not to end by itself.
        let lease = Duration::from_millis(if fault == Fault::ReleasesNothing { 60_000 } else { 100 });
        let said = said(&format!("{fault:?}"), || {
            check(|| Broken { memory: Memory::with_lease(lease), fault });
        });
        assert!(said.contains(message), "{fault:?}: {said}");
    };
    // They wait, for times to live to be over, more than they work.
    thread::scope(|scope| {
        for fault in &faults {
            scope.spawn(|| find(*fault));
        }
    });
    let report = check(|| Broken { memory: Memory::new(), fault: Fault::NeverHeld });
    assert!(!report.leases);
}

#[test]
fn finds_it_between_processes() {
    let two = |fault| {
        let one = Broken { memory: Memory::new(), fault };
        let other = Broken { memory: one.memory.clone(), fault };
        said(&format!("{fault:?}"), || {
            check_two(&one, &other);
        })
    };
    thread::scope(|scope| {
        scope.spawn(|| assert!(two(Fault::RemovesNothing).contains("gone in the other")));
        scope.spawn(|| assert!(two(Fault::TellsItself).contains("who invalidates is not told so")));
        scope.spawn(|| assert!(two(Fault::TellsOfKeysAlone).contains("cleared")));
    });
    let apart = said("apart", || {
        check_two(&Memory::new(), &Memory::new());
    });
    assert!(apart.contains("what one process stores"), "{apart}");
}
