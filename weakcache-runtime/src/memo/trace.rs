//! What the feature `tracing` tells: a span a body, an event a wait, and one for what has expired. Without it, none of this
//! is anything: types without content, functions without a body.
//!
//! A subscriber is user code. It is called with no lock held, and inside of the flight that it is told of, so what it
//! calls of memoized functions may be the very one. A hit comes by nothing in here.
#![forbid(unsafe_code)]

#[cfg(all(feature = "store", not(feature = "tracing")))]
pub(super) use self::silent::store_failed;
#[cfg(not(feature = "tracing"))]
pub(super) use self::silent::{Body, Entered, Expired, Waited, Waiting, is_heard};
#[cfg(all(feature = "store", feature = "tracing"))]
pub(super) use self::told::store_failed;
#[cfg(feature = "tracing")]
pub(super) use self::told::{Body, Entered, Expired, Waited, Waiting, is_heard};

#[cfg(feature = "tracing")]
mod told {
    use super::super::waiters::Outcome;
    use crate::clock::{Tick, exact};
    use tracing::field::Empty;
    use tracing::span::{Entered as EnteredRef, EnteredSpan};
    use tracing::{Level, Span, debug, debug_span, level_enabled};

    #[expect(clippy::cast_precision_loss, reason = "exact for three months")]
    fn seconds(ticks: Tick) -> f64 {
        ticks as f64 / 1e9
    }

    /// How long a call has waited for others, in microseconds and at most 71 minutes: as small as what a flight has room for.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Waited(u32);

    impl Waited {
        pub(in super::super) const NONE: Self = Self(0);

        fn seconds(self) -> f64 {
            f64::from(self.0) / 1e6
        }

        /// That of a call which needs both.
        pub(in super::super) fn or_longer(self, other: Self) -> Self {
            Self(self.0.max(other.0))
        }

        /// Tells of a wait that is over.
        pub(in super::super) fn add<T>(
            &mut self,
            name: &str,
            waiting: Waiting,
            outcome: Option<&Outcome<T>>,
        ) {
            let ticks = exact().saturating_sub(waiting.0);
            self.0 = self.0.saturating_add(u32::try_from(ticks / 1000).unwrap_or(u32::MAX));
            let outcome = match outcome {
                Some(Outcome::Shared(_)) => "shared",
                Some(Outcome::Unshared) => "not shared",
                Some(Outcome::Lost) => "lost",
                None => "given up",
            };
            debug!(target: "weakcache", cache = name, wait = seconds(ticks), outcome, "waited");
        }
    }

    /// Since when a call waits.
    #[derive(Clone, Copy)]
    pub(in super::super) struct Waiting(Tick);

    impl Waiting {
        pub(in super::super) fn begin() -> Self {
            Self(exact())
        }
    }

    /// A body that was begun, if somebody wants to know of it. In a box, so that it is a word where nobody does.
    pub(in super::super) struct Body(Option<Box<Told>>);

    struct Told {
        span: Span,
        began: Tick,
    }

    /// Whether there is a subscriber that may want to know: one load, and all that a body costs where there is none.
    #[inline]
    pub(in super::super) fn is_heard() -> bool {
        level_enabled!(Level::DEBUG)
    }

    impl Body {
        /// That of a batch has so many `elements`. To be asked for only where [`is_heard`].
        pub(in super::super) fn begin(cache: &str, waited: Waited, elements: Option<usize>) -> Self {
            let wait = waited.seconds();
            let span = match elements {
                None => debug_span!(target: "weakcache", "miss", cache, wait, time = Empty),
                Some(elements) => {
                    debug_span!(target: "weakcache", "miss", cache, elements, wait, time = Empty)
                }
            };
            Self((!span.is_disabled()).then(|| Box::new(Told { span, began: exact() })))
        }

        /// One that nobody is told of.
        #[inline]
        pub(in super::super) const fn none() -> Self {
            Self(None)
        }

        /// For a poll.
        #[inline]
        pub(in super::super) fn enter(&self) -> Option<EnteredRef<'_>> {
            self.0.as_ref().map(|told| told.span.enter())
        }

        /// For good.
        #[inline]
        pub(in super::super) fn entered(mut self) -> Entered {
            self.0.take().map_or(Entered::NONE, Told::entered)
        }
    }

    impl Drop for Body {
        #[inline]
        fn drop(&mut self) {
            if let Some(told) = self.0.take() {
                told.end();
            }
        }
    }

    impl Told {
        #[cold]
        #[inline(never)]
        #[expect(clippy::boxed_local, reason = "unpacked and freed out of line, as all of it is")]
        fn entered(self: Box<Self>) -> Entered {
            Entered(Some(Box::new((self.span.entered(), self.began))))
        }

        #[cold]
        #[inline(never)]
        #[expect(clippy::boxed_local, reason = "unpacked and freed out of line, as all of it is")]
        fn end(self: Box<Self>) {
            end(&self.span, self.began);
        }
    }

    /// A body that runs on this thread until it ends.
    pub(in super::super) struct Entered(Option<Box<(EnteredSpan, Tick)>>);

    impl Entered {
        /// One that nobody is told of.
        pub(in super::super) const NONE: Self = Self(None);
    }

    impl Drop for Entered {
        #[inline]
        fn drop(&mut self) {
            #[cold]
            #[inline(never)]
            #[expect(clippy::boxed_local, clippy::needless_pass_by_value, reason = "as above")]
            fn leave(told: Box<(EnteredSpan, Tick)>) {
                end(&told.0, told.1);
            }

            if let Some(told) = self.0.take() {
                leave(told);
            }
        }
    }

    fn end(span: &Span, began: Tick) {
        span.record("time", seconds(exact().saturating_sub(began)));
    }

    /// How many entries were found to be past their time.
    #[derive(Clone, Copy, Default)]
    pub(in super::super) struct Expired(u64);

    impl Expired {
        #[inline]
        pub(in super::super) fn add(&mut self, entries: u64) {
            self.0 += entries;
        }

        #[inline]
        pub(in super::super) fn tell(self, name: &str) {
            if self.0 > 0 && level_enabled!(Level::DEBUG) {
                self.told(name);
            }
        }

        #[cold]
        #[inline(never)]
        fn told(self, name: &str) {
            debug!(target: "weakcache", cache = name, entries = self.0, "expired");
        }
    }

    #[cfg(feature = "store")]
    pub(in super::super) fn store_failed(name: &str, error: &dyn std::fmt::Display) {
        tracing::warn!(target: "weakcache", cache = name, error = %error, "store failed");
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "the others have something in them")]
mod silent {
    use super::super::waiters::Outcome;

    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Waited;

    impl Waited {
        pub(in super::super) const NONE: Self = Self;

        #[inline]
        pub(in super::super) fn or_longer(self, _: Self) -> Self {
            self
        }

        #[inline]
        pub(in super::super) fn add<T>(&mut self, _: &str, _: Waiting, _: Option<&Outcome<T>>) {}
    }

    #[derive(Clone, Copy)]
    pub(in super::super) struct Waiting;

    impl Waiting {
        #[inline]
        pub(in super::super) fn begin() -> Self {
            Self
        }
    }

    pub(in super::super) struct Body;

    #[inline]
    pub(in super::super) const fn is_heard() -> bool {
        false
    }

    impl Body {
        #[inline]
        pub(in super::super) fn begin(_: &str, _: Waited, _: Option<usize>) -> Self {
            Self
        }

        #[inline]
        pub(in super::super) fn enter(&self) -> Entered {
            Entered
        }

        #[inline]
        pub(in super::super) fn entered(self) -> Entered {
            Entered
        }

        #[inline]
        pub(in super::super) fn none() -> Self {
            Self
        }
    }

    pub(in super::super) struct Entered;

    impl Entered {
        pub(in super::super) const NONE: Self = Self;
    }

    /// That one is dropped before the next step is told in both.
    impl Drop for Entered {
        #[inline]
        fn drop(&mut self) {}
    }

    #[derive(Clone, Copy, Default)]
    pub(in super::super) struct Expired(());

    impl Expired {
        #[inline]
        pub(in super::super) fn add(&mut self, _: u64) {}

        #[inline]
        pub(in super::super) fn tell(self, _: &str) {}
    }

    #[cfg(feature = "store")]
    #[inline]
    pub(in super::super) fn store_failed(_: &str, _: &dyn std::fmt::Display) {}
}
