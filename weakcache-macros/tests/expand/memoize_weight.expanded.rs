fn page(url: &str, depth: u8) -> Vec<u8> {
    use ::weakcache::__private::memo as __weakcache;
    return match <page>::__weakcache_access(url, &depth, __weakcache::Enter) {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.start().finish(<page>::uncached(url, depth))
        }
    };
}
/// Controls of the cache of the function `page`.
enum page {}
impl page {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    fn uncached(url: &str, depth: u8) -> Vec<u8> {
        vec![depth; url.len()]
    }
}
const _: () = {
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_page: __weakcache::Slot = __weakcache::Slot::new();
    impl page {
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::Request<Vec<u8>, __weakcache::Process>,
        >(
            url: &str,
            depth: &u8,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<
            Vec<u8>,
            __weakcache::Process,
        >>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_referent::<str>();
            __weakcache::assert_value::<u8>();
            let __weakcache_shape = (&&&__weakcache::Probe::<Vec<u8>>::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            let __weakcache_kind = (&&&__weakcache::Keep(__weakcache_shape))
                .__weakcache_strong();
            let __weakcache_key = (
                __weakcache::part(
                    url,
                    (&&&__weakcache::Type::<str>::new()).__weakcache_referent(),
                ),
                (
                    __weakcache::part(
                        depth,
                        (&&&__weakcache::Type::<u8>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            );
            let __weakcache_types = __weakcache::types(
                &__weakcache_key,
                &__weakcache_kind,
            );
            __weakcache::Request::<
                Vec<u8>,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_page
                    .cache::<
                        __weakcache::CapacityCache<
                            _,
                            _,
                            __weakcache::Weighed<
                                __weakcache::Never,
                                __weakcache::WeighOf<_, _>,
                            >,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::Options::new(
                                __weakcache::concat!(__weakcache::module_path!(), "::page"),
                                __weakcache::weighed(
                                    __weakcache_types,
                                    __weakcache::Never,
                                    __weakcache::bytes(67108864u64),
                                    |(url, _), page| url.len() + page.len(),
                                ),
                            )
                            .capacity(__weakcache::Capacity::Of(1_000))
                    }),
                __weakcache_kind,
                __weakcache_key,
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_page.info(__weakcache::Capacity::Of(1_000))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear() {
            __WEAKCACHE_SLOT_page.clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek(url: &str, depth: u8) -> __weakcache::Option<Vec<u8>> {
            Self::__weakcache_access(url, &depth, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(url: &str, depth: u8) -> __weakcache::bool {
            Self::__weakcache_access(url, &depth, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        fn refresh(url: &str, depth: u8) -> Vec<u8> {
            let __weakcache_ticket = Self::__weakcache_access(
                url,
                &depth,
                __weakcache::Refresh,
            );
            __weakcache_ticket.start().finish(Self::uncached(url, depth))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime(url: &str, depth: u8, value: Vec<u8>) {
            Self::__weakcache_access(url, &depth, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_page.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain(
            keep: impl __weakcache::FnMut(
                &(__weakcache::OwnedOf<str>, u8),
                &Vec<u8>,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> __weakcache::Given: __weakcache::Owns<'a, str>,
        {
            __WEAKCACHE_SLOT_page.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_page.capacity(__weakcache::Capacity::Of(1_000))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        fn set_capacity(capacity: __weakcache::usize) {
            __WEAKCACHE_SLOT_page.set_capacity(capacity)
        }
    }
};
