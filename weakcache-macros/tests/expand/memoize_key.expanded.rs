fn root(x: f64, log: &mut Log) -> f64 {
    ::weakcache::__private::memo::assert_strong({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<f64>::new()).__weakcache_shape()
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
                        ::weakcache::__private::core::module_path!(), "::root"
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
                    (&&&::weakcache::__private::memo::Probe::<f64>::new())
                        .__weakcache_shape(),
                ))
                    .__weakcache_strong()
            },
            {
                use ::weakcache::__private::memo::look_up::*;
                let __weakcache_value = {
                    #[allow(unused_variables)]
                    let x = &x;
                    #[allow(unused_variables)]
                    let log = &*log;
                    x.to_bits()
                };
                ::weakcache::__private::memo::assert_whole(&__weakcache_value);
                (&&::weakcache::__private::memo::Type::of(&__weakcache_value))
                    .__weakcache_whole(__weakcache_value)
            },
        )
    {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .run_if(
                    move || -> f64 {
                        log.note(x);
                        x.sqrt()
                    },
                    |__weakcache_result: &f64| ::weakcache::__private::memo::holds(
                        __weakcache_result,
                        |y| y.is_finite(),
                    ),
                )
        }
    }
}
