//! What leaves where there is a bound.

use std::thread;
use std::time::Duration;

use weakcache::store::{Claim, Entry, Store};
use weakcache_redb::Redb;

use crate::support::{Place, found, key, put, unsynced, value};

#[test]
fn the_oldest_leave_but_for_those_that_are_read() {
    let place = Place::new();
    let store = unsynced().max_entries(10).open(place.path()).unwrap();
    for number in 0..10_u32 {
        put(&store, &number.to_le_bytes(), &value(number));
    }
    assert_eq!(found(&store, key(&0_u32.to_le_bytes())), Some(value(0)));
    for number in 10..15_u32 {
        put(&store, &number.to_le_bytes(), &value(number));
    }
    let kept: Vec<u32> =
        (0..15).filter(|number: &u32| found(&store, key(&number.to_le_bytes())).is_some()).collect();
    assert_eq!(kept, [0, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    assert_eq!((store.info().entries, store.info().evictions), (10, 5));
}

/// Which of the first so many are there.
fn kept(store: &Redb, count: u32) -> Vec<u32> {
    (0..count).filter(|number| found(store, key(&number.to_le_bytes())).is_some()).collect()
}

#[test]
fn what_is_written_anew_is_as_young_as_that() {
    let place = Place::new();
    let store = unsynced().max_entries(4).open(place.path()).unwrap();
    let write = |number: u32| put(&store, &number.to_le_bytes(), &value(number));
    (0..4).for_each(write);
    // Read, so it gets another round, and then it is written once more: its old turn is nobody's.
    assert!(found(&store, key(&0_u32.to_le_bytes())).is_some());
    write(4);
    write(5);
    write(0);
    (6..9).for_each(write);
    assert_eq!(kept(&store, 9), [0, 6, 7, 8]);
    assert_eq!((store.info().entries, store.info().evictions), (4, 5));
}

#[test]
fn the_order_of_writing_is_known_where_there_was_no_bound() {
    let place = Place::new();
    for round in 0..2_u32 {
        let first = round * 20;
        let store = unsynced().open(place.path()).unwrap();
        for number in first..first + 10 {
            put(&store, &number.to_le_bytes(), &value(number));
        }
        drop(store);
        let store = unsynced().max_entries(10).open(place.path()).unwrap();
        for number in first + 10..first + 14 {
            put(&store, &number.to_le_bytes(), &value(number));
        }
        assert_eq!(kept(&store, 100), (first + 4..first + 14).collect::<Vec<_>>());
        assert_eq!(store.info().entries, 10);
    }
}

#[test]
fn bytes_stay_below_their_bound() {
    let place = Place::new();
    let bound = 100_000;
    let store = unsynced().max_bytes(bound).open(place.path()).unwrap();
    for number in 0..500_u32 {
        put(&store, &number.to_le_bytes(), &value(number));
        assert!(store.info().bytes <= bound);
        assert_eq!(found(&store, key(&number.to_le_bytes())), Some(value(number)));
    }
    // Two of two thirds do not fit.
    put(&store, b"large", &vec![1; 66_000]);
    put(&store, b"large too", &vec![2; 66_000]);
    assert_eq!(found(&store, key(b"large")), None);
    assert_eq!(found(&store, key(b"large too")).unwrap().len(), 66_000);
    // Not kept, and the older one is gone.
    put(&store, b"large too", &vec![3; 100_000]);
    assert_eq!(found(&store, key(b"large too")), None);
    assert!(store.info().bytes <= bound);
    // What is counted is what is there, after it was opened again too.
    let bytes = store.info().bytes;
    drop(store);
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(store.info().bytes, bytes);
    for number in 0..500_u32 {
        store.remove(key(&number.to_le_bytes())).unwrap();
    }
    assert_eq!((store.info().entries, store.info().bytes), (0, 0));
}

#[test]
fn a_bound_holds_for_what_was_there_before() {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    for number in 0..50_u32 {
        put(&store, &number.to_le_bytes(), b"value");
    }
    drop(store);
    let store = unsynced().max_entries(5).open(place.path()).unwrap();
    put(&store, b"new", b"value");
    assert_eq!(store.info().entries, 5);
    drop(store);
    let store = unsynced().max_entries(0).open(place.path()).unwrap();
    put(&store, b"newer", b"value");
    assert_eq!(store.info().entries, 0);
}

#[test]
fn what_has_expired_is_taken_out_as_others_come_in() {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    let ttl = Some(Duration::from_millis(1));
    for number in 0..300_u32 {
        let entry = Entry::new(b"value").ttl(ttl);
        store.put(key(&number.to_le_bytes()), entry, Claim::default()).unwrap();
    }
    thread::sleep(Duration::from_millis(5));
    for _ in 0..40 {
        put(&store, b"one", b"value");
    }
    assert!(store.info().entries < 10, "{:?}", store.info());
    let left = store.info().entries - 1;
    assert_eq!(store.sweep().unwrap() as u64, left);
    assert_eq!(store.info().entries, 1);
}
