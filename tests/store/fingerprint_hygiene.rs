//! Fingerprints in unfriendly places. Compiling, without a lint, is most of the test.

/// Everything that an expansion might name by accident is something else, and every lint is forbidden.
mod shadowed {
    #![no_implicit_prelude]
    #![forbid(
        warnings,
        dead_code,
        deprecated,
        missing_copy_implementations,
        missing_debug_implementations,
        missing_docs,
        non_camel_case_types,
        redundant_imports,
        redundant_lifetimes,
        single_use_lifetimes,
        unnameable_types,
        unreachable_pub,
        unsafe_code,
        unused,
        unused_import_braces,
        unused_lifetimes,
        unused_qualifications,
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

    use ::weakcache::{fingerprint, memoize};

    mod std {}
    mod core {}
    mod weakcache {}

    /// Of names that are ours elsewhere.
    #[derive(::std::clone::Clone, ::std::marker::Copy)]
    struct Code;

    trait Fingerprinted {
        const FINGERPRINT: usize;
    }

    impl Fingerprinted for Code {
        const FINGERPRINT: usize = 0;
    }

    #[fingerprint]
    struct WeakcacheItem(Code);

    /// Documented.
    #[fingerprint]
    pub(super) const LIMIT: usize = 3;

    #[fingerprint(depends(LIMIT))]
    pub(super) struct Row<'a, T>
    where
        T: ?::std::marker::Sized,
    {
        pub(super) name: &'a T,
    }

    /// Documented.
    #[fingerprint(depends(LIMIT, Row<'static, str>, self::WeakcacheItem, crate::fingerprint_hygiene::Item))]
    #[must_use]
    pub(super) const fn parse(_name: &str) -> usize {
        let WeakcacheItem(Code) = WeakcacheItem(Code);
        Code::FINGERPRINT + LIMIT
    }

    #[memoize(lru = 2)]
    #[fingerprint(depends(parse, r#fn))]
    pub(super) fn memoized(text: &str) -> usize {
        parse(text)
    }

    #[fingerprint]
    #[memoize(controls = false)]
    pub(super) fn r#fn(x: u32) -> u32 {
        x
    }

    #[cfg(feature = "store")]
    pub(super) mod stored {
        use super::super::Thing;
        use super::{LIMIT, Row, parse};
        use ::std::clone::Clone;
        use ::std::sync::LazyLock;
        use ::weakcache::memoize;
        use ::weakcache::store::Memory;

        static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

        /// Documented.
        #[memoize(store = Clone::clone(&*STORE), depends(parse, Row<'static, str>, super::super::Item), version = LIMIT as u64)]
        pub(in super::super) fn free<T: 'static>(text: &str, _other: u32) -> usize {
            parse(text) + ::std::mem::size_of::<T>()
        }

        #[memoize(store = Clone::clone(&*STORE), fingerprint = false, controls = false)]
        pub(in super::super) fn without_controls(text: &str) -> usize {
            parse(text)
        }

        #[memoize]
        impl Thing {
            #[memoize(store = Clone::clone(&*STORE), version = { 1 + 1 }, depends(Self, parse))]
            pub(in super::super) fn method(self, text: &str) -> usize {
                parse(text) + self.0
            }
        }
    }

    #[cfg(feature = "store")]
    #[test]
    fn it_runs_with_a_store() {
        ::std::assert_eq!((stored::free::<u8>("a", 1), stored::without_controls("a")), (4, 3));
        ::std::assert_eq!(super::Thing(1).method("a"), 4);
    }

    #[test]
    fn it_runs() {
        let row = Row { name: "a" };
        ::std::assert_eq!((parse(row.name), memoized(row.name), r#fn(1)), (3, 3, 1));
    }
}

#[weakcache::fingerprint]
struct Item;

/// Its derives allow what is forbidden above.
#[cfg(feature = "store")]
#[weakcache::fingerprint]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Thing(usize);

/// Where weakcache has another name.
mod renamed {
    mod path {
        pub(super) mod to {
            pub(crate) use weakcache as cache;
        }
    }
    use weakcache::{fingerprint, memoize};

    #[fingerprint(crate = path::to::cache)]
    const ONE: u8 = 1;

    #[fingerprint(depends(ONE), crate = self::path::to::cache)]
    #[memoize(crate = path::to::cache)]
    fn one() -> u8 {
        ONE
    }

    #[test]
    fn it_runs() {
        let _ = super::Item;
        assert_eq!((one(), one(), one::cache_info().hits), (1, 1, 1));
    }
}

/// Names by a macro by example.
mod by_example {
    macro_rules! items {
        ($vis:vis $name:ident $ty:ident: $first:path, $($other:ident)::+) => {
            #[$crate::fingerprint_hygiene::by_example::fingerprint(depends($first, $($other)::+))]
            $vis fn $name() -> u8 {
                1
            }

            #[weakcache::fingerprint(depends($name, $crate::fingerprint_hygiene::Item))]
            $vis struct $ty;
        };
    }
    pub(crate) use weakcache::fingerprint;

    #[fingerprint]
    struct Other;

    items!(pub(super) name Name: Other, super::Item);

    #[test]
    fn it_runs() {
        let _ = (Other, Name);
        assert_eq!(name(), 1);
    }
}
