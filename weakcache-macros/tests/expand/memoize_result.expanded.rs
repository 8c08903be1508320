fn load(path: &Path) -> io::Result<Arc<str>> {
    return match {
        let path = path;
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_referent::<Path>();
        ::weakcache::__private::memo::assert_result::<io::Result<Arc<str>>>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<
            io::Result<Arc<str>>,
        >::new())
            .__weakcache_err_too();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            io::Result<Arc<str>>,
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
                            ::weakcache::__private::memo::Ttl,
                            ::weakcache::__private::DefaultHashBuilder,
                        >,
                    >(|| ::weakcache::__private::memo::Options::new(
                        ::weakcache::__private::core::concat!(
                            ::weakcache::__private::core::module_path!(), "::load"
                        ),
                        ::weakcache::__private::memo::Ttl::new(
                            ::weakcache::__private::core::option::Option::None,
                            ::weakcache::__private::core::option::Option::Some(
                                ::weakcache::__private::core::time::Duration::new(
                                    1u64,
                                    0u32,
                                ),
                            ),
                        ),
                    ))
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    path,
                    (&&::weakcache::__private::memo::Type::<Path>::new())
                        .__weakcache_referent(),
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
                    ::weakcache::__private::memo::body(move || -> io::Result<Arc<str>> {
                        Ok(fs::read_to_string(path)?.into())
                    }),
                )
        }
    };
}
