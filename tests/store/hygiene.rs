//! Stores in unfriendly places, beside what changes their expansion. Compiling, without a lint, is most of the test.
//! (`depends`, `version` and `fingerprint` are in `fingerprint_hygiene.rs`.)

/// Everything that an expansion might name by accident is something else, and every lint is forbidden.
mod shadowed {
    #![no_implicit_prelude]
    #![forbid(
        warnings,
        dead_code,
        deprecated,
        let_underscore_drop,
        missing_copy_implementations,
        missing_debug_implementations,
        missing_docs,
        non_camel_case_types,
        redundant_imports,
        redundant_lifetimes,
        rust_2018_idioms,
        single_use_lifetimes,
        trivial_casts,
        unit_bindings,
        unnameable_types,
        unreachable_code,
        unreachable_pub,
        unsafe_code,
        unused,
        unused_import_braces,
        unused_lifetimes,
        unused_qualifications,
        unused_results,
        variant_size_differences,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::shadow_reuse,
        clippy::shadow_same,
        clippy::shadow_unrelated,
        clippy::exhaustive_enums,
        clippy::exhaustive_structs
    )]

    use super::{Spawned, Thing};
    use ::std::borrow::Cow;
    use ::std::string::String;
    use ::std::sync::LazyLock;
    use ::weakcache::memoize;
    use ::weakcache::store::Memory;

    mod core {}
    mod postcard {}
    mod serde {}
    mod std {}
    mod weakcache {}

    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    type Outcome<T> = ::std::result::Result<T, String>;

    #[memoize(store = &*STORE, ttl = "1m", tags(*x, ("pair", *pair)), cache_if = |x| *x > 0, lru = 9)]
    pub(super) fn tagged(x: u32, (pair, _): (u8, &str)) -> u32 {
        x + <u32 as ::std::convert::From<u8>>::from(pair)
    }

    #[memoize(store = &*STORE, refresh_after = "1h", stale_if_error = "1h", ttl = "1d", jitter = 0.1)]
    pub(super) fn renewed(x: &str, maybe: ::std::option::Option<&str>) -> Outcome<usize> {
        let length = x.len() + maybe.map_or(0, str::len);
        if length > 0 { ::std::result::Result::Ok(length) } else { ::std::result::Result::Err(String::new()) }
    }

    #[memoize(store = &*STORE, refresh_after = "1h", controls = false)]
    pub(super) fn without_controls(x: Cow<'static, str>, _unused: u8) -> usize {
        x.len()
    }

    #[memoize(store = &*STORE, key = (*x % 7, text.len()), name = "whole", version = 1)]
    pub(super) fn whole(x: u32, text: &str, other: &mut u8) -> u32 {
        *other += 1;
        x % 7 + <u32 as ::std::convert::From<bool>>::from(!text.is_empty())
    }

    #[memoize(store = &*STORE, weight = 64, weigh = |_, text| text.len(), on_evict = |_, _, _| ())]
    pub(super) fn generic<T, const N: usize>(text: &str) -> String
    where
        T: 'static,
    {
        text.repeat(N + ::std::mem::size_of::<T>())
    }

    #[memoize(store = &*STORE, refresh_after = "1h", spawn = Spawned::spawn, tags(*x))]
    pub(super) async fn task(x: u32, text: &str, maybe: ::std::option::Option<&str>) -> Outcome<u32> {
        ::std::future::ready(()).await;
        if text.is_empty() || maybe.is_some() {
            return ::std::result::Result::Err(String::new());
        }
        ::std::result::Result::Ok(x)
    }

    #[memoize(store = &*STORE, refresh_after = "1h")]
    pub(super) async fn early(x: u32) -> ::std::option::Option<u32> {
        ::std::future::ready(x.checked_add(1)?).await.checked_add(1)
    }

    pub(super) trait Area {
        fn area(&self, by: u32) -> u32;
    }

    #[memoize]
    impl Area for Thing {
        #[memoize(store = &*STORE, refresh_after = "1h")]
        fn area(&self, by: u32) -> u32 {
            self.0 * by
        }
    }

    #[memoize]
    impl Thing {
        #[memoize(store = &*STORE, refresh_after = "1h", spawn = Spawned::spawn)]
        pub(super) async fn later(self) -> u32 {
            ::std::future::ready(self.0).await
        }
    }
}

/// Its derives allow what is forbidden above.
#[warn(clippy::unsafe_derive_deserialize)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Thing(u32);

/// Runs what is spawned.
struct Spawned;

impl Spawned {
    fn spawn<F: Future>(future: F) {
        finish(future);
    }
}

use crate::tasks::finish;
use shadowed::Area;

#[test]
fn it_runs() {
    for _ in 0..2 {
        assert_eq!(shadowed::tagged(1, (2, "")), 3);
        assert_eq!(shadowed::renewed("a", Some("b")), Ok(2));
        assert_eq!(shadowed::without_controls("abc".into(), 1), 3);
        assert_eq!(shadowed::whole(8, "a", &mut 0), 2);
        assert_eq!(shadowed::generic::<u8, 2>("a"), "aaa");
        assert_eq!(finish(shadowed::task(1, "a", None)), Ok(1));
        assert_eq!(finish(shadowed::early(1)), Some(3));
        assert_eq!((Thing(2).area(3), finish(Thing(4).later())), (6, 4));
    }
    assert_eq!(shadowed::tagged::cache_info().hits, 1);
}
