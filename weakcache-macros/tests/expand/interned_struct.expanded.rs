#[derive(Debug)]
pub struct Date {
    pub year: i32,
    pub month: u8,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    #[automatically_derived]
    #[allow(deprecated)]
    impl __weakcache::Intern for Date {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Date> = __weakcache::Registry::new(
                __weakcache::core::concat!(
                    __weakcache::core::module_path!(), "::",
                    __weakcache::core::stringify!(Date)
                ),
            );
            &__WEAKCACHE_REGISTRY
        }
        #[inline]
        fn hash_key<__WeakcacheH: __weakcache::core::hash::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <i32 as __weakcache::Key>::hash_into(&self.year, __weakcache_state);
            <u8 as __weakcache::Key>::hash_into(&self.month, __weakcache_state);
        }
        #[inline]
        fn eq_key(&self, __weakcache_other: &Self) -> bool {
            <i32 as __weakcache::Key>::equals(&self.year, &__weakcache_other.year)
                && <u8 as __weakcache::Key>::equals(
                    &self.month,
                    &__weakcache_other.month,
                )
        }
    }
    #[allow(deprecated, clippy::too_many_arguments, clippy::used_underscore_binding)]
    impl Date {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        pub fn new(year: i32, month: u8) -> __weakcache::Interned<Self> {
            __weakcache::find_or_place::<
                Self,
                _,
            >(
                (year, month),
                |(year, month), __weakcache_state| {
                    <i32 as __weakcache::Key>::hash_into(year, __weakcache_state);
                    <u8 as __weakcache::Key>::hash_into(month, __weakcache_state);
                },
                |(year, month), __weakcache_that| {
                    <i32 as __weakcache::Key>::equals(&__weakcache_that.year, year)
                        && <u8 as __weakcache::Key>::equals(
                            &__weakcache_that.month,
                            month,
                        )
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
            __weakcache::look_up(
                (year, month),
                |(year, month)| __weakcache::Find::find(Key_fields_of_Date {
                    year: year,
                    month: month,
                }),
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
    #[automatically_derived]
    #[allow(deprecated)]
    impl __weakcache::KeyFields for Date {
        type Fields<'__weakcache> = Key_fields_of_Date<'__weakcache>;
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl<'__weakcache> __weakcache::Find<Date> for Key_fields_of_Date<'__weakcache> {
        #[inline]
        fn find(self) -> __weakcache::core::option::Option<__weakcache::Interned<Date>> {
            __weakcache::find::<
                Date,
            >(
                |__weakcache_state| {
                    <i32 as __weakcache::Key>::hash_into(self.year, __weakcache_state);
                    <u8 as __weakcache::Key>::hash_into(self.month, __weakcache_state);
                },
                |__weakcache_that| {
                    <i32 as __weakcache::Key>::equals(&__weakcache_that.year, self.year)
                        && <u8 as __weakcache::Key>::equals(
                            &__weakcache_that.month,
                            self.month,
                        )
                },
            )
        }
    }
};
