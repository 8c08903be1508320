fn picture(id: u64, log: &mut Log) -> Arc<Picture> {
    use ::weakcache::__private as __weakcache;
    return match {
        let id = &id;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_value::<u64>();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<Arc<Picture>>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_weak(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                Arc<Picture>,
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
                            __weakcache::core::module_path!(), "::picture"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_weak(),
                (
                    __weakcache::memo::part(
                        id,
                        (&&&__weakcache::memo::Type::<u64>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
    } {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(
                    __weakcache::memo::body(move || -> Arc<Picture> {
                        log.note(id);
                        Arc::new(Picture::load(id))
                    }),
                )
        }
    };
}
