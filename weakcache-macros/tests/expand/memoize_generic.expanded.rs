fn width<T: Layout + 'static>(count: usize) -> usize {
    ::weakcache::__private::memo::assert_value::<usize>();
    ::weakcache::__private::memo::assert_strong({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<usize>::new()).__weakcache_shape()
    });
    match <width_of>::__weakcache_cache::<T, _, _>()
        .enter(
            {
                use ::weakcache::__private::memo::look_up::*;
                (&&::weakcache::__private::memo::Keep(
                    (&&&::weakcache::__private::memo::Probe::<usize>::new())
                        .__weakcache_shape(),
                ))
                    .__weakcache_strong()
            },
            {
                use ::weakcache::__private::memo::look_up::*;
                (
                    ::weakcache::__private::memo::part(
                        &count,
                        (&&::weakcache::__private::memo::Type::<usize>::new())
                            .__weakcache_value(),
                    ),
                    (),
                )
            },
        )
    {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.run(move || <width_of>::uncached::<T>(count))
        }
    }
}
/// Controls of the cache of the function `width`.
#[allow(non_camel_case_types, unreachable_pub, dead_code, clippy::exhaustive_enums)]
enum width_of {}
impl width_of {
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
    fn uncached<T: Layout + 'static>(count: usize) -> usize {
        count * T::WIDTH
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
impl width_of {
    #[inline]
    fn __weakcache_slot<T: Layout + 'static>() -> &'static ::weakcache::__private::memo::Slot {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
        __WEAKCACHE_SLOT.of(|| ())
    }
    #[inline]
    fn __weakcache_cache<
        T: Layout + 'static,
        __WeakcacheK: ::weakcache::__private::core::cmp::Eq
            + ::weakcache::__private::core::marker::Send
            + ::weakcache::__private::core::marker::Sync + 'static,
        __WeakcacheO: ::weakcache::__private::memo::SharedKind,
    >() -> &'static ::weakcache::__private::memo::UnboundedCache<
        __WeakcacheK,
        __WeakcacheO,
        ::weakcache::__private::memo::Never,
        ::weakcache::__private::DefaultHashBuilder,
    > {
        Self::__weakcache_slot::<T>()
            .get_or_init(|| ::weakcache::__private::memo::UnboundedCache::new(::weakcache::__private::memo::Options {
                name: ::weakcache::__private::core::concat!(
                    ::weakcache::__private::core::module_path!(), "::width"
                ),
                capacity: ::weakcache::__private::core::option::Option::None,
                expiry: ::weakcache::__private::memo::Never,
                single_flight: true,
            }))
    }
    /// A snapshot of the counters.
    fn cache_info<T: Layout + 'static>() -> ::weakcache::__private::memo::CacheInfo {
        Self::__weakcache_slot::<T>()
            .info(::weakcache::__private::core::option::Option::None)
    }
    /// Drops all entries and resets the counters.
    fn cache_clear<T: Layout + 'static>() {
        Self::__weakcache_slot::<T>().clear()
    }
    /// The stored result for these arguments. No effect on order, counters or idle time.
    fn peek<T: Layout + 'static>(
        count: usize,
    ) -> ::weakcache::__private::core::option::Option<usize> {
        Self::__weakcache_cache::<T, _, _>()
            .peek(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<usize>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            &count,
                            (&&::weakcache::__private::memo::Type::<usize>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    )
                },
            )
    }
    /// Drops the entry for these arguments, and says whether there was one that had not expired.
    fn invalidate<T: Layout + 'static>(
        count: usize,
    ) -> ::weakcache::__private::core::primitive::bool {
        Self::__weakcache_cache::<T, _, _>()
            .invalidate(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<usize>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            &count,
                            (&&::weakcache::__private::memo::Type::<usize>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    )
                },
            )
    }
    /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
    fn refresh<T: Layout + 'static>(count: usize) -> usize {
        let __weakcache_cache = Self::__weakcache_cache::<T, _, _>();
        let __weakcache_ticket = __weakcache_cache
            .refresh(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<usize>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            &count,
                            (&&::weakcache::__private::memo::Type::<usize>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    )
                },
            );
        __weakcache_ticket.run(move || Self::uncached::<T>(count))
    }
    /// Stores `value` for these arguments, as if it had been computed now.
    fn prime<T: Layout + 'static>(count: usize, value: usize) {
        Self::__weakcache_cache::<T, _, _>()
            .prime(
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (&&::weakcache::__private::memo::Keep(
                        (&&&::weakcache::__private::memo::Probe::<usize>::new())
                            .__weakcache_shape(),
                    ))
                        .__weakcache_strong()
                },
                {
                    use ::weakcache::__private::memo::look_up::*;
                    (
                        ::weakcache::__private::memo::part(
                            &count,
                            (&&::weakcache::__private::memo::Type::<usize>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    )
                },
                value,
            );
    }
}
