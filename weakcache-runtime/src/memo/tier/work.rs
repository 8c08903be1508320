//! A computation whose result is to go to the store: what it asks, and what becomes of its claim.
#![forbid(unsafe_code)]

use super::cell::Made;
use super::computing::Entered;
use super::owed::Debt;
use super::{PANICKED, Tier};
use crate::clock;
use crate::store::{Answer, Claim, Entry, Key, TagId};
use crate::unwind::discard;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// A computation whose result is to go to the store.
pub(in super::super) struct Work {
    tier: &'static Tier,
    made: &'static Made,
    entered: Entered,
    tags: Vec<TagId>,
    /// Whether one that was invalidated may have stored something since.
    is_late: bool,
    /// Whether there may be an older entry, which is not to stay.
    replaces: bool,
    result: Progress,
    claim: Option<Claim>,
}

/// Where the result is.
#[derive(Clone, Copy, PartialEq)]
enum Progress {
    /// Nowhere that the store has to know of: it is computed, or the store has it, or nobody is to.
    Settled,
    /// In the first tier alone.
    Kept,
    /// There, and on its way to the store. Of a future that is dropped then nobody knows whether it has stored something.
    Putting,
}

/// What the store says to a call.
pub(in super::super) enum Told {
    Found(Vec<u8>, Option<Duration>),
    /// Compute.
    Nothing,
}

impl Work {
    /// Begins a computation; `None` if there is no store yet.
    pub(in super::super) async fn begin(
        tier: &'static Tier,
        bytes: Vec<u8>,
        tags: Vec<TagId>,
    ) -> Option<Self> {
        let made = tier.made()?;
        let is_shared = tier.is_shared.get();
        if is_shared {
            tier.count_failure(&"another function has its name and its code");
            tier.is_shared.once(|| tier.owed.add(Debt::All, || Some(Debt::All)));
        }
        tier.settle(made, &bytes, &tags).await;
        if is_shared {
            return None;
        }
        let (entered, is_late) = tier.computing.enter(bytes);
        Some(Self {
            tier,
            made,
            entered,
            tags,
            is_late,
            replaces: false,
            result: Progress::Settled,
            claim: None,
        })
    }

    pub(in super::super) fn key(&self) -> Key<'_> {
        self.tier.key(self.entered.key())
    }

    fn is_owed(&self) -> bool {
        self.tier.is_owed(self.made, self.entered.key(), &self.tags)
    }

    /// Looks for an entry, and waits for the process that computes one, for no longer than it says, nor than the `limit`.
    pub(in super::super) async fn look(&mut self, limit: Option<Duration>) -> Told {
        if self.is_late || self.is_owed() {
            self.claim().await;
            return Told::Nothing;
        }
        let Self { tier, made, entered, tags, .. } = &*self;
        let key = tier.key(entered.key());
        let mut until = None;
        let claim = loop {
            match tier.ask(made, |store| store.get(key, tags)).await {
                Some(Answer::Found(found)) if found.remaining != Some(Duration::ZERO) => {
                    tier.count_bytes(&found.value);
                    return Told::Found(found.value, found.remaining);
                }
                Some(Answer::Found(_)) => break None,
                Some(Answer::Missing(claim)) => break Some(claim),
                Some(Answer::Held(most)) => {
                    let now = clock::exact();
                    let most = limit.map_or(most, |limit| limit.min(most));
                    let until = *until.get_or_insert(now.saturating_add(clock::nanos(most)));
                    let left = Duration::from_nanos(until.saturating_sub(now));
                    if left.is_zero() || tier.wait(made, key, left).await.is_none() {
                        break None;
                    }
                }
                None => return Told::Nothing,
            }
        };
        match claim {
            Some(claim) => self.claim = Some(claim),
            None => self.claim().await,
        }
        Told::Nothing
    }

    /// Takes the right to store what is computed in any case.
    pub(in super::super) async fn claim(&mut self) {
        self.replaces = true;
        if self.is_owed() {
            return;
        }
        let Self { tier, made, entered, tags, .. } = &*self;
        let key = tier.key(entered.key());
        self.claim = tier.ask(made, |store| store.claim(key, tags)).await;
    }

    /// The first tier has the result. An older one does not stay from here on, whatever comes of `put`.
    pub(in super::super) fn has_result(&mut self) {
        self.result = Progress::Kept;
    }

    /// Stores the result. It is not stored where nobody knows what was invalidated since the computation began.
    pub(in super::super) async fn put(mut self, value: &[u8], ttl: Option<Duration>) {
        if self.entered.is_invalidated() || self.tier.is_shared.get() {
            self.result = Progress::Settled;
            return;
        }
        let Some(claim) = self.claim.clone() else { return };
        self.result = Progress::Putting;
        let Self { tier, made, entered, tags, .. } = &self;
        let (key, entry) = (tier.key(entered.key()), Entry::new(value).ttl(ttl).tags(tags));
        let is_stored = tier.ask(made, |store| store.put(key, entry, claim)).await.is_some();
        self.result = if is_stored { Progress::Settled } else { Progress::Kept };
        if is_stored {
            // Used up. If not, it may be what others wait for, and is released.
            self.claim = None;
            self.tier.count_bytes(value);
        }
        if self.entered.is_invalidated() {
            self.result = Progress::Settled;
            let debt = Debt::Key(self.entered.key().into());
            self.tier.forget_async(self.made, debt).await;
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let is_wrong_there = match self.result {
            Progress::Settled => false,
            Progress::Kept => self.replaces,
            Progress::Putting => self.replaces || self.entered.is_invalidated(),
        };
        if is_wrong_there {
            self.tier.owe(Debt::Key(self.entered.key().into()));
        }
        if let Some(claim) = self.claim.take() {
            let release = || self.made.store.blocking().release(self.key(), claim);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(release)) {
                discard(payload);
                self.tier.count_failure(&PANICKED);
            }
        }
    }
}
