/// What a share costs.
pub fn price(symbol: &str, day: u32) -> f64 {
    use ::weakcache::__private as __weakcache;
    return match <price>::__weakcache_access(symbol, &day, __weakcache::memo::Enter) {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.start().finish(<price>::uncached(symbol, day))
        }
    };
}
/// Controls of the cache of the function `price`.
pub enum price {}
impl price {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    pub fn uncached(symbol: &str, day: u32) -> f64 {
        fetch(symbol, day)
    }
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl price {
        #[inline]
        fn __weakcache_slot() -> &'static __weakcache::memo::Slot {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slot = __weakcache::memo::Slot::new();
            &__WEAKCACHE_SLOT
        }
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::memo::Request<f64, __weakcache::memo::Process>,
        >(
            symbol: &str,
            day: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::memo::Request<
            f64,
            __weakcache::memo::Process,
        >>::Answer {
            use __weakcache::memo::look_up::*;
            __weakcache::memo::assert_referent::<str>();
            __weakcache::memo::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::memo::Probe::<f64>::new())
                .__weakcache_shape();
            __weakcache::memo::assert_strong(&__weakcache_shape);
            __weakcache::memo::Request::<
                f64,
                __weakcache::memo::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_slot()
                    .cache::<
                        __weakcache::memo::BoundedCache<
                            _,
                            _,
                            __weakcache::memo::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::memo::Options::new(
                                __weakcache::core::concat!(
                                    __weakcache::core::module_path!(), "::price"
                                ),
                                __weakcache::memo::Ttl::new(
                                    __weakcache::core::option::Option::Some(
                                        __weakcache::core::time::Duration::new(60u64, 0u32),
                                    ),
                                    __weakcache::core::option::Option::None,
                                ),
                            )
                            .lru(__weakcache::memo::Capacity::Of(128))
                    }),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        symbol,
                        (&&&__weakcache::memo::Type::<str>::new()).__weakcache_referent(),
                    ),
                    (
                        __weakcache::memo::part(
                            day,
                            (&&&__weakcache::memo::Type::<u32>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    ),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        pub fn cache_info() -> __weakcache::memo::CacheInfo {
            Self::__weakcache_slot().info(__weakcache::memo::Capacity::Of(128))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        pub fn cache_clear() {
            Self::__weakcache_slot().clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        pub fn peek(symbol: &str, day: u32) -> __weakcache::core::option::Option<f64> {
            Self::__weakcache_access(symbol, &day, __weakcache::memo::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        pub fn invalidate(symbol: &str, day: u32) -> __weakcache::core::primitive::bool {
            Self::__weakcache_access(symbol, &day, __weakcache::memo::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        pub fn refresh(symbol: &str, day: u32) -> f64 {
            let __weakcache_ticket = Self::__weakcache_access(
                symbol,
                &day,
                __weakcache::memo::Refresh,
            );
            __weakcache_ticket.start().finish(Self::uncached(symbol, day))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        pub fn prime(symbol: &str, day: u32, value: f64) {
            Self::__weakcache_access(symbol, &day, __weakcache::memo::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        pub fn sweep() -> __weakcache::core::primitive::usize {
            Self::__weakcache_slot().sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        pub fn retain(
            keep: impl __weakcache::core::ops::FnMut(
                &(__weakcache::memo::OwnedOf<str>, u32),
                &f64,
            ) -> __weakcache::core::primitive::bool,
        ) -> __weakcache::core::primitive::usize
        where
            for<'__weakcache> __weakcache::Given: __weakcache::memo::Owns<
                '__weakcache,
                str,
            >,
        {
            Self::__weakcache_slot().retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        pub fn capacity() -> __weakcache::core::option::Option<
            __weakcache::core::primitive::usize,
        > {
            Self::__weakcache_slot().capacity(__weakcache::memo::Capacity::Of(128))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        pub fn set_capacity(capacity: __weakcache::core::primitive::usize) {
            Self::__weakcache_slot().set_capacity(capacity)
        }
    }
};
