fn root(x: f64, log: &mut Log) -> f64 {
    use ::weakcache::__private as __weakcache;
    return match {
        let x = &x;
        use __weakcache::memo::look_up::*;
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<f64>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                f64,
                __weakcache::memo::Process,
            >::ask(
                __weakcache::memo::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::root"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                {
                    let __weakcache_value = { x.to_bits() };
                    __weakcache::memo::assert_whole(&__weakcache_value);
                    (&&&__weakcache::memo::Type::of(&__weakcache_value))
                        .__weakcache_whole(__weakcache_value)
                },
            )
        }
    } {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish_if(
                    __weakcache::memo::body(move || -> f64 {
                        log.note(x);
                        x.sqrt()
                    }),
                    |__weakcache_result: &f64| __weakcache::memo::holds(
                        __weakcache_result,
                        |y| y.is_finite(),
                    ),
                )
        }
    };
}
