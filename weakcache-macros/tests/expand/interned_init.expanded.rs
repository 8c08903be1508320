struct Picture {
    id: u64,
    pixels: Vec<u8>,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::Intern for Picture {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_REGISTRY: __weakcache::Registry<Picture> = __weakcache::Registry::new(
                __weakcache::core::concat!(
                    __weakcache::core::module_path!(), "::Picture"
                ),
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
    impl Picture {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        fn new(id: u64) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (id,),
                |(id,)| Key_fields_of_Picture { id: id },
                |(id,)| {
                    let __weakcache_init_pixels: Vec<u8> = {
                        let ref id = id;
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
    #[doc(hidden)]
    impl __weakcache::KeyFields for Picture {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Picture<'__weakcache>;
        type Fields<'__weakcache> = Key_fields_of_Picture<'__weakcache>;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, Picture>
    for Key_fields_of_Picture<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Picture) -> Self {
            Key_fields_of_Picture {
                id: &__weakcache_value.id,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <u64 as __weakcache::Key>::hash_into(self.id, __weakcache_state);
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Picture) -> bool {
            <u64 as __weakcache::Key>::equals(&__weakcache_that.id, self.id)
        }
    }
};
