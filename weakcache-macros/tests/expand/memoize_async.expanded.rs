async fn fetch(url: &Url) -> Result<Bytes, Failure> {
    use ::weakcache::__private as __weakcache;
    let __weakcache_call = match <fetch>::__weakcache_access(
        url,
        __weakcache::memo::EnterAsync,
    ) {
        __weakcache::core::result::Result::Ok(__weakcache_value) => {
            return __weakcache_value;
        }
        __weakcache::core::result::Result::Err(__weakcache_call) => __weakcache_call,
    };
    let __weakcache_ticket = match __weakcache_call.await {
        __weakcache::memo::Call::Ready(__weakcache_value) => return __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = __weakcache::core::pin::pin!(
        __weakcache::core::option::Option::Some(< fetch > ::uncached(url))
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
    use ::weakcache::__private as __weakcache;
    impl fetch {
        #[inline]
        fn __weakcache_slot() -> &'static __weakcache::memo::Slot {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slot = __weakcache::memo::Slot::new();
            &__WEAKCACHE_SLOT
        }
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::memo::Request<
                    Result<Bytes, Failure>,
                    __weakcache::memo::Process,
                >,
        >(
            url: &Url,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::memo::Request<
            Result<Bytes, Failure>,
            __weakcache::memo::Process,
        >>::Answer {
            use __weakcache::memo::look_up::*;
            __weakcache::memo::assert_referent::<Url>();
            let __weakcache_shape = (&&&__weakcache::memo::Probe::<
                Result<Bytes, Failure>,
            >::new())
                .__weakcache_shape();
            __weakcache::memo::assert_strong(&__weakcache_shape);
            __weakcache::memo::Request::<
                Result<Bytes, Failure>,
                __weakcache::memo::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_slot()
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::fetch"
                        ),
                        __weakcache::memo::Ttl::new(
                            __weakcache::core::option::Option::Some(
                                __weakcache::core::time::Duration::new(60u64, 0u32),
                            ),
                            __weakcache::core::option::Option::None,
                        ),
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        url,
                        (&&&__weakcache::memo::Type::<Url>::new()).__weakcache_referent(),
                    ),
                    (),
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
        fn peek(url: &Url) -> __weakcache::core::option::Option<Result<Bytes, Failure>> {
            Self::__weakcache_access(url, __weakcache::memo::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(url: &Url) -> __weakcache::core::primitive::bool {
            Self::__weakcache_access(url, __weakcache::memo::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        async fn refresh(url: &Url) -> Result<Bytes, Failure> {
            let __weakcache_ticket = Self::__weakcache_access(
                url,
                __weakcache::memo::Refresh,
            );
            let __weakcache_running = __weakcache::core::pin::pin!(
                __weakcache::core::option::Option::Some(Self::uncached(url))
            );
            let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
                .drive(__weakcache_running)
                .await;
            __weakcache_ticket.finish(__weakcache_value)
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime(url: &Url, value: Result<Bytes, Failure>) {
            Self::__weakcache_access(url, __weakcache::memo::Prime(value))
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
                &__weakcache::memo::OwnedOf<Url>,
                &<Result<Bytes, Failure> as __weakcache::memo::OkOf<'static>>::Ok,
            ) -> __weakcache::core::primitive::bool,
        ) -> __weakcache::core::primitive::usize
        where
            for<'__weakcache> __weakcache::Given: __weakcache::memo::Owns<
                '__weakcache,
                Url,
            >,
            for<'a> Result<Bytes, Failure>: __weakcache::memo::OkOf<'a>,
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
