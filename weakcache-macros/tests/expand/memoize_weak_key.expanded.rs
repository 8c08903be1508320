fn type_of(node: &Interned<Expr>, scope: InternedRef<'_, Scope>, depth: u32) -> Type {
    use ::weakcache::__private as __weakcache;
    return match <type_of>::__weakcache_access(
        node,
        &scope,
        &depth,
        __weakcache::memo::Enter,
    ) {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.start().finish(<type_of>::uncached(node, scope, depth))
        }
    };
}
/// Controls of the cache of the function `type_of`.
enum type_of {}
impl type_of {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    fn uncached(
        node: &Interned<Expr>,
        scope: InternedRef<'_, Scope>,
        depth: u32,
    ) -> Type {
        infer(node, scope, depth)
    }
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl type_of {
        #[inline]
        fn __weakcache_slot() -> &'static __weakcache::memo::Slot {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slot = __weakcache::memo::Slot::new();
            &__WEAKCACHE_SLOT
        }
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::memo::Request<Type, __weakcache::memo::Process>,
        >(
            node: &Interned<Expr>,
            scope: &InternedRef<'_, Scope>,
            depth: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::memo::Request<
            Type,
            __weakcache::memo::Process,
        >>::Answer {
            use __weakcache::memo::look_up::*;
            __weakcache::memo::assert_weak_key::<Interned<Expr>>();
            __weakcache::memo::assert_weak_key::<InternedRef<'_, Scope>>();
            __weakcache::memo::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::memo::Probe::<Type>::new())
                .__weakcache_shape();
            __weakcache::memo::assert_strong(&__weakcache_shape);
            __weakcache::memo::Request::<
                Type,
                __weakcache::memo::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_slot()
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::type_of"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        node,
                        (&&__weakcache::memo::Type::<Interned<Expr>>::new())
                            .__weakcache_weak_or(__weakcache::memo::Unfit),
                    ),
                    (
                        __weakcache::memo::part(
                            scope,
                            (&&__weakcache::memo::Type::<InternedRef<'_, Scope>>::new())
                                .__weakcache_weak_or(__weakcache::memo::Unfit),
                        ),
                        (
                            __weakcache::memo::part(
                                depth,
                                (&&&__weakcache::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    ),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info() -> __weakcache::memo::CacheInfo {
            Self::__weakcache_slot().info(__weakcache::memo::Capacity::Unbounded)
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear() {
            Self::__weakcache_slot().clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
        ) -> __weakcache::core::option::Option<Type> {
            Self::__weakcache_access(node, &scope, &depth, __weakcache::memo::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
        ) -> __weakcache::core::primitive::bool {
            Self::__weakcache_access(node, &scope, &depth, __weakcache::memo::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        fn refresh(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
        ) -> Type {
            let __weakcache_ticket = Self::__weakcache_access(
                node,
                &scope,
                &depth,
                __weakcache::memo::Refresh,
            );
            __weakcache_ticket.start().finish(Self::uncached(node, scope, depth))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
            value: Type,
        ) {
            Self::__weakcache_access(
                node,
                &scope,
                &depth,
                __weakcache::memo::Prime(value),
            )
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep() -> __weakcache::core::primitive::usize {
            Self::__weakcache_slot().sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain(
            keep: impl __weakcache::core::ops::FnMut(
                &(
                    __weakcache::memo::HandleOf<Interned<Expr>>,
                    __weakcache::memo::HandleOf<InternedRef<'static, Scope>>,
                    u32,
                ),
                &Type,
            ) -> __weakcache::core::primitive::bool,
        ) -> __weakcache::core::primitive::usize
        where
            for<'__weakcache> __weakcache::Given: __weakcache::memo::Handles<
                '__weakcache,
                Interned<Expr>,
            >,
        {
            Self::__weakcache_slot().retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity() -> __weakcache::core::option::Option<
            __weakcache::core::primitive::usize,
        > {
            Self::__weakcache_slot().capacity(__weakcache::memo::Capacity::Unbounded)
        }
    }
};
fn length(text: &Arc<str>, unit: Unit) -> usize {
    use ::weakcache::__private as __weakcache;
    return match {
        let text = text;
        let unit = &unit;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_weak_key::<Arc<str>>();
        (&&__weakcache::memo::Type::<Unit>::new()).__weakcache_assert_value();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<usize>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                usize,
                __weakcache::memo::Process,
            >::ask(
                __weakcache::memo::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::length"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        text,
                        (&&__weakcache::memo::Type::<Arc<str>>::new())
                            .__weakcache_weak_or(__weakcache::memo::Unfit),
                    ),
                    (
                        __weakcache::memo::part(
                            unit,
                            (&&__weakcache::memo::Type::<Unit>::new())
                                .__weakcache_weak_or(
                                    (&&&__weakcache::memo::Type::<Unit>::new())
                                        .__weakcache_value(),
                                ),
                        ),
                        (),
                    ),
                ),
            )
        }
    } {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(__weakcache::memo::body(move || -> usize { unit.measure(text) }))
        }
    };
}
