/// A row of a table.
#[derive(Serialize, Deserialize)]
pub struct Row<T: Clone> {
    cells: Vec<T>,
}
const _: () = {
    use ::weakcache::__private::fingerprint as __weakcache;
    impl<T: Clone> __weakcache::Fingerprinted for Row<T> {
        const FINGERPRINT: __weakcache::u128 = __weakcache::Code::UNKNOWN
            .tokens(0x836b_adec_a72f_e571_e04a_d70a_ecc9_48fe_u128)
            .id();
    }
};
const LIMIT: usize = 7;
#[doc(hidden)]
enum LIMIT {}
const _: () = {
    use ::weakcache::__private::fingerprint as __weakcache;
    impl __weakcache::Fingerprinted for LIMIT {
        const FINGERPRINT: __weakcache::u128 = __weakcache::Code::UNKNOWN
            .tokens(0x2fc2_806b_9514_abf5_5d83_64d8_b5ed_7b80_u128)
            .id();
    }
};
/// Reads a row.
pub(crate) fn parse(line: &str) -> Row<u8> {
    Row {
        cells: line.bytes().take(LIMIT).collect(),
    }
}
#[doc(hidden)]
pub(crate) enum parse {}
const _: () = {
    use ::weakcache::__private::fingerprint as __weakcache;
    impl __weakcache::Fingerprinted for parse {
        const FINGERPRINT: __weakcache::u128 = __weakcache::Code::UNKNOWN
            .tokens(0xbce2_8cb3_af85_40cc_bfb0_b729_0be9_5138_u128)
            .depends(<self::Row<u8> as __weakcache::Fingerprinted>::FINGERPRINT)
            .depends({
                use __weakcache::without::*;
                {
                    use LIMIT as WeakcacheItem;
                    <WeakcacheItem as __weakcache::Fingerprinted>::FINGERPRINT
                }
            })
            .id();
    }
};
fn count(line: &str) -> usize {
    use ::weakcache::__private::memo as __weakcache;
    return match {
        let line = line;
        use __weakcache::look_up::*;
        __weakcache::assert_referent::<str>();
        let __weakcache_shape = (&&&__weakcache::Probe::<usize>::new())
            .__weakcache_shape();
        __weakcache::assert_strong(&__weakcache_shape);
        {
            static __WEAKCACHE_SLOT: __weakcache::Slots = __weakcache::Slots::new();
            __weakcache::Request::<
                usize,
                __weakcache::Process,
            >::ask(
                __weakcache::Enter,
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
                        __weakcache::concat!(__weakcache::module_path!(), "::count"),
                        __weakcache::Never,
                    )),
                (&&&__weakcache::Keep(__weakcache_shape)).__weakcache_strong(),
                (
                    __weakcache::part(
                        line,
                        (&&&__weakcache::Type::<str>::new()).__weakcache_referent(),
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
                .finish(__weakcache::body(move || -> usize { parse(line).cells.len() }))
        }
    };
}
#[doc(hidden)]
enum count {}
const _: () = {
    use ::weakcache::__private::memo as __weakcache;
    impl __weakcache::Fingerprinted for count {
        const FINGERPRINT: __weakcache::u128 = __weakcache::Code::UNKNOWN
            .tokens(0x4afe_3b7b_e0e1_68ea_20f5_21a5_c276_2bed_u128)
            .id();
    }
};
