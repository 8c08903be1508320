//! What users hold.

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use weakcache_runtime::store::{
    Answer, Claim, Entry, Found, Key, Namespace, Store, StoreError, StoreId, TagId,
};

use crate::common::{Failure, now};
use crate::error::{Fault, OpenError};
use crate::open::Open;
use crate::options::Options;
use crate::step::{Change, Put};

/// A store in a file. Clones share it, and so do all that are made for the same path.
///
/// ```
/// use weakcache::store::{Answer, Entry, Key, Namespace, Store};
/// use weakcache_redb::Redb;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("results.redb");
/// let store = Redb::open(&path)?;
/// let namespace = Namespace::new("square", 1);
/// let key = Key::new(&namespace, b"7");
/// let Answer::Missing(claim) = store.get(key, &[])? else { panic!("it is new") };
/// store.put(key, Entry::new(b"49"), claim)?;
///
/// // As after a restart.
/// drop(store);
/// let store = Redb::open(&path)?;
/// assert!(matches!(store.get(key, &[])?, Answer::Found(found) if found.value == b"49"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redb {
    open: Arc<Open>,
}

/// What a store holds, by [`Redb::info`].
///
/// ```
/// # use weakcache_redb::{Durability, Redb};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("results.redb");
/// let info = Redb::open(&path)?.info();
/// assert_eq!((info.entries, info.evictions), (0, 0));
/// assert!(info.file_bytes > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// The entries, of all functions, what has expired or was cleared included until it is taken out.
    pub entries: u64,
    /// What they take: keys, values, and some 70 bytes each.
    pub bytes: u64,
    /// The size of the file.
    pub file_bytes: u64,
    /// How many were evicted since the file was opened.
    pub evictions: u64,
    /// How many were taken out since then, having expired or been cleared.
    pub swept: u64,
}

impl Redb {
    pub(crate) fn shared(path: &Path, options: Options) -> Self {
        Self { open: Open::shared(path, options) }
    }

    pub(crate) fn open_now(&self) -> Result<(), OpenError> {
        self.open.database().open(None)
    }

    /// The file, with all links followed.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// assert!(Redb::open(&path)?.path().ends_with("results.redb"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        self.open.database().path()
    }

    /// What is in it. Nothing, before it is opened.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::open(&path)?;
    /// assert_eq!(store.info().entries, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn info(&self) -> Info {
        let common = self.open.database().common();
        Info {
            entries: common.entries.load(Relaxed),
            bytes: common.bytes.load(Relaxed),
            file_bytes: fs::metadata(self.path()).map_or(0, |file| file.len()),
            evictions: common.evictions.load(Relaxed),
            swept: common.swept.load(Relaxed),
        }
    }

    /// Takes out all that has expired or was cleared, and says how many entries that were. It goes through all
    /// entries, without a time limit; other writes wait for it, look-ups do not.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::open(&path)?;
    /// assert_eq!(store.sweep()?, 0); // nothing has expired
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub fn sweep(&self) -> Result<usize, StoreError> {
        let swept = self.change_patiently(Change::Sweep)?;
        Ok(usize::try_from(swept).unwrap_or(usize::MAX))
    }

    /// Gives free space in the file back to the file system, and says how many bytes that were. It moves what is in the
    /// way, without a time limit; meanwhile look-ups are errors and other writes wait.
    ///
    /// ```
    /// # use weakcache_redb::{Durability, Redb};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("results.redb");
    /// let store = Redb::open(&path)?;
    /// let freed = store.compact()?;
    /// println!("{freed} bytes were given back");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where the store fails.
    pub fn compact(&self) -> Result<u64, StoreError> {
        let before = self.info().file_bytes;
        self.open.database().compact().map_err(error)?;
        Ok(before.saturating_sub(self.info().file_bytes))
    }

    fn change_patiently(&self, change: Change) -> Result<u64, StoreError> {
        self.open.database().write_patiently(change).map_err(error)
    }

    fn change(&self, change: Change) -> Result<(), StoreError> {
        self.open.database().write(change).map(drop).map_err(error)
    }
}

/// What whoever computes is to give back: what the clock of the database shows.
fn claim(clock: u64) -> Claim {
    Claim::new(clock.to_le_bytes().to_vec())
}

fn id(namespace: &Namespace) -> [u8; 16] {
    namespace.id().to_le_bytes()
}

fn error(failure: Failure) -> StoreError {
    match failure {
        Failure::Open(error) => StoreError::new(error),
        Failure::Fault(Fault::Io(error)) => StoreError::new(error),
        Failure::Fault(fault) => StoreError::new(fault.to_string()),
    }
}

impl Store for Redb {
    fn get(&self, key: Key<'_>, _tags: &[TagId]) -> Result<Answer, StoreError> {
        let id = id(key.namespace());
        let (found, clock) = self.open.database().get(&id, key.bytes()).map_err(error)?;
        Ok(match found {
            Some(found) => Answer::Found(Found {
                value: found.value,
                remaining: (found.expires != u64::MAX)
                    .then(|| Duration::from_millis(found.expires.saturating_sub(now()))),
            }),
            None => Answer::Missing(claim(clock)),
        })
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        let expires = match entry.ttl {
            None => u64::MAX,
            // A time to live beyond the end of time is none.
            Some(ttl) => u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).saturating_add(now()),
        };
        self.change(Change::Put(Put {
            namespace: id(key.namespace()),
            name: key.namespace().name().to_owned(),
            key: key.bytes().to_vec(),
            value: entry.value.to_vec(),
            expires,
            tags: entry.tags.iter().map(|tag| tag.to_bits().to_le_bytes()).collect(),
            // Whoever has no claim did not compute it: it is as if it was looked up now.
            seen: claim.as_bytes().try_into().ok().map(u64::from_le_bytes),
        }))
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        self.change(Change::Remove { namespace: id(key.namespace()), key: key.bytes().to_vec() })
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        self.change(Change::Clear { namespace: id(namespace) })
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        self.change(Change::InvalidateTag(tag.to_bits().to_le_bytes()))
    }

    fn claim(&self, _key: Key<'_>, _tags: &[TagId]) -> Result<Claim, StoreError> {
        self.open.database().clock().map(claim).map_err(error)
    }

    /// One path is one store.
    fn identity(&self) -> StoreId {
        StoreId::of(self.open.database())
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb").field("path", &self.path()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Durability;
    use crate::tables::Bounds;

    #[test]
    fn tags_take_no_more_than_their_bound_and_none_of_them_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tags.redb");
        let options = Options {
            bounds: Bounds { tags: 8, ..Bounds::default() },
            durability: Durability::Process,
            ..Options::default()
        };
        let open = || Redb::shared(&path, options.clone());
        let namespace = Namespace::new("n", 1);
        let (first, other) = (TagId::from_bits(1), TagId::from_bits(2));
        let is_found = |store: &Redb, bytes, tag: TagId| {
            matches!(store.get(Key::new(&namespace, bytes), &[tag]), Ok(Answer::Found(_)))
        };
        let put = |store: &Redb, bytes, tags: &[TagId], claim| {
            store.put(Key::new(&namespace, bytes), Entry::new(b"x").tags(tags), claim).unwrap();
        };
        let claim = |store: &Redb| store.claim(Key::new(&namespace, b""), &[]).unwrap();
        let mut store = open();
        let early = claim(&store);
        put(&store, b"a", &[first], early.clone());
        put(&store, b"plain", &[], early.clone());
        store.invalidate_tag(first).unwrap();
        assert!(!is_found(&store, b"a", first));
        put(&store, b"a", &[first], claim(&store));
        for round in 0..5 {
            for bits in 100..120 {
                store.invalidate_tag(TagId::from_bits(bits)).unwrap();
            }
            // That of its tag is forgotten: it might be.
            assert!(!is_found(&store, b"a", first), "in round {round}");
            put(&store, b"b", &[other], early.clone());
            assert!(!is_found(&store, b"b", other), "what was begun before is not stored");
            assert!(is_found(&store, b"plain", first), "what has no tags has nothing of it");
            put(&store, b"c", &[other], claim(&store));
            assert!(is_found(&store, b"c", other));
            store.invalidate_tag(other).unwrap();
            assert!(!is_found(&store, b"c", other));
            if round == 2 {
                drop(store);
                store = open();
            }
        }
        let rows = store.open.database().tags();
        assert!((4..=8).contains(&rows), "{rows}");
    }
}
