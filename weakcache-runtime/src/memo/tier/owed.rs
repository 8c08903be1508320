//! What a store was to forget, and did not, as it failed: it is told again, and until then not asked for that.
#![forbid(unsafe_code)]

use crate::store::TagId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that is to be forgotten.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Debt {
    All,
    Key(Vec<u8>),
    Tag(TagId),
}

/// Of more than this many keys it is remembered that all are to be forgotten.
const MOST: usize = 1024;

/// All of that, each with a number: what is owed anew while it is paid stays.
pub(super) struct Owed {
    is_any: AtomicBool,
    debts: Mutex<Option<Debts>>,
}

#[derive(Default)]
struct Debts {
    count: u64,
    of: HashMap<Debt, u64>,
}

impl Owed {
    pub(super) const fn new() -> Self {
        Self { is_any: AtomicBool::new(false), debts: Mutex::new(None) }
    }

    fn debts(&self) -> MutexGuard<'_, Option<Debts>> {
        // No user code runs under it.
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, debt: Debt) {
        let mut debts = self.debts();
        let Debts { count, of } = debts.get_or_insert_default();
        *count += 1;
        if of.len() >= MOST && matches!(debt, Debt::Key(_)) {
            of.retain(|debt, _| matches!(debt, Debt::Tag(_)));
            of.insert(Debt::All, *count);
        } else {
            of.insert(debt, *count);
        }
        self.is_any.store(true, Ordering::Release);
    }

    /// One of them, to be paid.
    pub(super) fn first(&self) -> Option<(Debt, u64)> {
        if !self.is_any.load(Ordering::Acquire) {
            return None;
        }
        let debts = self.debts();
        debts.as_ref()?.of.iter().next().map(|(debt, count)| (debt.clone(), *count))
    }

    /// It was.
    pub(super) fn paid(&self, debt: &Debt, count: u64) {
        let mut debts = self.debts();
        let Some(Debts { of, .. }) = &mut *debts else { return };
        if of.get(debt) == Some(&count) {
            of.remove(debt);
        }
        self.is_any.store(!of.is_empty(), Ordering::Release);
    }

    /// Whether what the store has for a key may be what it was to forget.
    pub(super) fn is_owed(&self, key: &[u8], tags: &[TagId]) -> bool {
        self.is_any.load(Ordering::Acquire)
            && self.debts().as_ref().is_some_and(|Debts { of, .. }| {
                of.contains_key(&Debt::All)
                    || of.contains_key(&Debt::Key(key.to_vec()))
                    || tags.iter().any(|tag| of.contains_key(&Debt::Tag(*tag)))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{Debt, MOST, Owed};
    use crate::store::TagId;

    #[test]
    fn what_is_owed_anew_while_it_is_paid_stays() {
        let owed = Owed::new();
        assert!(owed.first().is_none() && !owed.is_owed(b"k", &[]));
        owed.add(Debt::Key(b"k".into()));
        assert!(owed.is_owed(b"k", &[]) && !owed.is_owed(b"other", &[]));
        let (debt, count) = owed.first().unwrap();
        owed.add(Debt::Key(b"k".into()));
        owed.paid(&debt, count);
        let (debt, count) = owed.first().unwrap();
        owed.paid(&debt, count);
        assert!(owed.first().is_none() && !owed.is_owed(b"k", &[]));
    }

    #[test]
    fn too_many_keys_are_all() {
        let (owed, tag) = (Owed::new(), TagId::from_bits(1));
        owed.add(Debt::Tag(tag));
        for x in 0..MOST {
            owed.add(Debt::Key(x.to_le_bytes().into()));
        }
        assert!(owed.is_owed(b"any", &[]));
        while let Some((debt, count)) = owed.first() {
            owed.paid(&debt, count);
        }
        assert!(!owed.is_owed(b"any", &[tag]));
        owed.add(Debt::Tag(tag));
        assert!(!owed.is_owed(b"any", &[]) && owed.is_owed(b"any", &[tag]));
    }
}
