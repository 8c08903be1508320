async fn fetch(url: &Url) -> Result<Bytes, Failure> {
    let __weakcache_call = match <fetch>::__weakcache_access(
        (url,),
        ::weakcache::__private::memo::EnterAsync,
    ) {
        ::weakcache::__private::core::result::Result::Ok(__weakcache_value) => {
            return __weakcache_value;
        }
        ::weakcache::__private::core::result::Result::Err(__weakcache_call) => {
            __weakcache_call
        }
    };
    let __weakcache_ticket = match __weakcache_call.await {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => {
            return __weakcache_value;
        }
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = ::weakcache::__private::core::pin::pin!(
        ::weakcache::__private::core::option::Option::Some(< fetch > ::uncached(url))
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
    #[inline]
    fn __weakcache_slot() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slot = ::weakcache::__private::memo::Slot::new();
        &__WEAKCACHE_SLOT
    }
    #[inline]
    fn __weakcache_access<
        __WeakcacheR: ::weakcache::__private::memo::Request<
                Result<Bytes, Failure>,
                ::weakcache::__private::memo::Process,
            >,
    >((url,): (&Url,), __weakcache_request: __WeakcacheR) -> __WeakcacheR::Answer {
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_referent::<Url>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<
            Result<Bytes, Failure>,
        >::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            Result<Bytes, Failure>,
            ::weakcache::__private::memo::Process,
        >::ask(
            __weakcache_request,
            Self::__weakcache_slot()
                .cache::<
                    ::weakcache::__private::memo::UnboundedCache<
                        _,
                        _,
                        ::weakcache::__private::memo::Ttl,
                        ::weakcache::__private::DefaultHashBuilder,
                    >,
                >(|| ::weakcache::__private::memo::Options::new(
                    ::weakcache::__private::core::concat!(
                        ::weakcache::__private::core::module_path!(), "::fetch"
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
                )),
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    url,
                    (&&::weakcache::__private::memo::Type::<Url>::new())
                        .__weakcache_referent(),
                ),
                (),
            ),
        )
    }
    /// A snapshot of the counters.
    #[must_use]
    #[inline]
    fn cache_info() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_slot().info(::weakcache::__private::core::option::Option::None)
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
        url: &Url,
    ) -> ::weakcache::__private::core::option::Option<Result<Bytes, Failure>> {
        Self::__weakcache_access((url,), ::weakcache::__private::memo::Peek)
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    #[inline]
    fn invalidate(url: &Url) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_access((url,), ::weakcache::__private::memo::Invalidate)
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    #[inline]
    async fn refresh(url: &Url) -> Result<Bytes, Failure> {
        let __weakcache_ticket = Self::__weakcache_access(
            (url,),
            ::weakcache::__private::memo::Refresh,
        );
        let __weakcache_running = ::weakcache::__private::core::pin::pin!(
            ::weakcache::__private::core::option::Option::Some(Self::uncached(url))
        );
        let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
            .drive(__weakcache_running)
            .await;
        __weakcache_ticket.finish(__weakcache_value)
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    #[inline]
    fn prime(url: &Url, value: Result<Bytes, Failure>) {
        Self::__weakcache_access((url,), ::weakcache::__private::memo::Prime(value))
    }
    /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
    #[inline]
    fn sweep() -> ::weakcache::__private::core::primitive::usize {
        Self::__weakcache_slot().sweep()
    }
}
