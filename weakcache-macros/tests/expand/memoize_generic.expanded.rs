fn width<T: Layout + 'static>(count: usize) -> usize {
    use ::weakcache::__private as __weakcache;
    return match <width_of>::__weakcache_access::<
        T,
        _,
    >(&count, __weakcache::memo::Enter) {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
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
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl width_of {
        #[inline]
        fn __weakcache_slot<T: Layout + 'static>() -> &'static __weakcache::memo::Slot {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __WEAKCACHE_SLOT.of(|| ())
        }
        #[inline]
        fn __weakcache_access<
            T: Layout + 'static,
            __WeakcacheR: __weakcache::memo::Request<usize, __weakcache::memo::Process>,
        >(
            count: &usize,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::memo::Request<
            usize,
            __weakcache::memo::Process,
        >>::Answer {
            use __weakcache::memo::look_up::*;
            __weakcache::memo::assert_value::<usize>();
            let __weakcache_shape = (&&&__weakcache::memo::Probe::<usize>::new())
                .__weakcache_shape();
            __weakcache::memo::assert_strong(&__weakcache_shape);
            __weakcache::memo::Request::<
                usize,
                __weakcache::memo::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_slot::<T>()
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::width"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        count,
                        (&&&__weakcache::memo::Type::<usize>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info<T: Layout + 'static>() -> __weakcache::memo::CacheInfo {
            Self::__weakcache_slot::<T>().info(__weakcache::memo::Capacity::Unbounded)
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
        ) -> __weakcache::core::option::Option<usize> {
            Self::__weakcache_access::<T, _>(&count, __weakcache::memo::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate<T: Layout + 'static>(
            count: usize,
        ) -> __weakcache::core::primitive::bool {
            Self::__weakcache_access::<T, _>(&count, __weakcache::memo::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        fn refresh<T: Layout + 'static>(count: usize) -> usize {
            let __weakcache_ticket = Self::__weakcache_access::<
                T,
                _,
            >(&count, __weakcache::memo::Refresh);
            __weakcache_ticket.start().finish(Self::uncached::<T>(count))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime<T: Layout + 'static>(count: usize, value: usize) {
            Self::__weakcache_access::<T, _>(&count, __weakcache::memo::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep<T: Layout + 'static>() -> __weakcache::core::primitive::usize {
            Self::__weakcache_slot::<T>().sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain<T: Layout + 'static>(
            keep: impl __weakcache::core::ops::FnMut(
                &usize,
                &usize,
            ) -> __weakcache::core::primitive::bool,
        ) -> __weakcache::core::primitive::usize {
            Self::__weakcache_slot::<T>().retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity<T: Layout + 'static>() -> __weakcache::core::option::Option<
            __weakcache::core::primitive::usize,
        > {
            Self::__weakcache_slot::<T>()
                .capacity(__weakcache::memo::Capacity::Unbounded)
        }
    }
};
