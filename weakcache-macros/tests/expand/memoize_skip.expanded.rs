fn picture(id: u64, log: &mut Log) -> Arc<Picture> {
    return match {
        let id = &id;
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_value::<u64>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<
            Arc<Picture>,
        >::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_weak(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            Arc<Picture>,
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
                            ::weakcache::__private::core::module_path!(), "::picture"
                        ),
                        ::weakcache::__private::memo::Never,
                    ))
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape)).__weakcache_weak(),
            (
                ::weakcache::__private::memo::part(
                    id,
                    (&&::weakcache::__private::memo::Type::<u64>::new())
                        .__weakcache_value(),
                ),
                (),
            ),
        )
    } {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(
                    ::weakcache::__private::memo::body(move || -> Arc<Picture> {
                        log.note(id);
                        Arc::new(Picture::load(id))
                    }),
                )
        }
    };
}
