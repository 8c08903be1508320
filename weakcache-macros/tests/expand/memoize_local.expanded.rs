fn parse(text: Rc<str>) -> Rc<Tree> {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let text = &text;
        use __weakcache::look_up::*;
        __weakcache::assert_local_value::<Rc<str>>();
        let __weakcache_shape = (&&&__weakcache::Probe::<Rc<Tree>>::new())
            .__weakcache_shape();
        __weakcache::assert_local_strong(&__weakcache_shape);
        {
            __weakcache::thread_local! {
                static __WEAKCACHE_SLOT : __weakcache::LocalSlots = const {
                __weakcache::LocalSlots::new() };
            }
            __weakcache::in_thread(
                &__WEAKCACHE_SLOT,
                |__weakcache_slot| __weakcache::Request::<
                    Rc<Tree>,
                    __weakcache::Thread,
                >::ask(
                    __weakcache::Enter,
                    __weakcache_slot
                        .of(|| ())
                        .cache::<
                            __weakcache::LocalCache<
                                _,
                                _,
                                __weakcache::Never,
                                __weakcache::DefaultHashBuilder,
                            >,
                        >(|| __weakcache::Options::new(
                            __weakcache::concat!(__weakcache::module_path!(), "::parse"),
                            __weakcache::Never,
                        )),
                    (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_local_strong(),
                    (
                        __weakcache::part(
                            text,
                            (&&&__weakcache::Type::<Rc<str>>::new())
                                .__weakcache_local_value(),
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
                .finish(
                    __weakcache::body(move || -> Rc<Tree> { Tree::parse(&text).into() }),
                )
        }
    };
}
