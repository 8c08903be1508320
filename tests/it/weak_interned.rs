//! Weak containers of interned values, by identity.

use crate::support::{Random, on_threads, watched};
use std::collections::HashMap;
use weakcache::weak::{ByAddress, KeyMap, Set, ValueMap};
use weakcache::{Interned, InternedWeakKeyMap, InternedWeakSet, interned};

#[test]
fn a_map_keeps_no_value() {
    #[interned]
    #[derive(Debug)]
    struct Node(u32);

    let map: InternedWeakKeyMap<Node, String> = InternedWeakKeyMap::by_identity();
    let (one, two) = (Node::new(1), Node::new(2));
    assert_eq!(map.insert(&one, "one".into()), None);
    assert_eq!(map.insert(&two, "two".into()), None);
    assert_eq!(map.insert(&Node::new(2), "zwei".into()).as_deref(), Some("two"));
    assert_eq!((map.len(), Node::registry().len()), (2, 2));
    assert_eq!((map.get(&one).as_deref(), map.get(&Node::new(2)).as_deref()), (Some("one"), Some("zwei")));
    assert_eq!((Interned::strong_count(&one), Interned::weak_count(&one)), (1, 1));
    assert_eq!(format!("{map:?}").len(), r#"{Node(1): "one", Node(2): "zwei"}"#.len());

    drop(two);
    assert_eq!((map.len(), Node::registry().len()), (1, 1));
    assert!(!map.contains_key(&Node::new(2)), "another value, of the same key");
    assert!(map.iter().eq([(one.clone(), "one".into())]));
    assert_eq!(map.get_or_insert_with(&Node::new(2), || "new".into()), "new");
    map.retain(|node, _| node.0 > 1);
    assert!(map.is_empty() && map.remove(&one).is_none());
    assert!(map.sweep() <= 2);
    drop((one, map));
    Node::registry().shrink_to_fit();
    assert_eq!(Node::registry().capacity(), 0, "no weak handle is left");
}

#[test]
fn a_set_keeps_no_value() {
    #[interned]
    struct Node(u32);

    let set: InternedWeakSet<Node> = InternedWeakSet::by_identity();
    let nodes: Vec<_> = (0..100).map(Node::new).collect();
    assert!(nodes.iter().all(|node| set.insert(node)) && !set.insert(&nodes[7]));
    assert_eq!((set.len(), set.iter().len()), (100, 100));
    assert!(set.get(&Node::new(7)) == Some(nodes[7].clone()) && set.remove(&nodes[7]));
    drop(nodes);
    assert!(set.is_empty() && Node::registry().is_empty() && !set.contains(&Node::new(8)));
    assert_eq!((set.sweep(), set.sweep()), (99, 0));

    // By the key as well: what is equal is the same.
    let other: Set<Interned<Node>, ByAddress> = [Node::new(1)].iter().collect();
    assert!(other.is_empty());
}

#[test]
fn handles_of_ones_own() {
    #[interned(handle = Term)]
    #[derive(Debug)]
    enum RTerm {
        Var(u32),
        App(Term, Term),
    }

    let map: KeyMap<Term, u32, ByAddress> = KeyMap::by_identity();
    let set: Set<Term, ByAddress> = Set::by_identity();
    let x = RTerm::var(1);
    let app = RTerm::app(x.clone(), x.clone());
    assert!(set.insert(&app) && !set.insert(&RTerm::app(x.clone(), x.clone())));
    map.insert(&app, 2);
    map.insert(&x, 1);
    assert_eq!((map.get(&RTerm::var(1)), map.get(&app), map.len()), (Some(1), Some(2), 2));
    assert!(set.iter().eq([app.clone()]) && matches!(*app, RTerm::App(..)));
    drop((app, x));
    assert!(map.is_empty() && set.is_empty() && RTerm::registry().is_empty());
    assert_eq!((map.get(&RTerm::var(1)), map.sweep(), set.sweep()), (None, 2, 1));
}

#[test]
fn the_other_containers_take_interned_values_too() {
    #[interned]
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Name(String);

    let by_value: KeyMap<Interned<Name>, u32> = KeyMap::new();
    let values: ValueMap<&str, Interned<Name>> = ValueMap::new();
    let ada = Name::new("Ada");
    by_value.insert(&ada, 36);
    values.insert("a", &ada);
    assert_eq!((by_value.get(&Name("Ada".into())), values.get("a").as_ref()), (Some(36), Some(&ada)));
    drop(ada);
    assert_eq!((by_value.get(&Name("Ada".into())), values.get("a").is_none()), (None, true));
    assert!(Name::registry().is_empty());
}

/// Addresses are used again; what was filed under a dead value is never found under a later one.
#[test]
fn churn_through_a_few_hundred_places() {
    #[interned]
    struct Node(u64);

    let map: InternedWeakKeyMap<Node, u64> = InternedWeakKeyMap::by_identity();
    let mut random = Random(3);
    let mut living: HashMap<u64, (Interned<Node>, bool)> = HashMap::new();
    for id in 0..50_000 {
        // The same key comes again as often as not.
        let key = if random.next().is_multiple_of(2) { random.next() % 500 } else { id };
        living.remove(&key);
        let (node, is_filed) = (Node::new(key), random.next().is_multiple_of(2));
        assert_eq!(map.get(&node), None, "what was filed under a dead value");
        if is_filed {
            map.insert(&node, key);
        }
        living.insert(key, (node, is_filed));
        if living.len() > 300 {
            let gone = *living.keys().next().expect("there are some");
            living.remove(&gone);
        }
        let (key, (node, is_filed)) = living.iter().next().expect("there are some");
        assert_eq!(map.get(node), is_filed.then_some(*key));
    }
    let filed = living.values().filter(|(_, is_filed)| *is_filed).count();
    assert_eq!((map.len(), map.keys().len()), (filed, filed));
    drop(living);
    assert!(map.is_empty() && map.sweep() < 2000, "the dead are swept as others come in");
}

#[test]
fn threads_that_file_and_drop() {
    #[interned]
    struct Node(u64);

    watched(|| {
        let map: InternedWeakKeyMap<Node, u64> = InternedWeakKeyMap::by_identity();
        on_threads(3, |thread| {
            let mut random = Random(thread as u64);
            for _ in 0..5_000 {
                let node = Node::new(random.next() % 30);
                assert_eq!(map.get_or_insert_with(&node, || node.0), node.0);
                assert_eq!(map.get(&node), Some(node.0));
                if random.next().is_multiple_of(16) {
                    assert!(map.iter().all(|(node, value)| node.0 == value));
                }
            }
        });
        assert!(map.is_empty());
        drop(map);
        Node::registry().shrink_to_fit();
        assert_eq!((Node::registry().len(), Node::registry().capacity()), (0, 0));
    });
}
