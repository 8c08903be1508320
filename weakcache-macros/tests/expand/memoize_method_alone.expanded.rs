fn area(&self, scale: u32) -> u32 {
    return match {
        let scale = &scale;
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_receiver::<Self>();
        ::weakcache::__private::memo::assert_value::<u32>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<u32>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            u32,
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
                            ::weakcache::__private::core::module_path!(), "::area"
                        ),
                        ::weakcache::__private::memo::Never,
                    ))
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    self,
                    (&&::weakcache::__private::memo::Type::<Self>::new())
                        .__weakcache_referent(),
                ),
                (
                    ::weakcache::__private::memo::part(
                        scale,
                        (&&::weakcache::__private::memo::Type::<u32>::new())
                            .__weakcache_value(),
                    ),
                    (),
                ),
            ),
        )
    } {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(
                    ::weakcache::__private::memo::body(move || -> u32 {
                        self.sides * scale
                    }),
                )
        }
    };
}
