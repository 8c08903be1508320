impl Shape {
    pub fn area(&self, scale: u32) -> u32 {
        use ::weakcache::__private as __weakcache;
        return match Self::__weakcache_area_access(
            self,
            &scale,
            __weakcache::memo::Enter,
        ) {
            __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
            __weakcache::memo::Call::Run(__weakcache_ticket) => {
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
    use ::weakcache::__private as __weakcache;
    impl Shape {
        #[inline]
        fn __weakcache_area_slot() -> &'static __weakcache::memo::Slot {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slot = __weakcache::memo::Slot::new();
            &__WEAKCACHE_SLOT
        }
        #[inline]
        fn __weakcache_area_access<
            __WeakcacheR: __weakcache::memo::Request<u32, __weakcache::memo::Process>,
        >(
            &self,
            scale: &u32,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::memo::Request<
            u32,
            __weakcache::memo::Process,
        >>::Answer {
            use __weakcache::memo::look_up::*;
            __weakcache::memo::assert_receiver::<Self>();
            __weakcache::memo::assert_value::<u32>();
            let __weakcache_shape = (&&&__weakcache::memo::Probe::<u32>::new())
                .__weakcache_shape();
            __weakcache::memo::assert_strong(&__weakcache_shape);
            __weakcache::memo::Request::<
                u32,
                __weakcache::memo::Process,
            >::ask(
                __weakcache_request,
                Self::__weakcache_area_slot()
                    .cache::<
                        __weakcache::memo::BoundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::memo::Options::new(
                                __weakcache::core::concat!(
                                    __weakcache::core::module_path!(), "::Shape::area"
                                ),
                                __weakcache::memo::Never,
                            )
                            .lru(__weakcache::memo::Capacity::Of(16))
                    }),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        self,
                        (&&&__weakcache::memo::Type::<Self>::new())
                            .__weakcache_referent(),
                    ),
                    (
                        __weakcache::memo::part(
                            scale,
                            (&&&__weakcache::memo::Type::<u32>::new())
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
        pub fn area_cache_info() -> __weakcache::memo::CacheInfo {
            Self::__weakcache_area_slot().info(__weakcache::memo::Capacity::Of(16))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        pub fn area_cache_clear() {
            Self::__weakcache_area_slot().clear()
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        pub fn area_peek(&self, scale: u32) -> __weakcache::core::option::Option<u32> {
            Self::__weakcache_area_access(self, &scale, __weakcache::memo::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        pub fn area_invalidate(&self, scale: u32) -> __weakcache::core::primitive::bool {
            Self::__weakcache_area_access(self, &scale, __weakcache::memo::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        pub fn area_refresh(&self, scale: u32) -> u32 {
            let __weakcache_ticket = Self::__weakcache_area_access(
                self,
                &scale,
                __weakcache::memo::Refresh,
            );
            __weakcache_ticket.start().finish(Self::area_uncached(self, scale))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        pub fn area_prime(&self, scale: u32, value: u32) {
            Self::__weakcache_area_access(self, &scale, __weakcache::memo::Prime(value))
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        pub fn area_sweep() -> __weakcache::core::primitive::usize {
            Self::__weakcache_area_slot().sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        pub fn area_retain(
            keep: impl __weakcache::core::ops::FnMut(
                &(__weakcache::memo::OwnedOf<Self>, u32),
                &u32,
            ) -> __weakcache::core::primitive::bool,
        ) -> __weakcache::core::primitive::usize
        where
            for<'__weakcache> __weakcache::Given: __weakcache::memo::Owns<
                '__weakcache,
                Self,
            >,
        {
            Self::__weakcache_area_slot().retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        pub fn area_capacity() -> __weakcache::core::option::Option<
            __weakcache::core::primitive::usize,
        > {
            Self::__weakcache_area_slot().capacity(__weakcache::memo::Capacity::Of(16))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        pub fn area_set_capacity(capacity: __weakcache::core::primitive::usize) {
            Self::__weakcache_area_slot().set_capacity(capacity)
        }
    }
};
