struct Row<T: Clone, const N: usize> {
    cells: [T; N],
    tags: Vec<T>,
}
const _: () = {
    use my::cache::__private as __weakcache;
    #[automatically_derived]
    #[allow(deprecated)]
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
        fn hash_key<__WeakcacheH: __weakcache::core::hash::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <[T; N] as __weakcache::Key>::hash_into(&self.cells, __weakcache_state);
            <<Vec<
                T,
            > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::hash_into(
                <Vec<T> as __weakcache::KeyField>::as_borrowed(&self.tags),
                __weakcache_state,
            );
        }
        #[inline]
        fn eq_key(&self, __weakcache_other: &Self) -> bool {
            <[T; N] as __weakcache::Key>::equals(&self.cells, &__weakcache_other.cells)
                && <<Vec<
                    T,
                > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::equals(
                    <Vec<T> as __weakcache::KeyField>::as_borrowed(&self.tags),
                    <Vec<
                        T,
                    > as __weakcache::KeyField>::as_borrowed(&__weakcache_other.tags),
                )
        }
    }
    #[allow(deprecated, clippy::too_many_arguments, clippy::used_underscore_binding)]
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
        fn of(
            cells: [T; N],
            tags: impl __weakcache::KeyArg<Vec<T>>,
        ) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make::<
                Self,
                _,
            >(
                (cells, tags),
                |(cells, tags), __weakcache_state| {
                    <[T; N] as __weakcache::Key>::hash_into(cells, __weakcache_state);
                    <<Vec<
                        T,
                    > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::hash_into(
                        <Vec<T> as __weakcache::KeyField>::of_argument(tags),
                        __weakcache_state,
                    );
                },
                |(cells, tags), __weakcache_that| {
                    <[T; N] as __weakcache::Key>::equals(&__weakcache_that.cells, cells)
                        && <<Vec<
                            T,
                        > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::equals(
                            <Vec<
                                T,
                            > as __weakcache::KeyField>::as_borrowed(
                                &__weakcache_that.tags,
                            ),
                            <Vec<T> as __weakcache::KeyField>::of_argument(tags),
                        )
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
            __weakcache::look_up(
                (cells, tags),
                |(cells, tags)| __weakcache::Find::find(Key_fields_of_Row {
                    cells: cells,
                    tags: <Vec<T> as __weakcache::KeyField>::of_argument(tags),
                }),
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
    #[automatically_derived]
    #[allow(deprecated)]
    impl<T: Clone, const N: usize> __weakcache::KeyFields for Row<T, N>
    where
        T: 'static,
    {
        type Fields<'__weakcache> = Key_fields_of_Row<'__weakcache, T, N>;
    }
    #[automatically_derived]
    #[allow(deprecated)]
    impl<'__weakcache, T: Clone, const N: usize> __weakcache::Find<Row<T, N>>
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
        fn find(
            self,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Row<T, N>>> {
            __weakcache::find::<
                Row<T, N>,
            >(
                |__weakcache_state| {
                    <[T; N] as __weakcache::Key>::hash_into(
                        self.cells,
                        __weakcache_state,
                    );
                    <<Vec<
                        T,
                    > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::hash_into(
                        self.tags,
                        __weakcache_state,
                    );
                },
                |__weakcache_that| {
                    <[T; N] as __weakcache::Key>::equals(
                        &__weakcache_that.cells,
                        self.cells,
                    )
                        && <<Vec<
                            T,
                        > as __weakcache::KeyField>::Borrowed as __weakcache::Key>::equals(
                            <Vec<
                                T,
                            > as __weakcache::KeyField>::as_borrowed(
                                &__weakcache_that.tags,
                            ),
                            self.tags,
                        )
                },
            )
        }
    }
};
