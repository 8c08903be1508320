//! A call that asks the second tier before its body runs, and tells it the result.
//!
//! The same steps are those of a thread and of a task: a store that blocks is ready at once, so a thread polls them once.
//! They know neither the key nor the result of the call, so that a future that has them is `Send` whatever lifetimes these
//! have (see `scope.rs`).
#![forbid(unsafe_code)]

use super::cache::Finish;
use super::call::{Started, Ticket, known};
use super::erased::Erased;
use super::future::Running;
use super::scope::Process;
use super::second::{Accepted, Stored, listen_async};
use super::state::Flight;
use super::tier::{Codec, NO_KEY, NO_VALUE, StoredTag, Told, Work, at_once, codec};
use crate::clock::{self, Tick};
use crate::store::TagId;
use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

const AGAIN: &str = "polled after completion";
const TIERED: &str = "only functions with a store ask for it";

type Cache = &'static (dyn Finish + Send + Sync);
type Put = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How a call goes on that has asked.
pub enum Asked<T> {
    /// With this result.
    Ready(T),
    /// With this result, or by asking the cache again, which has it, unless it does not keep it, and has the first who asks
    /// compute it anew: it is older than `refresh_after` allows.
    Due(T),
    /// By running the body.
    Run(Leading<T>),
}

/// The right to run the body, and to tell the second tier what comes of it.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Leading<T> {
    // In this order: who comes next is not to wait for what this one holds in the store.
    work: Option<Box<Work>>,
    ticket: Ticket<T, Process>,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
enum For {
    /// An entry.
    Entry,
    /// One that is not due.
    Fresh,
    /// The right to store one.
    Claim,
}

impl For {
    fn again(is_again: bool) -> Self {
        if is_again { Self::Fresh } else { Self::Entry }
    }
}

struct Errand {
    cache: Cache,
    flight: Flight,
    tags: Vec<TagId>,
    what: For,
}

enum Outcome {
    /// And the right to store another, if it might be needed.
    Found(Box<dyn Any>, Stored, Option<Box<Work>>),
    Nothing(Option<Box<Work>>),
}

impl Errand {
    async fn run(self) -> Outcome {
        let Self { cache, flight, tags, what } = self;
        let (tier, codec, bytes, limit, renews) = {
            let second = cache.second().expect(TIERED);
            let (tier, codec) = second.tier();
            (tier, codec, second.bytes(flight), second.patience(), second.renews(flight))
        };
        let Some(bytes) = bytes else {
            tier.count_failure(&NO_KEY);
            return Outcome::Nothing(None);
        };
        listen_async(cache, tier).await;
        let Some(mut work) = Work::begin(tier, bytes, tags).await.map(Box::new) else {
            return Outcome::Nothing(None);
        };
        // What is live is as new as what the store has.
        if what == For::Claim || renews {
            work.claim().await;
        } else if let Told::Found(value, left) = work.look(limit).await {
            let unsealed = codec::unsealed(work.key(), &value);
            let (due, may_be_too_heavy) =
                cache.second().map_or((None, false), |second| (second.due(), second.may_be_too_heavy()));
            let now = clock::wall();
            // What was written before anybody asked for its age is as old as can be; and so is what was written by a clock that
            // is ahead for longer than it may be old, as it would not be due before that time has come.
            let at = unsealed.and_then(|(_, at)| at);
            let at = at.filter(|at| due.is_none_or(|due| at.saturating_sub(now) <= due));
            let age = at.map_or(Tick::MAX, |at| now.saturating_sub(at));
            let is_due = due.is_some_and(|due| age >= due);
            let may_compute = is_due && (what == For::Fresh || may_be_too_heavy);
            if may_compute {
                work.claim().await;
            }
            if is_due && what == For::Fresh {
                return Outcome::Nothing(Some(work));
            }
            if let Some(output) = unsealed.and_then(|(bytes, _)| codec.output(bytes)) {
                return Outcome::Found(output, Stored { left, age }, may_compute.then_some(work));
            }
            tier.count_failure(&"what is stored is no value of the function's");
            drop(value);
            if !may_compute {
                work.claim().await;
            }
        }
        Outcome::Nothing(Some(work))
    }
}

impl<T: 'static> Ticket<T, Process> {
    /// Asks the second tier, if there is one by now.
    pub fn ask<const N: usize>(self, tags: impl FnOnce() -> [StoredTag; N]) -> Asked<T> {
        self.asked(tags, For::Entry)
    }

    /// The same as a task.
    pub fn ask_async<const N: usize>(self, tags: impl FnOnce() -> [StoredTag; N]) -> Asking<T> {
        Asking::new(self.errand(tags, For::Entry), self)
    }

    /// As [`ask`](Self::ask) of a call that may ask twice: what was due at first and is not in the cache now was not kept
    /// there, and is computed.
    pub fn ask_again<const N: usize>(
        self,
        is_again: bool,
        tags: impl FnOnce() -> [StoredTag; N],
    ) -> Asked<T> {
        self.asked(tags, For::again(is_again))
    }

    /// The same as a task.
    pub fn ask_again_async<const N: usize>(
        self,
        is_again: bool,
        tags: impl FnOnce() -> [StoredTag; N],
    ) -> Asking<T> {
        Asking::new(self.errand(tags, For::again(is_again)), self)
    }

    /// Takes the right to store what is computed in any case.
    pub fn claim<const N: usize>(self, tags: impl FnOnce() -> [StoredTag; N]) -> Asked<T> {
        self.asked(tags, For::Claim)
    }

    /// The same as a task.
    pub fn claim_async<const N: usize>(self, tags: impl FnOnce() -> [StoredTag; N]) -> Asking<T> {
        Asking::new(self.errand(tags, For::Claim), self)
    }

    /// `None` if no cache is to know of the result.
    fn errand<const N: usize>(&self, tags: impl FnOnce() -> [StoredTag; N], what: For) -> Option<Errand> {
        let (flight, cache) = (self.flight?, self.cache?);
        let (tier, _) = cache.second().expect(TIERED).tier();
        let tags = if N == 0 {
            Vec::new()
        } else {
            // As in `tagged`.
            let _inside = self.enter();
            let tags = tags();
            cache.tag(flight, &tags.each_ref().map(|tag| tag.tag().clone()));
            tags.iter().map(|tag| tag.id(tier)).collect()
        };
        Some(Errand { cache, flight, tags, what })
    }

    fn asked<const N: usize>(self, tags: impl FnOnce() -> [StoredTag; N], what: For) -> Asked<T> {
        let Some(errand) = self.errand(tags, what) else {
            return Asked::Run(Leading { work: None, ticket: self });
        };
        let outcome = {
            // Stores and codecs are user code.
            let _inside = self.enter();
            at_once(errand.run())
        };
        self.told(outcome)
    }

    fn told(mut self, outcome: Outcome) -> Asked<T> {
        let second = self.cache.and_then(|cache| cache.second()).expect(TIERED);
        match outcome {
            Outcome::Found(output, stored, work) => {
                let output = known::<T>(output);
                let inside = self.enter();
                match second.accept(&mut self.flight, Erased::new(&output), stored) {
                    Accepted::Served => {
                        second.tier().0.count_hit();
                        drop((inside, work, self)); // while the result is a local
                        Asked::Ready(output)
                    }
                    // Counted by what comes of the question.
                    Accepted::Due => {
                        drop((inside, work, self));
                        Asked::Due(output)
                    }
                    Accepted::TooHeavy => {
                        drop((output, inside));
                        second.begin();
                        Asked::Run(Leading { work, ticket: self })
                    }
                }
            }
            Outcome::Nothing(work) => {
                second.begin();
                Asked::Run(Leading { work, ticket: self })
            }
        }
    }
}

/// A task that asks.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Asking<T> {
    errand: Option<Pin<Box<dyn Future<Output = Outcome> + Send>>>,
    ticket: Option<Ticket<T, Process>>,
}

impl<T> Asking<T> {
    fn new(errand: Option<Errand>, ticket: Ticket<T, Process>) -> Self {
        let errand = errand.map(|errand| Box::pin(errand.run()) as _);
        Self { errand, ticket: Some(ticket) }
    }
}

// No part of it is ever pinned.
impl<T> Unpin for Asking<T> {}

impl<T: 'static> Future for Asking<T> {
    type Output = Asked<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Asked<T>> {
        let Self { errand, ticket } = &mut *self;
        let outcome = match errand {
            Some(errand) => {
                let _inside = ticket.as_ref().expect(AGAIN).enter();
                Some(ready!(errand.as_mut().poll(cx)))
            }
            None => None,
        };
        let ticket = ticket.take().expect(AGAIN);
        Poll::Ready(match outcome {
            Some(outcome) => ticket.told(outcome),
            None => Asked::Run(Leading { work: None, ticket }),
        })
    }
}

impl<T> Drop for Asking<T> {
    fn drop(&mut self) {
        // Cancelled, as a body is.
        if let Some(ticket) = &self.ticket {
            let _inside = ticket.enter();
            self.errand = None;
        }
    }
}

impl<T: 'static> Leading<T> {
    /// Begins the body, as [`Ticket::start`] does.
    pub fn start(self) -> Begun<T> {
        Begun { work: self.work, started: self.ticket.start() }
    }

    /// The same of an asynchronous one.
    pub fn drive<F: Future<Output = T>>(self, body: Pin<&mut Option<F>>) -> Driving<'_, T, F> {
        Driving { work: self.work, running: self.ticket.drive(body) }
    }
}

/// An asynchronous body that runs. Ready with the result, yet to be finished.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Driving<'a, T, F> {
    work: Option<Box<Work>>,
    running: Running<'a, T, Process, F>,
}

impl<T, F> Unpin for Driving<'_, T, F> {}

impl<T, F: Future<Output = T>> Future for Driving<'_, T, F> {
    type Output = (BegunAsync<T>, T);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (started, output) = ready!(Pin::new(&mut self.running).poll(cx));
        Poll::Ready((BegunAsync(Begun { work: self.work.take(), started }), output))
    }
}

/// A body that has begun.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Begun<T> {
    work: Option<Box<Work>>,
    started: Started<T, Process>,
}

/// The same of an asynchronous one.
#[must_use = "dropped, it hands over to those who wait"]
pub struct BegunAsync<T>(Begun<T>);

/// What becomes of an error.
#[derive(Clone, Copy)]
enum Errors {
    Returned,
    /// What is stored is handed back where that is good.
    Replaced,
    /// What is stored and good stays.
    Beside,
}

impl<T: 'static> Begun<T> {
    fn codec(&self) -> Option<Codec> {
        self.started.cache()?.second().map(|second| second.tier().1)
    }

    /// Ends the computation in the first tier, and says what is to be told to the second.
    fn conclude(self, output: T, keep: impl FnOnce(&T) -> bool, errors: Errors) -> (T, Option<Put>) {
        let Self { work, mut started } = self;
        let rescued = match errors {
            Errors::Returned => None,
            Errors::Replaced => started.rescue(&output, true),
            Errors::Beside => started.rescue(&output, false),
        };
        if let Some(stored) = rescued {
            drop((work, started)); // while the result is a local, as the error is
            return match errors {
                Errors::Beside => (output, None),
                Errors::Returned | Errors::Replaced => (stored, None),
            };
        }
        let is_kept = started.has_value(&output) && keep(&output);
        let (cache, flight) = started.flight();
        let Some(second) = cache.and_then(|cache| cache.second()) else { return (output, None) };
        let kept = second.conclude(flight, Erased::new(&output), is_kept);
        started.put_off(&output, is_kept);
        // What comes now, nobody waits for but the caller.
        let put = kept.zip(work).and_then(|(kept, mut work)| {
            work.has_result();
            let value = second.written(work.key(), Erased::new(&output))?;
            let Ok(value) = value else {
                second.tier().0.count_failure(&NO_VALUE);
                return None;
            };
            Some(Box::pin(async move { work.put(&value, kept.left).await }) as Put)
        });
        (output, put)
    }

    fn end(self, output: T, keep: impl FnOnce(&T) -> bool, errors: Errors) -> T {
        let (output, put) = self.conclude(output, keep, errors);
        if let Some(put) = put {
            at_once(put);
        }
        output
    }

    /// As [`Started::finish`].
    pub fn finish(self, output: T) -> T {
        self.end(output, |_| true, Errors::Returned)
    }

    /// As [`Started::finish_if`].
    pub fn finish_if(self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        self.end(output, keep, Errors::Returned)
    }

    /// As [`Started::finish_or_stored`].
    pub fn finish_or_stored(self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        self.end(output, keep, Errors::Replaced)
    }

    /// As [`Started::finish_or_leave`].
    pub fn finish_or_leave(self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        self.end(output, keep, Errors::Beside)
    }
}

impl<T: 'static> BegunAsync<T> {
    fn end(self, output: T, keep: impl FnOnce(&T) -> bool, errors: Errors) -> Finished<T> {
        let codec = self.0.codec();
        let (output, put) = self.0.conclude(output, keep, errors);
        let (Some(put), Some(codec)) = (put, codec) else { return Finished::Done(output) };
        match codec.value_of(Box::new(output)) {
            Ok(value) => Finished::Putting(Putting { put, value: Some(value), codec, result: PhantomData }),
            Err(output) => Finished::Done(known(output)),
        }
    }

    /// As [`Started::finish`].
    pub fn finish(self, output: T) -> Finished<T> {
        self.end(output, |_| true, Errors::Returned)
    }

    /// As [`Started::finish_if`].
    pub fn finish_if(self, output: T, keep: impl FnOnce(&T) -> bool) -> Finished<T> {
        self.end(output, keep, Errors::Returned)
    }

    /// As [`Started::finish_or_stored`].
    pub fn finish_or_stored(self, output: T, keep: impl FnOnce(&T) -> bool) -> Finished<T> {
        self.end(output, keep, Errors::Replaced)
    }

    /// As [`Started::finish_or_leave`].
    pub fn finish_or_leave(self, output: T, keep: impl FnOnce(&T) -> bool) -> Finished<T> {
        self.end(output, keep, Errors::Beside)
    }
}

/// A result that is in the first tier.
pub enum Finished<T> {
    /// And goes nowhere else.
    Done(T),
    /// And is on its way to the second.
    Putting(Putting<T>),
}

/// A result on its way to the second tier. It holds the value alone: an error in the type of the result need not be `Send`.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Putting<T> {
    put: Put,
    value: Option<Box<dyn Any + Send>>,
    codec: Codec,
    result: PhantomData<fn() -> T>,
}

impl<T> Unpin for Putting<T> {}

impl<T: 'static> Future for Putting<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        ready!(self.put.as_mut().poll(cx));
        let value = self.value.take().expect(AGAIN);
        Poll::Ready(known(self.codec.of_value(value)))
    }
}
