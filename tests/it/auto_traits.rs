//! `Send`, `Sync`, `Unpin`, `UnwindSafe` and `RefUnwindSafe` of every public type. What is not so does not compile.

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use weakcache::pool::{OwnedPooled, Pool, PoolBuilder, PoolInfo, Pooled};
use weakcache::store::conformance::Report;
use weakcache::store::{
    Answer, Circuit, Claim, Entry, Faulty, Found, Heard, Key, Memory, Namespace, Operation, StoreError,
    StoreId, TagId,
};
use weakcache::weak::{KeyMap, Set, Snapshot, ValueMap};
use weakcache::{
    ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, ByAddress, Cache, CacheBuilder, CacheInfo, CacheIter,
    CacheKind, CacheReport, Caches, Cause, DefaultHashBuilder, DefaultHasher, Finalizer, Interned,
    InternedRef, InternedWeakKeyMap, InternedWeakSet, Iter, LocalInterned, LocalIter, LocalRegistry,
    LocalWeakInterned, Memo, Registry, RegistryInfo, Str, Strong, ThreadSlot, Value, Weak, WeakInterned,
    WeakKeyMap, WeakSet, WeakValueMap, Wrapped, clock, interned,
};

macro_rules! is {
    ($($of:path),+: $($type:ty),+ $(,)?) => {
        const _: fn() = || {
            fn is<T: ?Sized $(+ $of)+>() {}
            $(is::<$type>();)+
        };
    };
}

/// By a method that two impls would have where the trait is there.
macro_rules! is_not {
    ($of:path: $($type:ty),+ $(,)?) => {
        const _: fn() = || {
            trait Either<X> {
                fn which() {}
            }
            struct It;
            impl<T: ?Sized> Either<()> for T {}
            impl<T: ?Sized + $of> Either<It> for T {}
            $(let _ = <$type as Either<_>>::which;)+
        };
    };
}

#[interned]
struct Node(u8);

#[interned(local)]
struct Leaf(Rc<u8>);

// What threads share, and what is still whole after a panic.
is! { Send, Sync, Unpin, UnwindSafe, RefUnwindSafe:
    Interned<Node>, InternedRef<'static, Node>, WeakInterned<Node>, Registry<Node>, Iter<Node>, RegistryInfo,
    Str, Value<u8>, Wrapped<u8>,
    Memo, Cache<String, Vec<u8>>, CacheIter<u8, u8>, CacheInfo, Cause,
    Caches, CacheReport, CacheKind,
    Pool<u8>, OwnedPooled<u8>, Pooled<'static, u8>, PoolInfo,
    Strong<u8>, Strong<str>, Weak<u8>, Finalizer,
    WeakValueMap<u8, u8>, WeakKeyMap<u8, u8>, WeakSet<u8>,
    ArcWeakValueMap<u8, u8>, ArcWeakKeyMap<u8, u8>, ArcWeakSet<u8>,
    InternedWeakKeyMap<Node, u8>, InternedWeakSet<Node>,
    ValueMap<u8, Strong<u8>>, KeyMap<Strong<u8>, u8>, Set<Strong<u8>>, Snapshot<u8>, ByAddress,
    DefaultHashBuilder, DefaultHasher,
    clock::Mock,
    Answer, Circuit, Claim, Entry<'static>, Found, Heard<'static>, Key<'static>, Memory, Namespace, Operation,
    Report, StoreId, TagId,
}

// What has a closure of somebody's, or an error, in it.
is! { Send, Sync, Unpin: PoolBuilder<u8>, CacheBuilder<u8, u8>, Faulty<Memory>, StoreError }

// What is of one thread.
is! { Unpin: LocalInterned<Leaf>, LocalWeakInterned<Leaf>, LocalRegistry<Leaf>, LocalIter<Leaf>, ThreadSlot, clock::Installed<'static> }
is_not! { Send: LocalInterned<Leaf>, LocalWeakInterned<Leaf>, LocalRegistry<Leaf>, LocalIter<Leaf>, clock::Installed<'static> }
is_not! { Sync: LocalInterned<Leaf>, LocalWeakInterned<Leaf>, LocalRegistry<Leaf>, LocalIter<Leaf>, clock::Installed<'static> }

// A handle that is sent may be the last, and one that is shared can be cloned: so each asks for both, as `Arc` does.
is_not! { Send: Strong<Cell<u8>>, Weak<Cell<u8>>, Strong<Rc<u8>> }
is_not! { Sync: Strong<Cell<u8>>, Weak<Cell<u8>> }
// An object is of one holder at a time, so a pool asks for no `Sync`; who shares a guard, shares the object.
is! { Send, Sync: Pool<Cell<u8>> }
is! { Send: OwnedPooled<Cell<u8>>, Pooled<'static, Cell<u8>> }
is_not! { Sync: OwnedPooled<Cell<u8>>, Pooled<'static, Cell<u8>> }
is_not! { Send: Pool<Rc<u8>>, OwnedPooled<Rc<u8>>, Pooled<'static, Rc<u8>>, CacheIter<Rc<u8>, u8>, Snapshot<Rc<u8>> }
is_not! { Sync: Pool<Rc<u8>> }

/// `api/weakcache-runtime.txt` says which there are.
#[test]
fn no_public_type_is_left_out() {
    let surface = include_str!("../../api/weakcache-runtime.txt");
    let this = include_str!("auto_traits.rs");
    let words: Vec<&str> = this.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let types = surface.lines().filter_map(|line| {
        let (_, path) = line.split_once("pub struct ").or_else(|| line.split_once("pub enum "))?;
        path.split(['<', '(', ' ']).next()?.rsplit("::").next()
    });
    let mut seen = 0;
    for name in types {
        assert!(words.contains(&name), "{name} is public, and nothing is said here of its auto traits");
        seen += 1;
    }
    assert!(seen > 40, "{seen} types");
}
