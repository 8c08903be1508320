fn area(&self, scale: u32) -> u32 {
    use ::weakcache::__private as __weakcache;
    return match {
        let scale = &scale;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_receiver::<Self>();
        __weakcache::memo::assert_value::<u32>();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<u32>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                u32,
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
                            __weakcache::core::module_path!(), "::area"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        self,
                        (&&&__weakcache::memo::Type::<Self>::new())
                            .__weakcache_referent(),
                    ),
                    (
                        __weakcache::memo::part(
                            scale,
                            (&&&__weakcache::memo::Type::<u32>::new())
                                .__weakcache_value(),
                        ),
                        (),
                    ),
                ),
            )
        }
    } {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(__weakcache::memo::body(move || -> u32 { self.sides * scale }))
        }
    };
}
