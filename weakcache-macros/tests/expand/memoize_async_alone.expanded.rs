async fn search(words: Vec<String>) -> Found {
    let __weakcache_call = match {
        let words = &words;
        use ::weakcache::__private::memo::look_up::*;
        ::weakcache::__private::memo::assert_value::<Vec<String>>();
        let __weakcache_shape = (&&&::weakcache::__private::memo::Probe::<Found>::new())
            .__weakcache_shape();
        ::weakcache::__private::memo::assert_strong(&__weakcache_shape);
        ::weakcache::__private::memo::Request::<
            Found,
            ::weakcache::__private::memo::Process,
        >::ask(
            ::weakcache::__private::memo::EnterAsync,
            {
                static __WEAKCACHE_SLOT: ::weakcache::__private::memo::Slots = ::weakcache::__private::memo::Slots::new();
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        ::weakcache::__private::memo::UnboundedCache<
                            _,
                            _,
                            ::weakcache::__private::memo::Never,
                            ::weakcache::__private::DefaultHashBuilder,
                        >,
                    >(|| ::weakcache::__private::memo::Options::new(
                        ::weakcache::__private::core::concat!(
                            ::weakcache::__private::core::module_path!(), "::search"
                        ),
                        ::weakcache::__private::memo::Never,
                    ))
            },
            (&&::weakcache::__private::memo::Keep(__weakcache_shape))
                .__weakcache_strong(),
            (
                ::weakcache::__private::memo::part(
                    words,
                    (&&::weakcache::__private::memo::Type::<Vec<String>>::new())
                        .__weakcache_value(),
                ),
                (),
            ),
        )
    } {
        ::weakcache::__private::core::result::Result::Ok(__weakcache_value) => {
            return __weakcache_value;
        }
        ::weakcache::__private::core::result::Result::Err(__weakcache_call) => {
            __weakcache_call
        }
    };
    let __weakcache_ticket = match __weakcache_call.await {
        ::weakcache::__private::memo::Call::Ready(__weakcache_value) => {
            return __weakcache_value;
        }
        ::weakcache::__private::memo::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = ::weakcache::__private::core::pin::pin!(
        ::weakcache::__private::core::option::Option::Some(::weakcache::__private::memo::body_async(async
        move || -> Found { let __weakcache_value : Found = if
        ::weakcache::__private::memo::ALWAYS { index().find(& words). await } else {
        ::weakcache::__private::memo::never() }; __weakcache_value }))
    );
    let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
        .drive(__weakcache_running)
        .await;
    return __weakcache_ticket
        .finish_if(
            __weakcache_value,
            |__weakcache_result: &Found| ::weakcache::__private::memo::holds(
                __weakcache_result,
                |found| !found.is_empty(),
            ),
        );
}
