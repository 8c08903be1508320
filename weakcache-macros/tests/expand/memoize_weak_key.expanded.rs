fn type_of(node: &Interned<Expr>, scope: InternedRef<'_, Scope>, depth: u32) -> Type {
    use ::weakcache::__private::memo as __weakcache;
    return match <type_of>::__weakcache_access(
        node,
        &scope,
        &depth,
        __weakcache::Enter,
    ) {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
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
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_type_of: __weakcache::Slot = __weakcache::Slot::new();
    impl type_of {
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::Request<Type, __weakcache::Process>,
        >(
            node: &Interned<Expr>,
            scope: &InternedRef<'_, Scope>,
            depth: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<Type, __weakcache::Process>>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_weak_key::<Interned<Expr>>();
            __weakcache::assert_weak_key::<InternedRef<'_, Scope>>();
            __weakcache::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::Probe::<Type>::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            __weakcache::Request::<
                Type,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_type_of
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::type_of"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        node,
                        (&&__weakcache::Type::<Interned<Expr>>::new())
                            .__weakcache_weak_or(__weakcache::Unfit),
                    ),
                    (
                        __weakcache::part(
                            scope,
                            (&&__weakcache::Type::<InternedRef<'_, Scope>>::new())
                                .__weakcache_weak_or(__weakcache::Unfit),
                        ),
                        (
                            __weakcache::part(
                                depth,
                                (&&&__weakcache::Type::<u32>::new()).__weakcache_value(),
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
        fn cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_type_of.info(__weakcache::Capacity::Unbounded)
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear() {
            __WEAKCACHE_SLOT_type_of.clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
        ) -> __weakcache::Option<Type> {
            Self::__weakcache_access(node, &scope, &depth, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(
            node: &Interned<Expr>,
            scope: InternedRef<'_, Scope>,
            depth: u32,
        ) -> __weakcache::bool {
            Self::__weakcache_access(node, &scope, &depth, __weakcache::Invalidate)
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
                __weakcache::Refresh,
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
            Self::__weakcache_access(node, &scope, &depth, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_type_of.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain(
            keep: impl __weakcache::FnMut(
                &(
                    __weakcache::HandleOf<Interned<Expr>>,
                    __weakcache::HandleOf<InternedRef<'static, Scope>>,
                    u32,
                ),
                &Type,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> __weakcache::Given: __weakcache::Handles<'a, Interned<Expr>>,
        {
            __WEAKCACHE_SLOT_type_of.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_type_of.capacity(__weakcache::Capacity::Unbounded)
        }
    }
};
fn length(text: &Arc<str>, unit: Unit) -> usize {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let text = text;
        let unit = &unit;
        use __weakcache::look_up::*;
        __weakcache::assert_weak_key::<Arc<str>>();
        (&&__weakcache::Type::<Unit>::new()).__weakcache_assert_value();
        let __weakcache_shape = (&&&__weakcache::Probe::<usize>::new())
            .__weakcache_shape();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                usize,
                __weakcache::Process,
            >::ask(
                __weakcache::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::length"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        text,
                        (&&__weakcache::Type::<Arc<str>>::new())
                            .__weakcache_weak_or(__weakcache::Unfit),
                    ),
                    (
                        __weakcache::part(
                            unit,
                            (&&__weakcache::Type::<Unit>::new())
                                .__weakcache_weak_or(
                                    (&&&__weakcache::Type::<Unit>::new()).__weakcache_value(),
                                ),
                        ),
                        (),
                    ),
                ),
            )
        }
    } {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(__weakcache::body(move || -> usize { unit.measure(text) }))
        }
    };
}
