//! What is given as `store`: asked once, where it is given, and made by look-up.
#![forbid(unsafe_code)]

use super::super::fits::Type;
use super::AnyStore;
use crate::store::{AsyncStore, Store};

/// What may be given as `store`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store\n\
        help: give a `weakcache::store::Store`, as `weakcache_redb::Redb::at(\"path\")` and `weakcache_redis::Redis::at(\"redis://…\")` are; of a static its reference, `&STORE`, and `&*STORE` of a `LazyLock`",
    label = "this type must be a `Store`"
)]
pub trait GivenStore: Store {}

#[diagnostic::do_not_recommend]
impl<S: Store> GivenStore for S {}

#[inline]
pub const fn assert_store<S: GivenStore>(_: &S) {}

/// What can be asked without blocking.
pub trait IsAsyncStore<S> {
    /// For an `async fn`.
    fn __weakcache_store_async(&self, store: S) -> AnyStore;
}

impl<S: AsyncStore> IsAsyncStore<S> for &&Type<S> {
    fn __weakcache_store_async(&self, store: S) -> AnyStore {
        AnyStore::Async(Box::new(store))
    }
}

/// Any other store.
pub trait IsStore<S> {
    /// As above.
    fn __weakcache_store_async(&self, store: S) -> AnyStore;
    /// For a function that is not.
    fn __weakcache_store(&self, store: S) -> AnyStore;
}

impl<S: Store> IsStore<S> for &Type<S> {
    fn __weakcache_store_async(&self, store: S) -> AnyStore {
        AnyStore::Beside(Box::new(store))
    }

    fn __weakcache_store(&self, store: S) -> AnyStore {
        AnyStore::Blocking(Box::new(store))
    }
}

/// The last resort. An error was reported, so nothing of it ever runs.
pub trait IsNoStore<S> {
    /// None.
    fn __weakcache_store_async(&self, _: S) -> AnyStore {
        unreachable!("it is no store")
    }

    /// None.
    fn __weakcache_store(&self, _: S) -> AnyStore {
        unreachable!("it is no store")
    }
}

impl<S> IsNoStore<S> for Type<S> {}
