/// A term.
pub enum RTerm<T: Copy = u8> {
    Var(T),
    App(Term<T>, Term<T>),
}
/// A term.
pub struct Term<T: Copy = u8> {
    __weakcache_inner: ::weakcache::__private::Interned<RTerm<T>>,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl<T: Copy> __weakcache::Intern for RTerm<T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Term<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Term<T>: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_DIRECTORY: __weakcache::Directory = __weakcache::Directory::new();
            __WEAKCACHE_DIRECTORY
                .get_or_init(|| -> __weakcache::Registry<Self> {
                    __weakcache::Registry::new(
                        __weakcache::core::any::type_name::<Self>(),
                    )
                })
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
    impl<T: Copy> RTerm<T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Term<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Term<T>: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        /// The `RTerm::Var` of these fields: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn var(_0: T) -> Term<T> {
            __weakcache::Newtype::new(
                __weakcache::find_or_make::<
                    Self,
                    _,
                >(
                    (_0,),
                    |(_0,)| Key_fields_of_RTerm::Var { _0: _0 },
                    |(_0,)| { Self::Var(_0) },
                ),
            )
        }
        /// The `RTerm::Var` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_var(_0: T) -> __weakcache::core::option::Option<Term<T>> {
            __weakcache::core::option::Option::map(
                __weakcache::find::<
                    Self,
                    _,
                >((_0,), |(_0,)| Key_fields_of_RTerm::Var { _0: _0 }),
                __weakcache::Newtype::new,
            )
        }
        /// The `RTerm::App` of these fields: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn app(_0: Term<T>, _1: impl __weakcache::RefArg<Term<T>>) -> Term<T> {
            __weakcache::Newtype::new(
                __weakcache::find_or_make::<
                    Self,
                    _,
                >(
                    (_0, _1),
                    |(_0, _1)| Key_fields_of_RTerm::App {
                        _0: _0,
                        _1: __weakcache::RefArg::<Term<T>>::as_key(_1),
                    },
                    |(_0, _1)| {
                        let _1 = __weakcache::RefArg::<Term<T>>::into_key(_1);
                        Self::App(_0, _1)
                    },
                ),
            )
        }
        /// The `RTerm::App` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_app(
            _0: Term<T>,
            _1: impl __weakcache::RefArg<Term<T>>,
        ) -> __weakcache::core::option::Option<Term<T>> {
            __weakcache::core::option::Option::map(
                __weakcache::find::<
                    Self,
                    _,
                >(
                    (_0, _1),
                    |(_0, _1)| Key_fields_of_RTerm::App {
                        _0: _0,
                        _1: __weakcache::RefArg::<Term<T>>::as_key(_1),
                    },
                ),
                __weakcache::Newtype::new,
            )
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        pub fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub enum Key_fields_of_RTerm<'__weakcache, T: Copy>
    where
        T: 'static,
    {
        Var { #[doc(hidden)] _0: &'__weakcache T },
        App {
            #[doc(hidden)]
            _0: &'__weakcache Term<T>,
            #[doc(hidden)]
            _1: &'__weakcache Term<T>,
        },
    }
    #[doc(hidden)]
    impl<T: Copy> __weakcache::KeyFields for RTerm<T>
    where
        T: 'static,
    {
        type Handle = Term<T>;
        type Key<'__weakcache> = Key_fields_of_RTerm<'__weakcache, T>;
        type Fields<'__weakcache> = __weakcache::EnumsHaveNoKeyFields;
    }
    impl<'__weakcache, T: Copy> __weakcache::KeyOf<'__weakcache, RTerm<T>>
    for Key_fields_of_RTerm<'__weakcache, T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Term<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Term<T>: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        #[inline]
        fn of(__weakcache_value: &'__weakcache RTerm<T>) -> Self {
            match __weakcache_value {
                RTerm::Var(__weakcache_of_0) => {
                    Key_fields_of_RTerm::Var {
                        _0: __weakcache_of_0,
                    }
                }
                RTerm::App(__weakcache_of_0, __weakcache_of_1) => {
                    Key_fields_of_RTerm::App {
                        _0: __weakcache_of_0,
                        _1: __weakcache_of_1,
                    }
                }
            }
        }
        #[inline(always)]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            match self {
                Key_fields_of_RTerm::Var { _0: __weakcache_self_0 } => {
                    __weakcache::Key::hash_into(&0u32, __weakcache_state);
                    <T as __weakcache::Key>::hash_into(
                        __weakcache_self_0,
                        __weakcache_state,
                    );
                }
                Key_fields_of_RTerm::App {
                    _0: __weakcache_self_0,
                    _1: __weakcache_self_1,
                } => {
                    __weakcache::Key::hash_into(&1u32, __weakcache_state);
                    <Term<
                        T,
                    > as __weakcache::Key>::hash_into(
                        __weakcache_self_0,
                        __weakcache_state,
                    );
                    <Term<
                        T,
                    > as __weakcache::Key>::hash_into(
                        __weakcache_self_1,
                        __weakcache_state,
                    );
                }
            }
        }
        #[inline(always)]
        fn eq(&self, __weakcache_that: &RTerm<T>) -> bool {
            match (self, __weakcache_that) {
                (
                    Key_fields_of_RTerm::Var { _0: __weakcache_self_0 },
                    RTerm::Var(__weakcache_that_0),
                ) => {
                    <T as __weakcache::Key>::equals(
                        __weakcache_that_0,
                        __weakcache_self_0,
                    )
                }
                (
                    Key_fields_of_RTerm::App {
                        _0: __weakcache_self_0,
                        _1: __weakcache_self_1,
                    },
                    RTerm::App(__weakcache_that_0, __weakcache_that_1),
                ) => {
                    <Term<
                        T,
                    > as __weakcache::Key>::equals(
                        __weakcache_that_0,
                        __weakcache_self_0,
                    )
                        && <Term<
                            T,
                        > as __weakcache::Key>::equals(
                            __weakcache_that_1,
                            __weakcache_self_1,
                        )
                }
                _ => false,
            }
        }
    }
    __weakcache::__weakcache_handle! {
        [T : Copy] Term < T >, __weakcache::Interned < RTerm < T > >, RTerm < T >, []
    }
};
