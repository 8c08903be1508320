fn load(path: &Path) -> io::Result<Arc<str>> {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let path = path;
        use __weakcache::look_up::*;
        __weakcache::assert_referent::<Path>();
        __weakcache::assert_result::<io::Result<Arc<str>>>();
        let __weakcache_shape = (&&&__weakcache::Probe::<io::Result<Arc<str>>>::new())
            .__weakcache_err_for();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                io::Result<Arc<str>>,
                __weakcache::Process,
            >::ask(
                __weakcache::Enter,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Ttl,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::load"),
                        __weakcache::Ttl::new(
                            __weakcache::Option::None,
                            __weakcache::Option::Some(
                                __weakcache::Duration::new(1u64, 0u32),
                            ),
                        ),
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        path,
                        (&&&__weakcache::Type::<Path>::new()).__weakcache_referent(),
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
                    __weakcache::body(move || -> io::Result<Arc<str>> {
                        Ok(fs::read_to_string(path)?.into())
                    }),
                )
        }
    };
}
