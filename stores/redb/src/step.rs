//! What one transaction does to the tables.

use std::ops::Bound::{Excluded, Unbounded};
use std::sync::Arc;

use redb::{ReadableTable, ReadableTableMetadata};

use crate::error::Fault;
use crate::record::{Head, Place, Record, Tag, Written, namespace_of, place};
use crate::tables::{Bounds, Ledger, Marks, Namespace, Tables};

/// What an entry takes beside its row and its body: its place, and the same with a number, where there is a bound.
const PLACES: u64 = 16 + 16 + 8;

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
        let number = self.ledger.counts.next;
        let Put { expires, tags, key, value, .. } = put;
        let record = Record { expires: *expires, number, seen, tags, key, value };
        let place = place(namespace.number, key);
        let cost = |written: &Written| PLACES + written.len();
        let most = self.bounds.bytes.unwrap_or(u64::MAX).min(LARGEST);
        let written = record.encode(&place).filter(|written| cost(written) <= most);
        let Some(written) = written.filter(|_| self.bounds.entries != Some(0)) else {
            // Heavier than all there may be. What stood there is older, and goes.
            return self.remove(&place).map(drop);
        };
        let old = self.tables.entries.insert(&place, written.row.as_slice())?.map(|old| Old::of(old.value()));
        if let Some(old) = old {
            self.forget(old)?;
        }
        if let Some(body) = &written.apart {
            self.tables.long.insert(number, body.as_slice())?;
        }
        if let Some(turns) = &mut self.tables.turns {
            turns.insert(number, &place)?;
        }
        let counts = &mut self.ledger.counts;
        counts.next += 1;
        counts.entries += 1;
        counts.bytes += cost(&written);
        if let Some(marks) = self.marks {
            // Left by an entry a million before.
            marks.take(number);
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
        let old = self.tables.entries.remove(place)?.map(|old| Old::of(old.value()));
        match old {
            Some(old) => self.forget(old).map(|()| true),
            None => Ok(false),
        }
    }

    /// Takes out what there is beside a row that is there no more.
    fn forget(&mut self, Old { head, mut bytes }: Old) -> Result<(), Fault> {
        if let Some(head) = head {
            if head.is_apart
                && let Some(body) = self.tables.long.remove(head.number)?
            {
                bytes += body.value().len() as u64;
            }
            if let Some(turns) = &mut self.tables.turns {
                turns.remove(head.number)?;
            }
        }
        let counts = &mut self.ledger.counts;
        counts.entries = counts.entries.saturating_sub(1);
        counts.bytes = counts.bytes.saturating_sub(PLACES + bytes);
        Ok(())
    }

    /// Takes out the oldest until the rest fits, but gives those that were read since another round: FIFO with
    /// reinsertion, also known as "second chance" (Corbató 1969). After `spare` of them nothing is spared, so that a
    /// step ends.
    pub(crate) fn evict(&mut self, mut spare: usize) -> Result<(), Fault> {
        while self.bounds.exceeded(self.ledger.counts) {
            let Some(turns) = &mut self.tables.turns else { break };
            let oldest = turns.pop_first()?.map(|(turn, place)| (turn.value(), *place.value()));
            let Some((turn, place)) = oldest else {
                // What is damaged may have none.
                let Some(first) = self.tables.entries.first()?.map(|(place, _)| *place.value()) else {
                    break;
                };
                self.remove(&first)?;
                self.ledger.evictions += 1;
                continue;
            };
            let Some(head) = self.tables.entries.get(&place)?.map(|row| Head::read(row.value())) else {
                continue;
            };
            if head.is_some_and(|head| head.number > turn) {
                continue;
            }
            let is_spared = spare > 0
                && self.ledger.live.contains(&namespace_of(place))
                && head.is_some_and(|head| {
                    head.expires > self.now && self.marks.is_some_and(|marks| marks.take(head.number))
                });
            if is_spared {
                spare -= 1;
                turns.insert(self.ledger.counts.next, &place)?;
                self.ledger.counts.next += 1;
            } else {
                self.remove(&place)?;
                self.ledger.evictions += 1;
            }
        }
        Ok(())
    }

    /// Looks at the next entries, and takes out what has expired or was cleared.
    pub(crate) fn sweep(&mut self, entries: usize) -> Result<(), Fault> {
        let mut dead = Vec::new();
        let mut last = None;
        let mut looked = 0;
        let from = self.ledger.cursor.as_ref().map_or(Unbounded, Excluded);
        for row in self.tables.entries.range::<&Place>((from, Unbounded))?.take(entries) {
            let (place, row) = row?;
            let place = *place.value();
            let expired = Head::read(row.value()).is_none_or(|head| head.expires <= self.now);
            if expired || !self.ledger.live.contains(&namespace_of(place)) {
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
        self.tables.write_counts(self.ledger.counts)
    }
}

/// A row that was there.
struct Old {
    /// Unless it was damaged.
    head: Option<Head>,
    bytes: u64,
}

impl Old {
    fn of(row: &[u8]) -> Self {
        Self { head: Head::read(row), bytes: row.len() as u64 }
    }
}
