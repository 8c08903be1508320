//! A hit allocates nothing, whatever the key.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weakcache::interned;

use crate::support::alloc::allocations;

macro_rules! hit_is_free {
    ($($test:ident: $type:ty, $make:expr, [$($hit:expr),+ $(,)?];)*) => {$(
        #[test]
        fn $test() {
            #[interned]
            struct Key {
                key: $type,
                number: u32,
            }

            let held = Key::new($make, 1);
            $({
                let argument = $hit;
                let (found, count) = allocations(|| Key::new(argument, 1));
                assert!(found == held);
                assert_eq!(count, 0, "allocations of a hit with {}", stringify!($hit));
                let argument = $hit;
                let (found, count) = allocations(|| Key::get(argument, 1));
                assert!(found == Some(held.clone()));
                assert_eq!(count, 0, "allocations of a look-up with {}", stringify!($hit));
            })+
            let (clone, count) = allocations(|| held.clone());
            assert_eq!(count, 0);
            assert_eq!(clone.number, held.number);
            assert!(!clone.key.is_empty());
        }
    )*};
}

trait IsEmpty {
    fn is_empty(&self) -> bool;
}

impl IsEmpty for PathBuf {
    fn is_empty(&self) -> bool {
        self.as_os_str().is_empty()
    }
}

hit_is_free! {
    string: String, "key", ["key", &String::from("key"), String::from("key")];
    boxed_str: Box<str>, "key", ["key", Box::<str>::from("key")];
    arc_str: Arc<str>, "key", ["key", &Arc::<str>::from("key")];
    path: PathBuf, Path::new("a/b"), [Path::new("a/b"), &PathBuf::from("a/b"), PathBuf::from("a/b")];
    os_string: OsString, OsStr::new("key"), [OsStr::new("key"), OsString::from("key")];
    c_string: CString, c"key", [c"key", &CString::from(c"key"), CStr::from_bytes_with_nul(b"key\0").unwrap()];
    vec: Vec<u64>, vec![1, 2, 3], [&[1, 2, 3][..], &vec![1, 2, 3], vec![1, 2, 3]];
    boxed_slice: Box<[u8]>, vec![1, 2, 3], [&[1, 2, 3][..], Box::<[u8]>::from([1, 2, 3])];
}

#[test]
fn plain_fields() {
    #[interned]
    struct Date {
        year: i32,
        month: u8,
    }

    let held = Date::new(2022, 12);
    assert_eq!(allocations(|| drop(Date::new(2022, 12))).1, 0);
    assert_eq!((held.year, held.month), (2022, 12));
}

#[test]
fn an_entry_that_comes_and_goes() {
    #[interned]
    struct Date {
        year: i32,
    }

    drop(Date::new(2022));
    for year in 0..10_000 {
        let (date, count) = allocations(|| Date::new(year % 8));
        assert_eq!(date.year, year % 8);
        drop(date);
        // The first ones of a shard make its table and its block.
        if year >= 1000 {
            assert_eq!(count, 0, "the block of the last entry is kept for the next one");
        }
    }
}
