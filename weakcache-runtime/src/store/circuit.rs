//! When a store that fails is left alone, and whose failures count together.

use std::any::TypeId;
use std::ptr;
use std::time::Duration;

/// When a store that fails is left alone: after so many failures in a row, for so long. Then one call tries again; all
/// others go on without the store meanwhile, and do not wait.
///
/// * Each time that the one fails too, the pause is twice as long, up to [`longest`](Self::longest); once it succeeds, the
///   store is asked by all, and the next pause is the first again.
/// * No pause is shorter than the step took that failed: of a server that answers nobody, half the time at most is spent
///   on asking.
/// * Functions whose stores are [one](super::StoreId) have one circuit: what one of them finds out, all know.
///
/// ```
/// use std::time::Duration;
/// use weakcache::store::Circuit;
///
/// let default = Circuit::default();
/// assert_eq!((default.failures, default.pause), (5, Duration::from_secs(1)));
/// assert_eq!(default.longest(), Duration::from_secs(32));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Circuit {
    /// After how many failures in a row. 0 counts as 1.
    pub failures: u32,
    /// For how long, the first time.
    pub pause: Duration,
}

/// How often a pause is doubled.
const DOUBLED: u32 = 5;

impl Circuit {
    /// The pause that no longer grows: 32 times the first.
    #[must_use]
    pub const fn longest(self) -> Duration {
        self.after(DOUBLED)
    }

    /// The pause after so many attempts that failed.
    pub(crate) const fn after(self, attempts: u32) -> Duration {
        let doubled = if attempts < DOUBLED { attempts } else { DOUBLED };
        self.pause.saturating_mul(1 << doubled)
    }
}

impl Default for Circuit {
    fn default() -> Self {
        Self { failures: 5, pause: Duration::from_secs(1) }
    }
}

/// Which store it is, of all that a process has. Functions whose stores have the same one share a [`Circuit`], and what
/// could not yet be said to that store.
///
/// ```
/// use std::sync::Arc;
/// use weakcache::store::{Memory, Store};
///
/// let (store, other) = (Arc::new(Memory::new()), Memory::new());
/// assert_eq!(store.identity(), store.clone().identity());
/// assert_ne!(store.identity(), other.identity());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct StoreId {
    address: usize,
    of: TypeId,
}

impl StoreId {
    /// That of all handles which share this. It tells them from others for as long as it stays where it is.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use weakcache::store::StoreId;
    ///
    /// let shared = Arc::new("what clones of a handle share");
    /// assert_eq!(StoreId::of(&*shared), StoreId::of(&*shared.clone()));
    /// ```
    #[must_use]
    pub fn of<T: ?Sized + 'static>(shared: &T) -> Self {
        Self { address: ptr::from_ref(shared).addr(), of: TypeId::of::<T>() }
    }
}
