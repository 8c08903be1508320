//! What a store was to forget, and did not, as it failed: it is told again, and until then not asked for that.
#![forbid(unsafe_code)]

use crate::clock::{self, Tick};
use crate::store::{Key, Namespace, Store, StoreError, TagId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Something that is to be forgotten.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Debt {
    All,
    Key(Vec<u8>),
    Tag(TagId),
}

impl Debt {
    pub(super) fn tell(&self, store: &dyn Store, namespace: &Namespace) -> Result<(), StoreError> {
        match self {
            Self::All => store.clear(namespace),
            Self::Key(bytes) => store.remove(Key::new(namespace, bytes)),
            Self::Tag(tag) => store.invalidate_tag(*tag),
        }
    }
}

/// More than these are not remembered one by one.
const MOST: usize = 1024;

/// After so long, one who was about to pay is taken for one who does not.
const PAYING: Duration = Duration::from_secs(10);

/// All of that, each with a number: what is owed anew while it is paid stays.
pub(super) struct Owed {
    is_any: AtomicBool,
    debts: Mutex<Option<Debts>>,
}

#[derive(Default)]
struct Debts {
    count: u64,
    of: HashMap<Debt, Noted>,
}

struct Noted {
    number: u64,
    /// Until when somebody is at it.
    paying: Tick,
}

/// One that is to be paid now.
pub(super) struct Due<'a> {
    of: &'a Owed,
    debt: Debt,
    number: u64,
}

impl Owed {
    pub(super) const fn new() -> Self {
        Self { is_any: AtomicBool::new(false), debts: Mutex::new(None) }
    }

    fn debts(&self) -> MutexGuard<'_, Option<Debts>> {
        // No user code runs under it.
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_any(&self) -> bool {
        self.is_any.load(Ordering::Acquire)
    }

    /// Notes one. Where there are too many, all are dropped for what `instead` says.
    pub(super) fn add(&self, debt: Debt, instead: impl FnOnce() -> Option<Debt>) {
        let mut debts = self.debts();
        let Debts { count, of } = debts.get_or_insert_default();
        *count += 1;
        let mut debt = Some(debt);
        if of.len() >= MOST && debt.as_ref().is_some_and(|debt| !of.contains_key(debt)) {
            debt = instead();
            of.clear();
        }
        if let Some(debt) = debt {
            of.insert(debt, Noted { number: *count, paying: 0 });
        }
        self.is_any.store(!of.is_empty(), Ordering::Release);
    }

    /// So many of them, to be paid by one: of `mine` those that are owed, and of the others those that nobody is at.
    pub(super) fn some(&self, mine: &[Debt], most: usize) -> Vec<Due<'_>> {
        if !self.is_any() {
            return Vec::new();
        }
        let now = clock::exact();
        let mut debts = self.debts();
        let Some(Debts { of, .. }) = &mut *debts else { return Vec::new() };
        let mut due = Vec::new();
        let mut take = |debt: &Debt, noted: &mut Noted| {
            noted.paying = now.saturating_add(clock::nanos(PAYING));
            due.push(Due { of: self, debt: debt.clone(), number: noted.number });
            due.len()
        };
        let mut taken = 0;
        for debt in mine {
            if taken < most
                && let Some(noted) = of.get_mut(debt)
            {
                taken = take(debt, noted);
            }
        }
        let rest = of.iter_mut().filter(|(_, noted)| noted.paying <= now);
        for (debt, noted) in rest.take(most - taken) {
            take(debt, noted);
        }
        due
    }

    /// Whether what the store has for a key may be what it was to forget.
    pub(super) fn is_owed(&self, key: &[u8], tags: &[TagId]) -> bool {
        self.is_any()
            && self.debts().as_ref().is_some_and(|Debts { of, .. }| {
                of.contains_key(&Debt::All)
                    || of.contains_key(&Debt::Key(key.to_vec()))
                    || tags.iter().any(|tag| of.contains_key(&Debt::Tag(*tag)))
            })
    }
}

impl Due<'_> {
    pub(super) fn debt(&self) -> &Debt {
        &self.debt
    }

    pub(super) fn paid(self) {
        let mut debts = self.of.debts();
        let Some(Debts { of, .. }) = &mut *debts else { return };
        if of.get(&self.debt).is_some_and(|noted| noted.number == self.number) {
            of.remove(&self.debt);
        }
        if of.is_empty() {
            of.shrink_to_fit();
        }
        self.of.is_any.store(!of.is_empty(), Ordering::Release);
    }
}

impl Drop for Due<'_> {
    /// The next may pay it, if this one has not.
    fn drop(&mut self) {
        if let Some(Debts { of, .. }) = &mut *self.of.debts()
            && let Some(noted) = of.get_mut(&self.debt)
        {
            noted.paying = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Debt, MOST, Owed};
    use crate::store::TagId;

    fn key(name: &[u8]) -> Debt {
        Debt::Key(name.into())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as `add` takes it")]
    fn all() -> Option<Debt> {
        Some(Debt::All)
    }

    fn pay_one(owed: &Owed) -> bool {
        owed.some(&[], 1).pop().map(super::Due::paid).is_some()
    }

    #[test]
    fn what_is_owed_anew_while_it_is_paid_stays() {
        let owed = Owed::new();
        assert!(!pay_one(&owed) && !owed.is_owed(b"k", &[]));
        owed.add(key(b"k"), all);
        assert!(owed.is_owed(b"k", &[]) && !owed.is_owed(b"other", &[]));
        let due = owed.some(&[], 1).pop().unwrap();
        owed.add(key(b"k"), all);
        due.paid();
        assert!(owed.is_owed(b"k", &[]));
        assert!(pay_one(&owed) && !pay_one(&owed) && !owed.is_owed(b"k", &[]));
    }

    #[test]
    fn too_many_are_all() {
        for debt in [|x: usize| key(&x.to_le_bytes()), |x: usize| Debt::Tag(TagId::from_bits(x as u128))] {
            let owed = Owed::new();
            for x in 0..MOST {
                owed.add(debt(x), all);
                // Not another one.
                owed.add(debt(x), || unreachable!());
            }
            assert!(!owed.is_owed(b"any", &[]));
            owed.add(debt(MOST), all);
            assert!(owed.is_owed(b"any", &[]));
            assert!(pay_one(&owed) && !pay_one(&owed));
            for x in 0..=MOST {
                owed.add(debt(x), || None);
            }
            assert!(!owed.is_any(), "the others were told of in another way");
        }
    }

    #[test]
    fn a_few_are_paid_by_each_and_its_own_first() {
        let owed = Owed::new();
        for x in 0..100_u8 {
            owed.add(key(&[x]), all);
        }
        let mine = [Debt::All, key(&[7]), key(&[200])];
        let one = owed.some(&mine, 8);
        assert_eq!((one.len(), one[0].debt()), (8, &mine[1]));
        let other = owed.some(&mine, 8);
        assert_eq!((other.len(), other[0].debt()), (8, &mine[1]), "its own whoever is at it");
        let is_same = |debt: &Debt| one.iter().any(|due| due.debt() == debt);
        assert_eq!(other.iter().filter(|due| is_same(due.debt())).count(), 1);
        assert_eq!(owed.some(&mine, 0).len(), 0);
        let given_up = one[1].debt().clone();
        drop((one, other));
        assert!(owed.some(&[], 100).iter().any(|due| *due.debt() == given_up));
    }
}
