fn picture(id: u64, log: &mut Log) -> Arc<Picture> {
    ::weakcache::__private::memo::assert_value::<u64>();
    ::weakcache::__private::memo::assert_weak({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<Arc<Picture>>::new())
            .__weakcache_shape()
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
                        ::weakcache::__private::core::module_path!(), "::picture"
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
                    (&&&::weakcache::__private::memo::Probe::<Arc<Picture>>::new())
                        .__weakcache_shape(),
                ))
                    .__weakcache_weak()
            },
            {
                use ::weakcache::__private::memo::look_up::*;
                (
                    ::weakcache::__private::memo::part(
                        &id,
                        (&&::weakcache::__private::memo::Type::<u64>::new())
                            .__weakcache_value(),
                    ),
                    (),
                )
            },
        )
    {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .run(move || -> Arc<Picture> {
                    log.note(id);
                    Arc::new(Picture::load(id))
                })
        }
    }
}
