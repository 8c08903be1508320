impl Shape {
    pub fn area(&self, scale: u32) -> u32 {
        use ::weakcache::__private::memo as __weakcache;
        return match Self::__weakcache_area_access(self, &scale, __weakcache::Enter) {
            __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
            __weakcache::Call::Run(__weakcache_ticket) => {
                __weakcache_ticket.start().finish(Self::area_uncached(self, scale))
            }
        };
    }
    pub fn sides(&self) -> u32 {
        self.sides
    }
}
impl Shape {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    pub fn area_uncached(&self, scale: u32) -> u32 {
        self.sides * scale
    }
}
const _: () = {
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_area: __weakcache::Slot = __weakcache::Slot::new();
    impl Shape {
        #[inline]
        fn __weakcache_area_access<
            __WeakcacheR: __weakcache::Request<u32, __weakcache::Process>,
        >(
            &self,
            scale: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<u32, __weakcache::Process>>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_receiver::<Self>();
            __weakcache::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::Probe::<u32>::new())
                .__weakcache_shape();
            __weakcache::assert_strong(&__weakcache_shape);
            __weakcache::Request::<
                u32,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_area
                    .cache::<
                        __weakcache::BoundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::Options::new(
                                __weakcache::concat!(
                                    __weakcache::module_path!(), "::Shape::area"
                                ),
                                __weakcache::Never,
                            )
                            .capacity(__weakcache::Capacity::Of(16))
                    }),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        self,
                        (&&&__weakcache::Type::<Self>::new()).__weakcache_referent(),
                    ),
                    (
                        __weakcache::part(
                            scale,
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
        pub fn area_cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_area.info(__weakcache::Capacity::Of(16))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        pub fn area_cache_clear() {
            __WEAKCACHE_SLOT_area.clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        pub fn area_peek(&self, scale: u32) -> __weakcache::Option<u32> {
            Self::__weakcache_area_access(self, &scale, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        pub fn area_invalidate(&self, scale: u32) -> __weakcache::bool {
            Self::__weakcache_area_access(self, &scale, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        pub fn area_refresh(&self, scale: u32) -> u32 {
            let __weakcache_ticket = Self::__weakcache_area_access(
                self,
                &scale,
                __weakcache::Refresh,
            );
            __weakcache_ticket.start().finish(Self::area_uncached(self, scale))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        pub fn area_prime(&self, scale: u32, value: u32) {
            Self::__weakcache_area_access(self, &scale, __weakcache::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        pub fn area_sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_area.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        pub fn area_retain(
            keep: impl __weakcache::FnMut(
                &(__weakcache::OwnedOf<Self>, u32),
                &u32,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> __weakcache::Given: __weakcache::Owns<'a, Self>,
        {
            __WEAKCACHE_SLOT_area.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        pub fn area_capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_area.capacity(__weakcache::Capacity::Of(16))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        pub fn area_set_capacity(capacity: __weakcache::usize) {
            __WEAKCACHE_SLOT_area.set_capacity(capacity)
        }
    }
};
