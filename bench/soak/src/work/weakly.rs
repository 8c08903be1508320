//! Weak containers and callbacks of those who die.

use std::sync::{Arc, LazyLock};

use weakcache::{ArcWeakValueMap, Strong, Weak, WeakKeyMap, WeakSet, WeakValueMap, finalize};

use super::Bag;
use crate::census::{Count, Kind, Value, add, living};
use crate::chaos::may_panic;
use crate::random::{below, key, once_in};
use crate::watch::step;
use crate::witness::Witness;

const KEYS: u64 = 2048;

/// Only ever filled by `get_or_insert_with`: so what lives in it lives once.
static CANONICAL: LazyLock<WeakValueMap<u64, Value>> = LazyLock::new(WeakValueMap::new);
static ARCS: LazyLock<ArcWeakValueMap<u64, Value>> = LazyLock::new(ArcWeakValueMap::new);
/// Inserted into and removed from as well.
static VALUES: LazyLock<WeakValueMap<u64, Value>> = LazyLock::new(WeakValueMap::new);
static NOTES: LazyLock<WeakKeyMap<Value, Arc<Value>>> = LazyLock::new(WeakKeyMap::new);
static MEMBERS: LazyLock<WeakSet<Value>> = LazyLock::new(WeakSet::new);

static SEEN: Witness<Strong<Value>> = Witness::new(Strong::ptr_eq);
static ARCS_SEEN: Witness<Arc<Value>> = Witness::new(Arc::ptr_eq);

fn made(kind: Kind, key: u64) -> Value {
    may_panic(500);
    Value::new(kind, key)
}

pub(crate) struct Hands {
    values: Bag<Strong<Value>>,
    arcs: Bag<Arc<Value>>,
    keys: Bag<Strong<Value>>,
    members: Bag<Strong<Value>>,
    told: Bag<Weak<Value>>,
}

impl Hands {
    pub(crate) const fn new() -> Self {
        Self {
            values: Bag::new(128),
            arcs: Bag::new(64),
            keys: Bag::new(128),
            members: Bag::new(64),
            told: Bag::new(16),
        }
    }

    pub(crate) fn empty(&mut self) {
        self.values.empty();
        self.arcs.empty();
        self.keys.empty();
        self.members.empty();
        self.told.empty();
    }

    /// Has somebody told of its death.
    fn tell(&mut self, key: u64, value: &Strong<Value>) {
        // What the closure holds is dropped after its run, or with it unrun.
        let token = Value::new(Kind::Member, key);
        let callback = move || {
            token.check(Kind::Member, key);
            add(Count::Finalized);
            may_panic(100);
        };
        if once_in(2) {
            self.told.keep(Strong::downgrade_with(value, callback));
        } else {
            let finalizer = finalize(value, callback);
            match below(10) {
                0 => _ = finalizer.run(),
                1 => _ = finalizer.detach(),
                _ => {}
            }
        }
    }

    pub(crate) fn work(&mut self) {
        let (arm, key) = (below(20), key(KEYS));
        step(arm, key);
        match arm {
            0..=3 => {
                let value = CANONICAL.get_or_insert_with(key, || made(Kind::Mapped, key));
                value.check(Kind::Mapped, key);
                SEEN.meet(key, &value);
                if once_in(8) {
                    self.tell(key, &value);
                }
                self.values.keep(value);
            }
            4 | 5 => {
                let value = ARCS.get_or_insert_with(key, || made(Kind::Mapped, key));
                value.check(Kind::Mapped, key);
                ARCS_SEEN.meet(key, &value);
                self.arcs.keep(value);
            }
            6 => {
                let value = Strong::new(made(Kind::Mapped, key));
                if let Some(replaced) = VALUES.insert(key, &value) {
                    replaced.check(Kind::Mapped, key);
                }
                self.values.keep(value);
            }
            7 => {
                if let Some(value) = VALUES.get(&key) {
                    value.check(Kind::Mapped, key);
                }
                if let Some(value) = CANONICAL.get(&key) {
                    value.check(Kind::Mapped, key);
                    SEEN.meet(key, &value);
                }
            }
            8 => {
                if let Some(value) = VALUES.remove(&key) {
                    value.check(Kind::Mapped, key);
                }
            }
            9..=11 => {
                let held = Strong::new(made(Kind::Key, key));
                let note = NOTES.get_or_insert_with(&held, || Arc::new(made(Kind::Mapped, key)));
                note.check(Kind::Mapped, key);
                self.keys.keep(held);
            }
            12 => {
                if let Some(held) = self.keys.any() {
                    let key = held.key();
                    if let Some(note) = NOTES.get(&**held) {
                        note.check(Kind::Mapped, key);
                    }
                    if once_in(2) {
                        NOTES.insert(held, Arc::new(made(Kind::Mapped, key)));
                    } else {
                        NOTES.remove(&**held);
                    }
                }
            }
            13 | 14 => {
                let member = Strong::new(made(Kind::Member, key));
                MEMBERS.insert(&member);
                let found = MEMBERS.get(&*member);
                if let Some(found) = found {
                    found.check(Kind::Member, key);
                }
                self.members.keep(member);
            }
            15 if once_in(50) => {
                for (key, value) in VALUES.iter().take(50) {
                    value.check(Kind::Mapped, key);
                }
                for (held, note) in NOTES.iter().take(50) {
                    note.check(Kind::Mapped, held.key());
                }
            }
            16 if once_in(100) => match below(4) {
                0 => VALUES.retain(|key, _| !key.is_multiple_of(3)),
                1 => NOTES.retain(|held, _| !held.key().is_multiple_of(3)),
                2 => MEMBERS.clear(),
                _ => CANONICAL.shrink_to_fit(),
            },
            _ => {
                for _ in 0..below(6) {
                    self.values.lose();
                    self.arcs.lose();
                    self.keys.lose();
                    self.members.lose();
                }
            }
        }
    }
}

/// Drops what threads have left for each other.
pub(crate) fn let_go() {
    SEEN.clear();
    ARCS_SEEN.clear();
}

/// Containers whose referents are dead are empty, and nothing of them lives.
pub(crate) fn check_at_rest() {
    assert_eq!(
        [CANONICAL.len(), VALUES.len(), NOTES.len(), MEMBERS.len()],
        [0; 4],
        "in a weak container, but held by nobody"
    );
    ARCS.sweep();
    assert_eq!(ARCS.len(), 0, "in a weak container, but held by nobody");
    assert_eq!(
        [living(Kind::Mapped), living(Kind::Key), living(Kind::Member)],
        [0; 3],
        "held by nobody, and not dropped"
    );
}
