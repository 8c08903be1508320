/// What a share costs.
pub fn price(symbol: &str, day: u32) -> f64 {
    ::weakcache::__private::memo::assert_referent::<str>();
    ::weakcache::__private::memo::assert_value::<u32>();
    ::weakcache::__private::memo::assert_strong({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<f64>::new()).__weakcache_shape()
    });
    match <price>::__weakcache_cache::<_, _>()
        .enter(
            {
                use ::weakcache::__private::memo::look_up::*;
                (&&::weakcache::__private::memo::Keep(
                    (&&&::weakcache::__private::memo::Probe::<f64>::new())
                        .__weakcache_shape(),
                ))
                    .__weakcache_strong()
            },
            {
                use ::weakcache::__private::memo::look_up::*;
                (
                    ::weakcache::__private::memo::part(
                        symbol,
                        (&&::weakcache::__private::memo::Type::<str>::new())
                            .__weakcache_referent(),
                    ),
                    (
                        ::weakcache::__private::memo::part(
                            &day,
                            (&&::weakcache::__private::memo::Type::<u32>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    ),
                )
            },
        )
    {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.run(move || <price>::uncached(symbol, day))
        }
    }
}
/// Controls of the cache of the function `price`.
#[allow(non_camel_case_types, unreachable_pub, dead_code, clippy::exhaustive_enums)]
pub enum price {}
impl price {
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
    pub fn uncached(symbol: &str, day: u32) -> f64 {
        fetch(symbol, day)
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
impl price {
    #[inline]
    fn __weakcache_slot() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slot = ::weakcache::__private::memo::Slot::new();
        &__WEAKCACHE_SLOT
    }
    #[inline]
    fn __weakcache_cache<
        __WeakcacheK: ::weakcache::__private::core::cmp::Eq
            + ::weakcache::__private::core::marker::Send
            + ::weakcache::__private::core::marker::Sync + 'static,
        __WeakcacheO: ::weakcache::__private::memo::SharedKind,
    >() -> &'static ::weakcache::__private::memo::BoundedCache<
        __WeakcacheK,
        __WeakcacheO,
        ::weakcache::__private::memo::Ttl,
        ::weakcache::__private::DefaultHashBuilder,
    > {
        Self::__weakcache_slot()
            .get_or_init(|| ::weakcache::__private::memo::BoundedCache::new(::weakcache::__private::memo::Options {
                name: ::weakcache::__private::core::concat!(
                    ::weakcache::__private::core::module_path!(), "::price"
                ),
                capacity: ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 128 }),
                expiry: ::weakcache::__private::memo::Ttl::new(
                    ::weakcache::__private::core::option::Option::Some(
                        ::weakcache::__private::core::time::Duration::new(60u64, 0u32),
                    ),
                    ::weakcache::__private::core::option::Option::None,
                ),
                single_flight: true,
            }))
    }
    /// A snapshot of the counters.
    pub fn cache_info() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_slot()
            .info(
                ::weakcache::__private::core::option::Option::Some::<
                    ::weakcache::__private::core::primitive::usize,
                >(const { 128 }),
            )
    }
    /// Drops all entries and resets the counters.
    pub fn cache_clear() {
        Self::__weakcache_slot().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    pub fn peek(
        symbol: &str,
        day: u32,
    ) -> ::weakcache::__private::core::option::Option<f64> {
        Self::__weakcache_cache::<_, _>()
            .peek(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<f64>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            symbol,
                            (&&::weakcache::__private::memo::Type::<str>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &day,
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
    pub fn invalidate(
        symbol: &str,
        day: u32,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_cache::<_, _>()
            .invalidate(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<f64>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            symbol,
                            (&&::weakcache::__private::memo::Type::<str>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &day,
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
    pub fn refresh(symbol: &str, day: u32) -> f64 {
        let __weakcache_cache = Self::__weakcache_cache::<_, _>();
        let __weakcache_ticket = __weakcache_cache
            .refresh(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<f64>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            symbol,
                            (&&::weakcache::__private::memo::Type::<str>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &day,
                                (&&::weakcache::__private::memo::Type::<u32>::new())
                                    .__weakcache_value(),
                            ),
                            (),
                        ),
                    )
                },
            );
        __weakcache_ticket.run(move || Self::uncached(symbol, day))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    pub fn prime(symbol: &str, day: u32, value: f64) {
        Self::__weakcache_cache::<_, _>()
            .prime(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<f64>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            symbol,
                            (&&::weakcache::__private::memo::Type::<str>::new())
                                .__weakcache_referent(),
                        ),
                        (
                            ::weakcache::__private::memo::part(
                                &day,
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
