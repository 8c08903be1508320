fn width<T: Layout + 'static>(count: usize) -> usize {
    return match <width_of>::__weakcache_access::<
        T,
        _,
    >((&count,), ::weakcache::__private::memo::Enter) {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.start().finish(<width_of>::uncached::<T>(count))
        }
    };
}
/// Controls of the cache of the function `width`.
enum width_of {}
impl width_of {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    fn uncached<T: Layout + 'static>(count: usize) -> usize {
        count * T::WIDTH
    }
    #[inline]
    fn __weakcache_slot<T: Layout + 'static>() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
        __WEAKCACHE_SLOT.of(|| ())
    }
    #[inline]
    fn __weakcache_access<
        T: Layout + 'static,
        __WeakcacheR: ::weakcache::__private::memo::Request<
                usize,
                ::weakcache::__private::memo::Process,
            >,
    >((count,): (&usize,), __weakcache_request: __WeakcacheR) -> __WeakcacheR::Answer {
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_value::<usize>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<usize>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            usize,
            ::weakcache::__private::memo::Process,
        >::ask(
            __weakcache_request,
            Self::__weakcache_slot::<T>()
                .cache::<
                    ::weakcache::__private::memo::UnboundedCache<
                        _,
                        _,
                        ::weakcache::__private::memo::Never,
                        ::weakcache::__private::DefaultHashBuilder,
                    >,
                >(|| ::weakcache::__private::memo::Options::new(
                    ::weakcache::__private::core::concat!(
                        ::weakcache::__private::core::module_path!(), "::width"
                    ),
                    ::weakcache::__private::memo::Never,
                )),
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    count,
                    (&&::weakcache::__private::memo::Type::<usize>::new())
                        .__weakcache_value(),
                ),
                (),
            ),
        )
    }
    /// A snapshot of the counters.
    #[must_use]
    #[inline]
    fn cache_info<T: Layout + 'static>() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_slot::<T>()
            .info(::weakcache::__private::core::option::Option::None)
    }
    /// Drops all entries and resets the counters.
    #[inline]
    fn cache_clear<T: Layout + 'static>() {
        Self::__weakcache_slot::<T>().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    #[must_use]
    #[inline]
    fn peek<T: Layout + 'static>(
        count: usize,
    ) -> ::weakcache::__private::core::option::Option<usize> {
        Self::__weakcache_access::<T, _>((&count,), ::weakcache::__private::memo::Peek)
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    #[inline]
    fn invalidate<T: Layout + 'static>(
        count: usize,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_access::<
            T,
            _,
        >((&count,), ::weakcache::__private::memo::Invalidate)
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    #[inline]
    fn refresh<T: Layout + 'static>(count: usize) -> usize {
        let __weakcache_ticket = Self::__weakcache_access::<
            T,
            _,
        >((&count,), ::weakcache::__private::memo::Refresh);
        __weakcache_ticket.start().finish(Self::uncached::<T>(count))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    #[inline]
    fn prime<T: Layout + 'static>(count: usize, value: usize) {
        Self::__weakcache_access::<
            T,
            _,
        >((&count,), ::weakcache::__private::memo::Prime(value))
    }
    /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
    #[inline]
    fn sweep<T: Layout + 'static>() -> ::weakcache::__private::core::primitive::usize {
        Self::__weakcache_slot::<T>().sweep()
    }
}
