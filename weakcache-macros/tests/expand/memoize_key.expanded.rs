fn root(x: f64, log: &mut Log) -> f64 {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let x = &x;
        use __weakcache::look_up::*;
        let __weakcache_shape = (&&&__weakcache::Probe::<f64>::new())
            .__weakcache_shape();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                f64,
                __weakcache::Process,
            >::ask(
                __weakcache::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::root"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                {
                    let __weakcache_value = { x.to_bits() };
                    __weakcache::assert_whole(&__weakcache_value);
                    (&&&__weakcache::Type::of(&__weakcache_value))
                        .__weakcache_whole(__weakcache_value)
                },
            )
        }
    } {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish_if(
                    __weakcache::body(move || -> f64 {
                        log.note(x);
                        x.sqrt()
                    }),
                    |__weakcache_result: &f64| __weakcache::holds(
                        __weakcache_result,
                        |y| y.is_finite(),
                    ),
                )
        }
    };
}
