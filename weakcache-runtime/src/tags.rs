//! Tags of memoized results: one generation for each, by which all that have it end at once.
//!
//! A *tag* is a value of any type. While something has it, it has a [`Slot`] with a generation, which a table of the
//! process finds by type and value. What is tagged holds the slot and the generation that it saw before it was
//! computed, and is valid for as long as the slot has that one: to ask costs a load. [`invalidate_tag`] counts it up,
//! whatever has the tag. The load is an acquire, the count a release: who computes after it saw a generation sees what
//! was written before that was counted up.
//!
//! The table holds slots weakly; the last who has one takes it out. `Hash`, `Eq` and `Drop` of tags are user code, and
//! run with no lock held: a look-up takes handles on the slots of a hash, compares outside, and looks again whether others
//! have come.
#![forbid(unsafe_code)]

use crate::hash::DefaultHashBuilder;
use crate::sync::{Arc, AtomicU64, Mutex, MutexGuard, Ordering};
use hashbrown::HashTable;
use std::any::{Any, TypeId};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{OnceLock, Weak};

/// What may be a tag.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tag\n\
        help: derive them; or tag with what identifies it, as in `tags((\"user\", user.id))`",
    label = "this type must be `Hash`, `Eq`, `Send`, `Sync` and `'static`"
)]
pub trait TagValue: Hash + Eq + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Send + Sync + 'static> TagValue for T {}

/// A tag that something has, as it was when that was computed.
#[derive(Clone)]
pub struct Tag {
    slot: Arc<Slot>,
    seen: u64,
}

struct Slot {
    generation: AtomicU64,
    hash: u64,
    value: Box<dyn Any + Send + Sync>,
}

impl Tag {
    /// A tag as it is now.
    pub fn new<T: TagValue>(value: T) -> Self {
        let slot = slot(value);
        let seen = slot.generation.load(Ordering::Acquire);
        Self { slot, seen }
    }

    /// Whether it was not invalidated since.
    #[inline]
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.slot.generation.load(Ordering::Acquire) == self.seen
    }

    /// What does not keep it.
    #[cfg(feature = "store")]
    pub(crate) fn downgrade(&self) -> WeakTag {
        WeakTag(Arc::downgrade(&self.slot))
    }
}

/// A tag that something may have.
#[cfg(feature = "store")]
#[derive(Clone)]
pub(crate) struct WeakTag(Weak<Slot>);

#[cfg(feature = "store")]
impl WeakTag {
    pub(crate) fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// Invalidates it, as [`invalidate_tag`] does, in this process.
    pub(crate) fn invalidate(&self) {
        if let Some(slot) = self.0.upgrade() {
            slot.invalidate();
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tag").field("is_valid", &self.is_valid()).finish_non_exhaustive()
    }
}

/// Makes every memoized result that has this tag invisible, at once, whichever function it is of. What is being
/// computed under it goes to its callers, and is not stored; calls that come after compute anew.
///
/// A function says its tags with `#[memoize(tags(…))]`, by values of any type: the type is part of the tag. It takes the
/// time of one look-up, however many results have the tag; what they held is dropped as they are come upon, as what has
/// expired is. Tags are of the process: where several values have caches of their own, a tag that is to be of one says so.
/// One that nothing has is nowhere, so to invalidate it does nothing.
///
/// The stores of functions that have called for a tag of this type in this process are told too; where another process
/// did, `store::Store::invalidate_tag` does it.
///
/// ```
/// use weakcache::{invalidate_tag, memoize};
///
/// #[derive(PartialEq, Eq, Hash)]
/// struct User(u64);
///
/// #[memoize(lru = 1000, tags(User(*user)))]
/// fn notes(user: u64) -> Vec<String> {
///     // … from the database …
/// #   vec![user.to_string()]
/// }
///
/// #[memoize(lru = 1000, tags(User(*user), "counts"))]
/// fn count(user: u64) -> usize {
///     notes(user).len()
/// }
///
/// count(1);
/// count(2);
/// invalidate_tag(&User(1));
/// assert_eq!((notes::peek(1), count::peek(1)), (None, None));
/// assert_eq!(count::peek(2), Some(1));
/// invalidate_tag(&"counts");
/// assert_eq!(count::peek(2), None);
/// ```
///
/// # Panics
///
/// If `Hash` or `Eq` of the tag panics. Nothing is changed then.
pub fn invalidate_tag<T: Hash + Eq + Send + Sync + 'static>(tag: &T) {
    invalidate_here(tag);
    // Once more: a call in between may have had an entry from a store that was not told yet.
    #[cfg(feature = "store")]
    if beyond::invalidate(tag) {
        invalidate_here(tag);
    }
}

fn invalidate_here<T: Hash + Eq + 'static>(tag: &T) {
    if let Some(slot) = find(hash(tag), |slot| slot.is(tag), &mut Vec::new()) {
        slot.invalidate();
    }
}

/// Those who are told of tags beyond this process.
#[cfg(feature = "store")]
mod beyond {
    use crate::store::TagId;
    use std::any::{Any, TypeId};
    use std::collections::HashMap;
    use std::sync::{Arc, PoisonError, RwLock};

    /// What is to be told.
    pub(crate) type Tell = Arc<dyn Fn(TagId) + Send + Sync>;

    struct Told {
        id_of: fn(&dyn Any) -> TagId,
        tell: Vec<Tell>,
    }

    static TOLD: RwLock<Option<HashMap<TypeId, Told>>> = RwLock::new(None);

    /// From now on tells of tags of this type.
    pub(crate) fn tell_beyond(of: TypeId, id_of: fn(&dyn Any) -> TagId, tell: Tell) {
        let mut told = TOLD.write().unwrap_or_else(PoisonError::into_inner);
        told.get_or_insert_default()
            .entry(of)
            .or_insert_with(|| Told { id_of, tell: Vec::new() })
            .tell
            .push(tell);
    }

    /// Tells of one, and says whether there was anyone to be told.
    pub(super) fn invalidate<T: 'static>(tag: &T) -> bool {
        let told = TOLD.read().unwrap_or_else(PoisonError::into_inner);
        let of = told.as_ref().and_then(|told| told.get(&TypeId::of::<T>()));
        let Some((id_of, tell)) = of.map(|Told { id_of, tell }| (*id_of, tell.clone())) else { return false };
        drop(told);
        let id = id_of(tag);
        for tell in tell {
            tell(id);
        }
        true
    }
}

#[cfg(feature = "store")]
pub(crate) use beyond::tell_beyond;

impl Slot {
    fn invalidate(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    fn is<T: Eq + 'static>(&self, tag: &T) -> bool {
        self.value.downcast_ref::<T>().is_some_and(|value| value == tag)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let this = std::ptr::from_ref(self);
        let gone = {
            let mut shard = shard(self.hash);
            let found = shard.find_entry(self.hash, |entry| std::ptr::eq(entry.slot.as_ptr(), this));
            let gone = found.ok().map(|entry| entry.remove().0.slot);
            let (len, capacity) = (shard.len(), shard.capacity());
            if capacity > SMALL && len < capacity / 4 {
                shard.shrink_to(len * 2, |entry| entry.hash);
            }
            gone
        };
        drop(gone); // frees the slot's memory, if no look-up has come by it
    }
}

/// A slot in the table.
struct Entry {
    hash: u64,
    slot: Weak<Slot>,
}

type Shard = HashTable<Entry>;

/// Tables of less are not shrunk.
const SMALL: usize = 64;

#[cfg(not(loom))]
const SHARDS: usize = 16;
#[cfg(not(loom))]
static TABLE: [Mutex<Shard>; SHARDS] = [const { Mutex::new(Shard::new()) }; SHARDS];

#[cfg(loom)]
const SHARDS: usize = 1;
#[cfg(loom)]
crate::sync::lazy_static! {
    static ref TABLE: [Mutex<Shard>; SHARDS] = [Mutex::new(Shard::new())];
}

/// The part of the table for a hash.
fn shard(hash: u64) -> MutexGuard<'static, Shard> {
    // Not the bits by which the table in there goes.
    let [.., few, _, _, _, _] = hash.to_be_bytes();
    TABLE[usize::from(few) % SHARDS].lock().expect("no user code runs under this lock")
}

fn hash<T: Hash + 'static>(tag: &T) -> u64 {
    static HASHER: OnceLock<DefaultHashBuilder> = OnceLock::new();
    HASHER.get_or_init(DefaultHashBuilder::default).hash_one((TypeId::of::<T>(), tag))
}

/// The slot of a tag, or a new one.
fn slot<T: TagValue>(value: T) -> Arc<Slot> {
    let hash = hash(&value);
    let mut seen = Vec::new();
    if let Some(slot) = find(hash, |slot| slot.is(&value), &mut seen) {
        return slot;
    }
    let new = Arc::new(Slot { generation: AtomicU64::new(0), hash, value: Box::new(value) });
    loop {
        let others = {
            let mut shard = shard(hash);
            let others = others(&shard, hash, &seen);
            if others.is_empty() {
                shard.insert_unique(hash, Entry { hash, slot: Arc::downgrade(&new) }, |entry| entry.hash);
                drop(shard);
                return new;
            }
            others
        };
        // They came meanwhile.
        let value = new.value.downcast_ref::<T>().expect("it was made of one");
        if let Some(slot) = others.iter().find(|slot| slot.is(value)) {
            return slot.clone();
        }
        seen.extend(others);
    }
}

/// The slot of which `is` holds, if there is one. Those that were looked at are left in `seen`: while somebody holds
/// them, no other has their addresses.
fn find(hash: u64, is: impl Fn(&Slot) -> bool, seen: &mut Vec<Arc<Slot>>) -> Option<Arc<Slot>> {
    *seen = others(&shard(hash), hash, &[]);
    seen.iter().find(|slot| is(slot)).cloned()
}

/// The slots of this hash that somebody has, but for those that were `seen`.
fn others(shard: &Shard, hash: u64, seen: &[Arc<Slot>]) -> Vec<Arc<Slot>> {
    let of_hash = shard.iter_hash(hash).filter(|entry| entry.hash == hash);
    let held = of_hash.filter_map(|entry| entry.slot.upgrade());
    held.filter(|slot| !seen.iter().any(|seen| Arc::ptr_eq(seen, slot))).collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{SHARDS, TABLE, Tag, find, hash, invalidate_tag};
    use std::collections::HashSet;
    use std::hash::{Hash, Hasher};
    use std::sync::Mutex;
    use std::thread;

    /// Tests that count what is in the table take turns.
    static TURN: Mutex<()> = Mutex::new(());

    /// All of one hash, and of which a comparison or a drop uses the table.
    #[derive(Clone, Debug, PartialOrd, Ord)]
    struct Awkward(u32);

    impl Hash for Awkward {
        fn hash<H: Hasher>(&self, state: &mut H) {
            0_u8.hash(state);
        }
    }

    impl PartialEq for Awkward {
        fn eq(&self, other: &Self) -> bool {
            drop(Tag::new(("compared", self.0)));
            self.0 == other.0
        }
    }

    impl Eq for Awkward {}

    impl Drop for Awkward {
        fn drop(&mut self) {
            invalidate_tag(&("dropped", self.0));
            drop(Tag::new(("dropped", self.0)));
        }
    }

    fn len() -> usize {
        TABLE.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }

    #[test]
    fn a_tag_is_its_type_and_value() {
        let _turn = TURN.lock();
        let of_one = [Tag::new(1_u32), Tag::new(1_u32)];
        let others = [
            Tag::new(1_u64),
            Tag::new((1_u32,)),
            Tag::new(2_u32),
            Tag::new("1"),
            Tag::new(String::from("1")),
        ];
        invalidate_tag(&1_u32);
        assert!(of_one.iter().all(|tag| !tag.is_valid()) && others.iter().all(Tag::is_valid));
        assert!(Tag::new(1_u32).is_valid());
        invalidate_tag(&1_u8);
        assert!(others.iter().all(Tag::is_valid));
    }

    #[test]
    fn the_last_takes_it_out() {
        let _turn = TURN.lock();
        let before = len();
        let tags: Vec<_> = (0..10_000_u32).map(|x| Tag::new(("mine", x))).collect();
        let more = tags.clone();
        assert_eq!(len(), before + 10_000);
        drop(tags);
        assert_eq!(len(), before + 10_000);
        drop(more);
        assert_eq!(len(), before);
        let capacity: usize = TABLE.iter().map(|shard| shard.lock().unwrap().capacity()).sum();
        assert!(capacity <= SHARDS * 128, "{capacity}");
        invalidate_tag(&("mine", 1_u32));
        assert_eq!(len(), before);
    }

    #[test]
    fn user_code_may_come_back() {
        let _turn = TURN.lock();
        let before = len();
        let tags: Vec<_> = (0..20).map(|x| Tag::new(Awkward(x))).collect();
        invalidate_tag(&Awkward(7));
        for (x, tag) in (0..).zip(&tags) {
            assert_eq!(tag.is_valid(), x != 7);
        }
        drop(tags);
        assert_eq!(len(), before);
    }

    #[test]
    fn threads_agree_on_one_slot() {
        let _turn = TURN.lock();
        let before = len();
        for round in 0..200 {
            let tags: Vec<Tag> = thread::scope(|scope| {
                let threads: Vec<_> = (0..4)
                    .map(|thread| {
                        scope.spawn(move || {
                            drop(Tag::new(Awkward(thread + 10)));
                            Tag::new(Awkward(round % 2))
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let slots: HashSet<_> = tags.iter().map(|tag| std::sync::Arc::as_ptr(&tag.slot)).collect();
            assert_eq!(slots.len(), 1);
            invalidate_tag(&Awkward(round % 2));
            assert!(tags.iter().all(|tag| !tag.is_valid()));
        }
        assert_eq!(len(), before);
        assert!(find(hash(&Awkward(0)), |_| true, &mut Vec::new()).is_none());
    }
}
