fn area(&self, scale: u32) -> u32 {
    ::weakcache::__private::memo::assert_receiver::<Self>();
    ::weakcache::__private::memo::assert_value::<u32>();
    ::weakcache::__private::memo::assert_strong({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<u32>::new()).__weakcache_shape()
    });
    match {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
        __WEAKCACHE_SLOT
            .of(|| ())
            .get_or_init(|| -> ::weakcache::__private::memo::UnboundedCache<
                _,
                _,
                ::weakcache::__private::memo::Never,
                ::weakcache::__private::DefaultHashBuilder,
            > {
                ::weakcache::__private::memo::UnboundedCache::new(::weakcache::__private::memo::Options {
                    name: ::weakcache::__private::core::concat!(
                        ::weakcache::__private::core::module_path!(), "::area"
                    ),
                    capacity: ::weakcache::__private::core::option::Option::None,
                    expiry: ::weakcache::__private::memo::Never,
                    single_flight: true,
                })
            })
    }
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
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket.run(move || -> u32 { self.sides * scale })
        }
    }
}
