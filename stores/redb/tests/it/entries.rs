//! What a store has to do for its entries, before and after it is opened again.

use std::thread;
use std::time::Duration;

use weakcache::store::{Answer, Claim, Entry, Key, Store, TagId, conformance};
use weakcache_redb::Redb;

use crate::support::{OTHER, Place, SPACE, claim, found, key, put, unsynced, value};

#[test]
fn what_is_put_is_found_and_is_there_after_a_restart() {
    let place = Place::new();
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    put(&store, b"a", b"1");
    put(&store, b"", b"");
    let other = Key::new(&OTHER, b"a");
    store.put(other, Entry::new(b"2"), claim(&store, other)).unwrap();
    for _ in 0..2 {
        assert_eq!(found(&store, key(b"a")).unwrap(), b"1");
        assert_eq!(found(&store, key(b"")).unwrap(), b"");
        assert_eq!(found(&store, other).unwrap(), b"2");
        put(&store, b"a", b"3");
        assert_eq!(found(&store, key(b"a")).unwrap(), b"3");
        put(&store, b"a", b"1");
    }
    drop(store);
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(found(&store, key(b"a")).unwrap(), b"1");
    assert_eq!(found(&store, other).unwrap(), b"2");
    assert_eq!(store.info().entries, 3);
}

#[test]
fn removing_and_clearing_reach_what_they_name_and_nothing_else() {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    for number in 0..100_u32 {
        put(&store, &number.to_le_bytes(), &value(number));
    }
    let other = Key::new(&OTHER, b"a");
    store.put(other, Entry::new(b"2"), Claim::default()).unwrap();
    store.remove(key(&7_u32.to_le_bytes())).unwrap();
    store.remove(key(b"never there")).unwrap();
    assert_eq!(found(&store, key(&7_u32.to_le_bytes())), None);
    assert_eq!(found(&store, key(&8_u32.to_le_bytes())), Some(value(8)));
    store.clear(&SPACE).unwrap();
    for number in 0..100_u32 {
        assert_eq!(found(&store, key(&number.to_le_bytes())), None);
    }
    put(&store, &9_u32.to_le_bytes(), b"new");
    store.sweep().unwrap();
    drop(store);
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(found(&store, key(&8_u32.to_le_bytes())), None);
    assert_eq!(found(&store, key(&9_u32.to_le_bytes())).unwrap(), b"new");
    assert_eq!(found(&store, other).unwrap(), b"2");
    assert_eq!(store.info().entries, 2);
}

#[test]
fn what_was_invalidated_while_it_was_computed_is_not_kept() {
    let place = Place::new();
    let store = Redb::open(place.path()).unwrap();
    let tag = TagId::of("tag");
    // A namespace that the file has never seen.
    let early = claim(&store, key(b"a"));
    store.clear(&SPACE).unwrap();
    store.put(key(b"a"), Entry::new(b"old"), early).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    // One that it has.
    put(&store, b"b", b"1");
    let early = claim(&store, key(b"a"));
    store.clear(&SPACE).unwrap();
    store.put(key(b"a"), Entry::new(b"old"), early).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    let early = claim(&store, key(b"a"));
    store.invalidate_tag(tag).unwrap();
    store.put(key(b"a"), Entry::new(b"old").tags(&[TagId::of("else"), tag]), early.clone()).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    store.put(key(b"a"), Entry::new(b"untouched"), early).unwrap();
    assert_eq!(found(&store, key(b"a")).unwrap(), b"untouched");
}

#[test]
fn a_tag_reaches_entries_of_all_namespaces_and_those_of_before_a_restart() {
    let place = Place::new();
    let (tag, another) = (TagId::of(&("user", 7)), TagId::of(&("user", 8)));
    let other = Key::new(&OTHER, b"a");
    let store = Redb::open(place.path()).unwrap();
    store.put(key(b"a"), Entry::new(b"1").tags(&[another, tag]), claim(&store, key(b"a"))).unwrap();
    store.put(key(b"b"), Entry::new(b"2").tags(&[another]), claim(&store, key(b"b"))).unwrap();
    store.put(other, Entry::new(b"3").tags(&[tag]), claim(&store, other)).unwrap();
    assert_eq!(found(&store, key(b"a")).unwrap(), b"1");
    drop(store);
    let store = Redb::open(place.path()).unwrap();
    store.invalidate_tag(tag).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    assert_eq!(found(&store, key(b"b")).unwrap(), b"2");
    assert_eq!(found(&store, other), None);
    // What comes after is not meant.
    store.put(other, Entry::new(b"4").tags(&[tag]), claim(&store, other)).unwrap();
    drop(store);
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(found(&store, key(b"a")), None);
    assert_eq!(found(&store, other).unwrap(), b"4");
}

#[test]
fn an_entry_lives_as_long_as_was_said_over_a_restart_too() {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    let ttl = |ttl| Entry::new(b"v").ttl(ttl);
    let long = Duration::from_secs(1000);
    store.put(key(b"short"), ttl(Some(Duration::from_millis(30))), Claim::default()).unwrap();
    store.put(key(b"long"), ttl(Some(long)), Claim::default()).unwrap();
    store.put(key(b"longest"), ttl(Some(Duration::MAX)), Claim::default()).unwrap();
    store.put(key(b"none"), ttl(Some(Duration::ZERO)), Claim::default()).unwrap();
    store.put(key(b"ever"), ttl(None), Claim::default()).unwrap();
    thread::sleep(Duration::from_millis(40));
    for _ in 0..2 {
        let store = Redb::open(place.path()).unwrap();
        assert_eq!(found(&store, key(b"short")), None);
        assert_eq!(found(&store, key(b"none")), None);
        assert_eq!(found(&store, key(b"longest")).unwrap(), b"v");
        for (name, expected) in [(&b"long"[..], Some(long)), (b"ever", None)] {
            let Answer::Found(found) = store.get(key(name), &[]).unwrap() else {
                panic!("it is gone");
            };
            match (found.remaining, expected) {
                (None, None) => {}
                (Some(left), Some(ttl)) => assert!(left <= ttl && left + Duration::from_mins(1) > ttl),
                other => panic!("{other:?}"),
            }
        }
    }
    // Gone, or taken out now.
    store.sweep().unwrap();
    assert_eq!(store.info().entries, 3);
}

/// On a disk that is busy.
fn patient() -> weakcache_redb::Builder {
    Redb::builder().timeout(Duration::from_mins(1))
}

#[test]
fn a_value_of_64_mib_and_a_key_of_1_mib() {
    let place = Place::new();
    let store = patient().open(place.path()).unwrap();
    let long = vec![7; 1 << 20];
    let large: Vec<u8> = (0..64 << 20).map(|byte: u32| (byte % 251) as u8).collect();
    put(&store, &long, &large);
    put(&store, &long[1..], b"another");
    drop(store);
    let store = patient().open(place.path()).unwrap();
    assert!(found(&store, key(&long)).unwrap() == large);
    assert_eq!(found(&store, key(&long[1..])).unwrap(), b"another");
    store.remove(key(&long)).unwrap();
    assert!(store.compact().unwrap() > 60 << 20);
    let info = store.info();
    assert!(info.file_bytes < 6 << 20, "{info:?}");
    assert_eq!(info.entries, 1);
}

#[test]
fn many_threads_share_commits() {
    let place = Place::new();
    let store = Redb::open(place.path()).unwrap();
    thread::scope(|scope| {
        for thread in 0..8_u32 {
            let store = &store;
            scope.spawn(move || {
                for number in (0..400).filter(|number| number % 8 == thread) {
                    put(store, &number.to_le_bytes(), &value(number));
                    assert_eq!(found(store, key(&number.to_le_bytes())), Some(value(number)));
                }
            });
        }
    });
    assert_eq!(store.info().entries, 400);
}

#[test]
fn compacting_loses_nothing_and_look_ups_go_on() {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    for number in 0..2000_u32 {
        let key = number.to_le_bytes();
        store.put(self::key(&key), Entry::new(&value(number)), Claim::default()).unwrap();
    }
    for number in (0..2000_u32).filter(|number| number % 10 != 0) {
        store.remove(key(&number.to_le_bytes())).unwrap();
    }
    let before = store.info().file_bytes;
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            for number in (0..2000_u32).step_by(10).cycle().take(5000) {
                match store.get(key(&number.to_le_bytes()), &[]) {
                    Ok(Answer::Found(found)) => assert_eq!(found.value, value(number)),
                    Ok(other) => panic!("{other:?}"),
                    // While it is compacted.
                    Err(_) => thread::yield_now(),
                }
            }
        });
        assert!(store.compact().unwrap() > 0);
        reader.join().unwrap();
    });
    let after = store.info();
    assert!(after.file_bytes < before / 2, "{before} bytes, then {after:?}");
    for number in (0..2000_u32).step_by(10) {
        assert_eq!(found(&store, key(&number.to_le_bytes())), Some(value(number)));
    }
}

#[test]
fn it_keeps_the_contract_of_stores() {
    let place = Place::new();
    let report = conformance::check(|| Redb::open(place.path()).unwrap());
    assert!(!report.leases && !report.tells);
    let place = Place::new();
    conformance::check(|| unsynced().at(place.path()));
}
