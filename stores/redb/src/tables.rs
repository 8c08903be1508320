//! The tables of a file, and how they are read.
//!
//! * `index`: a place (namespace, hash of the key) to the number of an entry and when it expires.
//! * `values`: a number to the record. Numbers count up, so the oldest entry is the first, and what is evicted next.
//! * `namespaces`: 16 bytes to the number that stands for them. Clearing gives another number, in one step; what has an
//!   old one is invisible and is taken out bit by bit, like what has expired.
//! * `tags`: 16 bytes to what the clock showed at the last invalidation. An entry is alive while each of its tags was
//!   invalidated before it was looked up. Of too many the older half goes, and what was looked up before their last with it.
//! * `meta`: the format, and the [`Counts`].

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use redb::{
    ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
    WriteTransaction,
};

use crate::error::Fault;
use crate::record::{Indexed, Place, Record, Tag, place};

const INDEX: TableDefinition<&Place, (u64, u64)> = TableDefinition::new("index");
const VALUES: TableDefinition<u64, &[u8]> = TableDefinition::new("values");
const NAMESPACES: TableDefinition<&[u8; 16], (u32, u64, &str)> = TableDefinition::new("namespaces");
const TAGS: TableDefinition<&Tag, u64> = TableDefinition::new("tags");
const META: TableDefinition<&str, u64> = TableDefinition::new("weakcache");

/// Raised whenever an old package would misread what this one writes.
pub(crate) const FORMAT: u64 = 1;

/// A namespace, as it is remembered while the file is open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Namespace {
    pub(crate) number: u32,
    /// What the clock showed when it was last cleared.
    pub(crate) cleared: u64,
}

pub(crate) type Namespaces = HashMap<[u8; 16], Namespace>;

/// What is counted, in the file and in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// The number of the next entry.
    pub(crate) next: u64,
    /// The number of the next namespace.
    pub(crate) next_namespace: u64,
    /// Counted up by whatever makes entries invisible that it does not touch.
    pub(crate) clock: u64,
    /// What the clock showed at the last invalidation of a tag that is not in the table any more. What has tags and was looked
    /// up before that is as if it had that one.
    pub(crate) floor: u64,
}

/// How much a file may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) entries: Option<u64>,
    pub(crate) bytes: Option<u64>,
    /// Of how many tags it is known when they were invalidated.
    pub(crate) tags: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: None, bytes: None, tags: 1 << 16 }
    }
}

impl Bounds {
    pub(crate) fn any(self) -> bool {
        self.entries.is_some() || self.bytes.is_some()
    }

    pub(crate) fn exceeded(self, counts: Counts) -> bool {
        self.entries.is_some_and(|most| counts.entries > most)
            || self.bytes.is_some_and(|most| counts.bytes > most)
    }
}

/// Which entries were read since they were written: a bit each, by number. Two that share one spare each other, which
/// costs nothing but a little precision.
#[derive(Debug)]
pub(crate) struct Marks(Box<[AtomicU64]>);

impl Marks {
    const BITS: usize = 1 << 20;

    pub(crate) fn new() -> Self {
        Self((0..Self::BITS / 64).map(|_| AtomicU64::new(0)).collect())
    }

    fn at(&self, number: u64) -> (&AtomicU64, u64) {
        #[expect(clippy::cast_possible_truncation, reason = "it is taken modulo the bits")]
        let bit = number as usize % Self::BITS;
        (&self.0[bit / 64], 1 << (bit % 64))
    }

    pub(crate) fn set(&self, number: u64) {
        let (word, bit) = self.at(number);
        // Most are set already, and a load shares the line.
        if word.load(Relaxed) & bit == 0 {
            word.fetch_or(bit, Relaxed);
        }
    }

    pub(crate) fn take(&self, number: u64) -> bool {
        let (word, bit) = self.at(number);
        word.fetch_and(!bit, Relaxed) & bit != 0
    }
}

/// What is known of the tables without reading them. Only the thread that writes has one; where a transaction fails, it
/// is thrown away with the database, so that the two never differ.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) counts: Counts,
    /// Shared with the snapshots, and replaced when one is added or cleared.
    pub(crate) namespaces: Arc<Namespaces>,
    pub(crate) live: HashSet<u32>,
    /// Where the sweep goes on.
    pub(crate) cursor: Option<Place>,
    pub(crate) evictions: u64,
    pub(crate) swept: u64,
}

/// How a file that has been opened stands to this package.
pub(crate) enum Origin {
    Ours,
    /// No table of anybody's.
    New,
    OtherFormat(u64),
    Foreign,
}

pub(crate) fn origin(transaction: &ReadTransaction) -> Result<Origin, Fault> {
    match transaction.open_table(META) {
        Ok(meta) => Ok(match meta.get_owned("format")?.map(|format| format.value()) {
            Some(FORMAT) => Origin::Ours,
            Some(other) => Origin::OtherFormat(other),
            None => Origin::Foreign,
        }),
        Err(redb::TableError::TableDoesNotExist(_)) => {
            let empty = transaction.list_tables()?.next().is_none()
                && transaction.list_multimap_tables()?.next().is_none();
            Ok(if empty { Origin::New } else { Origin::Foreign })
        }
        Err(redb::TableError::Storage(error)) => Err(error.into()),
        Err(_) => Ok(Origin::Foreign),
    }
}

/// A table that is writable. redb panics on some damaged files, and then once more where a table is dropped, since the
/// first panic poisoned a lock: a panic that leaves a destructor in a panic ends the process, so it is caught there.
pub(crate) struct Writable<'t, K: redb::Key + 'static, V: redb::Value + 'static>(Option<Table<'t, K, V>>);

impl<'t, K: redb::Key + 'static, V: redb::Value + 'static> Writable<'t, K, V> {
    fn open(transaction: &'t WriteTransaction, table: TableDefinition<K, V>) -> Result<Self, Fault> {
        Ok(Self(Some(transaction.open_table(table)?)))
    }
}

impl<'t, K: redb::Key + 'static, V: redb::Value + 'static> Deref for Writable<'t, K, V> {
    type Target = Table<'t, K, V>;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref().expect("there until it is dropped")
    }
}

impl<K: redb::Key + 'static, V: redb::Value + 'static> DerefMut for Writable<'_, K, V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.as_mut().expect("there until it is dropped")
    }
}

impl<K: redb::Key + 'static, V: redb::Value + 'static> Drop for Writable<'_, K, V> {
    fn drop(&mut self) {
        let table = self.0.take();
        // The one that unwinds already, or the commit, says what is wrong.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(table)));
    }
}

/// The tables, writable.
pub(crate) struct Tables<'t> {
    pub(crate) index: Writable<'t, &'static Place, (u64, u64)>,
    pub(crate) values: Writable<'t, u64, &'static [u8]>,
    pub(crate) namespaces: Writable<'t, &'static [u8; 16], (u32, u64, &'static str)>,
    pub(crate) tags: Writable<'t, &'static Tag, u64>,
    pub(crate) meta: Writable<'t, &'static str, u64>,
}

impl<'t> Tables<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, Fault> {
        Ok(Self {
            index: Writable::open(transaction, INDEX)?,
            values: Writable::open(transaction, VALUES)?,
            namespaces: Writable::open(transaction, NAMESPACES)?,
            tags: Writable::open(transaction, TAGS)?,
            meta: Writable::open(transaction, META)?,
        })
    }

    /// Writes what makes a file ours, where it is new, and reads what there is to know.
    pub(crate) fn ledger(&mut self) -> Result<Ledger, Fault> {
        self.meta.insert("format", FORMAT)?;
        let read = |name| Ok::<_, Fault>(self.meta.get(name)?.map_or(0, |value| value.value()));
        let counts = Counts {
            // The one that matters is counted, in case the two should ever differ.
            entries: self.values.len()?,
            bytes: read("bytes")?,
            next: read("next")?,
            next_namespace: read("next namespace")?,
            clock: read("clock")?,
            floor: read("floor")?,
        };
        let mut namespaces = HashMap::new();
        for row in self.namespaces.iter()? {
            let (id, row) = row?;
            let (number, cleared, _) = row.value();
            namespaces.insert(*id.value(), Namespace { number, cleared });
        }
        Ok(Ledger {
            counts,
            live: namespaces.values().map(|namespace| namespace.number).collect(),
            namespaces: Arc::new(namespaces),
            cursor: None,
            evictions: 0,
            swept: 0,
        })
    }
}

/// The tables as they were after a commit.
pub(crate) struct Snapshot {
    index: ReadOnlyTable<&'static Place, (u64, u64)>,
    values: ReadOnlyTable<u64, &'static [u8]>,
    tags: ReadOnlyTable<&'static Tag, u64>,
    namespaces: Arc<Namespaces>,
    pub(crate) clock: u64,
    floor: u64,
}

/// An entry that was found.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) value: Vec<u8>,
    pub(crate) expires: u64,
}

impl Snapshot {
    pub(crate) fn new(transaction: &ReadTransaction, ledger: &Ledger) -> Result<Self, Fault> {
        Ok(Self {
            index: transaction.open_table(INDEX)?,
            values: transaction.open_table(VALUES)?,
            tags: transaction.open_table(TAGS)?,
            namespaces: Arc::clone(&ledger.namespaces),
            clock: ledger.counts.clock,
            floor: ledger.counts.floor,
        })
    }

    #[cfg(test)]
    pub(crate) fn tags(&self) -> u64 {
        self.tags.len().expect("a table that can be read")
    }

    pub(crate) fn get(
        &self,
        namespace: &[u8; 16],
        key: &[u8],
        now: u64,
        marks: Option<&Marks>,
    ) -> Result<Option<Found>, Fault> {
        let Some(namespace) = self.namespaces.get(namespace) else {
            return Ok(None);
        };
        let Some(row) = self.index.get_owned(&place(namespace.number, key))? else {
            return Ok(None);
        };
        let (number, expires) = row.value();
        if expires <= now {
            return Ok(None);
        }
        let Some(record) = self.values.get_owned(number)? else {
            return Err(Fault::BadEntry);
        };
        let Some(entry) = Record::decode(record.value(), Indexed { number, expires }) else {
            return Err(Fault::BadEntry);
        };
        if entry.namespace != namespace.number || entry.key != key {
            // Another key of the same hash.
            return Ok(None);
        }
        if !entry.tags.is_empty() && entry.seen < self.floor {
            return Ok(None);
        }
        for tag in entry.tags {
            if self.tags.get_owned(tag)?.is_some_and(|at| at.value() > entry.seen) {
                return Ok(None);
            }
        }
        if let Some(marks) = marks {
            marks.set(number);
        }
        Ok(Some(Found { value: entry.value.to_vec(), expires }))
    }
}
