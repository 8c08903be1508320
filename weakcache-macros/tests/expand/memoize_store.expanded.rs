fn notes(user: u64) -> Result<Vec<String>, Error> {
    use ::weakcache::__private::memo as __weakcache;
    return match <notes>::__weakcache_access(&user, __weakcache::Enter) {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            let __weakcache_ticket = match __weakcache_ticket
                .ask(|| <notes>::__weakcache_tags(&user))
            {
                __weakcache::Asked::Ready(__weakcache_value)
                | __weakcache::Asked::Due(__weakcache_value) => return __weakcache_value,
                __weakcache::Asked::Run(__weakcache_ticket) => __weakcache_ticket,
            };
            __weakcache_ticket.start().finish(<notes>::uncached(user))
        }
    };
}
/// Controls of the cache of the function `notes`.
enum notes {}
impl notes {
    /// The function as it was written: runs its body, and neither reads nor changes the cache.
    fn uncached(user: u64) -> Result<Vec<String>, Error> {
        load(user)
    }
}
const _: () = {
    use ::weakcache::__private::memo as __weakcache;
    static __WEAKCACHE_SLOT_notes: __weakcache::Slot = __weakcache::Slot::new();
    impl notes {
        #[inline]
        fn __weakcache_access<
            __WeakcacheR: __weakcache::Request<
                    Result<Vec<String>, Error>,
                    __weakcache::Process,
                >,
        >(
            user: &u64,
            __weakcache_request: __WeakcacheR,
        ) -> <__WeakcacheR as __weakcache::Request<
            Result<Vec<String>, Error>,
            __weakcache::Process,
        >>::Answer {
            use __weakcache::look_up::*;
            __weakcache::assert_tiered_value::<u64>();
            __weakcache::assert_stored_value::<u64>();
            let __weakcache_shape = (&&&__weakcache::Probe::<
                Result<Vec<String>, Error>,
            >::new())
                .__weakcache_shape();
            __weakcache::assert_tiered_strong(&__weakcache_shape);
            __weakcache::assert_stored_result(&__weakcache_shape);
            let __weakcache_kind = __weakcache::tagged::<
                1usize,
                _,
                _,
            >((&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong());
            let __weakcache_key = (
                __weakcache::part(
                    user,
                    (&&&__weakcache::Type::<u64>::new()).__weakcache_value(),
                ),
                (),
            );
            let __weakcache_coded = __weakcache::coded(
                &__weakcache_key,
                &__weakcache_kind,
            );
            __weakcache::Request::<
                Result<Vec<String>, Error>,
                __weakcache::Process,
            >::ask(
                __weakcache_request,
                __WEAKCACHE_SLOT_notes
                    .cache::<
                        __weakcache::BoundedCache<
                            _,
                            _,
                            __weakcache::Tiered<__weakcache::Ttl>,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| {
                        __weakcache::Options::new(
                                __weakcache::concat!(
                                    __weakcache::module_path!(), "::notes"
                                ),
                                __weakcache::tiered(
                                    __weakcache::Ttl::new(
                                        __weakcache::Option::Some(
                                            __weakcache::Duration::new(3600u64, 0u32),
                                        ),
                                        __weakcache::Option::None,
                                    ),
                                    Self::__weakcache_tier(),
                                    (&&__weakcache_coded).__weakcache_codec(),
                                ),
                            )
                            .capacity(__weakcache::Capacity::Of(100))
                    }),
                __weakcache_kind,
                __weakcache_key,
            )
        }
        fn __weakcache_tags(user: &u64) -> [__weakcache::StoredTag; 1usize] {
            [__weakcache::stored_tag(*user)]
        }
        fn __weakcache_tier() -> &'static __weakcache::Tier {
            {
                static __WEAKCACHE_TIERS: __weakcache::Tiers = __weakcache::Tiers::new();
                __WEAKCACHE_TIERS
                    .of(
                        || (),
                        || {
                            use __weakcache::look_up::*;
                            __weakcache::Namespace::new(
                                __weakcache::concat!(
                                    __weakcache::module_path!(), "::notes"
                                ),
                                __weakcache::code_of_result(
                                        const {
                                            __weakcache::Code::UNKNOWN
                                                .tokens(0x64f3_591d_2898_ab17_a9b4_6fd7_53ce_0b22_u128)
                                                .text(__weakcache::FORMAT)
                                        }
                                            .text(
                                                __weakcache::concat!(__weakcache::module_path!(), "::notes"),
                                            )
                                            .of_item::<Self>(__weakcache::module_path!())
                                            .of::<u64>(),
                                        &(&&&__weakcache::Probe::<
                                            Result<Vec<String>, Error>,
                                        >::new())
                                            .__weakcache_shape(),
                                    )
                                    .id(),
                            )
                        },
                        || {
                            let __weakcache_store = store();
                            __weakcache::assert_store(&__weakcache_store);
                            {
                                use __weakcache::look_up::*;
                                (&&&__weakcache::Type::of(&__weakcache_store))
                                    .__weakcache_store(__weakcache_store)
                            }
                        },
                    )
            }
        }
        /// A snapshot of the counters.
        #[must_use]
        #[inline]
        fn cache_info() -> __weakcache::CacheInfo {
            __WEAKCACHE_SLOT_notes.info(__weakcache::Capacity::Of(100))
        }
        /// Drops all entries and resets the counters.
        #[inline]
        fn cache_clear() {
            __WEAKCACHE_SLOT_notes.clear_both(Self::__weakcache_tier())
        }
        /// The stored result for these arguments. No effect on order, counters or idle time.
        #[must_use]
        #[inline]
        fn peek(user: u64) -> __weakcache::Option<Result<Vec<String>, Error>> {
            Self::__weakcache_access(&user, __weakcache::Peek)
        }
        /// Drops the entry for these arguments, and says whether there was one that had not expired.
        #[inline]
        fn invalidate(user: u64) -> __weakcache::bool {
            Self::__weakcache_access(&user, __weakcache::Invalidate)
        }
        /// Runs the body and stores its result in the place of an older one, which is served meanwhile, and stays if the body panics or its result is not kept.
        #[inline]
        fn refresh(user: u64) -> Result<Vec<String>, Error> {
            let __weakcache_ticket = Self::__weakcache_access(
                &user,
                __weakcache::Refresh,
            );
            let __weakcache_ticket = match __weakcache_ticket
                .claim(|| Self::__weakcache_tags(&user))
            {
                __weakcache::Asked::Ready(__weakcache_value)
                | __weakcache::Asked::Due(__weakcache_value) => return __weakcache_value,
                __weakcache::Asked::Run(__weakcache_ticket) => __weakcache_ticket,
            };
            __weakcache_ticket.start().finish(Self::uncached(user))
        }
        /// Stores `value` for these arguments, as if it had been computed now.
        #[inline]
        fn prime(user: u64, value: Result<Vec<String>, Error>) {
            Self::__weakcache_access(
                &user,
                __weakcache::PrimeBoth(
                    value,
                    __weakcache::stored_tags(Self::__weakcache_tags(&user)),
                ),
            )
        }
        /// Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.
        #[inline]
        fn sweep() -> __weakcache::usize {
            __WEAKCACHE_SLOT_notes.sweep()
        }
        /// Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.
        #[inline]
        fn retain(
            keep: impl __weakcache::FnMut(
                &u64,
                &<Result<Vec<String>, Error> as __weakcache::OkOf<'static>>::Ok,
            ) -> __weakcache::bool,
        ) -> __weakcache::usize
        where
            for<'a> Result<Vec<String>, Error>: __weakcache::OkOf<'a>,
        {
            __WEAKCACHE_SLOT_notes.retain(keep)
        }
        /// How many entries there may be, if there is a bound.
        #[must_use]
        #[inline]
        fn capacity() -> __weakcache::Option<__weakcache::usize> {
            __WEAKCACHE_SLOT_notes.capacity(__weakcache::Capacity::Of(100))
        }
        /// Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.
        #[inline]
        fn set_capacity(capacity: __weakcache::usize) {
            __WEAKCACHE_SLOT_notes.set_capacity(capacity)
        }
    }
};
