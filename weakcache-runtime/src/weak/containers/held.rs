//! What a container holds strongly: the keys of maps to weak values, the values of maps with weak keys.
#![forbid(unsafe_code)]

use crate::sync::Arc;
use crate::weak::containers::built_in;
use crate::weak::death;
use std::mem;
use std::ops::Deref;

/// Something of which a look-up takes a share out of a lock: a copy, where that is as good, or a count.
///
/// Of one type all are copied or all are shared. Dropping may run user code.
pub(super) enum Held<T> {
    Copied(T),
    Shared(Arc<T>),
}

impl<T: 'static> Held<T> {
    #[inline]
    pub(super) fn new(value: T) -> Self {
        match built_in::copy(&value) {
            Some(copy) => Self::Copied(copy),
            None => Self::Shared(Arc::new(value)),
        }
    }

    #[inline]
    pub(super) fn share(&self) -> Self {
        match self {
            Self::Shared(shared) => Self::Shared(Arc::clone(shared)),
            Self::Copied(value) => {
                Self::Copied(built_in::copy(value).expect("it was copied when it came in"))
            }
        }
    }

    /// Whether `other` is a share of the same; of what is copied: whether it is equal.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(one), Self::Shared(other)) => Arc::ptr_eq(one, other),
            (Self::Copied(one), Self::Copied(other)) => built_in::same(one, other),
            _ => false,
        }
    }

    /// What names the value while there is a share. What is copied has no name.
    pub(super) fn name(&self) -> usize {
        match self {
            Self::Shared(shared) => Arc::as_ptr(shared).addr(),
            Self::Copied(_) => 0,
        }
    }

    /// `None` if there are other shares.
    pub(super) fn into_inner(self) -> Option<T> {
        match self {
            Self::Shared(shared) => Arc::into_inner(shared),
            Self::Copied(value) => Some(value),
        }
    }
}

impl<T: Send + Sync + 'static> Held<T> {
    /// What has to be dropped where user code may run.
    pub(super) fn remains(self) -> Option<death::Entry> {
        match self {
            Self::Shared(shared) if mem::needs_drop::<T>() => Some(shared),
            Self::Shared(_) | Self::Copied(_) => None,
        }
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Shared(shared) => shared,
            Self::Copied(value) => value,
        }
    }
}
