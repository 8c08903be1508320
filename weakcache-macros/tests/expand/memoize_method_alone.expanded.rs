fn area(&self, scale: u32) -> u32 {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let scale = &scale;
        use __weakcache::look_up::*;
        __weakcache::assert_receiver::<Self>();
        __weakcache::assert_value::<u32>();
        let __weakcache_shape = (&&&__weakcache::Probe::<u32>::new())
            .__weakcache_shape();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                u32,
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
                        __weakcache::concat!(__weakcache::module_path!(), "::area"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        self,
                        (&&&__weakcache::Type::<Self>::new()).__weakcache_referent(),
                    ),
                    (
                        __weakcache::part(
                            scale,
                            (&&&__weakcache::Type::<u32>::new()).__weakcache_value(),
                        ),
                        (),
                    ),
                ),
            )
        }
    } {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(__weakcache::body(move || -> u32 { self.sides * scale }))
        }
    };
}
