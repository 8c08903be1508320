fn width<T: Layout + 'static>(count: usize) -> usize {
    use ::weakcache::__private::memo as __weakcache;
    return match <width_of>::__weakcache_access::<T, _>(&count, __weakcache::Enter) {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
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
    use ::weakcache::__private::memo as __weakcache;
    impl width_of {
        #[inline]
        fn __weakcache_slot<T: Layout + 'static>() -> &'static __weakcache::Slot {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __WEAKCACHE_SLOT.of(|| ())
        }
        #[inline]
        fn __weakcache_access<
            T: Layout + 'static,
            __WeakcacheR: __weakcache::Request<usize, __weakcache::Process>,
        >(
            count: &usize,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<
            usize,
            __weakcache::Process,
        >>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_value::<usize>();
            let __weakcache_shape = (&&&__weakcache::Probe::<usize>::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            __weakcache::Request::<
                usize,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_slot::<T>()
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::width"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        count,
                        (&&&__weakcache::Type::<usize>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info<T: Layout + 'static>() -> __weakcache::CacheInfo {
            Self::__weakcache_slot::<T>().info(__weakcache::Capacity::Unbounded)
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear<T: Layout + 'static>() {
            Self::__weakcache_slot::<T>().clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek<T: Layout + 'static>(count: usize) -> __weakcache::Option<usize> {
            Self::__weakcache_access::<T, _>(&count, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate<T: Layout + 'static>(count: usize) -> __weakcache::bool {
            Self::__weakcache_access::<T, _>(&count, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        fn refresh<T: Layout + 'static>(count: usize) -> usize {
            let __weakcache_ticket = Self::__weakcache_access::<
                T,
                _,
            >(&count, __weakcache::Refresh);
            __weakcache_ticket.start().finish(Self::uncached::<T>(count))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime<T: Layout + 'static>(count: usize, value: usize) {
            Self::__weakcache_access::<T, _>(&count, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep<T: Layout + 'static>() -> __weakcache::usize {
            Self::__weakcache_slot::<T>().sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain<T: Layout + 'static>(
            keep: impl __weakcache::FnMut(&usize, &usize) -> __weakcache::bool,
        ) -> __weakcache::usize {
            Self::__weakcache_slot::<T>().retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity<T: Layout + 'static>() -> __weakcache::Option<__weakcache::usize> {
            Self::__weakcache_slot::<T>().capacity(__weakcache::Capacity::Unbounded)
        }
    }
};
