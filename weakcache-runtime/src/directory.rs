//! One value a type for a single static of generic code.
//!
//! A static cannot be generic, so the static of a generic type is a directory: an append-only table
//! from `TypeId` to the value of that instantiation. Entries are never moved or removed, so a read is
//! a few acquire loads and takes no lock. A level is a small open-addressing table; where the probe
//! window of a key is full, the search goes on in the next level, which has twice the slots. Every
//! thread walks the slots of a key in the same order and a slot once set stays set, so two threads
//! that add one key meet at the same slot and one of them wins.
#![forbid(unsafe_code)]

use std::any::{Any, TypeId};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

const FIRST_LEVEL: usize = 8;
const WINDOW: usize = 4;

type Slot = OnceLock<(TypeId, Box<dyn Any + Send + Sync>)>;

struct Level {
    slots: Box<[Slot]>,
    next: OnceLock<Box<Level>>,
}

impl Level {
    fn new(len: usize) -> Self {
        Self { slots: (0..len).map(|_| Slot::new()).collect(), next: OnceLock::new() }
    }

    /// The slots in which `key` may stand, in the order in which they are tried.
    fn window(&self, key: usize) -> impl Iterator<Item = &Slot> {
        let mask = self.slots.len() - 1;
        (0..WINDOW).map(move |step| &self.slots[key.wrapping_add(step) & mask])
    }
}

/// One value of each type, made at first use and kept for good.
///
/// ```
/// use weakcache::__private::Directory;
///
/// fn names<T: 'static>() -> &'static Vec<String> {
///     static DIRECTORY: Directory = Directory::new(); // one static for all `T`
///     &DIRECTORY.get_or_init(|| Of::<T>(vec![std::any::type_name::<T>().into()], [])).0
/// }
/// struct Of<T>(Vec<String>, [fn(T); 0]);
///
/// assert_eq!(names::<u8>(), &["u8"]);
/// assert!(std::ptr::eq(names::<u8>(), names::<u8>()));
/// assert_eq!(names::<bool>(), &["bool"]);
/// ```
pub struct Directory {
    first: OnceLock<Level>,
}

impl Directory {
    /// An empty directory. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The value of type `T`, made by `init` if there is none yet.
    ///
    /// `init` runs with no lock held. Threads that come first at once may each run it: one value is
    /// kept, the others are dropped.
    #[inline]
    pub fn get_or_init<T: Any + Send + Sync>(&'static self, init: impl FnOnce() -> T) -> &'static T {
        let id = TypeId::of::<T>();
        match self.find(id) {
            Some(found) => cast(found),
            None => self.insert(id, Box::new(init())),
        }
    }

    #[inline]
    fn find(&'static self, id: TypeId) -> Option<&'static (dyn Any + Send + Sync)> {
        let key = spread(id);
        let mut level = self.first.get()?;
        loop {
            for slot in level.window(key) {
                let (found, value) = slot.get()?;
                if *found == id {
                    return Some(&**value);
                }
            }
            level = level.next.get()?;
        }
    }

    #[cold]
    fn insert<T: Any + Send + Sync>(&'static self, id: TypeId, value: Box<T>) -> &'static T {
        let key = spread(id);
        let mut mine: Option<(TypeId, Box<dyn Any + Send + Sync>)> = Some((id, value));
        let mut level = self.first.get_or_init(|| Level::new(FIRST_LEVEL));
        loop {
            for slot in level.window(key) {
                // Once set, this slot or an earlier one holds `id`, and the loop ends.
                let (found, value) = slot.get_or_init(|| mine.take().expect("set at most once"));
                if *found == id {
                    return cast(&**value);
                }
            }
            level = level.next.get_or_init(|| Box::new(Level::new(level.slots.len() * 2)));
        }
    }
}

impl Default for Directory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}

fn cast<T: Any>(value: &'static (dyn Any + Send + Sync)) -> &'static T {
    value.downcast_ref().expect("an entry holds the type that it is filed under")
}

/// A `TypeId` is a hash already: its first word will do.
fn spread(id: TypeId) -> usize {
    struct FirstWord(u64);
    impl Hasher for FirstWord {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = self.0.rotate_left(8) ^ u64::from(byte);
            }
        }
        fn write_u64(&mut self, word: u64) {
            self.0 = word;
        }
    }
    let mut hasher = FirstWord(0);
    id.hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    {
        hasher.finish() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::thread;

    struct Tag<const N: usize>(usize);

    /// Adds 64 types, more than the first levels hold.
    fn fill(directory: &'static Directory, made: &AtomicUsize) {
        macro_rules! tags {
            ($($n:literal)*) => {$(
                let tag = directory.get_or_init(|| { made.fetch_add(1, Relaxed); Tag::<$n>($n) });
                assert_eq!(tag.0, $n);
                assert!(std::ptr::eq(tag, directory.get_or_init(|| -> Tag<$n> { unreachable!() })));
            )*};
        }
        tags!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37
            38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63);
    }

    #[test]
    fn one_value_a_type_past_several_levels() {
        static DIRECTORY: Directory = Directory::new();
        let made = AtomicUsize::new(0);
        fill(&DIRECTORY, &made);
        fill(&DIRECTORY, &made);
        assert_eq!(made.into_inner(), 64);
    }

    #[test]
    fn threads_agree() {
        static DIRECTORY: Directory = Directory::new();
        let made = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| fill(&DIRECTORY, &made));
            }
        });
        assert!(made.into_inner() >= 64);
    }
}
