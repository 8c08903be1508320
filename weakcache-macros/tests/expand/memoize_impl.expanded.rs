impl Shape {
    pub fn area(&self, scale: u32) -> u32 {
        return match Self::__weakcache_area_access(
            self,
            (&scale,),
            ::weakcache::__private::memo::Enter,
        ) {
            ::weakcache::__private::memo::Call::Ready(__weakcache_value) => {
                __weakcache_value
            }
            ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
                __weakcache_ticket.start().finish(Self::area_uncached(self, scale))
            }
        };
    }
    pub fn sides(&self) -> u32 {
        self.sides
    }
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    pub fn area_uncached(&self, scale: u32) -> u32 {
        self.sides * scale
    }
    #[inline]
    fn __weakcache_area_slot() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slot = ::weakcache::__private::memo::Slot::new();
        &__WEAKCACHE_SLOT
    }
    #[inline]
    fn __weakcache_area_access<
        __WeakcacheR: ::weakcache::__private::memo::Request<
                u32,
                ::weakcache::__private::memo::Process,
            >,
    >(
        &self,
        (scale,): (&u32,),
        __weakcache_request: __WeakcacheR,
    ) -> __WeakcacheR::Answer {
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_receiver::<Self>();
        ::weakcache::__private::memo::assert_value::<u32>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<u32>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            u32,
            ::weakcache::__private::memo::Process,
        >::ask(
            __weakcache_request,
            Self::__weakcache_area_slot()
                .cache::<
                    ::weakcache::__private::memo::BoundedCache<
                        _,
                        _,
                        ::weakcache::__private::memo::Never,
                        ::weakcache::__private::DefaultHashBuilder,
                    >,
                >(|| {
                    ::weakcache::__private::memo::Options::new(
                            ::weakcache::__private::core::concat!(
                                ::weakcache::__private::core::module_path!(),
                                "::Shape::area"
                            ),
                            ::weakcache::__private::memo::Never,
                        )
                        .lru(
                            ::weakcache::__private::core::option::Option::Some::<
                                ::weakcache::__private::core::primitive::usize,
                            >(const { 16 }),
                        )
                }),
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    self,
                    (&&::weakcache::__private::memo::Type::<Self>::new())
                        .__weakcache_referent(),
                ),
                (
                    ::weakcache::__private::memo::part(
                        scale,
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
    pub fn area_cache_info() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_area_slot()
            .info(
                ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 16 }),
            )
    }
    /// Drops all entries and resets the counters.
    #[inline]
    pub fn area_cache_clear() {
        Self::__weakcache_area_slot().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    #[must_use]
    #[inline]
    pub fn area_peek(
        &self,
        scale: u32,
    ) -> ::weakcache::__private::core::option::Option<u32> {
        Self::__weakcache_area_access(
            self,
            (&scale,),
            ::weakcache::__private::memo::Peek,
        )
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    #[inline]
    pub fn area_invalidate(
        &self,
        scale: u32,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_area_access(
            self,
            (&scale,),
            ::weakcache::__private::memo::Invalidate,
        )
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    #[inline]
    pub fn area_refresh(&self, scale: u32) -> u32 {
        let __weakcache_ticket = Self::__weakcache_area_access(
            self,
            (&scale,),
            ::weakcache::__private::memo::Refresh,
        );
        __weakcache_ticket.start().finish(Self::area_uncached(self, scale))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    #[inline]
    pub fn area_prime(&self, scale: u32, value: u32) {
        Self::__weakcache_area_access(
            self,
            (&scale,),
            ::weakcache::__private::memo::Prime(value),
        )
    }
    /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
    #[inline]
    pub fn area_sweep() -> ::weakcache::__private::core::primitive::usize {
        Self::__weakcache_area_slot().sweep()
    }
}
