//! The tables of a file, and how they are read.
//!
//! * `entries`: a place (namespace, hash of the key) to the row of an entry, with its body where that is short: one look-up
//!   is a hit.
//! * `long`: the number of an entry to its body, where that is long.
//! * `turns`: where there is a bound, a number to a place. Numbers count up, so the first is what is evicted next. One that
//!   is given another turn keeps its row, so a row whose number is higher than a turn was written after that, and has its own.
//! * `namespaces`: 16 bytes to the number that stands for them. Clearing gives another number, in one step; what has an
//!   old one is invisible and is taken out bit by bit, like what has expired.
//! * `tags`: 16 bytes to what the clock showed at the last invalidation. An entry is alive while each of its tags was
//!   invalidated before it was looked up. Of too many the older half goes, and what was looked up before their last with it.
//! * `counts`: the [`Counts`], and whether there are turns.
//! * `weakcache`: the format.

use std::collections::{HashMap, HashSet};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use redb::{
    OwnedAccessGuard, ReadOnlyTable, ReadTransaction, ReadableTable, ReadableTableMetadata, Table,
    TableDefinition, WriteTransaction,
};

use crate::error::Fault;
use crate::record::{Head, Place, Record, Tag, place};

const ENTRIES: TableDefinition<&Place, &[u8]> = TableDefinition::new("entries");
const LONG: TableDefinition<u64, &[u8]> = TableDefinition::new("long");
const TURNS: TableDefinition<u64, &Place> = TableDefinition::new("turns");
const NAMESPACES: TableDefinition<&[u8; 16], (u32, u64, &str)> = TableDefinition::new("namespaces");
const TAGS: TableDefinition<&Tag, u64> = TableDefinition::new("tags");
const COUNTS: TableDefinition<(), CountsRow> = TableDefinition::new("counts");
/// As in every format that there was.
const META: TableDefinition<&str, u64> = TableDefinition::new("weakcache");

/// The [`Counts`] in the order of their fields, without the entries, and whether there are turns.
type CountsRow = (u64, u64, u64, u64, u64, bool);

/// Raised whenever an old package would misread what this one writes.
pub(crate) const FORMAT: u64 = 2;

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

impl Counts {
    /// Those of a row, without the entries.
    ///
    /// # Errors
    ///
    /// Where nothing can have counted so: from what is let through here, nothing counts up to an overflow.
    fn read((bytes, next, next_namespace, clock, floor, _): CountsRow) -> Result<Self, Fault> {
        let counts = Self { entries: 0, bytes, next, next_namespace, clock, floor };
        let are_possible =
            bytes.max(next).max(clock) < 1 << 63 && next_namespace <= 1 << 32 && floor <= clock;
        if are_possible { Ok(counts) } else { Err(Fault::Damaged(format!("impossible counts: {counts:?}"))) }
    }
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
    pub(crate) entries: Writable<'t, &'static Place, &'static [u8]>,
    pub(crate) long: Writable<'t, u64, &'static [u8]>,
    /// Where there is a bound.
    pub(crate) turns: Option<Writable<'t, u64, &'static Place>>,
    pub(crate) namespaces: Writable<'t, &'static [u8; 16], (u32, u64, &'static str)>,
    pub(crate) tags: Writable<'t, &'static Tag, u64>,
    counts: Writable<'t, (), CountsRow>,
}

impl<'t> Tables<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction, bounds: Bounds) -> Result<Self, Fault> {
        Ok(Self {
            entries: Writable::open(transaction, ENTRIES)?,
            long: Writable::open(transaction, LONG)?,
            turns: if bounds.any() { Some(Writable::open(transaction, TURNS)?) } else { None },
            namespaces: Writable::open(transaction, NAMESPACES)?,
            tags: Writable::open(transaction, TAGS)?,
            counts: Writable::open(transaction, COUNTS)?,
        })
    }

    pub(crate) fn write_counts(&mut self, counts: Counts) -> Result<(), Fault> {
        let Counts { entries: _, bytes, next, next_namespace, clock, floor } = counts;
        let row = (bytes, next, next_namespace, clock, floor, self.turns.is_some());
        self.counts.insert((), row)?;
        Ok(())
    }

    /// Gives each entry its turn, in the order of writing.
    fn give_turns(&mut self) -> Result<(), Fault> {
        let Some(turns) = &mut self.turns else { return Ok(()) };
        let mut order = Vec::new();
        for row in self.entries.iter()? {
            let (place, row) = row?;
            // What cannot be read has none: it leaves when nothing else is left.
            order.extend(Head::read(row.value()).map(|head| (head.number, *place.value())));
        }
        order.sort_unstable();
        for (number, place) in &order {
            turns.insert(number, place)?;
        }
        Ok(())
    }
}

/// The counts, without the entries, and whether there are turns.
fn counts(transaction: &ReadTransaction) -> Result<(Counts, bool), Fault> {
    let row = transaction.open_table(COUNTS)?.get_owned(())?.map(|row| row.value());
    let row = row.ok_or_else(|| Fault::Damaged("there are no counts".to_owned()))?;
    Ok((Counts::read(row)?, row.5))
}

/// Whether there is nothing to [`prepare`] in a file that is ours: a disk that is full does not keep anybody from reading. Of
/// one that is damaged, a table may be missing: that is found out here, before it is made anew or a call needs it.
pub(crate) fn is_prepared(transaction: &ReadTransaction, bounds: Bounds) -> Result<bool, Fault> {
    let (_, has_turns) = counts(transaction)?;
    transaction.open_table(ENTRIES)?;
    transaction.open_table(LONG)?;
    transaction.open_table(NAMESPACES)?;
    transaction.open_table(TAGS)?;
    if has_turns {
        transaction.open_table(TURNS)?;
    }
    Ok(has_turns == bounds.any())
}

/// Writes what makes a file ours, where it is new, and gives turns, or takes them away.
pub(crate) fn prepare(transaction: &WriteTransaction, bounds: Bounds) -> Result<(), Fault> {
    Writable::open(transaction, META)?.insert("format", FORMAT)?;
    if !bounds.any() {
        // They are not kept up.
        transaction.delete_table(TURNS)?;
    }
    let mut tables = Tables::open(transaction, bounds)?;
    let mut row = tables.counts.get(())?.map(|row| row.value()).unwrap_or_default();
    if !row.5 {
        tables.give_turns()?;
    }
    row.5 = bounds.any();
    tables.counts.insert((), row)?;
    Ok(())
}

/// Reads what there is to know.
pub(crate) fn ledger(transaction: &ReadTransaction) -> Result<Ledger, Fault> {
    let (mut counts, _) = counts(transaction)?;
    // The one that matters is counted, in case the two should ever differ.
    counts.entries = transaction.open_table(ENTRIES)?.len()?;
    let mut namespaces = HashMap::new();
    for row in transaction.open_table(NAMESPACES)?.iter()? {
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

/// The tables as they were after a commit.
pub(crate) struct Snapshot {
    entries: ReadOnlyTable<&'static Place, &'static [u8]>,
    long: ReadOnlyTable<u64, &'static [u8]>,
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
            entries: transaction.open_table(ENTRIES)?,
            long: transaction.open_table(LONG)?,
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
        now: impl FnOnce() -> u64,
        marks: Option<&Marks>,
    ) -> Result<Option<Found>, Fault> {
        let Some(namespace) = self.namespaces.get(namespace) else {
            return Ok(None);
        };
        let place = place(namespace.number, key);
        let Some(row) = self.entries.get_owned(&place)? else {
            return Ok(None);
        };
        let row = row.value();
        let head = Head::read(row).ok_or(Fault::BadEntry)?;
        if head.expires != u64::MAX && head.expires <= now() {
            return Ok(None);
        }
        let apart = if head.is_apart { self.long.get_owned(head.number)? } else { None };
        let Some(entry) = Record::decode(&place, row, apart.as_ref().map(OwnedAccessGuard::value)) else {
            return Err(Fault::BadEntry);
        };
        if entry.key != key {
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
            marks.set(entry.number);
        }
        Ok(Some(Found { value: entry.value.to_vec(), expires: entry.expires }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::{Database, ReadableDatabase, backends::InMemoryBackend};

    #[test]
    fn two_keys_of_one_hash_are_two() {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let (asked, other): (&[u8], &[u8]) = (b"asked for", b"another, of the same hash");
        for (stored, is_found) in [(asked, true), (other, false)] {
            let at = place(5, asked);
            let record =
                Record { expires: u64::MAX, number: 1, seen: 0, tags: &[], key: stored, value: b"x" };
            let transaction = database.begin_write().unwrap();
            prepare(&transaction, Bounds::default()).unwrap();
            let mut tables = Tables::open(&transaction, Bounds::default()).unwrap();
            tables.namespaces.insert(&[0; 16], (5, 0, "")).unwrap();
            tables.entries.insert(&at, record.encode(&at).unwrap().row.as_slice()).unwrap();
            drop(tables);
            transaction.commit().unwrap();
            let transaction = database.begin_read().unwrap();
            let snapshot = Snapshot::new(&transaction, &ledger(&transaction).unwrap()).unwrap();
            let found = snapshot.get(&[0; 16], asked, || 0, None).unwrap();
            assert_eq!(found.is_some(), is_found);
        }
    }
}
