pub struct RNode {
    name: Rc<str>,
    next: Option<Node>,
}
/// A handle on a [`RNode`].
pub struct Node {
    __weakcache_inner: ::weakcache::__private::local::LocalInterned<RNode>,
}
const _: () = {
    use ::weakcache::__private as __weakcache;
    impl __weakcache::local::InternLocal for RNode {
        type Hasher = __weakcache::DefaultHashBuilder;
        #[inline]
        fn slot() -> &'static __weakcache::std::thread::LocalKey<
            __weakcache::local::ThreadSlot,
        > {
            __weakcache::std::thread_local! {
                static __WEAKCACHE_SLOT : __weakcache::local::ThreadSlot = const {
                __weakcache::local::ThreadSlot::new() };
            }
            &__WEAKCACHE_SLOT
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
    impl RNode {
        /// The value of this key: the one that lives, or else a new one.
        #[inline]
        #[must_use]
        pub fn new(name: Rc<str>, next: Option<Node>) -> Node {
            __weakcache::Newtype::new(
                __weakcache::local::find_or_make::<
                    Self,
                    _,
                >(
                    (name, next),
                    |(name, next)| Key_fields_of_RNode {
                        name: name,
                        next: next,
                    },
                    |(name, next)| { Self { name, next } },
                ),
            )
        }
        /// The value of this key, if one lives.
        #[inline]
        #[must_use]
        pub fn get(
            name: Rc<str>,
            next: Option<Node>,
        ) -> __weakcache::core::option::Option<Node> {
            __weakcache::core::option::Option::map(
                __weakcache::local::find::<
                    Self,
                    _,
                >(
                    (name, next),
                    |(name, next)| Key_fields_of_RNode {
                        name: name,
                        next: next,
                    },
                ),
                __weakcache::Newtype::new,
            )
        }
        /// The registry of this type and this thread: all its values that live.
        #[must_use]
        pub fn registry() -> __weakcache::local::LocalRegistry<Self> {
            <Self as __weakcache::local::InternLocal>::registry()
        }
    }
    pub struct Key_fields_of_RNode<'__weakcache> {
        pub name: &'__weakcache Rc<str>,
        pub next: &'__weakcache Option<Node>,
    }
    #[doc(hidden)]
    impl __weakcache::KeyFields for RNode {
        type Handle = Node;
        type Key<'__weakcache> = Key_fields_of_RNode<'__weakcache>;
        type Fields<'__weakcache> = Key_fields_of_RNode<'__weakcache>;
    }
    impl<'__weakcache> __weakcache::KeyOf<'__weakcache, RNode>
    for Key_fields_of_RNode<'__weakcache> {
        #[inline]
        fn of(__weakcache_value: &'__weakcache RNode) -> Self {
            Key_fields_of_RNode {
                name: &__weakcache_value.name,
                next: &__weakcache_value.next,
            }
        }
        #[inline]
        fn hash<__WeakcacheH: __weakcache::Hasher>(
            &self,
            __weakcache_state: &mut __WeakcacheH,
        ) {
            <Rc<str> as __weakcache::Key>::hash_into(self.name, __weakcache_state);
            <Option<Node> as __weakcache::Key>::hash_into(self.next, __weakcache_state);
        }
        #[inline]
        fn eq(&self, __weakcache_that: &RNode) -> bool {
            <Rc<str> as __weakcache::Key>::equals(&__weakcache_that.name, self.name)
                && <Option<
                    Node,
                > as __weakcache::Key>::equals(&__weakcache_that.next, self.next)
        }
    }
    __weakcache::__weakcache_handle! {
        [] Node, __weakcache::local::LocalInterned < RNode >, RNode, []
    }
};
