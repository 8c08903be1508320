//! What weak containers promise, one promise at a time.

use crate::support::Constant;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::{Hash, Hasher, RandomState};
use std::panic::{self, AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;
use weakcache::weak::Pointer;
use weakcache::{
    ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, ByAddress, Strong, WeakKeyMap, WeakSet, WeakValueMap,
    finalize,
};

#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    BTreeSet::from_iter(items).into_iter().collect()
}

fn panics(f: impl FnOnce()) -> bool {
    panic::catch_unwind(AssertUnwindSafe(f)).is_err()
}

#[test]
fn value_maps_forget_the_dead_at_once() {
    fn check<P: Pointer<Target = String> + From<String> + PartialEq + Debug>(
        map: &weakcache::weak::ValueMap<String, P>,
    ) {
        let [brie, tilsit] = ["Brie", "Tilsit"].map(|name| P::from(name.to_string()));
        assert_eq!(map.insert("a".into(), &brie), None);
        assert_eq!(map.insert("b".into(), &tilsit), None);
        assert_eq!(map.insert("a".into(), &tilsit), Some(brie.clone()));
        assert_eq!(map.insert("a".into(), &brie), Some(tilsit.clone()));
        assert_eq!((map.len(), map.is_empty()), (2, false));
        assert_eq!(format!("{map:?}").len(), r#"{"a": "Brie", "b": "Tilsit"}"#.len());
        assert_eq!((map.get("a"), map.get("c")), (Some(brie.clone()), None));
        assert!(map.contains_key("b") && !map.contains_key("c"));
        assert_eq!(map.remove("b"), Some(tilsit.clone()));
        assert_eq!(map.remove("b"), None);
        map.insert("b".into(), &tilsit);
        drop(brie);
        assert_eq!((map.len(), map.get("a"), map.contains_key("a"), map.remove("a")), (1, None, false, None));
        assert_eq!(map.keys().collect::<Vec<_>>(), ["b"]);
        assert!(map.values().eq([tilsit.clone()]));
        assert_eq!(map.iter().collect::<Vec<_>>(), [("b".into(), tilsit.clone())]);
        drop(tilsit);
        assert!(map.is_empty());
        let back = map.get_or_insert_with("b".into(), || "again".to_string());
        assert_eq!(*back, "again");
        assert_eq!(map.get_or_insert_with("b".into(), || "never".to_string()), back);
        map.clear();
        assert!(map.is_empty());
        drop(back);
    }
    check(&WeakValueMap::new());
    check(&ArcWeakValueMap::new());
}

#[test]
fn key_maps_forget_the_dead_at_once() {
    fn check<P: Pointer<Target = String> + From<String> + PartialEq + Debug>(
        map: &weakcache::weak::KeyMap<P, u32>,
    ) {
        let [one, two] = ["one", "two"].map(|name| P::from(name.to_string()));
        assert_eq!((map.insert(&one, 1), map.insert(&two, 2)), (None, None));
        assert_eq!(map.insert(&P::from("one".to_string()), 10), Some(1));
        assert_eq!((map.get("one"), map.get("three")), (Some(10), None));
        assert_eq!(map.with("two", |two| two + 1), Some(3));
        assert!(map.contains_key("one") && !map.contains_key("three"));
        assert_eq!(sorted(map.values()), [2, 10]);
        assert_eq!((map.remove("two"), map.remove("two")), (Some(2), None));
        assert_eq!(map.get_or_insert_with(&two, || 20), 20);
        assert_eq!(map.get_or_insert_with(&two, || unreachable!()), 20);
        drop(one);
        assert_eq!((map.len(), map.get("one"), map.remove("one")), (1, None, None));
        assert!(map.keys().eq([two.clone()]));
        assert_eq!(map.iter().collect::<Vec<_>>(), [(two.clone(), 20)]);
        assert_eq!(format!("{map:?}"), r#"{"two": 20}"#);
        drop(two);
        assert!(map.is_empty());
    }
    check(&WeakKeyMap::new());
    check(&ArcWeakKeyMap::new());
}

#[test]
fn sets_forget_the_dead_at_once() {
    fn check<P: Pointer<Target = String> + From<String> + Ord + Debug>(set: &weakcache::weak::Set<P>) {
        let [one, two] = ["one", "two"].map(|name| P::from(name.to_string()));
        assert!(set.insert(&one) && set.insert(&two) && !set.insert(&P::from("one".to_string())));
        assert!(set.contains("one") && !set.contains("three"));
        assert_eq!(set.get("two"), Some(two.clone()));
        assert_eq!(sorted(set), [one.clone(), two.clone()]);
        drop(one);
        assert_eq!((set.len(), set.contains("one"), set.remove("one")), (1, false, false));
        assert_eq!(format!("{set:?}"), r#"{"two"}"#);
        assert!(set.remove("two") && !set.remove("two"));
        assert!(set.is_empty());
    }
    check(&WeakSet::new());
    check(&ArcWeakSet::new());
}

#[test]
fn an_equal_key_stays() {
    #[derive(Clone, Debug, Eq)]
    struct Key(u32, &'static str);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    let names = |map: &WeakValueMap<Key, u32>| map.keys().map(|key| key.1).collect::<Vec<_>>();
    let map = WeakValueMap::new();
    let [one, two] = [1, 2].map(Strong::new);
    map.insert(Key(1, "first"), &one);
    map.insert(Key(1, "second"), &two);
    assert_eq!(names(&map), ["first"]);
    drop(two);
    map.insert(Key(1, "third"), &one);
    assert_eq!(names(&map), ["third"]);

    let map = WeakKeyMap::new();
    let [first, second] = ["first", "second"].map(|name| Strong::new(Key(1, name)));
    map.insert(&first, 1);
    assert_eq!(map.insert(&second, 2), Some(1));
    assert_eq!((map.keys().next().unwrap().1, map.get(&Key(1, ""))), ("first", Some(2)));
    drop(first);
    assert_eq!(map.get(&Key(1, "")), None);
}

#[test]
fn a_value_may_stand_under_many_keys_and_in_many_maps() {
    let value = Strong::new(1);
    let maps: Vec<_> = (0..100).map(|_| WeakValueMap::new()).collect();
    for map in &maps {
        (0..10).for_each(|key| drop(map.insert(key, &value)));
    }
    assert_eq!(Strong::weak_count(&value), 1000);
    maps[..50].iter().for_each(WeakValueMap::clear);
    assert_eq!(Strong::weak_count(&value), 500);
    maps[50].remove(&3);
    assert_eq!(Strong::weak_count(&value), 499);
    drop(value);
    assert!(maps.iter().all(WeakValueMap::is_empty));
}

#[test]
fn what_leaves_a_container_leaves_no_trace_on_its_referent() {
    let mut value = Strong::new(String::from("x"));
    let map = WeakValueMap::new();
    let set = WeakSet::new();
    for _ in 0..3 {
        map.insert(1, &value);
        set.insert(&value);
        assert!(Strong::get_mut(&mut value).is_none());
        map.remove(&1);
        set.retain(|_| false);
        assert!(Strong::get_mut(&mut value).is_some());
    }
    map.insert(1, &value);
    map.insert(1, &Strong::new(String::new()));
    assert_eq!(Strong::weak_count(&value), 0);
    map.insert(1, &value);
    drop(map);
    assert_eq!(Strong::weak_count(&value), 0);
}

#[test]
fn dead_keys_and_values_are_dropped_with_the_referent() {
    #[derive(Clone)]
    struct Key(#[expect(dead_code)] Counted);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Key {
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    impl Eq for Key {}

    let counted = Counted::default();
    let count = || counted.0.load(Relaxed);
    let map = WeakKeyMap::new();
    let key = Strong::new(1);
    map.insert(&key, counted.clone());
    drop(key);
    assert_eq!(count(), 1);

    let map = WeakValueMap::new();
    let value = Strong::new(1);
    map.insert(Key(counted.clone()), &value);
    assert_eq!(count(), 1);
    drop(value);
    assert_eq!(count(), 2);
}

#[test]
fn constant_hashes_only_cost_time() {
    let values: Vec<_> = (0..300).map(Strong::new).collect();
    let map = WeakValueMap::with_hasher(Constant::default());
    let set = WeakSet::with_hasher(Constant::default());
    for (key, value) in values.iter().enumerate() {
        map.insert(key, value);
        set.insert(value);
    }
    assert!((0..300).all(|key| map.get(&key).as_deref() == i32::try_from(key).ok().as_ref()));
    assert!((0..300).all(|value| set.contains(&value)) && !set.contains(&300));
    let mut kept: Vec<_> = values.into_iter().filter(|value| **value % 3 == 0).collect();
    assert_eq!((map.len(), set.len()), (100, 100));
    assert!(!map.contains_key(&1) && set.remove(&99) && set.insert(&kept[33]));
    kept.clear();
    assert!(map.is_empty() && set.is_empty());
}

#[test]
fn by_identity_only_addresses_count() {
    struct Unit;
    let [one, two] = [Strong::new(Unit), Strong::new(Unit)];
    let map: WeakKeyMap<Unit, _, ByAddress> = WeakKeyMap::by_identity();
    assert_eq!((map.insert(&one, 1), map.insert(&two, 2)), (None, None));
    assert_eq!((map.insert(&one, 3), map.get(&one.clone()), map.get(&two)), (Some(1), Some(3), Some(2)));
    drop(two);
    assert_eq!((map.len(), map.remove(&one)), (1, Some(3)));

    let set: WeakSet<dyn Fn() -> u32 + Send + Sync, ByAddress> = WeakSet::by_identity();
    let observers =
        [1u32, 2].map(|n| Strong::from(Box::new(move || n) as Box<dyn Fn() -> u32 + Send + Sync>));
    assert!(set.insert(&observers[0]) && set.insert(&observers[1]) && !set.insert(&observers[0]));
    assert_eq!(set.iter().map(|observer| observer()).sum::<u32>(), 3);
    assert!(set.contains(&observers[1]) && set.get(&observers[0]).is_some());
    drop(observers);
    assert!(set.is_empty());

    let set = ArcWeakSet::by_identity();
    let [one, two] = [Arc::new(()), Arc::new(())];
    assert!(set.insert(&one) && set.insert(&two) && set.len() == 2);
}

#[test]
fn extend_and_collect() {
    let values = [1, 2, 3].map(Strong::new);
    let mut map: WeakValueMap<i32, i32, RandomState> = values.iter().map(|v| (-**v, v)).collect();
    map.extend([(9, &values[0])]);
    assert_eq!(sorted(map.keys()), [-3, -2, -1, 9]);
    let mut ages: WeakKeyMap<i32, i32> = values.iter().zip([10, 20]).collect();
    ages.extend([(&values[2], 30)]);
    assert_eq!(sorted(&ages), [1, 2, 3].map(|n| (values[n - 1].clone(), 10 * *values[n - 1])));
    let mut set: WeakSet<i32> = values[..1].iter().collect();
    set.extend(&values);
    assert_eq!(sorted(&set), values);
}

#[test]
fn walks_hold_what_they_are_to_yield_and_let_the_container_change() {
    let values: Vec<_> = (0..10).map(Strong::new).collect();
    let map: WeakValueMap<i32, i32> = values.iter().map(|v| (**v, v)).collect();
    let mut walk = map.iter();
    drop(values);
    assert_eq!((walk.len(), map.len()), (10, 10));
    while let Some((key, value)) = walk.next() {
        assert_eq!(key, *value);
        map.insert(100 + key, &value);
        assert_eq!(map.remove(&key), Some(value));
        assert_eq!(map.len(), walk.len());
    }

    let values: Vec<_> = (0..10).map(Strong::new).collect();
    let map: WeakKeyMap<i32, i32> = values.iter().map(|v| (v, -**v)).collect();
    let keys = map.values();
    drop(values);
    drop(map);
    assert_eq!(sorted(keys).len(), 10);
}

#[test]
fn retain_sees_all_and_may_use_the_container() {
    let values: Vec<_> = (0..10).map(Strong::new).collect();
    let map: WeakValueMap<i32, i32> = values.iter().map(|v| (**v, v)).collect();
    map.retain(|key, value| {
        assert!(map.insert(*key, value).is_some());
        key % 2 == 0
    });
    assert_eq!(sorted(map.keys()), [0, 2, 4, 6, 8]);
    // What took the place of what was judged is another entry.
    map.retain(|key, _| {
        map.insert(*key, &values[9]);
        false
    });
    assert_eq!(map.len(), 5);

    let ages: WeakKeyMap<i32, i32> = values.iter().map(|v| (v, 10 * **v)).collect();
    ages.retain(|key, value| ages.get(&**key) == Some(*value) && *value < 30);
    assert_eq!(sorted(ages.values()), [0, 10, 20]);
    ages.retain(|key, value| {
        assert_eq!(ages.insert(key, 1 + value), Some(*value));
        false
    });
    assert_eq!(sorted(ages.values()), [1, 11, 21]);
}

thread_local! {
    static SHARED: RefCell<Option<Arc<WeakValueMap<Nosy, i32>>>> = const { RefCell::new(None) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// A key that uses its own map in everything that it does.
struct Nosy(u32);

impl Nosy {
    fn poke(&self) {
        let map = SHARED.with_borrow(Option::clone);
        if let Some(map) = map
            && DEPTH.get() == 0
            && self.0 < 1000
        {
            DEPTH.set(1);
            let _ = (map.len(), map.get(self), map.values().count());
            map.insert(Nosy(1000 + self.0), &Strong::new(1));
            map.remove(&Nosy(1000 + self.0));
            DEPTH.set(0);
        }
    }
}

impl Hash for Nosy {
    fn hash<H: Hasher>(&self, _: &mut H) {
        self.poke();
    }
}

impl PartialEq for Nosy {
    fn eq(&self, other: &Self) -> bool {
        self.poke();
        self.0 == other.0
    }
}

impl Eq for Nosy {}

impl Clone for Nosy {
    fn clone(&self) -> Self {
        self.poke();
        Self(self.0)
    }
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.poke();
    }
}

#[test]
fn no_user_code_runs_under_a_lock() {
    let map = Arc::new(WeakValueMap::new());
    SHARED.set(Some(map.clone()));
    let values: Vec<_> = (0..5).map(Strong::new).collect();
    for (key, value) in (0..).zip(&values) {
        assert_eq!(map.insert(Nosy(key), value), None);
        assert_eq!(map.insert(Nosy(key), value).as_ref(), Some(value));
    }
    assert_eq!(map.get(&Nosy(3)), Some(values[3].clone()));
    assert_eq!(map.remove(&Nosy(3)), Some(values[3].clone()));
    let three = map.get_or_insert_with(Nosy(3), || {
        map.insert(Nosy(3), &values[3]);
        33
    });
    assert_eq!(*three, 3);
    map.retain(|key, _| key.0 != 2 && map.contains_key(key));
    assert_eq!(map.iter().map(|(key, _)| key.0).collect::<BTreeSet<_>>(), BTreeSet::from([0, 1, 3, 4]));
    drop((values, three));
    assert!(map.is_empty());
    map.clear();
    SHARED.set(None);
}

#[test]
fn a_panic_leaves_a_container_as_it_was() {
    #[derive(Debug)]
    struct Touchy(u32);
    thread_local!(static ARMED: Cell<bool> = const { Cell::new(false) });
    impl Hash for Touchy {
        fn hash<H: Hasher>(&self, _: &mut H) {
            assert!(self.0 != 99, "hash");
        }
    }
    impl PartialEq for Touchy {
        fn eq(&self, other: &Self) -> bool {
            assert!(!ARMED.get(), "eq");
            self.0 == other.0
        }
    }
    impl Eq for Touchy {}

    let [one, two] = [Strong::new(1), Strong::new(2)];
    let map = WeakValueMap::new();
    map.insert(Touchy(1), &one);
    ARMED.set(true);
    assert!(panics(|| drop(map.insert(Touchy(2), &two))));
    assert!(panics(|| drop(map.get(&Touchy(2)))));
    assert!(panics(|| drop(map.remove(&Touchy(1)))));
    ARMED.set(false);
    assert!(panics(|| drop(map.insert(Touchy(99), &two))));
    assert!(panics(|| drop(map.get_or_insert_with(Touchy(2), || -> i32 { panic!("make") }))));
    assert!(panics(|| map.retain(|_, _| panic!("retain"))));
    assert_eq!((map.len(), map.get(&Touchy(1)), Strong::weak_count(&two)), (1, Some(one.clone()), 0));
    assert_eq!(map.insert(Touchy(2), &two), None);

    let map = WeakKeyMap::new();
    map.insert(&one, 1);
    assert!(panics(|| _ = map.with(&1, |_| panic!("with"))));
    assert!(panics(|| _ = map.get_or_insert_with(&two, || panic!("make"))));
    assert_eq!((map.len(), map.remove(&1)), (1, Some(1)));
}

#[test]
fn entries_are_gone_before_hooks_run() {
    let (map, ages, set) =
        (Arc::new(WeakValueMap::new()), Arc::new(WeakKeyMap::new()), Arc::new(WeakSet::new()));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let value = Strong::new(5);
    let (m, a, s, out) = (map.clone(), ages.clone(), set.clone(), seen.clone());
    finalize(&value, move || {
        let next = Strong::new(5);
        assert_eq!((m.len(), a.len(), s.len()), (0, 0, 0));
        assert!(m.insert("five", &next).is_none() && a.insert(&next, 'n').is_none() && s.insert(&next));
        out.lock().unwrap().push(next);
    });
    map.insert("five", &value);
    ages.insert(&value, 'f');
    set.insert(&value);
    drop(value);
    let next = seen.lock().unwrap().pop().unwrap();
    assert!(Strong::ptr_eq(&map.get("five").unwrap(), &next));
    assert_eq!((ages.get(&5), set.contains(&5)), (Some('n'), true));
}

fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(256 << 10).spawn(f).unwrap().join().unwrap();
}

#[test]
fn values_that_hold_keys_of_other_maps_die_one_after_the_other() {
    const LEN: usize = 200_000;
    on_a_small_stack(|| {
        let maps: [WeakKeyMap<usize, (Strong<usize>, Counted)>; 3] = Default::default();
        let counted = Counted::default();
        let first = Strong::new(0);
        let mut last = first.clone();
        for index in 1..LEN {
            let next = Strong::new(index);
            maps[index % 3].insert(&last, (next.clone(), counted.clone()));
            last = next;
        }
        drop(last);
        assert_eq!(maps.iter().map(WeakKeyMap::len).sum::<usize>(), LEN - 1);
        drop(first);
        assert!(maps.iter().all(WeakKeyMap::is_empty));
        assert_eq!(counted.0.load(Relaxed), LEN - 1);
    });
}

#[test]
fn keys_that_hold_values_of_other_maps_die_one_after_the_other() {
    const LEN: usize = 100_000;
    on_a_small_stack(|| {
        let maps: [WeakValueMap<Strong<usize>, usize>; 2] = Default::default();
        let first = Strong::new(0);
        let mut last = first.clone();
        for index in 1..LEN {
            let next = Strong::new(index);
            maps[index % 2].insert(next.clone(), &last);
            last = next;
        }
        drop((last, first));
        assert!(maps.iter().all(WeakValueMap::is_empty));
    });
}

#[test]
fn a_container_may_die_with_its_last_referent() {
    struct Owner(Mutex<Option<WeakKeyMap<u32, Strong<Owner>, RandomState>>>, #[expect(dead_code)] Counted);
    on_a_small_stack(|| {
        let counted = Counted::default();
        let key = Strong::new(1);
        let mut owner = Strong::new(Owner(Mutex::default(), counted.clone()));
        for _ in 0..50_000 {
            let map = WeakKeyMap::default();
            map.insert(&key, owner);
            owner = Strong::new(Owner(Mutex::new(Some(map)), counted.clone()));
        }
        assert!(owner.0.lock().unwrap().is_some());
        drop(owner);
        assert_eq!(counted.0.load(Relaxed), 50_001);
        assert_eq!(Strong::weak_count(&key), 0);
    });
}

#[test]
fn arc_containers_sweep_as_they_grow() {
    let counted = Counted::default();
    let map = ArcWeakKeyMap::new();
    let kept: Vec<_> = (0..100).map(|n| Arc::new(-n)).collect();
    map.extend_shared(&kept, &counted);
    for n in 1..100_000 {
        map.insert(&Arc::new(n), counted.clone());
    }
    let stored = 100_099 - counted.0.load(Relaxed);
    assert!((100..=300).contains(&stored), "{stored}");
    assert_eq!(map.len(), 100);

    // Under one key the dead are replaced.
    let map = ArcWeakKeyMap::new();
    let before = counted.0.load(Relaxed);
    for _ in 0..50 {
        map.insert(&Arc::new(1), counted.clone());
    }
    assert_eq!(counted.0.load(Relaxed) - before, 49);
}

trait ExtendShared {
    fn extend_shared(&self, keys: &[Arc<i32>], value: &Counted);
}

impl ExtendShared for ArcWeakKeyMap<i32, Counted> {
    fn extend_shared(&self, keys: &[Arc<i32>], value: &Counted) {
        for key in keys {
            self.insert(key, value.clone());
        }
    }
}

#[test]
fn containers_are_shareable() {
    fn shareable<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}
    shareable::<WeakValueMap<String, str>>();
    shareable::<WeakKeyMap<str, String>>();
    shareable::<WeakSet<dyn Fn() + Send + Sync + UnwindSafe + RefUnwindSafe, ByAddress>>();
    shareable::<ArcWeakValueMap<String, str>>();
}
