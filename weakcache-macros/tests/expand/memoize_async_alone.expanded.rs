async fn search(words: Vec<String>) -> Found {
    use ::weakcache::__private as __weakcache;
    let __weakcache_call = match {
        let words = &words;
        use __weakcache::memo::look_up::*;
        __weakcache::memo::assert_value::<Vec<String>>();
        let __weakcache_shape = (&&&__weakcache::memo::Probe::<Found>::new())
            .__weakcache_shape();
        __weakcache::memo::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::memo::Slots = __weakcache::memo::Slots::new();
            __weakcache::memo::Request::<
                Found,
                __weakcache::memo::Process,
            >::ask(
                __weakcache::memo::EnterAsync,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::memo::UnboundedCache<
                            _,
                            _,
                            __weakcache::memo::Never,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::memo::Options::new(
                        __weakcache::core::concat!(
                            __weakcache::core::module_path!(), "::search"
                        ),
                        __weakcache::memo::Never,
                    )),
                (&&&__weakcache::memo::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::memo::part(
                        words,
                        (&&&__weakcache::memo::Type::<Vec<String>>::new())
                            .__weakcache_value(),
                    ),
                    (),
                ),
            )
        }
    } {
        __weakcache::core::result::Result::Ok(__weakcache_value) => {
            return __weakcache_value;
        }
        __weakcache::core::result::Result::Err(__weakcache_call) => __weakcache_call,
    };
    let __weakcache_ticket = match __weakcache_call.await {
        __weakcache::memo::Call::Ready(__weakcache_value) => return __weakcache_value,
        __weakcache::memo::Call::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = __weakcache::core::pin::pin!(
        __weakcache::core::option::Option::Some(__weakcache::memo::body_async(async move
        || -> Found { let __weakcache_value : Found = if __weakcache::memo::ALWAYS {
        index().find(& words). await } else { __weakcache::memo::never() };
        __weakcache_value }))
    );
    let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
        .drive(__weakcache_running)
        .await;
    return __weakcache_ticket
        .finish_if(
            __weakcache_value,
            |__weakcache_result: &Found| __weakcache::memo::holds(
                __weakcache_result,
                |found| !found.is_empty(),
            ),
        );
}
