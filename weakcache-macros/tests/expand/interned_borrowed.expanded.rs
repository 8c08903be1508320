struct Symbol(String);
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::Intern for Symbol {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Symbol> = __weakcache::Registry::with_shards(
                "symbols",
                16,
            );
            &__WEAKCACHE_REGISTRY
        }
        #[inline]
        fn hash_key<H: __weakcache::Hasher>(&self, state: &mut H) {
            __weakcache::hash_key(self, state);
        }
        #[inline]
        fn eq_key(&self, other: &Self) -> bool {
            __weakcache::eq_key(self, other)
        }
    }
    impl Symbol {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        fn new(_0: impl __weakcache::KeyArg<String>) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (_0,),
                |(_0,)| Key_fields_of_Symbol {
                    _0: <String as __weakcache::KeyField>::of_argument(_0),
                },
                |(_0,)| {
                    let _0 = __weakcache::KeyArg::<String>::into_key(_0);
                    Self(_0)
                },
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        fn get(
            _0: impl __weakcache::KeyArg<String>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >(
                (_0,),
                |(_0,)| Key_fields_of_Symbol {
                    _0: <String as __weakcache::KeyField>::of_argument(_0),
                },
            )
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub struct Key_fields_of_Symbol<'__weakcache> {
        #[doc(hidden)]
        pub _0: &'__weakcache __weakcache::core::primitive::str,
    }
    #[doc(hidden)]
    impl __weakcache::KeyFields for Symbol {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Symbol<'__weakcache>;
        type Fields<'__weakcache> = Key_fields_of_Symbol<'__weakcache>;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, Symbol>
    for Key_fields_of_Symbol<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Symbol) -> Self {
            Key_fields_of_Symbol {
                _0: <String as __weakcache::KeyField>::as_borrowed(&__weakcache_value.0),
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <__weakcache::core::primitive::str as __weakcache::Key>::hash_into(
                self._0,
                __weakcache_state,
            );
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Symbol) -> bool {
            <__weakcache::core::primitive::str as __weakcache::Key>::equals(
                <String as __weakcache::KeyField>::as_borrowed(&__weakcache_that.0),
                self._0,
            )
        }
    }
};
