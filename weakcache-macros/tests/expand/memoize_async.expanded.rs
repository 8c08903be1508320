async fn fetch(url: &Url) -> Result<Bytes, Failure> {
    use ::weakcache::__private::memo as __weakcache;
    let __weakcache_call = match <fetch>::__weakcache_access(
        url,
        __weakcache::EnterAsync,
    ) {
        __weakcache::Result::Ok(__weakcache_value) => return __weakcache_value,
        __weakcache::Result::Err(__weakcache_call) => __weakcache_call,
    };
    let __weakcache_ticket = match __weakcache_call.await {
        __weakcache::Call::Ready(__weakcache_value) => return __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = ::weakcache::__private::memo::pin!(
        __weakcache::Option::Some(< fetch > ::uncached(url))
    );
    let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
        .drive(__weakcache_running)
        .await;
    return __weakcache_ticket.finish(__weakcache_value);
}
/// Controls of the cache of the function `fetch`.
enum fetch {}
impl fetch {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    async fn uncached(url: &Url) -> Result<Bytes, Failure> {
        client().get(url).await
    }
}
const _: () = {
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_fetch: __weakcache::Slot = __weakcache::Slot::new();
    impl fetch {
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::Request<
                    Result<Bytes, Failure>,
                    __weakcache::Process,
                >,
        >(
            url: &Url,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<
            Result<Bytes, Failure>,
            __weakcache::Process,
        >>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_referent::<Url>();
            let __weakcache_shape = (&&&__weakcache::Probe::<
                Result<Bytes, Failure>,
            >::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            __weakcache::Request::<
                Result<Bytes, Failure>,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_fetch
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::fetch"),
                        __weakcache::Ttl::new(
                            __weakcache::Option::Some(
                                __weakcache::Duration::new(60u64, 0u32),
                            ),
                            __weakcache::Option::None,
                        ),
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        url,
                        (&&&__weakcache::Type::<Url>::new()).__weakcache_referent(),
                    ),
                    (),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_fetch.info(__weakcache::Capacity::Unbounded)
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear() {
            __WEAKCACHE_SLOT_fetch.clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek(url: &Url) -> __weakcache::Option<Result<Bytes, Failure>> {
            Self::__weakcache_access(url, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(url: &Url) -> __weakcache::bool {
            Self::__weakcache_access(url, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        async fn refresh(url: &Url) -> Result<Bytes, Failure> {
            let __weakcache_ticket = Self::__weakcache_access(url, __weakcache::Refresh);
            let __weakcache_running = ::weakcache::__private::memo::pin!(
                __weakcache::Option::Some(Self::uncached(url))
            );
            let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
                .drive(__weakcache_running)
                .await;
            __weakcache_ticket.finish(__weakcache_value)
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime(url: &Url, value: Result<Bytes, Failure>) {
            Self::__weakcache_access(url, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_fetch.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain(
            keep: impl __weakcache::FnMut(
                &__weakcache::OwnedOf<Url>,
                &<Result<Bytes, Failure> as __weakcache::OkOf<'static>>::Ok,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> __weakcache::Given: __weakcache::Owns<'a, Url>,
            for<'a> Result<Bytes, Failure>: __weakcache::OkOf<'a>,
        {
            __WEAKCACHE_SLOT_fetch.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_fetch.capacity(__weakcache::Capacity::Unbounded)
        }
    }
};
