/// What a share costs.
pub fn price(symbol: &str, day: u32) -> f64 {
    use ::weakcache::__private::memo as __weakcache;
    return match <price>::__weakcache_access(symbol, &day, __weakcache::Enter) {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
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
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_price: __weakcache::Slot = __weakcache::Slot::new();
    impl price {
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::Request<f64, __weakcache::Process>,
        >(
            symbol: &str,
            day: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<f64, __weakcache::Process>>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_referent::<str>();
            __weakcache::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::Probe::<f64>::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            __weakcache::Request::<
                f64,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_price
                    .cache::<
                        __weakcache::BoundedCache<
                            _,
                            _,
                            __weakcache::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::Options::new(
                                __weakcache::concat!(
                                    __weakcache::module_path!(), "::price"
                                ),
                                __weakcache::Ttl::new(
                                    __weakcache::Option::Some(
                                        __weakcache::Duration::new(60u64, 0u32),
                                    ),
                                    __weakcache::Option::None,
                                ),
                            )
                            .capacity(__weakcache::Capacity::Of(128))
                    }),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        symbol,
                        (&&&__weakcache::Type::<str>::new()).__weakcache_referent(),
                    ),
                    (
                        __weakcache::part(
                            day,
                            (&&&__weakcache::Type::<u32>::new()).__weakcache_value(),
                        ),
                        (),
                    ),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        pub fn cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_price.info(__weakcache::Capacity::Of(128))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        pub fn cache_clear() {
            __WEAKCACHE_SLOT_price.clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        pub fn peek(symbol: &str, day: u32) -> __weakcache::Option<f64> {
            Self::__weakcache_access(symbol, &day, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        pub fn invalidate(symbol: &str, day: u32) -> __weakcache::bool {
            Self::__weakcache_access(symbol, &day, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        pub fn refresh(symbol: &str, day: u32) -> f64 {
            let __weakcache_ticket = Self::__weakcache_access(
                symbol,
                &day,
                __weakcache::Refresh,
            );
            __weakcache_ticket.start().finish(Self::uncached(symbol, day))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        pub fn prime(symbol: &str, day: u32, value: f64) {
            Self::__weakcache_access(symbol, &day, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        pub fn sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_price.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        pub fn retain(
            keep: impl __weakcache::FnMut(
                &(__weakcache::OwnedOf<str>, u32),
                &f64,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> __weakcache::Given: __weakcache::Owns<'a, str>,
        {
            __WEAKCACHE_SLOT_price.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        pub fn capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_price.capacity(__weakcache::Capacity::Of(128))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        pub fn set_capacity(capacity: __weakcache::usize) {
            __WEAKCACHE_SLOT_price.set_capacity(capacity)
        }
    }
};
