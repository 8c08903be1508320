fn load(path: &Path) -> io::Result<Arc<str>> {
    ::weakcache::__private::memo::assert_referent::<Path>();
    ::weakcache::__private::memo::assert_result::<io::Result<Arc<str>>>();
    ::weakcache::__private::memo::assert_strong({
        use ::weakcache::__private::memo::look_up::*;
        (&&&::weakcache::__private::memo::Probe::<io::Result<Arc<str>>>::new())
            .__weakcache_err_too()
    });
    match {
        static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
        __WEAKCACHE_SLOT
            .of(|| ())
            .get_or_init(|| -> ::weakcache::__private::memo::UnboundedCache<
                _,
                _,
                ::weakcache::__private::memo::Ttl,
                ::weakcache::__private::DefaultHashBuilder,
            > {
                ::weakcache::__private::memo::UnboundedCache::new(::weakcache::__private::memo::Options {
                    name: ::weakcache::__private::core::concat!(
                        ::weakcache::__private::core::module_path!(), "::load"
                    ),
                    capacity: ::weakcache::__private::core::option::Option::None,
                    expiry: ::weakcache::__private::memo::Ttl::new(
                        ::weakcache::__private::core::option::Option::None,
                        ::weakcache::__private::core::option::Option::Some(
                            ::weakcache::__private::core::time::Duration::new(1u64, 0u32),
                        ),
                    ),
                    single_flight: true,
                })
            })
    }
        .enter(
            {
                use ::weakcache::__private::memo::look_up::*;
                (&&::weakcache::__private::memo::Keep(
                    (&&&::weakcache::__private::memo::Probe::<
                        io::Result<Arc<str>>,
                    >::new())
                        .__weakcache_err_too(),
                ))
                    .__weakcache_strong()
            },
            {
                use ::weakcache::__private::memo::look_up::*;
                (
                    ::weakcache::__private::memo::part(
                        path,
                        (&&::weakcache::__private::memo::Type::<Path>::new())
                            .__weakcache_referent(),
                    ),
                    (),
                )
            },
        )
    {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .run(move || -> io::Result<Arc<str>> {
                    Ok(fs::read_to_string(path)?.into())
                })
        }
    }
}
