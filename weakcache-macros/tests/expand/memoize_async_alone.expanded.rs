async fn search(words: Vec<String>) -> Found {
    use ::weakcache::__private::memo as __weakcache;
    let __weakcache_call = match {
        let words = &words;
        use __weakcache::look_up::*;
        __weakcache::assert_value::<Vec<String>>();
        let __weakcache_shape = (&&&__weakcache::Probe::<Found>::new())
            .__weakcache_shape();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                Found,
                __weakcache::Process,
            >::ask(
                __weakcache::EnterAsync,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::search"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        words,
                        (&&&__weakcache::Type::<Vec<String>>::new()).__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
    } {
        __weakcache::Result::Ok(__weakcache_value) => return __weakcache_value,
        __weakcache::Result::Err(__weakcache_call) => __weakcache_call,
    };
    let __weakcache_ticket = match __weakcache_call.await {
        __weakcache::Call::Ready(__weakcache_value) => return __weakcache_value,
        __weakcache::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = ::weakcache::__private::memo::pin!(
        __weakcache::Option::Some(__weakcache::body_async(async move || -> Found { let
        __weakcache_value : Found = if __weakcache::ALWAYS { index().find(& words). await
        } else { __weakcache::never() }; __weakcache_value }))
    );
    let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
        .drive(__weakcache_running)
        .await;
    return __weakcache_ticket
        .finish_if(
            __weakcache_value,
            |__weakcache_result: &Found| __weakcache::holds(
                __weakcache_result,
                |found| !found.is_empty(),
            ),
        );
}
