//! The default hasher.
#![forbid(unsafe_code)]

use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// The default [`BuildHasher`] of every table in this crate.
///
/// Fast on the short keys that are interned and memoized most, and seeded at random, once a process
/// and once an instance, so that the order of a table cannot be guessed from outside. It is no
/// cryptographic hash: for keys chosen by an attacker who can watch timings, name
/// [`std::hash::RandomState`] as the `hasher`.
///
/// The algorithm is [foldhash](https://github.com/orlp/foldhash) in its fast variant, by Orson Peters.
///
/// ```
/// use std::hash::BuildHasher;
///
/// let hasher = weakcache::DefaultHashBuilder::default();
/// assert_eq!(hasher.hash_one("key"), hasher.hash_one(String::from("key")));
/// ```
#[derive(Clone, Default)]
pub struct DefaultHashBuilder(foldhash::fast::RandomState);

impl BuildHasher for DefaultHashBuilder {
    type Hasher = DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher(self.0.build_hasher())
    }
}

impl fmt::Debug for DefaultHashBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The seed stays out of logs.
        f.debug_struct("DefaultHashBuilder").finish_non_exhaustive()
    }
}

/// The [`Hasher`] made by [`DefaultHashBuilder`].
///
/// ```
/// use std::hash::{BuildHasher, Hasher};
/// use weakcache::{DefaultHashBuilder, DefaultHasher};
///
/// let build = DefaultHashBuilder::default();
/// let mut hasher: DefaultHasher = build.build_hasher();
/// hasher.write_u32(7);
/// assert_eq!(hasher.finish(), build.hash_one(7_u32));
/// ```
#[derive(Clone)]
pub struct DefaultHasher(foldhash::fast::FoldHasher<'static>);

impl fmt::Debug for DefaultHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultHasher").finish_non_exhaustive()
    }
}

// Each width is forwarded: foldhash packs small integers, the default methods would go byte by byte.
macro_rules! forward {
    ($($method:ident: $int:ty),*) => {$(
        #[inline]
        fn $method(&mut self, value: $int) {
            self.0.$method(value);
        }
    )*};
}

impl Hasher for DefaultHasher {
    #[inline]
    fn finish(&self) -> u64 {
        self.0.finish()
    }

    forward!(write: &[u8], write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64, write_u128: u128, write_usize: usize);
}
