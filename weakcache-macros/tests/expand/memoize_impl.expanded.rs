impl Shape {
    pub fn area(&self, scale: u32) -> u32 {
        ::weakcache::__private::memo::assert_receiver::<Self>();
        ::weakcache::__private::memo::assert_value::<u32>();
        ::weakcache::__private::memo::assert_strong({
            use ::weakcache::__private::memo::look_up::*;
            (&&&::weakcache::__private::memo::Probe::<u32>::new()).__weakcache_shape()
        });
        match Self::__weakcache_area_cache::<_, _>()
            .enter(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<u32>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            self,
                            (&&::weakcache::__private::memo::Type::<Self>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &scale,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
            )
        {
            ::weakcache::__private::memo::Call::Ready(__weakcache_value) => {
                __weakcache_value
            }
            ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
                __weakcache_ticket.run(move || Self::area_uncached(self, scale))
            }
        }
    }
    pub fn sides(&self) -> u32 {
        self.sides
    }
}
impl Shape {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    #[allow(
        dead_code,
        unreachable_pub,
        clippy::must_use_candidate,
        clippy::missing_errors_doc,
        clippy::missing_panics_doc,
        clippy::missing_safety_doc,
        clippy::missing_docs_in_private_items,
        clippy::missing_const_for_fn,
        clippy::needless_pass_by_value
    )]
    pub fn area_uncached(&self, scale: u32) -> u32 {
        self.sides * scale
    }
}
#[automatically_derived]
#[allow(
    dead_code,
    unreachable_pub,
    unused_lifetimes,
    unused_variables,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::missing_docs_in_private_items
)]
impl Shape {
    #[inline]
    fn __weakcache_area_slot() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slot = ::weakcache::__private::memo::Slot::new();
        &__WEAKCACHE_SLOT
    }
    #[inline]
    fn __weakcache_area_cache<
        __WeakcacheK: ::weakcache::__private::core::cmp::Eq
            + ::weakcache::__private::core::marker::Send
            + ::weakcache::__private::core::marker::Sync + 'static,
        __WeakcacheO: ::weakcache::__private::memo::SharedKind,
    >() -> &'static ::weakcache::__private::memo::BoundedCache<
        __WeakcacheK,
        __WeakcacheO,
        ::weakcache::__private::memo::Never,
        ::weakcache::__private::DefaultHashBuilder,
    > {
        Self::__weakcache_area_slot()
            .get_or_init(|| ::weakcache::__private::memo::BoundedCache::new(::weakcache::__private::memo::Options {
                name: ::weakcache::__private::core::concat!(
                    ::weakcache::__private::core::module_path!(), "::Shape::area"
                ),
                capacity: ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 16 }),
                expiry: ::weakcache::__private::memo::Never,
                single_flight: true,
            }))
    }
    /// A snapshot of the counters.
    pub fn area_cache_info() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_area_slot()
            .info(
                ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 16 }),
            )
    }
    /// Drops all entries and resets the counters.
    pub fn area_cache_clear() {
        Self::__weakcache_area_slot().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    pub fn area_peek(
        &self,
        scale: u32,
    ) -> ::weakcache::__private::core::option::Option<u32> {
        Self::__weakcache_area_cache::<_, _>()
            .peek(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<u32>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            self,
                            (&&::weakcache::__private::memo::Type::<Self>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &scale,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
            )
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    pub fn area_invalidate(
        &self,
        scale: u32,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_area_cache::<_, _>()
            .invalidate(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<u32>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            self,
                            (&&::weakcache::__private::memo::Type::<Self>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &scale,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
            )
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    pub fn area_refresh(&self, scale: u32) -> u32 {
        let __weakcache_cache = Self::__weakcache_area_cache::<_, _>();
        let __weakcache_ticket = __weakcache_cache
            .refresh(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<u32>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            self,
                            (&&::weakcache::__private::memo::Type::<Self>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &scale,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
            );
        __weakcache_ticket.run(move || Self::area_uncached(self, scale))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    pub fn area_prime(&self, scale: u32, value: u32) {
        Self::__weakcache_area_cache::<_, _>()
            .prime(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<u32>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            self,
                            (&&::weakcache::__private::memo::Type::<Self>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &scale,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
                value,
            );
    }
}
