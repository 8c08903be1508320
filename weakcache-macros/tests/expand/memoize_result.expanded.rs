fn load(path: &Path) -> io::Result<Arc<str>> {
    use ::weakcache::__private as __weakcache;
    return match {
        let path = path;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_referent::<Path>();
        __weakcache::memo::assert_result::<io::Result<Arc<str>>>();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<
            io::Result<Arc<str>>,
        >::new())
            .__weakcache_err_for();
        __weakcache::memo::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                io::Result<Arc<str>>,
                __weakcache::memo::Process,
            >::ask(
                __weakcache::memo::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::load"
                        ),
                        __weakcache::memo::Ttl::new(
                            __weakcache::core::option::Option::None,
                            __weakcache::core::option::Option::Some(
                                __weakcache::core::time::Duration::new(1u64, 0u32),
                            ),
                        ),
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        path,
                        (&&&__weakcache::memo::Type::<Path>::new())
                            .__weakcache_referent(),
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
                    __weakcache::memo::body(move || -> io::Result<Arc<str>> {
                        Ok(fs::read_to_string(path)?.into())
                    }),
                )
        }
    };
}
