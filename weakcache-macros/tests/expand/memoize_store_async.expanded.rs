async fn page(url: &str) -> Result<String, Error> {
    use ::weakcache::__private::memo as __weakcache;
    let __weakcache_call = match {
        let url = url;
        use __weakcache::look_up::*;
        __weakcache::assert_tiered_referent::<str>();
        __weakcache::assert_stored_referent::<str>();
        let __weakcache_shape = (&&&__weakcache::Probe::<Result<String, Error>>::new())
            .__weakcache_shape();
        __weakcache::assert_tiered_strong(&__weakcache_shape);
        __weakcache::assert_stored_result(&__weakcache_shape);
        let __weakcache_kind = (&&&__weakcache::Keep(__weakcache_shape))
            .__weakcache_strong();
        let __weakcache_key = (
            __weakcache::part(
                url,
                (&&&__weakcache::Type::<str>::new()).__weakcache_referent(),
            ),
            (),
        );
        let __weakcache_coded = __weakcache::coded(&__weakcache_key, &__weakcache_kind);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                Result<String, Error>,
                __weakcache::Process,
            >::ask(
                __weakcache::EnterAsync,
                __WEAKCACHE_SLOT
                    .of(|| ())
                    .cache::<
                        __weakcache::UnboundedCache<
                            _,
                            _,
                            __weakcache::Tiered<__weakcache::Never>,
                            __weakcache::DefaultHashBuilder,
                        >,
                    >(|| __weakcache::Options::new(
                        __weakcache::concat!(__weakcache::module_path!(), "::page"),
                        __weakcache::tiered(
                            __weakcache::Never,
                            {
                                static __WEAKCACHE_TIERS: __weakcache::Tiers = __weakcache::Tiers::new();
                                __WEAKCACHE_TIERS
                                    .of(
                                        || (),
                                        || {
                                            use __weakcache::look_up::*;
                                            __weakcache::Namespace::new(
                                                __weakcache::concat!(__weakcache::module_path!(), "::page"),
                                                __weakcache::code_of_result(
                                                        const {
                                                            __weakcache::Code::UNKNOWN
                                                                .tokens(0x4809_8ad8_fc3f_9085_4352_7253_25f2_8c71_u128)
                                                                .text(__weakcache::FORMAT)
                                                        }
                                                            .text(
                                                                __weakcache::concat!(__weakcache::module_path!(), "::page"),
                                                            )
                                                            .at(|| ())
                                                            .of::<str>(),
                                                        &(&&&__weakcache::Probe::<Result<String, Error>>::new())
                                                            .__weakcache_shape(),
                                                    )
                                                    .id(),
                                            )
                                        },
                                        || {
                                            let __weakcache_store = store();
                                            __weakcache::assert_store(&__weakcache_store);
                                            {
                                                use __weakcache::look_up::*;
                                                (&&&__weakcache::Type::of(&__weakcache_store))
                                                    .__weakcache_store_async(__weakcache_store)
                                            }
                                        },
                                    )
                            },
                            (&&__weakcache_coded).__weakcache_codec(),
                        ),
                    )),
                __weakcache_kind,
                __weakcache_key,
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
    let __weakcache_ticket = match __weakcache_ticket.ask_async(|| []).await {
        __weakcache::Asked::Ready(__weakcache_value)
        | __weakcache::Asked::Due(__weakcache_value) => return __weakcache_value,
        __weakcache::Asked::Run(__weakcache_ticket) => __weakcache_ticket,
    };
    let __weakcache_running = ::weakcache::__private::memo::pin!(
        __weakcache::Option::Some(__weakcache::body_async(async move || -> Result <
        String, Error > { let __weakcache_value : Result < String, Error > = if
        __weakcache::ALWAYS { download(url). await } else { __weakcache::never() };
        __weakcache_value }))
    );
    let (__weakcache_ticket, __weakcache_value) = __weakcache_ticket
        .drive(__weakcache_running)
        .await;
    let __weakcache_putting = match __weakcache_ticket.finish(__weakcache_value) {
        __weakcache::Finished::Done(__weakcache_value) => return __weakcache_value,
        __weakcache::Finished::Putting(__weakcache_putting) => __weakcache_putting,
    };
    return __weakcache_putting.await;
}
