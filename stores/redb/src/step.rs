//! What one transaction does to the tables.

use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use redb::{ReadableTable, ReadableTableMetadata};

use crate::error::Fault;
use crate::record::{Indexed, Place, Record, Tag, place};
use crate::tables::{Bounds, Ledger, Marks, Namespace, Tables};

/// What an entry takes beside its record: its place, number and expiry in the index, and its number again.
const INDEXED: u64 = 16 + 16 + 8;

/// redb would take half as much again.
const LARGEST: u64 = 2 << 30;

/// A change to the tables.
#[derive(Debug)]
pub(crate) enum Change {
    Put(Put),
    Remove { namespace: [u8; 16], key: Vec<u8> },
    Clear { namespace: [u8; 16] },
    InvalidateTag(Tag),
    Sweep,
}

#[derive(Debug)]
pub(crate) struct Put {
    pub(crate) namespace: [u8; 16],
    /// For those who look into the file.
    pub(crate) name: String,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) expires: u64,
    pub(crate) tags: Vec<Tag>,
    /// What the clock showed when the value began to be computed.
    pub(crate) seen: Option<u64>,
}

impl Change {
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Put(put) => put.key.len() + put.value.len(),
            Self::Remove { key, .. } => key.len(),
            _ => 0,
        }
    }
}

/// A transaction and what goes with it.
pub(crate) struct Step<'a, 't> {
    pub(crate) tables: Tables<'t>,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) bounds: Bounds,
    pub(crate) marks: Option<&'a Marks>,
    /// The time, in milliseconds since 1970.
    pub(crate) now: u64,
}

impl Step<'_, '_> {
    /// Says how many entries were removed by it, where that was the point.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<u64, Fault> {
        match change {
            Change::Put(put) => self.put(put).map(|()| 0),
            Change::Remove { namespace, key } => {
                let Some(namespace) = self.ledger.namespaces.get(namespace) else {
                    return Ok(0);
                };
                let at = place(namespace.number, key);
                self.remove(&at).map(u64::from)
            }
            Change::Clear { namespace } => self.clear(namespace).map(|()| 0),
            Change::InvalidateTag(tag) => self.invalidate(tag).map(|()| 0),
            Change::Sweep => {
                let before = self.ledger.swept;
                self.ledger.cursor = None;
                self.sweep(usize::MAX)?;
                Ok(self.ledger.swept - before)
            }
        }
    }

    fn put(&mut self, put: &Put) -> Result<(), Fault> {
        let namespace = match self.ledger.namespaces.get(&put.namespace) {
            Some(namespace) => *namespace,
            None => self.name(&put.namespace, &put.name, 0)?,
        };
        // What has been invalidated while it was computed is not kept.
        let seen = put.seen.unwrap_or(self.ledger.counts.clock);
        let mut stale = namespace.cleared > seen || !put.tags.is_empty() && seen < self.ledger.counts.floor;
        for tag in &put.tags {
            stale |= self.tables.tags.get(tag)?.is_some_and(|at| at.value() > seen);
        }
        if stale {
            return Ok(());
        }
        let at = Indexed { number: self.ledger.counts.next, expires: put.expires };
        let record =
            Record { namespace: namespace.number, seen, tags: &put.tags, key: &put.key, value: &put.value };
        let place = place(namespace.number, &put.key);
        let cost = |bytes: &Vec<u8>| INDEXED + bytes.len() as u64;
        let most = self.bounds.bytes.unwrap_or(u64::MAX).min(LARGEST);
        let bytes = record.encode(at).filter(|bytes| cost(bytes) <= most);
        let Some(bytes) = bytes.filter(|_| self.bounds.entries != Some(0)) else {
            // Heavier than all there may be. What stood there is older, and goes.
            return self.remove(&place).map(drop);
        };
        let old = self.tables.index.insert(&place, (at.number, at.expires))?;
        let old = old.map(|old| old.value().0);
        if let Some(old) = old {
            self.forget(old)?;
        }
        self.tables.values.insert(at.number, bytes.as_slice())?;
        let counts = &mut self.ledger.counts;
        counts.next += 1;
        counts.entries += 1;
        counts.bytes += cost(&bytes);
        if let Some(marks) = self.marks {
            // Left by an entry a million before.
            marks.take(at.number);
        }
        Ok(())
    }

    /// Gives a namespace a number that no entry has.
    fn name(&mut self, id: &[u8; 16], name: &str, cleared: u64) -> Result<Namespace, Fault> {
        let counts = &mut self.ledger.counts;
        let number = u32::try_from(counts.next_namespace)
            .map_err(|_| Fault::Damaged("no namespaces are left".to_owned()))?;
        counts.next_namespace += 1;
        let namespace = Namespace { number, cleared };
        self.tables.namespaces.insert(id, (number, cleared, name))?;
        let old = Arc::make_mut(&mut self.ledger.namespaces).insert(*id, namespace);
        if let Some(old) = old {
            self.ledger.live.remove(&old.number);
        }
        self.ledger.live.insert(number);
        Ok(namespace)
    }

    fn clear(&mut self, id: &[u8; 16]) -> Result<(), Fault> {
        self.ledger.counts.clock += 1;
        let name = match self.tables.namespaces.get(id)? {
            Some(row) => row.value().2.to_owned(),
            // Noted all the same: a value may be on its way.
            None => String::new(),
        };
        self.name(id, &name, self.ledger.counts.clock).map(drop)
    }

    fn invalidate(&mut self, tag: &Tag) -> Result<(), Fault> {
        let counts = &mut self.ledger.counts;
        counts.clock += 1;
        self.tables.tags.insert(tag, counts.clock)?;
        let len = self.tables.tags.len()?;
        if len <= self.bounds.tags {
            return Ok(());
        }
        // The older half, so that this is not done at each one.
        let mut at = Vec::new();
        for row in self.tables.tags.iter()? {
            at.push(row?.1.value());
        }
        at.sort_unstable();
        let floor = at[(at.len() - 1) / 2];
        counts.floor = counts.floor.max(floor);
        self.tables.tags.retain(|_, at| at > floor)?;
        Ok(())
    }

    fn remove(&mut self, place: &Place) -> Result<bool, Fault> {
        let old = self.tables.index.remove(place)?.map(|old| old.value().0);
        if let Some(old) = old {
            self.forget(old)?;
        }
        Ok(old.is_some())
    }

    /// Takes out the record of an entry that the index has no more.
    fn forget(&mut self, number: u64) -> Result<(), Fault> {
        let length = self.tables.values.remove(number)?.map(|record| record.value().len());
        if let Some(length) = length {
            self.uncount(length);
        }
        Ok(())
    }

    fn uncount(&mut self, record: usize) {
        let counts = &mut self.ledger.counts;
        counts.entries = counts.entries.saturating_sub(1);
        counts.bytes = counts.bytes.saturating_sub(INDEXED + record as u64);
    }

    /// Takes out the oldest until the rest fits, but gives those that were read since another round: FIFO with
    /// reinsertion, also known as "second chance" (Corbató 1969). After `spare` of them nothing is spared, so that a
    /// step ends.
    pub(crate) fn evict(&mut self, mut spare: usize) -> Result<(), Fault> {
        while self.bounds.exceeded(self.ledger.counts) {
            let Some((first, record)) = self.tables.values.pop_first()? else {
                break;
            };
            let number = first.value();
            let bytes = record.value();
            let length = bytes.len();
            let entry = Record::glance(bytes);
            let at = entry.as_ref().map(|entry| place(entry.namespace, entry.key));
            let indexed = match &at {
                Some(at) => self.tables.index.get(at)?.map(|row| row.value()),
                None => None,
            };
            let expires = indexed.filter(|row| row.0 == number).map(|row| row.1);
            let again = match (entry, expires) {
                (Some(entry), Some(expires))
                    if spare > 0
                        && expires > self.now
                        && self.ledger.live.contains(&entry.namespace)
                        && self.marks.is_some_and(|marks| marks.take(number)) =>
                {
                    let at = Indexed { number: self.ledger.counts.next, expires };
                    entry.encode(at).map(|bytes| (at, bytes))
                }
                _ => None,
            };
            drop((first, record));
            match (again, at) {
                (Some((to, bytes)), Some(at)) => {
                    spare -= 1;
                    self.ledger.counts.next += 1;
                    self.tables.index.insert(&at, (to.number, to.expires))?;
                    self.tables.values.insert(to.number, bytes.as_slice())?;
                }
                (_, at) => {
                    if let (Some(at), Some(_)) = (at, expires) {
                        self.tables.index.remove(&at)?;
                    }
                    self.uncount(length);
                    self.ledger.evictions += 1;
                }
            }
        }
        Ok(())
    }

    /// Looks at the next entries of the index, and takes out what has expired or was cleared.
    pub(crate) fn sweep(&mut self, entries: usize) -> Result<(), Fault> {
        let mut dead = Vec::new();
        let mut last = None;
        let mut looked = 0;
        let from = self.ledger.cursor.as_ref().map_or(Unbounded, Excluded);
        for row in self.tables.index.range::<&Place>((from, Unbounded))?.take(entries) {
            let (place, row) = row?;
            let place = *place.value();
            let [a, b, c, d, ..] = place;
            if row.value().1 <= self.now || !self.ledger.live.contains(&u32::from_be_bytes([a, b, c, d])) {
                dead.push(place);
            }
            last = Some(place);
            looked += 1;
        }
        // From the beginning, once the end is reached.
        self.ledger.cursor = last.filter(|_| looked == entries);
        for place in &dead {
            self.remove(place)?;
        }
        self.ledger.swept += dead.len() as u64;
        Ok(())
    }

    /// Writes the counts.
    pub(crate) fn finish(mut self) -> Result<(), Fault> {
        let counts = self.ledger.counts;
        for (name, value) in [
            ("bytes", counts.bytes),
            ("next", counts.next),
            ("next namespace", counts.next_namespace),
            ("clock", counts.clock),
            ("floor", counts.floor),
        ] {
            self.tables.meta.insert(name, value)?;
        }
        Ok(())
    }
}
