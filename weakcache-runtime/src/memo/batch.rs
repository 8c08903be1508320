//! A call that asks for many keys at once: what it has, what it computes itself, and what others compute.
//!
//! It leads all of its missing keys before it computes, in one run of the body, and ends those flights before it waits for
//! another's. So whoever waits for it waits for a body that runs, and batches that overlap in any order cannot come to wait
//! for each other. What others fail to compute falls to it, and is run once more as a batch of what is left: also after an
//! error that could be shared, which may be about an element that this call did not ask for.
//!
//! While it leads, its thread is inside of all those flights, also where it only looks for the next key, or stores the
//! results one by one: what is called from there, a `Clone` or a `Drop`, may call the function.
#![forbid(unsafe_code)]

use super::call::{Call, Ticket};
use super::future::{AsyncScope, Entering};
use super::scope::Scope;
use super::trace::{Body, Waited};
use super::waiters::{FlightId, Inside};
use crate::DefaultHashBuilder;
use crate::sync::thread::{self, Thread};
use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker, ready};
use std::vec;

/// What there is of an element.
enum Place<V, S: AsyncScope> {
    /// Nothing yet.
    Open,
    Ready(V),
    /// What another computes.
    Other(Entering<V, S>),
    /// What there is in an earlier place, of the same key.
    Same(usize),
    /// The body left it out.
    Absent,
}

/// A call for the values `V` of elements `E`.
pub struct Batch<'a, E, V, S: AsyncScope> {
    elements: &'a [E],
    places: Vec<Place<V, S>>,
    own: Own<V, S>,
}

impl<'a, E, V, S: AsyncScope> Batch<'a, E, V, S> {
    /// A call that knows nothing yet.
    #[must_use]
    pub fn new(elements: &'a [E]) -> Self {
        Self { elements, places: elements.iter().map(|_| Place::Open).collect(), own: Own::new() }
    }

    /// Looks for all elements, and leads those that are nowhere. Of equal ones that are not there, the first is asked for.
    pub fn ask(&mut self, mut ask: impl FnMut(&E) -> Result<V, Entering<V, S>>)
    where
        E: Hash + Eq,
    {
        self.each_once(|element| Self::asked(ask(element)));
    }

    /// As [`ask`](Self::ask), where the key is not the element: two of them are the same if the `flights` of their key
    /// are, which only the cache can tell.
    pub fn ask_by_key(
        &mut self,
        mut ask: impl FnMut(&E) -> Result<V, Entering<V, S>>,
        flights: impl FnMut(&E) -> Vec<FlightId>,
    ) {
        self.each_key_once(|element| Self::asked(ask(element)), flights);
    }

    /// Leads all elements, whether they are there or not.
    pub fn refresh(&mut self, mut refresh: impl FnMut(&E) -> Ticket<V, S>)
    where
        E: Hash + Eq,
    {
        self.each_once(|element| (Place::Open, Some(refresh(element))));
    }

    /// The same, as in [`ask_by_key`](Self::ask_by_key).
    pub fn refresh_by_key(
        &mut self,
        mut refresh: impl FnMut(&E) -> Ticket<V, S>,
        flights: impl FnMut(&E) -> Vec<FlightId>,
    ) {
        self.each_key_once(|element| (Place::Open, Some(refresh(element))), flights);
    }

    fn asked(answer: Result<V, Entering<V, S>>) -> (Place<V, S>, Option<Ticket<V, S>>) {
        match answer {
            Ok(value) => (Place::Ready(value), None),
            Err(entering) => match entering.into_ticket() {
                Ok(ticket) => (Place::Open, Some(ticket)),
                Err(entering) => (Place::Other(entering), None),
            },
        }
    }

    fn each_once(&mut self, mut ask: impl FnMut(&E) -> (Place<V, S>, Option<Ticket<V, S>>))
    where
        E: Hash + Eq,
    {
        let mut missing = HashMap::with_hasher(DefaultHashBuilder::default());
        let mut inside = Vec::new();
        for (at, element) in self.elements.iter().enumerate() {
            if let Some(first) = (!missing.is_empty()).then(|| missing.get(element)).flatten() {
                self.places[at] = Place::Same(*first);
                continue;
            }
            let (place, ticket) = ask(element);
            self.put(at, place, ticket, &mut inside);
            if !matches!(self.places[at], Place::Ready(_)) {
                missing.insert(element, at);
            }
        }
    }

    fn each_key_once(
        &mut self,
        mut ask: impl FnMut(&E) -> (Place<V, S>, Option<Ticket<V, S>>),
        mut flights: impl FnMut(&E) -> Vec<FlightId>,
    ) {
        let mut own = HashMap::with_hasher(DefaultHashBuilder::default());
        let mut inside = Vec::new();
        for (at, element) in self.elements.iter().enumerate() {
            let flights = if own.is_empty() { Vec::new() } else { flights(element) };
            if let Some(first) = flights.iter().find_map(|flight| own.get(flight)) {
                self.places[at] = Place::Same(*first);
                continue;
            }
            let (place, ticket) = ask(element);
            own.extend(ticket.as_ref().and_then(Ticket::id).map(|flight| (flight, at)));
            self.put(at, place, ticket, &mut inside);
        }
    }

    /// Puts what there is in its place: before the next code of the user's.
    fn put(&mut self, at: usize, place: Place<V, S>, ticket: Option<Ticket<V, S>>, inside: &mut Vec<Inside>) {
        if let Some(ticket) = ticket {
            inside.extend(ticket.enter());
            self.own.push(at, ticket);
        }
        self.places[at] = place;
    }

    /// What this call is to compute, and the right to.
    pub fn own(&mut self) -> Option<(Vec<E>, Own<V, S>)>
    where
        E: Clone,
    {
        if self.own.places.is_empty() {
            return None;
        }
        let own = mem::replace(&mut self.own, Own::new());
        let inside = own.enter();
        let missing = own.places.iter().map(|&at| self.elements[at].clone()).collect();
        drop(inside);
        Some((missing, own))
    }

    /// Stores what was computed: `value` gives that of the next of the missing elements, if there is one.
    pub fn settle(
        &mut self,
        mut own: Own<V, S>,
        mut value: impl FnMut(&E) -> Option<V>,
        keep: impl Fn(&V) -> bool,
    ) where
        V: 'static,
    {
        let places = mem::take(&mut own.places);
        // In this order: what is dropped with the tickets is inside.
        let inside = own.enter();
        let mut settling = Settling { tickets: mem::take(&mut own.tickets).into_iter(), _inside: inside };
        for at in places {
            let Some(ticket) = settling.tickets.next() else { break };
            self.places[at] = match value(&self.elements[at]) {
                Some(value) => {
                    // Told of as one, when the body ran.
                    let inside = ticket.enter();
                    Place::Ready(ticket.started(inside, Body::none().entered()).finish_if(value, &keep))
                }
                None => Place::Absent,
            };
        }
    }

    /// Whether others compute what this call needs.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.places.iter().any(|place| matches!(place, Place::Other(_)))
    }

    /// Waits as a thread does: for all others, or until something falls to this call.
    pub fn wait(&mut self) {
        struct Unpark(Thread);

        impl Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }

        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        while self.poll(&mut context).is_pending() {
            thread::park();
        }
    }

    /// The same as a task does it.
    pub fn waiting(&mut self) -> Waiting<'_, 'a, E, V, S> {
        Waiting(self)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (mut inside, mut pending) = (Vec::new(), false);
        for (at, place) in self.places.iter_mut().enumerate() {
            let Place::Other(entering) = place else { continue };
            match Pin::new(entering).poll(cx) {
                Poll::Pending => pending = true,
                Poll::Ready(Call::Ready(value)) => *place = Place::Ready(value),
                Poll::Ready(Call::Run(ticket)) => {
                    *place = Place::Open;
                    inside.extend(ticket.enter());
                    self.own.push(at, ticket);
                }
            }
        }
        if pending && self.own.places.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Counts what was the same as hits, where the first of them was stored.
    pub fn again(&mut self, mut hit: impl FnMut(&E) -> Option<V>) {
        for (at, place) in self.places.iter_mut().enumerate() {
            if matches!(place, Place::Same(_))
                && let Some(value) = hit(&self.elements[at])
            {
                *place = Place::Ready(value);
            }
        }
    }

    /// The values in the order of the elements.
    #[must_use]
    pub fn into_vec(self) -> Vec<V>
    where
        V: Clone,
    {
        let mut values: Vec<V> = Vec::with_capacity(self.places.len());
        for place in self.places {
            let value = match place {
                Place::Ready(value) => value,
                Place::Same(first) => values[first].clone(),
                Place::Open | Place::Other(_) | Place::Absent => unreachable!("all is computed by now"),
            };
            values.push(value);
        }
        values
    }

    /// The values that there are, by key.
    pub fn into_map<K, M: FromIterator<(K, V)>>(self, key: impl Fn(&E) -> K) -> M
    where
        V: Clone,
    {
        let mut values: Vec<Option<V>> = Vec::with_capacity(self.places.len());
        for place in self.places {
            let value = match place {
                Place::Ready(value) => Some(value),
                // Elements that differ may have one key.
                Place::Same(first) => values[first].clone(),
                Place::Open | Place::Other(_) | Place::Absent => None,
            };
            values.push(value);
        }
        let entries = self.elements.iter().zip(values);
        entries.filter_map(|(element, value)| Some((key(element), value?))).collect()
    }
}

/// The results of a body, which has to give one for each element.
///
/// # Panics
///
/// If it gave more, or fewer.
#[track_caller]
#[must_use]
pub fn in_order<V>(missing: usize, values: Vec<V>) -> vec::IntoIter<V> {
    assert!(
        values.len() == missing,
        "a batch of {missing} elements gave {} results: it is to give one for each, in their order",
        values.len()
    );
    values.into_iter()
}

/// The error of a batch, once all that is left of the call is dropped. At its end, a drop that panics would leak the error, which is
/// returned already (rust-lang/rust#47949).
#[inline]
pub fn after<E, R>(error: E, rest: R) -> E {
    drop(rest);
    error
}

/// What the body of a batch may be given each time that it runs.
#[diagnostic::on_unimplemented(
    message = "the body of a batch may run again, and `{Self}` cannot be cloned for it\n\
        help: take it by reference, or derive `Clone`",
    label = "this type must be `Clone`"
)]
pub trait Again: Sized {
    fn again(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> Again for T {
    fn again(&self) -> Self {
        self.clone()
    }
}

/// An argument for another run of the body.
#[inline]
pub fn again<T: Again>(argument: &T) -> T {
    argument.again()
}

/// The right, and the duty, to compute some of the elements. Dropped without that, it hands over to those who wait.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Own<V, S: Scope> {
    places: Vec<usize>,
    tickets: Vec<Ticket<V, S>>,
}

impl<V, S: Scope> Own<V, S> {
    const fn new() -> Self {
        Self { places: Vec::new(), tickets: Vec::new() }
    }

    fn push(&mut self, at: usize, ticket: Ticket<V, S>) {
        self.places.push(at);
        self.tickets.push(ticket);
    }

    fn enter(&self) -> Vec<Inside> {
        self.tickets.iter().filter_map(Ticket::enter).collect()
    }

    /// What is told of the body that begins now. What it waited for, it waited for side by side.
    fn told(&self) -> Body {
        let waited = self.tickets.iter().map(Ticket::waited).fold(Waited::NONE, Waited::or_longer);
        self.tickets.first().map_or_else(Body::none, |ticket| ticket.body(Some((waited, self.tickets.len()))))
    }

    /// Runs the body, inside of all its flights.
    pub fn run<R>(self, body: impl FnOnce() -> R) -> (Self, R) {
        // The guards go last, and so if it panics.
        let inside = self.enter();
        let _told = self.told().entered();
        let running = Running { own: self, _inside: inside };
        let output = body();
        (running.own, output)
    }

    /// The same of an asynchronous one, whenever it is polled or dropped.
    pub fn drive<F: Future>(self, body: Pin<&mut Option<F>>) -> Driving<'_, V, S, F> {
        let inside = self.enter();
        let told = self.told();
        drop(inside);
        Driving { body, own: Some(self), told }
    }
}

impl<V, S: Scope> Drop for Own<V, S> {
    fn drop(&mut self) {
        if !self.tickets.is_empty() {
            let inside = self.enter();
            drop(Settling { tickets: mem::take(&mut self.tickets).into_iter(), _inside: inside });
        }
    }
}

struct Running<V, S: Scope> {
    own: Own<V, S>,
    _inside: Vec<Inside>,
}

struct Settling<V, S: Scope> {
    tickets: vec::IntoIter<Ticket<V, S>>,
    _inside: Vec<Inside>,
}

/// A body that runs for a batch. Ready with the result, yet to be stored.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Driving<'a, V, S: Scope, F> {
    body: Pin<&'a mut Option<F>>,
    own: Option<Own<V, S>>,
    told: Body,
}

const AGAIN: &str = "polled after completion";

impl<V, S: Scope, F> Unpin for Driving<'_, V, S, F> {}

impl<V, S: Scope, F: Future> Future for Driving<'_, V, S, F> {
    type Output = (Own<V, S>, F::Output);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { body, own, told } = &mut *self;
        let _inside = own.as_ref().expect(AGAIN).enter();
        let entered = told.enter();
        let output = ready!(body.as_mut().as_pin_mut().expect(AGAIN).poll(cx));
        body.set(None);
        drop(entered);
        drop(mem::replace(told, Body::none()));
        Poll::Ready((own.take().expect("it was there"), output))
    }
}

impl<V, S: Scope, F> Drop for Driving<'_, V, S, F> {
    fn drop(&mut self) {
        // Cancelled. What the body holds may call memoized functions as it goes: it is still inside.
        if let Some(own) = &self.own {
            let _inside = own.enter();
            let _entered = self.told.enter();
            self.body.set(None);
        }
    }
}

/// A wait for what others compute.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Waiting<'b, 'a, E, V, S: AsyncScope>(&'b mut Batch<'a, E, V, S>);

impl<E, V, S: AsyncScope> Future for Waiting<'_, '_, E, V, S> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll(cx)
    }
}
