struct Row<T: Clone, const N: usize> {
    cells: [T; N],
    tags: Vec<T>,
}
const _: () = {
    use my::cache::__private as __weakcache;
    impl<T: Clone, const N: usize> __weakcache::Intern for Row<T, N>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T; N]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync
            + 'static,
        [T; N]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Vec<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        type Hasher = __weakcache::DefaultHashBuilder;
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
    impl<T: Clone, const N: usize> Row<T, N>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T; N]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync
            + 'static,
        [T; N]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Vec<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        fn of(
            cells: [T; N],
            tags: impl __weakcache::KeyArg<Vec<T>>,
        ) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (cells, tags),
                |(cells, tags)| Key_fields_of_Row {
                    cells: cells,
                    tags: <Vec<T> as __weakcache::KeyField>::of_argument(tags),
                },
                |(cells, tags)| {
                    let tags = __weakcache::KeyArg::<Vec<T>>::into_key(tags);
                    Self { cells, tags }
                },
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        fn get(
            cells: [T; N],
            tags: impl __weakcache::KeyArg<Vec<T>>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find::<
                Self,
                _,
            >(
                (cells, tags),
                |(cells, tags)| Key_fields_of_Row {
                    cells: cells,
                    tags: <Vec<T> as __weakcache::KeyField>::of_argument(tags),
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
    pub struct Key_fields_of_Row<'__weakcache, T: Clone, const N: usize>
    where
        T: 'static,
    {
        pub cells: &'__weakcache [T; N],
        pub tags: &'__weakcache <Vec<T> as __weakcache::KeyField>::Borrowed,
    }
    #[doc(hidden)]
    impl<T: Clone, const N: usize> __weakcache::KeyFields for Row<T, N>
    where
        T: 'static,
    {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Row<'__weakcache, T, N>;
        type Fields<'__weakcache> = Key_fields_of_Row<'__weakcache, T, N>;
    }
    impl<
        '__weakcache,
        T: Clone,
        const N: usize,
    > __weakcache::KeyOf<'__weakcache, Row<T, N>>
    for Key_fields_of_Row<'__weakcache, T, N>
    where
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T; N]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync
            + 'static,
        [T; N]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
        Vec<
            T,
        >: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        T: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Row<T, N>) -> Self {
            Key_fields_of_Row {
                cells: &__weakcache_value.cells,
                tags: <Vec<
                    T,
                > as __weakcache::KeyField>::as_borrowed(&__weakcache_value.tags),
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <[T; N] as __weakcache::Key>::hash_into(self.cells, __weakcache_state);
            <<Vec<
                T,
            > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::hash_into(
                self.tags,
                __weakcache_state,
            );
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Row<T, N>) -> bool {
            <[T; N] as __weakcache::Key>::equals(&__weakcache_that.cells, self.cells)
                && <<Vec<
                    T,
                > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::equals(
                    <Vec<
                        T,
                    > as __weakcache::KeyField>::as_borrowed(&__weakcache_that.tags),
                    self.tags,
                )
        }
    }
};
