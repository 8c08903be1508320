pub enum Expr {
    Num(i64),
    Neg { of: Interned<Expr> },
    Unit,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    #[automatically_derived]
    #[allow(deprecated)]
    impl __weakcache::Intern for Expr {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Expr> = __weakcache::Registry::new(
                __weakcache::core::concat!(
                    __weakcache::core::module_path!(), "::",
                    __weakcache::core::stringify!(Expr)
                ),
            );
            &__WEAKCACHE_REGISTRY
        }
        #[inline]
        fn hash_key<__WeakcacheH: __weakcache::core::hash::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            match self {
                Self::Num(__weakcache_self_0) => {
                    __weakcache::Key::hash_into(&0u32, __weakcache_state);
                    <i64 as __weakcache::Key>::hash_into(
                        __weakcache_self_0,
                        __weakcache_state,
                    );
                }
                Self::Neg { of: __weakcache_self_of, .. } => {
                    __weakcache::Key::hash_into(&1u32, __weakcache_state);
                    <Interned<
                        Expr,
                    > as __weakcache::Key>::hash_into(
                        __weakcache_self_of,
                        __weakcache_state,
                    );
                }
                Self::Unit => {
                    __weakcache::Key::hash_into(&2u32, __weakcache_state);
                }
            }
        }
        #[inline]
        fn eq_key(&self, __weakcache_other: &Self) -> bool {
            match (self, __weakcache_other) {
                (Self::Num(__weakcache_self_0), Self::Num(__weakcache_other_0)) => {
                    <i64 as __weakcache::Key>::equals(
                        __weakcache_self_0,
                        __weakcache_other_0,
                    )
                }
                (
                    Self::Neg { of: __weakcache_self_of, .. },
                    Self::Neg { of: __weakcache_other_of, .. },
                ) => {
                    <Interned<
                        Expr,
                    > as __weakcache::Key>::equals(
                        __weakcache_self_of,
                        __weakcache_other_of,
                    )
                }
                (Self::Unit, Self::Unit) => true,
                _ => false,
            }
        }
    }
    #[allow(deprecated, clippy::too_many_arguments, clippy::used_underscore_binding)]
    impl Expr {
        /// The `Expr::Num` of these fields: the one that lives, or else a new one.
        #[inline]
        pub fn num(_0: i64) -> __weakcache::Interned<Self> {
            __weakcache::find_or_place::<
                Self,
                _,
            >(
                (_0,),
                |(_0,), __weakcache_state| {
                    __weakcache::Key::hash_into(&0u32, __weakcache_state);
                    <i64 as __weakcache::Key>::hash_into(_0, __weakcache_state);
                },
                |(_0,), __weakcache_that| match __weakcache_that {
                    Self::Num(__weakcache_that_0) => {
                        <i64 as __weakcache::Key>::equals(__weakcache_that_0, _0)
                    }
                    _ => false,
                },
                |(_0,)| { Self::Num(_0) },
            )
        }
        /// The `Expr::Num` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_num(
            _0: i64,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::look_up(
                (_0,),
                |(_0,)| __weakcache::find::<
                    Self,
                >(
                    |__weakcache_state| {
                        __weakcache::Key::hash_into(&0u32, __weakcache_state);
                        <i64 as __weakcache::Key>::hash_into(_0, __weakcache_state);
                    },
                    |__weakcache_that| match __weakcache_that {
                        Self::Num(__weakcache_that_0) => {
                            <i64 as __weakcache::Key>::equals(__weakcache_that_0, _0)
                        }
                        _ => false,
                    },
                ),
            )
        }
        /// The `Expr::Neg` of these fields: the one that lives, or else a new one.
        #[inline]
        pub fn neg(of: Interned<Expr>) -> __weakcache::Interned<Self> {
            __weakcache::find_or_place::<
                Self,
                _,
            >(
                (of,),
                |(of,), __weakcache_state| {
                    __weakcache::Key::hash_into(&1u32, __weakcache_state);
                    <Interned<
                        Expr,
                    > as __weakcache::Key>::hash_into(of, __weakcache_state);
                },
                |(of,), __weakcache_that| match __weakcache_that {
                    Self::Neg { of: __weakcache_that_of, .. } => {
                        <Interned<
                            Expr,
                        > as __weakcache::Key>::equals(__weakcache_that_of, of)
                    }
                    _ => false,
                },
                |(of,)| { Self::Neg { of } },
            )
        }
        /// The `Expr::Neg` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_neg(
            of: Interned<Expr>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::look_up(
                (of,),
                |(of,)| __weakcache::find::<
                    Self,
                >(
                    |__weakcache_state| {
                        __weakcache::Key::hash_into(&1u32, __weakcache_state);
                        <Interned<
                            Expr,
                        > as __weakcache::Key>::hash_into(of, __weakcache_state);
                    },
                    |__weakcache_that| match __weakcache_that {
                        Self::Neg { of: __weakcache_that_of, .. } => {
                            <Interned<
                                Expr,
                            > as __weakcache::Key>::equals(__weakcache_that_of, of)
                        }
                        _ => false,
                    },
                ),
            )
        }
        /// The `Expr::Unit`: the one that lives, or else a new one.
        #[inline]
        pub fn unit() -> __weakcache::Interned<Self> {
            __weakcache::find_or_place::<
                Self,
                _,
            >(
                (),
                |(), __weakcache_state| {
                    __weakcache::Key::hash_into(&2u32, __weakcache_state);
                },
                |(), __weakcache_that| match __weakcache_that {
                    Self::Unit => true,
                    _ => false,
                },
                |()| { Self::Unit },
            )
        }
        /// The `Expr::Unit`, if one lives.
        #[inline]
        #[must_use]
        pub fn get_unit() -> __weakcache::core::option::Option<
            __weakcache::Interned<Self>,
        > {
            __weakcache::look_up(
                (),
                |()| __weakcache::find::<
                    Self,
                >(
                    |__weakcache_state| {
                        __weakcache::Key::hash_into(&2u32, __weakcache_state);
                    },
                    |__weakcache_that| match __weakcache_that {
                        Self::Unit => true,
                        _ => false,
                    },
                ),
            )
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        pub fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    #[automatically_derived]
    impl __weakcache::KeyFields for Expr {
        type Fields<'__weakcache> = __weakcache::EnumsHaveNoKeyFields;
    }
};
