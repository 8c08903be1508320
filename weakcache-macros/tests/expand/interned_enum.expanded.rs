pub enum Expr {
    Num(i64),
    Neg { of: Interned<Expr> },
    Unit,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::Intern for Expr {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Expr> = __weakcache::Registry::new(
                __weakcache::core::concat!(__weakcache::core::module_path!(), "::Expr"),
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
    impl Expr {
        /// The `Expr::Num` of these fields: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn num(_0: i64) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (_0,),
                |(_0,)| Key_fields_of_Expr::Num { _0: _0 },
                |(_0,)| { Self::Num(_0) },
            )
        }
        /// The `Expr::Num` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_num(
            _0: i64,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >((_0,), |(_0,)| Key_fields_of_Expr::Num { _0: _0 })
        }
        /// The `Expr::Neg` of these fields: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn neg(
            of: impl __weakcache::RefArg<Interned<Expr>>,
        ) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (of,),
                |(of,)| Key_fields_of_Expr::Neg {
                    of: __weakcache::RefArg::<Interned<Expr>>::as_key(of),
                },
                |(of,)| {
                    let of = __weakcache::RefArg::<Interned<Expr>>::into_key(of);
                    Self::Neg { of }
                },
            )
        }
        /// The `Expr::Neg` of these fields, if one lives.
        #[inline]
        #[must_use]
        pub fn get_neg(
            of: impl __weakcache::RefArg<Interned<Expr>>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >(
                (of,),
                |(of,)| Key_fields_of_Expr::Neg {
                    of: __weakcache::RefArg::<Interned<Expr>>::as_key(of),
                },
            )
        }
        /// The `Expr::Unit`: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn unit() -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >((), |()| Key_fields_of_Expr::Unit {}, |()| { Self::Unit })
        }
        /// The `Expr::Unit`, if one lives.
        #[inline]
        #[must_use]
        pub fn get_unit() -> __weakcache::core::option::Option<
            __weakcache::Interned<Self>,
        > {
            __weakcache::find::<Self, _>((), |()| Key_fields_of_Expr::Unit {})
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        pub fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub enum Key_fields_of_Expr<'__weakcache> {
        Num { #[doc(hidden)] _0: &'__weakcache i64 },
        Neg { of: &'__weakcache Interned<Expr> },
        Unit {},
    }
    #[doc(hidden)]
    impl __weakcache::KeyFields for Expr {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Expr<'__weakcache>;
        type Fields<'__weakcache> = __weakcache::EnumsHaveNoKeyFields;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, Expr>
    for Key_fields_of_Expr<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Expr) -> Self {
            match __weakcache_value {
                Expr::Num(__weakcache_of_0) => {
                    Key_fields_of_Expr::Num {
                        _0: __weakcache_of_0,
                    }
                }
                Expr::Neg { of: __weakcache_of_of, .. } => {
                    Key_fields_of_Expr::Neg {
                        of: __weakcache_of_of,
                    }
                }
                Expr::Unit => Key_fields_of_Expr::Unit {},
            }
        }
        #[inline(always)]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            match self {
                Key_fields_of_Expr::Num { _0: __weakcache_self_0 } => {
                    __weakcache::Key::hash_into(&0u32, __weakcache_state);
                    <i64 as __weakcache::Key>::hash_into(
                        __weakcache_self_0,
                        __weakcache_state,
                    );
                }
                Key_fields_of_Expr::Neg { of: __weakcache_self_of } => {
                    __weakcache::Key::hash_into(&1u32, __weakcache_state);
                    <Interned<
                        Expr,
                    > as __weakcache::Key>::hash_into(
                        __weakcache_self_of,
                        __weakcache_state,
                    );
                }
                Key_fields_of_Expr::Unit {} => {
                    __weakcache::Key::hash_into(&2u32, __weakcache_state);
                }
            }
        }
        #[inline(always)]
        fn eq(&self, __weakcache_that: &Expr) -> bool {
            match (self, __weakcache_that) {
                (
                    Key_fields_of_Expr::Num { _0: __weakcache_self_0 },
                    Expr::Num(__weakcache_that_0),
                ) => {
                    <i64 as __weakcache::Key>::equals(
                        __weakcache_that_0,
                        __weakcache_self_0,
                    )
                }
                (
                    Key_fields_of_Expr::Neg { of: __weakcache_self_of },
                    Expr::Neg { of: __weakcache_that_of, .. },
                ) => {
                    <Interned<
                        Expr,
                    > as __weakcache::Key>::equals(
                        __weakcache_that_of,
                        __weakcache_self_of,
                    )
                }
                (Key_fields_of_Expr::Unit {}, Expr::Unit) => true,
                _ => false,
            }
        }
    }
};
