//! Values of no fixed size among code that does what it should not: nothing of memory may depend on it.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::sync::Mutex;

use weakcache::__private::TailArg;
use weakcache::interned;

/// A key of one hash, which grows when it is compared.
struct Growing {
    id: u32,
    log: Mutex<Vec<u64>>,
}

impl Growing {
    fn new(id: u32) -> Self {
        Self { id, log: Mutex::default() }
    }
}

impl PartialEq for Growing {
    fn eq(&self, other: &Self) -> bool {
        for log in [&self.log, &other.log] {
            log.lock().unwrap().extend([7; 100]);
        }
        self.id == other.id
    }
}

impl Eq for Growing {}

impl Hash for Growing {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(0);
    }
}

fn is_whole(Growing { log, .. }: &Growing) -> bool {
    log.lock().unwrap().iter().all(|entry| *entry == 7)
}

#[test]
fn a_key_that_comparing_changes() {
    #[interned]
    struct InHead {
        key: Growing,
        tail: [u64],
    }
    #[interned]
    struct InTail([Growing]);

    // In a slot of a chunk, and in one of its own.
    for len in [3, 600] {
        let held: Vec<_> = (0..4).map(|id| InHead::new(Growing::new(id), vec![0; len])).collect();
        for (id, value) in (0..).zip(&held) {
            assert!(InHead::new(Growing::new(id), vec![0; len]) == *value && value.key.id == id);
            assert!(is_whole(&value.key) && !value.key.log.lock().unwrap().is_empty());
        }
    }
    for len in [3, 300_u32] {
        let tail = |id| (0..len).map(|at| Growing::new(id + at)).collect::<Vec<_>>();
        let held: Vec<_> = (0..4).map(|id| InTail::new(tail(id))).collect();
        for (id, value) in (0..).zip(&held) {
            assert!(InTail::new(tail(id)) == *value && value.0.iter().all(is_whole));
        }
    }
    assert!(InHead::registry().is_empty() && InTail::registry().is_empty());
}

#[test]
fn a_key_of_one_thread_that_comparing_changes() {
    struct Key(u32, RefCell<Vec<u64>>);
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            for log in [&self.1, &other.1] {
                log.borrow_mut().extend([7; 100]);
            }
            self.0 == other.0
        }
    }
    impl Eq for Key {}
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            state.write_u8(0);
        }
    }
    #[interned(local)]
    struct Value {
        key: Key,
        tail: [u64],
    }

    for len in [3, 600] {
        let held: Vec<_> = (0..4).map(|id| Value::new(Key(id, RefCell::default()), vec![0; len])).collect();
        for (id, value) in (0..).zip(&held) {
            assert!(Value::new(Key(id, RefCell::default()), vec![0; len]) == *value);
            assert!(!value.key.1.borrow().is_empty() && value.key.1.borrow().iter().all(|entry| *entry == 7));
        }
    }
}

#[test]
fn other_types_by_the_names_of_tails() {
    type OsStr = [Box<u32>];
    type CStr = [u128];

    #[interned]
    struct Boxes {
        id: u64,
        kind: u8,
        tail: OsStr,
    }
    #[interned(local)]
    struct Wide(u8, CStr);

    let boxes = Boxes::new(1, 2, vec![Box::new(3), Box::new(4)]);
    assert_eq!((boxes.id, boxes.kind, &*boxes.tail[0], &*boxes.tail[1]), (1, 2, &3, &4));
    let wide = Wide::new(5, [6, 7]);
    assert_eq!((wide.0, &wide.1, align_of_val(&*wide)), (5, &[6, 7][..], align_of::<u128>()));
}

/// Looked up by one tail, it becomes another.
struct Two<S>(&'static [u8], S);

impl TailArg<[u8]> for Two<Vec<u8>> {
    type Source = Vec<u8>;

    fn as_tail(&self) -> &[u8] {
        self.0
    }
    fn into_source(self) -> Vec<u8> {
        self.1
    }
}

#[test]
fn an_argument_that_becomes_something_else() {
    #[interned]
    struct Bytes(u8, [u8]);
    #[interned(local)]
    struct OfOneThread(u8, [u8]);

    for (asked, becomes) in [(&[1; 200][..], 3), (&[1; 2], 200), (&[1; 2], 3000), (&[1; 3000], 2)] {
        let value = Bytes::new(7, Two(asked, vec![2; becomes]));
        assert_eq!((value.0, &value.1), (7, &*vec![2; becomes]));
        let value = OfOneThread::new(7, Two(asked, vec![2; becomes]));
        assert_eq!((value.0, &value.1), (7, &*vec![2; becomes]));
    }
    assert!(Bytes::registry().is_empty());
}
