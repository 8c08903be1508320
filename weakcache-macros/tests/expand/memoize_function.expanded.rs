/// What a share costs.
pub fn price(symbol: &str, day: u32) -> f64 {
    return match <price>::__weakcache_access(
        (symbol, &day),
        ::weakcache::__private::memo::Enter,
    ) {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
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
    #[inline]
    fn __weakcache_slot() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slot = ::weakcache::__private::memo::Slot::new();
        &__WEAKCACHE_SLOT
    }
    #[inline]
    fn __weakcache_access<
        __WeakcacheR: ::weakcache::__private::memo::Request<
                f64,
                ::weakcache::__private::memo::Process,
            >,
    >(
        (symbol, day): (&str, &u32),
        __weakcache_request: __WeakcacheR,
    ) -> __WeakcacheR::Answer {
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_referent::<str>();
        ::weakcache::__private::memo::assert_value::<u32>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<f64>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            f64,
            ::weakcache::__private::memo::Process,
        >::ask(
            __weakcache_request,
            Self::__weakcache_slot()
                .cache::<
                    ::weakcache::__private::memo::BoundedCache<
                        _,
                        _,
                        ::weakcache::__private::memo::Ttl,
                        ::weakcache::__private::DefaultHashBuilder,
                    >,
                >(|| {
                    ::weakcache::__private::memo::Options::new(
                            ::weakcache::__private::core::concat!(
                                ::weakcache::__private::core::module_path!(), "::price"
                            ),
                            ::weakcache::__private::memo::Ttl::new(
                                ::weakcache::__private::core::option::Option::Some(
                                    ::weakcache::__private::core::time::Duration::new(
                                        60u64,
                                        0u32,
                                    ),
                                ),
                                ::weakcache::__private::core::option::Option::None,
                            ),
                        )
                        .lru(
                            ::weakcache::__private::core::option::Option::Some::<
                                ::weakcache::__private::core::primitive::usize,
                            >(const { 128 }),
                        )
                }),
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    symbol,
                    (&&::weakcache::__private::memo::Type::<str>::new())
                        .__weakcache_referent(),
                ),
                (
                    ::weakcache::__private::memo::part(
                        day,
                        (&&::weakcache::__private::memo::Type::<u32>::new())
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
    pub fn cache_info() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_slot()
            .info(
                ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 128 }),
            )
    }
    /// Drops all entries and resets the counters.
    #[inline]
    pub fn cache_clear() {
        Self::__weakcache_slot().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    #[must_use]
    #[inline]
    pub fn peek(
        symbol: &str,
        day: u32,
    ) -> ::weakcache::__private::core::option::Option<f64> {
        Self::__weakcache_access((symbol, &day), ::weakcache::__private::memo::Peek)
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    #[inline]
    pub fn invalidate(
        symbol: &str,
        day: u32,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_access(
            (symbol, &day),
            ::weakcache::__private::memo::Invalidate,
        )
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    #[inline]
    pub fn refresh(symbol: &str, day: u32) -> f64 {
        let __weakcache_ticket = Self::__weakcache_access(
            (symbol, &day),
            ::weakcache::__private::memo::Refresh,
        );
        __weakcache_ticket.start().finish(Self::uncached(symbol, day))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    #[inline]
    pub fn prime(symbol: &str, day: u32, value: f64) {
        Self::__weakcache_access(
            (symbol, &day),
            ::weakcache::__private::memo::Prime(value),
        )
    }
    /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
    #[inline]
    pub fn sweep() -> ::weakcache::__private::core::primitive::usize {
        Self::__weakcache_slot().sweep()
    }
}
