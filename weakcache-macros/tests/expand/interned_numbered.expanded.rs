struct Node<T> {
    value: T,
    next: Option<Interned<Node<T>>>,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl<T> __weakcache::Intern for Node<T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        type Hasher = __weakcache::DefaultHashBuilder;
        const NUMBERED: __weakcache::core::primitive::bool = true;
        #[inline]
        fn registry() -> &'static __weakcache::Registry<Self> {
            static __WEAKCACHE_DIRECTORY: __weakcache::Directory = __weakcache::Directory::new();
            __WEAKCACHE_DIRECTORY
                .get_or_init(|| -> __weakcache::Registry<Self> {
                    __weakcache::Registry::new(
                        __weakcache::core::any::type_name::<Self>(),
                    )
                })
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
    impl<T> Node<T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        fn new(
            value: T,
            next: Option<Interned<Node<T>>>,
        ) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (value, next),
                |(value, next)| Key_fields_of_Node {
                    value: value,
                    next: next,
                },
                |(value, next)| { Self { value, next } },
            )
        }
        /// The value of this key: the one that lives, or else a new one. Says whether this very call registered it.
        #[inline]
        #[must_use]
        fn new_is_new(
            value: T,
            next: Option<Interned<Node<T>>>,
        ) -> (__weakcache::Interned<Self>, __weakcache::core::primitive::bool) {
            __weakcache::find_or_make_is_new::<
                Self,
                _,
            >(
                (value, next),
                |(value, next)| Key_fields_of_Node {
                    value: value,
                    next: next,
                },
                |(value, next)| { Self { value, next } },
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        fn get(
            value: T,
            next: Option<Interned<Node<T>>>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >(
                (value, next),
                |(value, next)| Key_fields_of_Node {
                    value: value,
                    next: next,
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
    pub struct Key_fields_of_Node<'__weakcache, T>
    where
        T: 'static,
    {
        pub value: &'__weakcache T,
        pub next: &'__weakcache Option<Interned<Node<T>>>,
    }
    #[doc(hidden)]
    impl<T> __weakcache::KeyFields for Node<T>
    where
        T: 'static,
    {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Node<'__weakcache, T>;
        type Fields<'__weakcache> = Key_fields_of_Node<'__weakcache, T>;
    }
    impl<'__weakcache, T> __weakcache::KeyOf<'__weakcache, Node<T>>
    for Key_fields_of_Node<'__weakcache, T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Node<T>) -> Self {
            Key_fields_of_Node {
                value: &__weakcache_value.value,
                next: &__weakcache_value.next,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <T as __weakcache::Key>::hash_into(self.value, __weakcache_state);
            <Option<
                Interned<Node<T>>,
            > as __weakcache::Key>::hash_into(self.next, __weakcache_state);
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Node<T>) -> bool {
            <T as __weakcache::Key>::equals(&__weakcache_that.value, self.value)
                && <Option<
                    Interned<Node<T>>,
                > as __weakcache::Key>::equals(&__weakcache_that.next, self.next)
        }
    }
    impl<T> __weakcache::Numbered for Node<T>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        Option<
            Interned<Node<T>>,
        >: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {}
};
