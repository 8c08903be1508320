fn parse(text: Rc<str>) -> Rc<Tree> {
    use ::weakcache::__private as __weakcache;
    return match {
        let text = &text;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_local_value::<Rc<str>>();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<Rc<Tree>>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_local_strong(&__weakcache_shape);
        {
            __weakcache::std::thread_local! {
                static __WEAKCACHE_SLOT : __weakcache::memo::LocalSlots = const {
                __weakcache::memo::LocalSlots::new() };
            }
            __weakcache::memo::in_thread(
                &__WEAKCACHE_SLOT,
                |slot| __weakcache::memo::Request::<
                    Rc<Tree>,
                    __weakcache::memo::Thread,
                >::ask(
                    __weakcache::memo::Enter,
                    slot
                        .of(|| ())
                        .cache::<
                            __weakcache::memo::LocalCache<
                                _,
                                _,
                                __weakcache::memo::Never,
                                __weakcache::DefaultHashBuilder,
                            >,
                        >(|| __weakcache::memo::Options::new(
                            __weakcache::core::concat!(
                                __weakcache::core::module_path!(), "::parse"
                            ),
                            __weakcache::memo::Never,
                        )),
                    (&&&__weakcache::memo::Keep(__weakcache_shape))
                        .__weakcache_local_strong(),
                    (
                        __weakcache::memo::part(
                            text,
                            (&&&__weakcache::memo::Type::<Rc<str>>::new())
                                .__weakcache_local_value(),
                        ),
                        (),
                    ),
                ),
            )
        }
    } {
        __weakcache::memo::Call::Ready(__weakcache_value) => __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => {
            __weakcache_ticket
                .start()
                .finish(
                    __weakcache::memo::body(move || -> Rc<Tree> {
                        Tree::parse(&text).into()
                    }),
                )
        }
    };
}
