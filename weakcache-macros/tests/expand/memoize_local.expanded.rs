fn parse(text: Rc<str>) -> Rc<Tree> {
    return match {
        let text = &text;
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_local_value::<Rc<str>>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<
            Rc<Tree>,
        >::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_local_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            Rc<Tree>,
            ::weakcache::__private::memo::Thread,
        >::ask(
            ::weakcache::__private::memo::Enter,
            {
                ::weakcache::__private::std::thread_local! {
                    static __WEAKCACHE_SLOT : ::weakcache::__private::memo::LocalSlots =
                    const { ::weakcache::__private::memo::LocalSlots::new() };
                }
                ::weakcache::__private::memo::in_thread(
                    &__WEAKCACHE_SLOT,
                    |slot| {
                        slot
                            .of(|| ())
                            .cache::<
                                ::weakcache::__private::memo::LocalCache<
                                    _,
                                    _,
                                    ::weakcache::__private::memo::Never,
                                    ::weakcache::__private::DefaultHashBuilder,
                                >,
                            >(|| ::weakcache::__private::memo::Options::new(
                                ::weakcache::__private::core::concat!(
                                    ::weakcache::__private::core::module_path!(), "::parse"
                                ),
                                ::weakcache::__private::memo::Never,
                            ))
                    },
                )
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_local_strong(),
            (
                ::weakcache::__private::memo::part(
                    text,
                    (&&::weakcache::__private::memo::Type::<Rc<str>>::new())
                        .__weakcache_local_value(),
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
                    ::weakcache::__private::memo::body(move || -> Rc<Tree> {
                        Tree::parse(&text).into()
                    }),
                )
        }
    };
}
