//! Expansions get by in any surroundings, and are silent under the strictest lints.
//!
//! That clippy has nothing to say shows when clippy is run on the tests.

/// Every lint that a user might forbid: nothing that is generated may as much as say `allow`.
mod strict {
    #![forbid(
        warnings,
        dead_code,
        deprecated,
        deprecated_in_future,
        let_underscore_drop,
        macro_use_extern_crate,
        meta_variable_misuse,
        missing_debug_implementations,
        missing_docs,
        non_camel_case_types,
        private_bounds,
        private_interfaces,
        redundant_lifetimes,
        single_use_lifetimes,
        trivial_casts,
        trivial_numeric_casts,
        unit_bindings,
        unnameable_types,
        unreachable_code,
        unreachable_pub,
        unsafe_code,
        unused,
        unused_import_braces,
        unused_lifetimes,
        unused_macro_rules,
        unused_qualifications,
        unused_results,
        unused_variables,
        variant_size_differences,
        clippy::all,
        clippy::pedantic,
        clippy::nursery,
        clippy::shadow_reuse,
        clippy::shadow_same,
        clippy::shadow_unrelated
    )]

    use weakcache::{Interned, interned};

    #[derive(PartialEq, Eq, Hash, Debug, Clone, Copy)]
    struct Private;

    /// Documented.
    #[interned]
    #[derive(Debug)]
    pub(super) struct Wide {
        a: u8,
        b: u16,
        year: i32,
        years: i32,
        private: Private,
        text: String,
        list: Vec<Private>,
        #[interned(init = text.len())]
        len: usize,
        #[interned(init = None)]
        cached: Option<String>,
    }

    #[interned]
    #[derive(Debug)]
    struct Plain(u8, Private, #[interned(init = *_0)] u8);

    /// Its key has a field `_0`.
    #[interned]
    #[derive(Debug)]
    pub(super) struct Text(String);

    #[interned]
    #[derive(Debug)]
    struct Unit;

    #[interned(is_new = "is_new", numbered)]
    #[derive(Debug)]
    struct Lent {
        plain: Interned<Plain>,
        #[interned(borrow)]
        private: Private,
        #[deprecated]
        old: Interned<Plain>,
    }

    #[interned]
    #[derive(Debug)]
    struct Word(str);

    #[interned(is_new = "is_new", numbered)]
    #[derive(Debug)]
    struct Words {
        first: Interned<Word>,
        private: Private,
        name: String,
        #[interned(init = rest.len() + name.len())]
        len: usize,
        #[deprecated]
        old: u8,
        rest: [Interned<Word>],
    }

    #[interned]
    #[derive(Debug)]
    pub(super) struct Tail<T, const N: usize>(pub(super) [u8; N], [T])
    where
        T: Clone;

    #[interned(new = false, get = false)]
    #[derive(Debug)]
    struct Bare {
        id: u8,
        #[interned(skip)]
        rest: Private,
    }

    #[interned]
    #[derive(Debug)]
    struct Generic<T, const N: usize>
    where
        T: Clone,
    {
        value: T,
        array: [u8; N],
        list: Vec<T>,
    }

    #[interned]
    #[derive(Debug)]
    struct Mixed {
        #[deprecated]
        old: u8,
        new: u8,
    }

    #[interned]
    #[derive(Debug)]
    enum Expr {
        Num(u64),
        Text {
            text: String,
            #[deprecated]
            old: u8,
            #[interned(init = text.len())]
            len: usize,
        },
        #[cfg(test)]
        If,
    }

    #[interned]
    #[derive(Debug)]
    enum Only {
        One(u8),
    }

    /// Documented.
    #[interned(handle = Term, is_new = "{}_is_new")]
    #[derive(Debug)]
    pub(super) enum RTerm<T: Clone> {
        Leaf(T),
        Pair(Term<T>, #[interned(borrow)] Term<T>),
    }

    #[interned(local, handle = Local, numbered, is_new = "is_new", name = "local")]
    #[derive(Debug)]
    struct RLocal<T: Clone> {
        value: T,
        #[interned(borrow)]
        list: Vec<Local<T>>,
        #[interned(init = value.clone())]
        copy: T,
    }

    #[interned(local)]
    #[derive(Debug)]
    struct OneThread(weakcache::LocalInterned<Self>, str);

    #[interned]
    impl<T: Clone> RTerm<T> {
        fn maybe(value: Option<T>) -> Option<Self> {
            Some(Self::Leaf(value?))
        }
    }

    #[interned]
    #[derive(Debug)]
    enum Kind {
        Left,
        Right,
    }

    #[interned]
    #[derive(Debug)]
    enum Never {}

    #[interned]
    impl Bare {
        #[interned(by(id))]
        fn load(id: u8, rest: Private) -> Result<Self, String> {
            if id == 0 {
                return Err(String::new());
            }
            Ok(Self { id, rest })
        }
        #[track_caller]
        fn tracked(id: Option<u8>) -> Self {
            Self { id: id.unwrap(), rest: Private }
        }
        const fn id(&self) -> u8 {
            self.id
        }
    }

    #[interned]
    impl<T: Clone, const N: usize> Generic<T, N> {
        fn other(value: T) -> Option<Self> {
            Some(Self { list: vec![value.clone()], value, array: [0; N] })
        }
    }

    #[test]
    fn it_runs() {
        let wide = Wide::new(1, 2, 4, 5, Private, "text", [Private]);
        assert_eq!((wide.len, &wide.cached, wide.a, wide.b), (4, &None, 1, 2));
        assert_eq!((wide.year + wide.years, wide.private, wide.list.len()), (9, Private, 1));
        assert_eq!(Bare::load(1, Private).map(|bare| (bare.id(), bare.rest)), Ok((1, Private)));
        assert_eq!(Bare::tracked(Some(1)).id, 1);
        let generic = Generic::<u8, 2>::other(1).unwrap();
        assert_eq!((generic.array, generic.value, &*generic.list), ([0; 2], 1, &[1][..]));
        let plain = Plain::new(7, Private);
        assert_eq!((plain.0, plain.1, plain.2), (7, Private, 7));
        let lent = Lent::new(&plain, Private, Interned::borrow(&plain));
        let leaf = RTerm::leaf(1_u8);
        let pair = RTerm::pair(leaf.clone(), &leaf);
        assert!(
            !RTerm::pair_is_new(leaf.clone(), &leaf).1 && RTerm::get_pair(leaf.clone(), &leaf) == Some(pair)
        );
        assert_eq!(RTerm::maybe(Some(1)), Some(leaf));
        let local = RLocal::new('x', &[]);
        assert!(!RLocal::is_new('x', &[]).1 && local.copy == local.value && local.list.is_empty());
        assert!(RLocal::get('y', &[]).is_none() && OneThread::registry().is_empty());
        assert!(!Lent::is_new(&plain, Private, &plain).1 && Interned::number(&lent) == 1);
        assert!(lent.plain == plain && lent.private == Private && Interned::strong_count(&plain) == 3);
        assert_eq!(Text::new("text").0, "text");
        let word = Word::new("word");
        let words = Words::new(&word, Private, "name", 1, [word.clone()]);
        assert!(
            !Words::is_new(&word, Private, "name", 1, vec![word.clone()]).1 && Interned::number(&words) == 1
        );
        assert!(words.first == word && words.private == Private && words.len == 5 && words.rest == [word]);
        let tail = Tail::new([1], ["text"]);
        assert_eq!((tail.0, &tail.1), ([1], &["text"][..]));
        assert!(Interned::ptr_eq(&Unit::new(), &Unit::new()));
        assert_eq!(Mixed::new(1, 2).new, 2);
        let expr = Expr::text("text", 1);
        assert!(matches!(&*expr, Expr::Text { text, len: 4, .. } if text == "text"));
        assert!(Expr::num(1) != Expr::if_() && matches!(*Only::one(1), Only::One(1)));
        assert!(Kind::left() != Kind::right() && Kind::get_left().is_none());
        assert_eq!((Never::registry().len(), Expr::get_num(1)), (0, None));
    }
}

/// To be deprecated is no fault; to be used would be.
mod old {
    #![forbid(deprecated)]
    #![allow(dead_code, reason = "who uses it is at fault")]

    use weakcache::interned;

    #[interned]
    #[deprecated]
    #[derive(Debug)]
    pub(super) struct Old<T> {
        field: u8,
        texts: Vec<T>,
        #[interned(init = texts.len())]
        len: usize,
    }

    #[interned]
    #[derive(Debug)]
    #[cfg_attr(test, deprecated)]
    enum Choice {
        One(u8),
        #[deprecated]
        Other {
            field: u8,
        },
    }
}

/// What the user allows holds for what is generated too.
mod allowed {
    #![deny(deprecated)]

    use weakcache::interned;

    #[deprecated]
    #[derive(PartialEq, Eq, Hash)]
    struct Old;

    #[interned]
    #[allow(deprecated, reason = "until it is gone")]
    struct Holds(Old);

    #[interned]
    enum Choice {
        #[expect(deprecated, reason = "until it is gone")]
        One(Old),
    }

    #[test]
    #[expect(deprecated, reason = "until it is gone")]
    fn it_runs() {
        assert!(Holds::new(Old).0 == Old);
        assert!(matches!(*Choice::one(Old), Choice::One(Old)));
    }
}

/// Nothing of the prelude, and misleading names all over.
#[no_implicit_prelude]
#[allow(dead_code, unused_imports, unused_macros, non_camel_case_types, reason = "there to mislead")]
mod shadowed {
    use ::weakcache::interned;

    mod std {}
    mod core {}
    mod alloc {}
    mod weakcache {}
    mod __private {}
    struct Option;
    struct Result;
    struct Interned;
    struct LocalInterned;
    struct Registry;
    struct Some;
    struct Ok;
    struct Err;
    struct Box;
    struct String_;
    struct bool_;
    trait Clone {}
    trait Hash {}
    trait Eq {}
    trait Intern {}
    trait KeyArg {}
    trait RefArg {}
    trait HandleTo {}
    trait Deref {}
    trait From {}
    trait HandleCandidate {}
    trait Send {}
    trait Sync {}
    const STATE: u8 = 0;
    static REGISTRY: u8 = 0;
    fn find() {}
    fn intern() {}
    macro_rules! concat {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }
    macro_rules! compile_error {
        () => {};
    }

    #[interned]
    struct Date {
        year: i32,
        text: ::std::string::String,
        #[interned(init = text.len())]
        len: usize,
        option: ::std::option::Option<u8>,
    }

    #[interned]
    struct Generic<T> {
        value: T,
        list: ::std::vec::Vec<T>,
        next: ::std::option::Option<::weakcache::Interned<Self>>,
    }

    #[interned(is_new = "of_is_new")]
    struct Long<T> {
        len: u8,
        text: ::std::string::String,
        #[interned(init = tail.len())]
        usize: usize,
        tail: [T],
    }

    #[interned]
    struct File(::std::path::Path);

    #[interned(handle = Handle, is_new = "{}_is_new", numbered)]
    enum Expr {
        Num(u8),
        Add(Handle, Handle),
        Option { text: ::std::string::String },
        Some,
    }

    #[interned]
    impl Date {
        #[interned(by(year, text, option))]
        fn load(year: i32, text: &str, option: ::std::option::Option<u8>) -> ::std::result::Result<Self, ()> {
            let text = ::std::string::ToString::to_string(text);
            ::std::result::Result::Ok(Self { year, text, len: 0, option })
        }
        fn none() -> ::std::option::Option<Self> {
            ::std::option::Option::None
        }
    }

    #[interned(local, handle = Local, is_new = "is_new")]
    struct RLocal(::std::rc::Rc<u8>, [Local]);

    #[test]
    fn it_runs() {
        ::std::assert!(RLocal::is_new(::std::rc::Rc::new(1), []).1 && RLocal::registry().is_empty());
        let date = Date::new(1, "abc", ::std::option::Option::Some(1));
        ::std::assert_eq!(date.len, 3);
        let same = Date::load(1, "abc", ::std::option::Option::Some(1)).unwrap();
        ::std::assert!(::weakcache::Interned::ptr_eq(&date, &same) && Date::none().is_none());
        let expr = Expr::add(Expr::num(1), Expr::option("x"));
        ::std::assert!(::std::matches!(*expr, Expr::Add(..)) && Expr::some_is_new().1);
        ::std::assert_eq!(Generic::new(1u8, [2], ::std::option::Option::None).value, 1);
    }
}

/// What a name in reports is made with is something else, and the name comes out of a macro by example.
mod named {
    #![no_implicit_prelude]
    #![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
    #![allow(non_camel_case_types, reason = "there to mislead")]

    use ::std::iter::Iterator as _;
    use ::weakcache::interned;

    struct str;
    struct String;
    struct Registry;
    mod std {}
    mod core {}
    mod weakcache {}

    macro_rules! named {
        ($label:literal) => {
            #[interned(name = $label)]
            struct Shared(u8);
        };
    }
    named!("by example, interned");

    #[interned(name = "generic \"<T>\"")]
    struct Generic<T>(T);

    #[interned(name = "of this thread", local)]
    enum Local {
        One(u8),
    }

    #[test]
    fn it_runs() {
        let _ = (str, String, Registry);
        ::std::assert_eq!((Shared::new(1).0, Generic::new(2_u8).0), (1, 2));
        let local = Local::one(1);
        ::std::assert!(::std::matches!(&*local, Local::One(1)));
        ::std::assert_eq!(Shared::registry().name(), "by example, interned");
        let listed = |name: &::std::primitive::str| ::weakcache::caches().any(|cache| cache.name == name);
        for name in ["by example, interned", "generic \"<T>\"<u8>", "of this thread"] {
            ::std::assert!(listed(name), "{name}");
        }
    }
}

/// Types that a macro by example writes.
mod by_example {
    use weakcache::{Interned, interned};

    macro_rules! structs {
        ($($name:ident { $key:ident: $key_ty:ty, $field:ident: $ty:ty = $init:expr })*) => {$(
            #[interned]
            struct $name {
                $key: $key_ty,
                #[interned(init = $init)]
                $field: $ty,
            }
        )*};
    }

    structs! {
        Text { text: String, len: usize = text.len() }
        List { list: Vec<u8>, first: u8 = list[0] }
        r#Raw { r#type: u16, double: u16 = *r#type * 2 }
    }

    macro_rules! tuple {
        ($ty:ty) => {
            #[interned]
            #[derive(Debug)]
            struct Tuple($ty, #[interned(init = _0.len())] usize);

            #[interned]
            enum Choice {
                One($ty),
                Both {
                    left: $ty,
                    #[interned(init = left.len())]
                    len: usize,
                },
            }

            #[interned]
            impl Tuple {
                #[interned(by(_0))]
                fn of(_0: &str) -> Self {
                    Self(_0.to_owned(), 0)
                }
            }
        };
    }

    tuple!(String);

    #[test]
    fn it_runs() {
        assert_eq!((Text::new("abc").len, List::new(&[7, 8]).first, Raw::new(4).double), (3, 7, 8));
        let tuple = Tuple::new("abc");
        assert!(Interned::ptr_eq(&tuple, &Tuple::of("abc")));
        assert_eq!(tuple.1, 3);
        assert!(matches!(&*Choice::both("ab"), Choice::Both { len: 2, .. }));
        assert!(matches!(&*Choice::one("ab"), Choice::One(text) if text == "ab"));
    }
}

/// The facade under another name.
mod renamed {
    mod path {
        pub(super) mod to {
            pub(crate) use weakcache as cache;
        }
    }
    use weakcache::interned;

    #[interned(crate = path::to::cache)]
    struct Date {
        year: i32,
        #[cfg(test)]
        month: u8,
    }

    #[interned(crate = self::path::to::cache)]
    enum Expr {
        Num(u8),
    }

    #[interned(crate = path::to::cache)]
    impl Date {
        fn epoch() -> Date {
            Date { year: 1970, month: 1 }
        }
    }

    #[test]
    fn it_runs() {
        assert!(Date::epoch() == Date::new(1970, 1));
        assert!(matches!(*Expr::num(1), Expr::Num(1)));
    }
}

/// Type parameters of any name.
mod parameters {
    use weakcache::{Interned, interned};

    #[interned]
    struct Named<H, T, K, A>(H, T, Vec<K>, Option<A>);

    #[interned]
    enum Choice<Self_, const N: usize> {
        H([Self_; N]),
        Other,
    }

    #[test]
    fn they_are_the_users() {
        let named = Named::new(1, 'a', ["x"], None::<u8>);
        assert!(Interned::ptr_eq(&named, &Named::get(1, 'a', ["x"], None).unwrap()));
        assert_eq!((named.0, named.1, named.2[0], named.3), (1, 'a', "x", None));
        assert!(matches!(&*Choice::h([1]), Choice::H([1])));
        assert!(matches!(&*Choice::<u8, 2>::other(), Choice::Other));
    }
}

/// Less visible than what it is made of, and the other way round.
mod visibility {
    pub(crate) mod inner {
        use weakcache::interned;

        #[interned]
        pub(in crate::hygiene) struct Seen(u8);

        #[interned(new = "make_own")]
        struct Own(u8);

        #[interned]
        impl Seen {
            pub(super) fn of_own() -> Self {
                Self(Own::make_own(1).0)
            }
            fn private() -> Self {
                Self(2)
            }
        }

        pub(super) fn two() -> u8 {
            Seen::private().0
        }
    }

    #[test]
    fn it_runs() {
        assert!(inner::Seen::of_own() == inner::Seen::new(1));
        assert_eq!(inner::two(), 2);
    }
}
