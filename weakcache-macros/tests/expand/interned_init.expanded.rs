struct Picture {
    id: u64,
    pixels: Vec<u8>,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    #[automatically_derived]
    #[allow(deprecated)]
    impl __weakcache::Intern for Picture {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Picture> = __weakcache::Registry::new(
                __weakcache::core::concat!(
                    __weakcache::core::module_path!(), "::",
                    __weakcache::core::stringify!(Picture)
                ),
            );
            &__WEAKCACHE_REGISTRY
        }
        #[inline]
        fn hash_key<__WeakcacheH: __weakcache::core::hash::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <u64 as __weakcache::Key>::hash_into(&self.id, __weakcache_state);
        }
        #[inline]
        fn eq_key(&self, __weakcache_other: &Self) -> bool {
            <u64 as __weakcache::Key>::equals(&self.id, &__weakcache_other.id)
        }
    }
    #[allow(deprecated, clippy::too_many_arguments, clippy::used_underscore_binding)]
    impl Picture {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        fn new(id: u64) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (id,),
                |(id,), __weakcache_state| {
                    <u64 as __weakcache::Key>::hash_into(id, __weakcache_state);
                },
                |(id,), __weakcache_that| <u64 as __weakcache::Key>::equals(
                    &__weakcache_that.id,
                    id,
                ),
                |(id,)| {
                    let __weakcache_init_pixels: Vec<u8> = {
                        #[allow(unused_variables, clippy::no_effect_underscore_binding)]
                        let id = &id;
                        load_pixels(*id)
                    };
                    Self {
                        id,
                        pixels: __weakcache_init_pixels,
                    }
                },
            )
        }
        /// The registry of this type: all its values that live.
        #[inline]
        #[must_use]
        fn registry() -> &'static __weakcache::Registry<Self> {
            __weakcache::registry::<Self>()
        }
    }
    pub struct Key_fields_of_Picture<'__weakcache> {
        pub id: &'__weakcache u64,
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl __weakcache::KeyFields for Picture {
        type Fields<'__weakcache> = Key_fields_of_Picture<'__weakcache>;
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl<'__weakcache> __weakcache::Find<Picture>
    for Key_fields_of_Picture<'__weakcache> {
        #[inline]
        fn find(
            self,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Picture>> {
            __weakcache::find::<
                Picture,
            >(
                |__weakcache_state| {
                    <u64 as __weakcache::Key>::hash_into(self.id, __weakcache_state);
                },
                |__weakcache_that| <u64 as __weakcache::Key>::equals(
                    &__weakcache_that.id,
                    self.id,
                ),
            )
        }
    }
};
