fn picture(id: u64, log: &mut Log) -> Arc<Picture> {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let id = &id;
        use __weakcache::look_up::*;
        __weakcache::assert_value::<u64>();
        let __weakcache_shape = (&&&__weakcache::Probe::<Arc<Picture>>::new())
            .__weakcache_shape();
        __weakcache::assert_weak(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                Arc<Picture>,
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
                        __weakcache::concat!(__weakcache::module_path!(), "::picture"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_weak(),
                (
                    __weakcache::part(
                        id,
                        (&&&__weakcache::Type::<u64>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
    } {
        __weakcache::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(
                    __weakcache::body(move || -> Arc<Picture> {
                        log.note(id);
                        Arc::new(Picture::load(id))
                    }),
                )
        }
    };
}
