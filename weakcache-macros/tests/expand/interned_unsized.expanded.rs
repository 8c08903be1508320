#[repr(C)]
#[repr(align(16))]
pub struct Call<T>
where
    T: Clone,
{
    pub callee: Interned<Func>,
    arity: usize,
    pub args: [T],
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl<T> __weakcache::Intern for Call<T>
    where
        T: Clone,
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
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
    impl<T> Call<T>
    where
        T: Clone,
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn new(
            callee: impl __weakcache::RefArg<Interned<Func>>,
            args: impl __weakcache::TailArg<[T]>,
        ) -> __weakcache::Interned<Self> {
            __weakcache::find_or_make_tailed::<
                Self,
                _,
                _,
            >(
                (callee,),
                args,
                |(callee,), args| Key_fields_of_Call {
                    callee: __weakcache::RefArg::<Interned<Func>>::as_key(callee),
                    args: args,
                },
                |(callee,), args| {
                    let callee = __weakcache::RefArg::<Interned<Func>>::into_key(callee);
                    let __weakcache_init_arity: usize = {
                        let ref callee = callee;
                        let ref args = *args;
                        args.len()
                    };
                    Head_of_Call {
                        callee,
                        arity: __weakcache_init_arity,
                        args: [],
                    }
                },
                |__weakcache_head, args| Key_fields_of_Call {
                    callee: &__weakcache_head.callee,
                    args: args,
                },
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        pub fn get(
            callee: impl __weakcache::RefArg<Interned<Func>>,
            args: impl __weakcache::TailArg<[T]>,
        ) -> __weakcache::core::option::Option<__weakcache::Interned<Self>> {
            __weakcache::find_tailed::<
                Self,
                _,
                _,
            >(
                (callee,),
                args,
                |(callee,), args| Key_fields_of_Call {
                    callee: __weakcache::RefArg::<Interned<Func>>::as_key(callee),
                    args: args,
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
    pub struct Key_fields_of_Call<'__weakcache, T>
    where
        T: Clone,
        T: 'static,
    {
        pub callee: &'__weakcache Interned<Func>,
        pub args: &'__weakcache [T],
    }
    #[doc(hidden)]
    impl<T> __weakcache::KeyFields for Call<T>
    where
        T: Clone,
        T: 'static,
    {
        type Handle = __weakcache::Interned<Self>;
        type Key<'__weakcache> = Key_fields_of_Call<'__weakcache, T>;
        type Fields<'__weakcache> = Key_fields_of_Call<'__weakcache, T>;
    }
    impl<'__weakcache, T> __weakcache::KeyOf<'__weakcache, Call<T>>
    for Key_fields_of_Call<'__weakcache, T>
    where
        T: Clone,
        T: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T]: __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq,
    {
        #[inline]
        fn of(__weakcache_value: &'__weakcache Call<T>) -> Self {
            Key_fields_of_Call {
                callee: &__weakcache_value.callee,
                args: &__weakcache_value.args,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <Interned<
                Func,
            > as __weakcache::Key>::hash_into(self.callee, __weakcache_state);
            <[T] as __weakcache::Key>::hash_into(self.args, __weakcache_state);
        }
        #[inline]
        fn tail_len(&self) -> __weakcache::core::primitive::usize {
            <[T] as __weakcache::Tail>::elements(self.args).len()
        }
        #[inline]
        fn eq(&self, __weakcache_that: &Call<T>) -> bool {
            <Interned<
                Func,
            > as __weakcache::Key>::equals(&__weakcache_that.callee, self.callee)
                && <[T] as __weakcache::Key>::equals(&__weakcache_that.args, self.args)
        }
    }
    #[repr(C)]
    #[repr(align(16))]
    pub struct Head_of_Call<T>
    where
        T: Clone,
    {
        callee: Interned<Func>,
        arity: usize,
        args: [<[T] as __weakcache::Tail>::Element; 0],
    }
    #[doc(hidden)]
    unsafe impl<T> __weakcache::Stored for Call<T>
    where
        T: Clone,
    {
        type Head = Head_of_Call<T>;
        type Tail = [T];
        const TAIL_AT: __weakcache::core::primitive::usize = __weakcache::core::mem::offset_of!(
            Head_of_Call < T >, args
        );
        #[inline]
        fn from_tail(__weakcache_tail: *const [T]) -> *const Self {
            __weakcache_tail as *const Self
        }
        #[inline]
        fn is_alike(
            __weakcache_value: &Self,
            __weakcache_head: &Head_of_Call<T>,
        ) -> __weakcache::core::primitive::bool {
            let Self {
                callee: __weakcache_value_0,
                arity: __weakcache_value_1,
                args: __weakcache_value_2,
            } = __weakcache_value;
            let Head_of_Call {
                callee: __weakcache_head_0,
                arity: __weakcache_head_1,
                args: _,
            } = __weakcache_head;
            __weakcache::alike(
                __weakcache::type_of(__weakcache_value_0),
                __weakcache::type_of(__weakcache_head_0),
            );
            __weakcache::alike(
                __weakcache::type_of(__weakcache_value_1),
                __weakcache::type_of(__weakcache_head_1),
            );
            __weakcache::alike(
                __weakcache::type_of(__weakcache_value_2),
                __weakcache::core::marker::PhantomData::<*mut [T]>,
            );
            true && __weakcache::core::ptr::eq(__weakcache_value_0, __weakcache_head_0)
                && __weakcache::core::ptr::eq(__weakcache_value_1, __weakcache_head_1)
        }
    }
    __weakcache::__weakcache_read! {
        [T] Call < T >, __weakcache::Interned < Call < T > >, [T : Clone, T :
        __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static, [T]
        : __weakcache::core::marker::Send + __weakcache::core::marker::Sync + 'static,
        [T] : __weakcache::core::hash::Hash + __weakcache::core::cmp::Eq, < [T] as
        __weakcache::Tail > ::Owned : __weakcache::serde::Deserialize < '__weakcache_de
        >, Interned < Func > : __weakcache::serde::Deserialize < '__weakcache_de >,],
        "Call", false, ["callee" "arity" "args"], (Interned < Func >,
        (__weakcache::Ignored, (< [T] as __weakcache::Tail > ::Owned, ()))), (callee, (_,
        (args, ()))), __weakcache::find_or_make_tailed:: < Self, _, _ > ((callee,), args,
        | (callee,), args | Key_fields_of_Call { callee : __weakcache::RefArg:: <
        Interned < Func > > ::as_key(callee), args : args }, | (callee,), args | { let
        callee = __weakcache::RefArg:: < Interned < Func > > ::into_key(callee); let
        __weakcache_init_arity : usize = { let ref callee = callee; let ref args = *
        args; args.len() }; Head_of_Call { callee, arity : __weakcache_init_arity, args :
        [] } }, | __weakcache_head, args | Key_fields_of_Call { callee : &
        __weakcache_head.callee, args : args })
    }
};
