//! Weak containers beside plain maps, and what is told of deaths.

use arbitrary::{Result, Unstructured};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use weakcache::{
    ArcWeakValueMap, ByAddress, Finalizer, Strong, Weak, WeakKeyMap, WeakSet, WeakValueMap, finalize,
};
use weakcache_fuzz::fault::{Fault, is_planted};

pub fn run(bytes: &[u8]) {
    let Ok(steps) = steps(&mut Unstructured::new(bytes)) else { return };
    weakcache_fuzz::show(&steps);
    check(&steps);
}

const SLOTS: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Step {
    Make(usize, u8),
    Copy(usize, usize),
    Drop(usize),
    Insert(usize, u8),
    Remove(usize, u8),
    GetOrInsert(usize, u8),
    Retain(u8),
    Clear,
    Shrink,
    Watch(usize, usize),
    Unwatch(usize),
    Finalize(usize, usize),
    Finalizer(usize, u8),
    Unwrap(usize),
}

fn steps(source: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while steps.len() < 80 && !source.is_empty() {
        let (a, b) = (source.int_in_range(0..=SLOTS - 1)?, source.int_in_range(0..=SLOTS - 1)?);
        let key = source.int_in_range(0..=4)?;
        steps.push(match source.int_in_range(0..=23)? {
            0..=3 => Step::Make(a, key),
            4 => Step::Copy(a, b),
            5..=7 => Step::Drop(a),
            8..=11 => Step::Insert(a, key),
            12 => Step::Remove(a, key),
            13..=14 => Step::GetOrInsert(a, key),
            15 => Step::Retain(source.arbitrary()?),
            16 if source.ratio(1, 3)? => Step::Clear,
            16 => Step::Shrink,
            17..=18 => Step::Watch(a, b),
            19 => Step::Unwatch(a),
            20..=21 => Step::Finalize(a, b),
            22 => Step::Finalizer(a, key),
            _ => Step::Unwrap(a),
        });
    }
    Ok(steps)
}

type Told = Arc<Mutex<Vec<u32>>>;

/// What a map is to have: of each key the number of a value, which is in some slot.
type Map = BTreeMap<u8, u32>;

/// A value: equal to others of its content, and one of its own.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Content(u8);

type Values = WeakValueMap<u8, (u32, Counted)>;

#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, SeqCst);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

struct Slot {
    number: u32,
    content: u8,
    value: Strong<(u32, Counted)>,
    key: Strong<Content>,
    arc: Arc<u32>,
}

impl Clone for Slot {
    fn clone(&self) -> Self {
        Self {
            number: self.number,
            content: self.content,
            value: self.value.clone(),
            key: self.key.clone(),
            arc: self.arc.clone(),
        }
    }
}

#[derive(Default)]
struct Model {
    values: Map,
    arcs: Map,
    /// By content: whose key it is, and what is stored.
    keys: BTreeMap<u8, (u32, u32)>,
    identities: BTreeMap<u32, u32>,
    set: BTreeMap<u8, u32>,
    /// What is to be told at the death of each, the last first.
    hooks: BTreeMap<u32, Vec<u32>>,
}

fn check(steps: &[Step]) {
    let count = Arc::new(AtomicUsize::new(0));
    let told: Told = Arc::default();
    let values = Values::new();
    let arcs: ArcWeakValueMap<u8, u32> = ArcWeakValueMap::new();
    let keys: WeakKeyMap<Content, u32> = WeakKeyMap::new();
    let identities: WeakKeyMap<Content, u32, ByAddress> = WeakKeyMap::by_identity();
    let set: WeakSet<Content> = WeakSet::new();
    let mut slots: [Option<Slot>; SLOTS] = [const { None }; SLOTS];
    let mut watches: [Option<(Weak<(u32, Counted)>, u32, u32)>; SLOTS] = [const { None }; SLOTS];
    let mut finalizers: [Option<(Finalizer, u32, u32)>; SLOTS] = [const { None }; SLOTS];
    let mut model = Model::default();
    let mut expected: Vec<u32> = Vec::new();
    let mut numbers = 0;
    let mut new = || {
        numbers += 1;
        numbers
    };
    let make = |number, content| Slot {
        number,
        content,
        value: Strong::new((number, Counted::new(&count))),
        key: Strong::new(Content(content)),
        arc: Arc::new(number),
    };
    let tell = |number: u32| {
        let told = told.clone();
        move || told.lock().expect("no panics").push(number)
    };
    for step in steps {
        match *step {
            Step::Make(at, content) => slots[at] = Some(make(new(), content)),
            Step::Copy(from, to) => slots[to] = slots[from].clone(),
            Step::Drop(at) if is_planted(Fault::WeakLeak) => std::mem::forget(slots[at].take()),
            Step::Drop(at) => slots[at] = None,
            Step::Insert(at, key) => {
                if let Some(slot) = &slots[at] {
                    let replaced = values.insert(key, &slot.value).map(|value| value.0);
                    assert_eq!(replaced, model.values.insert(key, slot.number));
                    let replaced = arcs.insert(key, &slot.arc).map(|value| *value);
                    assert_eq!(replaced, model.arcs.insert(key, slot.number));
                    let new = new();
                    let old = model.keys.get(&slot.content).copied();
                    assert_eq!(keys.insert(&slot.key, new), old.map(|(_, value)| value));
                    // The key that was there stays.
                    model.keys.insert(slot.content, (old.map_or(slot.number, |(key, _)| key), new));
                    assert_eq!(identities.insert(&slot.key, new), model.identities.insert(slot.number, new));
                    assert_eq!(set.insert(&slot.key), !model.set.contains_key(&slot.content));
                    model.set.entry(slot.content).or_insert(slot.number);
                }
            }
            Step::Remove(at, key) => {
                let removed = if is_planted(Fault::WeakRemove) { None } else { values.remove(&key) };
                assert_eq!(removed.map(|value| value.0), model.values.remove(&key));
                assert_eq!(arcs.remove(&key).map(|value| *value), model.arcs.remove(&key));
                assert_eq!(keys.remove(&Content(key)), model.keys.remove(&key).map(|(_, value)| value));
                assert_eq!(set.remove(&Content(key)), model.set.remove(&key).is_some());
                if let Some(slot) = &slots[at] {
                    assert_eq!(identities.remove(&slot.key), model.identities.remove(&slot.number));
                }
            }
            Step::GetOrInsert(at, key) => {
                let number = new();
                let found = values.get_or_insert_with(key, || (number, Counted::new(&count)));
                assert_eq!(found.0, model.values.get(&key).copied().unwrap_or(number));
                // It dies at once, if it is new.
                drop(found);
                if let Some(slot) = &slots[at] {
                    let stored = model.keys.entry(slot.content).or_insert((slot.number, number)).1;
                    assert_eq!(keys.get_or_insert_with(&slot.key, || number), stored);
                    assert_eq!(keys.with(&Content(slot.content), |value| *value), Some(stored));
                    let stored = *model.identities.entry(slot.number).or_insert(number);
                    assert_eq!(identities.get_or_insert_with(&slot.key, || number), stored);
                }
            }
            Step::Retain(mask) => {
                let keeps = |key: u8| mask >> key & 1 == 0;
                values.retain(|key, _| keeps(*key));
                model.values.retain(|key, _| keeps(*key));
                arcs.retain(|key, _| keeps(*key));
                model.arcs.retain(|key, _| keeps(*key));
                keys.retain(|key, _| keeps(key.0));
                model.keys.retain(|key, _| keeps(*key));
                set.retain(|key| keeps(key.0));
                model.set.retain(|key, _| keeps(*key));
            }
            Step::Clear => {
                values.clear();
                arcs.clear();
                keys.clear();
                identities.clear();
                set.clear();
                let hooks = std::mem::take(&mut model.hooks);
                model = Model { hooks, ..Model::default() };
            }
            Step::Shrink => {
                values.shrink_to_fit();
                arcs.shrink_to_fit();
                keys.shrink_to_fit();
                identities.shrink_to_fit();
                set.shrink_to_fit();
                assert_eq!(
                    values.sweep() + keys.sweep() + identities.sweep() + set.sweep() + arcs.sweep(),
                    0
                );
            }
            Step::Watch(from, to) => {
                if let Some(slot) = &slots[from] {
                    let number = new();
                    let weak = Strong::downgrade_with(&slot.value, tell(number));
                    model.hooks.entry(slot.number).or_default().push(number);
                    // What was there is dropped unrun, if it has not run.
                    if let Some((_, of, number)) = watches[to].replace((weak, slot.number, number)) {
                        model.hooks.entry(of).or_default().retain(|other| *other != number);
                    }
                }
            }
            Step::Unwatch(at) => {
                if let Some((weak, of, number)) = watches[at].take() {
                    if is_planted(Fault::WeakHook) {
                        std::mem::forget(weak);
                    }
                    model.hooks.entry(of).or_default().retain(|other| *other != number);
                }
            }
            Step::Finalize(from, to) => {
                if let Some(slot) = &slots[from] {
                    let number = new();
                    finalizers[to] = Some((finalize(&slot.value, tell(number)), slot.number, number));
                    model.hooks.entry(slot.number).or_default().push(number);
                }
            }
            Step::Finalizer(at, way) => {
                if let Some((finalizer, of, number)) = &finalizers[at] {
                    let hooks = model.hooks.entry(*of).or_default();
                    let is_alive = hooks.contains(number);
                    assert_eq!(finalizer.is_alive(), is_alive);
                    hooks.retain(|other| other != number);
                    if way == 0 {
                        assert_eq!(finalizer.run(), is_alive);
                        expected.extend(is_alive.then_some(*number));
                    } else {
                        assert_eq!(finalizer.detach(), is_alive);
                    }
                }
            }
            Step::Unwrap(at) => {
                if let Some(slot) = slots[at].take() {
                    let is_last = Strong::strong_count(&slot.value) == 1;
                    assert_eq!(Strong::try_unwrap(slot.value).is_ok(), is_last);
                }
            }
        }
        let live: BTreeMap<u32, usize> = slots.iter().flatten().fold(BTreeMap::new(), |mut live, slot| {
            *live.entry(slot.number).or_default() += 1;
            live
        });
        for slot in slots.iter().flatten() {
            assert_eq!(Strong::strong_count(&slot.value), live[&slot.number]);
        }
        // Who died is out of all, and was told of, the last hook first.
        model.values.retain(|_, number| live.contains_key(number));
        model.arcs.retain(|_, number| live.contains_key(number));
        model.keys.retain(|_, (number, _)| live.contains_key(number));
        model.identities.retain(|number, _| live.contains_key(number));
        model.set.retain(|_, number| live.contains_key(number));
        model.hooks.retain(|number, hooks| {
            let is_live = live.contains_key(number);
            if !is_live {
                expected.extend(hooks.iter().rev());
            }
            is_live
        });
        assert_eq!(
            std::mem::take(&mut *told.lock().expect("no panics")),
            std::mem::take(&mut expected),
            "after {step:?}"
        );
        for (watch, of, _) in watches.iter().flatten() {
            assert_eq!(watch.upgrade().is_some(), live.contains_key(of));
        }
        assert_eq!(count.load(SeqCst), live.len(), "after {step:?}");
        let lens = (values.len(), keys.len(), identities.len(), set.len());
        let expected = (model.values.len(), model.keys.len(), model.identities.len(), model.set.len());
        assert_eq!(lens, expected, "after {step:?}");
        let sorted = |mut entries: Vec<(u8, u32)>| {
            entries.sort_unstable();
            entries
        };
        let of = |map: &Map| map.iter().map(|(key, value)| (*key, *value)).collect::<Vec<_>>();
        assert_eq!(sorted(values.iter().map(|(key, value)| (key, value.0)).collect()), of(&model.values));
        assert_eq!(sorted(arcs.iter().map(|(key, value)| (key, *value)).collect()), of(&model.arcs));
        assert_eq!(
            sorted(keys.iter().map(|(key, value)| (key.0, value)).collect()),
            model.keys.iter().map(|(key, (_, value))| (*key, *value)).collect::<Vec<_>>()
        );
        for key in 0..5 {
            assert_eq!(values.get(&key).map(|value| value.0), model.values.get(&key).copied());
            assert_eq!(arcs.get(&key).map(|value| *value), model.arcs.get(&key).copied());
            assert_eq!(keys.get(&Content(key)), model.keys.get(&key).map(|(_, value)| *value));
            assert_eq!(set.contains(&Content(key)), model.set.contains_key(&key));
        }
    }
}
