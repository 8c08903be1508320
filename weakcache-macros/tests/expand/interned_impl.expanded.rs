struct Page {
    number: u32,
    text: String,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::Intern for Page {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Page> = __weakcache::Registry::new(
                __weakcache::core::concat!(__weakcache::core::module_path!(), "::Page"),
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
    impl Page {
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub struct Key_fields_of_Page<'__weakcache> {
        pub number: &'__weakcache u32,
    }
    #[doc(hidden)]
    impl __weakcache::KeyFields for Page {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Page<'__weakcache>;
        type Fields<'__weakcache> = Key_fields_of_Page<'__weakcache>;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, Page>
    for Key_fields_of_Page<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Page) -> Self {
            Key_fields_of_Page {
                number: &__weakcache_value.number,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <u32 as __weakcache::Key>::hash_into(self.number, __weakcache_state);
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Page) -> bool {
            <u32 as __weakcache::Key>::equals(&__weakcache_that.number, self.number)
        }
    }
};
impl Page {
    pub fn blank() -> ::weakcache::__private::HandleOf<Self> {
        use ::weakcache::__private::HandleCandidate as _;
        let __weakcache_value = (move || -> _ {
            Self {
                number: 0,
                text: String::new(),
            }
        })();
        ::weakcache::__private::Candidate::<Self, _>::new(__weakcache_value)
            .into_handle()
    }
    fn load(
        number: u32,
        from: &mut dyn Read,
    ) -> io::Result<::weakcache::__private::HandleOf<Self>> {
        use ::weakcache::__private::HandleCandidate as _;
        if let ::weakcache::__private::core::option::Option::Some(__weakcache_found) = {
            type __WeakcacheFields<'__weakcache> = <Page as ::weakcache::__private::KeyFields>::Fields<
                '__weakcache,
            >;
            ::weakcache::__private::find_by::<
                Self,
                _,
                _,
            >(
                &__WeakcacheFields {
                    number: &number,
                },
            )
        } {
            return ::weakcache::__private::core::result::Result::Ok(__weakcache_found);
        }
        match (move || -> io::Result<_> {
            let mut text = String::new();
            from.read_to_string(&mut text)?;
            Ok(Self { number, text })
        })() {
            ::weakcache::__private::core::result::Result::Ok(__weakcache_value) => {
                ::weakcache::__private::core::result::Result::Ok(
                    ::weakcache::__private::Candidate::<
                        Self,
                        _,
                    >::missed(__weakcache_value)
                        .into_handle(),
                )
            }
            ::weakcache::__private::core::result::Result::Err(__weakcache_value) => {
                ::weakcache::__private::core::result::Result::Err(__weakcache_value)
            }
        }
    }
    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}
