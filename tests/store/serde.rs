//! Types of which serde reads something else than it wrote.

use serde::ser::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use weakcache::memoize;
use weakcache::store::Memory;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Row {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<u8>,
    b: u8,
    c: Vec<u8>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Tuple(#[serde(skip_serializing_if = "Option::is_none")] Option<u8>, u8, Vec<u8>);

#[test]
fn a_field_that_is_left_out_does_not_shift_the_others() {
    #[memoize(store = Memory::new())]
    fn row(a: Option<u8>, b: u8, c: Vec<u8>) -> Vec<Result<Row, Tuple>> {
        vec![Ok(Row { a, b, c: c.clone() }), Err(Tuple(a, b, c))]
    }
    #[memoize(store = Memory::new())]
    fn tuple(a: Option<u8>, b: u8, c: Vec<u8>) -> Tuple {
        Tuple(a, b, c)
    }

    for (a, b, c) in [(None, 0, vec![0]), (None, 0, vec![2, 9, 9]), (None, 1, vec![9, 0]), (None, 1, vec![])]
    {
        let (first, second) = (row(a, b, c.clone()), tuple(a, b, c.clone()));
        row::retain(|_, _| false);
        tuple::retain(|_, _| false);
        assert_eq!((row(a, b, c.clone()), tuple(a, b, c)), (first, second));
    }
    assert_eq!((row::cache_info().store_hits, row::cache_info().store_failures), (0, 8));
    assert_eq!((tuple::cache_info().store_hits, tuple::cache_info().store_failures), (0, 8));
    // What has all its fields is stored.
    tuple(Some(1), 2, vec![3]);
    tuple::retain(|_, _| false);
    assert_eq!(tuple(Some(1), 2, vec![3]), Tuple(Some(1), 2, vec![3]));
    assert_eq!(tuple::cache_info().store_hits, 1);
}

#[test]
fn the_order_of_a_hash_map_does_not_matter() {
    #[memoize(store = Memory::new())]
    fn squares(n: u32) -> HashMap<u32, String> {
        (0..n).map(|x| (x, (x * x).to_string())).collect()
    }

    squares(100);
    squares::retain(|_, _| false);
    assert_eq!(squares(100).len(), 100);
    let info = squares::cache_info();
    assert_eq!((info.store_hits, info.store_failures), (1, 0));
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash)]
struct Half {
    a: u32,
    #[serde(skip)]
    b: u32,
}

#[test]
fn keys_that_are_written_alike_share_nothing() {
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[memoize(store = &*STORE)]
    fn sum(half: Half) -> u32 {
        half.a + half.b
    }

    let half = |b| Half { a: 1, b };
    assert_eq!((sum(half(10)), sum(half(20))), (11, 21));
    assert_eq!((STORE.len(), sum::cache_info().store_failures), (0, 2));
    sum::prime(half(30), 5);
    assert_eq!((STORE.len(), sum(half(30)), sum(half(40))), (0, 5, 41));
    // Of a key that is what is read, there is an entry.
    sum(half(0));
    sum::retain(|_, _| false);
    assert_eq!((sum(half(0)), sum::cache_info().store_hits), (1, 1));
}

/// Can be written if it is even.
#[derive(Clone, Debug, PartialEq)]
struct Even(u32);

impl Serialize for Even {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(2) { self.0.serialize(serializer) } else { Err(S::Error::custom("odd")) }
    }
}

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(Self)
    }
}

#[test]
fn what_cannot_be_written_leaves_nothing_older() {
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(store = Memory::new())]
    fn count(_x: u8) -> Even {
        Even(BODIES.fetch_add(1, Relaxed))
    }

    assert_eq!((count(1), count::refresh(1)), (Even(0), Even(1)));
    count::retain(|_, _| false);
    assert_eq!(count(1), Even(2), "0 is not what the first tier had last");
    let info = count::cache_info();
    assert_eq!((info.store_hits, info.store_failures), (0, 1));
    count::retain(|_, _| false);
    assert_eq!((count(1), count::cache_info().store_hits), (Even(2), 1));
}
