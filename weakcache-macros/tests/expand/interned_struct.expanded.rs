#[derive(Debug)]
pub struct Date {
    pub year: i32,
    pub month: u8,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::Intern for Date {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Date> = __weakcache::Registry::new(
                __weakcache::core::concat!(__weakcache::core::module_path!(), "::Date"),
            );
            &__WEAKCACHE_REGISTRY
        }
        #[inline]
        fn hash_key<H: __weakcache::Hasher>(&self, state: &mut H) {
            __weakcache::hash_key(self, state);
        }
        #[inline]
        fn eq_key(&self, other: &Self) -> bool {
            __weakcache::eq_key(self, other)
        }
    }
    impl Date {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn new(year: i32, month: u8) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (year, month),
                |(year, month)| Key_fields_of_Date {
                    year: year,
                    month: month,
                },
                |(year, month)| { Self { year, month } },
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        pub fn get(
            year: i32,
            month: u8,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >(
                (year, month),
                |(year, month)| Key_fields_of_Date {
                    year: year,
                    month: month,
                },
            )
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        pub fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub struct Key_fields_of_Date<'__weakcache> {
        pub year: &'__weakcache i32,
        pub month: &'__weakcache u8,
    }
    #[doc(hidden)]
    impl __weakcache::KeyFields for Date {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Date<'__weakcache>;
        type Fields<'__weakcache> = Key_fields_of_Date<'__weakcache>;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, Date>
    for Key_fields_of_Date<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Date) -> Self {
            Key_fields_of_Date {
                year: &__weakcache_value.year,
                month: &__weakcache_value.month,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <i32 as __weakcache::Key>::hash_into(self.year, __weakcache_state);
            <u8 as __weakcache::Key>::hash_into(self.month, __weakcache_state);
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Date) -> bool {
            <i32 as __weakcache::Key>::equals(&__weakcache_that.year, self.year)
                && <u8 as __weakcache::Key>::equals(&__weakcache_that.month, self.month)
        }
    }
};
