fn root(x: f64, log: &mut Log) -> f64 {
    return match {
        let x = &x;
        use ::weakcache::__private::memo::look_up::*;
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<f64>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            f64,
            ::weakcache::__private::memo::Process,
        >::ask(
            ::weakcache::__private::memo::Enter,
            {
                static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        ::weakcache::__private::memo::UnboundedCache<
                            _,
                            _,
                            ::weakcache::__private::memo::Never,
                            ::weakcache::__private::DefaultHashBuilder,
                        >,
                    >(|| ::weakcache::__private::memo::Options::new(
                        ::weakcache::__private::core::concat!(
                            ::weakcache::__private::core::module_path!(), "::root"
                        ),
                        ::weakcache::__private::memo::Never,
                    ))
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            {
                let __weakcache_value = { x.to_bits() };
                ::weakcache::__private::memo::assert_whole(&__weakcache_value);
                (&&::weakcache::__private::memo::Type::of(&__weakcache_value))
                    .__weakcache_whole(__weakcache_value)
            },
        )
    } {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish_if(
                    ::weakcache::__private::memo::body(move || -> f64 {
                        log.note(x);
                        x.sqrt()
                    }),
                    |__weakcache_result: &f64| ::weakcache::__private::memo::holds(
                        __weakcache_result,
                        |y| y.is_finite(),
                    ),
                )
        }
    };
}
