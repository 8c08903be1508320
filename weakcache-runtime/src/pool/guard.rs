//! Objects on loan.
#![forbid(unsafe_code)]

use crate::pool::{Lent, Pool};
use crate::sync::{Arc, panicking};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// What both guards are: an object and its pool.
struct Loan<T, P: Deref<Target = Pool<T>>> {
    pool: P,
    /// `None` once it is detached.
    lent: Option<Lent<T>>,
    /// Whether the thread was unwinding already when it took the object: that says nothing of its holder.
    unwinding: bool,
}

impl<T, P: Deref<Target = Pool<T>>> Loan<T, P> {
    #[inline]
    fn new(pool: P, lent: Lent<T>) -> Self {
        Self { pool, lent: Some(lent), unwinding: panicking() }
    }

    fn detach(mut self) -> T {
        let object = self.lent.take().expect(HERE).object;
        self.pool.vacate(|_| {});
        // What may panic, the drop of a pool, is over while the object is a local. One that is already
        // returned would be leaked.
        drop(self);
        *object
    }
}

const HERE: &str = "a guard holds its object until it is detached";

impl<T, P: Deref<Target = Pool<T>>> Drop for Loan<T, P> {
    #[inline]
    fn drop(&mut self) {
        let Some(lent) = self.lent.take() else { return };
        if panicking() && !self.unwinding {
            self.pool.throw_away(lent.object);
        } else {
            self.pool.check_in(lent);
        }
    }
}

macro_rules! guard {
    ($(#[$attr:meta])* $name:ident $(<$life:lifetime>)?, $pool:ty) => {
        $(#[$attr])*
        #[must_use = "the object goes back when its guard is dropped"]
        pub struct $name<$($life,)? T>(Loan<T, $pool>);

        impl<$($life,)? T> $name<$($life,)? T> {
            #[inline]
            pub(super) fn new(pool: $pool, lent: Lent<T>) -> Self {
                Self(Loan::new(pool, lent))
            }

            /// Takes the object out of the pool for good. Its place is free.
            ///
            /// ```
            /// use weakcache::pool::{Pool, Pooled};
            ///
            /// let pool = Pool::new(1, || "a pooled string".to_string());
            /// let text: String = Pooled::detach(pool.acquire());
            /// assert_eq!(pool.info().live, 0);
            /// # drop(text);
            /// ```
            pub fn detach(this: Self) -> T {
                this.0.detach()
            }
        }

        impl<$($life,)? T> Deref for $name<$($life,)? T> {
            type Target = T;

            #[inline]
            fn deref(&self) -> &T {
                &self.0.lent.as_ref().expect(HERE).object
            }
        }

        impl<$($life,)? T> DerefMut for $name<$($life,)? T> {
            #[inline]
            fn deref_mut(&mut self) -> &mut T {
                &mut self.0.lent.as_mut().expect(HERE).object
            }
        }

        impl<$($life,)? T: fmt::Debug> fmt::Debug for $name<$($life,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}

guard! {
    /// An object on loan from a [`Pool`], to which it returns when this guard is dropped.
    ///
    /// If the holder panics, the object is thrown away instead.
    ///
    /// ```
    /// use weakcache::pool::{Pool, Pooled};
    ///
    /// let pool = Pool::new(1, String::new);
    /// let mut text: Pooled<'_, String> = pool.acquire();
    /// text.push_str("it is a `String`");
    /// drop(text); // goes back
    /// assert_eq!(pool.info().idle, 1);
    /// ```
    Pooled<'a>, &'a Pool<T>
}

guard! {
    /// [`Pooled`] with a share in its pool instead of a borrow, from [`Pool::acquire_owned`].
    ///
    /// ```
    /// use std::sync::Arc;
    /// use weakcache::pool::{OwnedPooled, Pool};
    ///
    /// let pool = Arc::new(Pool::new(1, String::new));
    /// let text: OwnedPooled<String> = pool.acquire_owned();
    /// std::thread::spawn(move || drop(text)).join().unwrap(); // it borrows nothing
    /// assert_eq!(pool.info().idle, 1);
    /// ```
    OwnedPooled, Arc<Pool<T>>
}
