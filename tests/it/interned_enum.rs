//! What `#[interned]` generates for an enum: hash-consing.

use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{Intern, Interned, interned};

#[interned]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Var(String),
    Add(Interned<Expr>, Interned<Self>),
    Neg {
        of: Interned<Expr>,
    },
    If {
        cond: Interned<Expr>,
        branches: [Interned<Expr>; 2],
    },
    Call(Box<str>, Vec<Interned<Expr>>),
    #[interned(new = "maybe")]
    Optional(Option<Box<Interned<Expr>>>),
    Unit,
}

#[test]
fn a_constructor_and_a_look_up_for_each_variant() {
    let one = Expr::num(1);
    let e = Expr::add(Expr::num(1), Expr::neg(Expr::num(1)));
    assert!(Interned::ptr_eq(&e, &Expr::add(one.clone(), Expr::neg(one.clone()))));
    assert!(Interned::ptr_eq(&e, &Expr::get_add(one.clone(), Expr::get_neg(one.clone()).unwrap()).unwrap()));
    assert!(Expr::get_num(2).is_none());

    let x = Expr::var("x");
    assert!(Interned::ptr_eq(&x, &Expr::get_var(&String::from("x")).unwrap()));
    let if_ = Expr::if_(x.clone(), [one.clone(), e.clone()]);
    assert!(Interned::ptr_eq(&if_, &Expr::get_if(x.clone(), [one.clone(), e.clone()]).unwrap()));
    let call = Expr::call("f", &[one.clone(), x.clone()]);
    assert!(Interned::ptr_eq(&call, &Expr::get_call(String::from("f"), vec![one.clone(), x]).unwrap()));
    let maybe = Expr::maybe(Some(Box::new(one)));
    assert!(Interned::ptr_eq(&maybe, &Expr::get_maybe(Some(Box::new(Expr::num(1)))).unwrap()));
    assert!(Interned::ptr_eq(&Expr::unit(), &Expr::unit()) || Expr::get_unit().is_none());
}

#[test]
fn one_registry_for_all_variants() {
    #[interned]
    enum Token {
        A(u8),
        B(u8),
        C,
        D,
    }
    let tokens = [Token::a(1), Token::b(1), Token::c(), Token::d()];
    assert_eq!(Token::registry().len(), 4);
    assert!(tokens.iter().enumerate().all(|(i, a)| tokens[..i].iter().all(|b| a != b)));
    assert!(matches!((&*tokens[0], &*tokens[1]), (Token::A(1), Token::B(1))));
    assert!(Interned::ptr_eq(&tokens[1], &Token::B(1).intern()));
    assert!(Interned::ptr_eq(&tokens[3], &Token::D.intern()));
}

static MADE: AtomicUsize = AtomicUsize::new(0);

#[interned(name = "shapes", hasher = BuildHasherDefault<DefaultHasher>, shards = 1)]
enum Shape {
    Square {
        side: u32,
        #[interned(init = { MADE.fetch_add(1, Relaxed); side * side })]
        area: u32,
    },
    Named(String, #[interned(init = _0.len())] usize),
}

#[test]
fn init_fields_of_variants() {
    let square = Shape::square(3);
    assert!(Interned::ptr_eq(&square, &Shape::square(3)));
    assert!(Interned::ptr_eq(&square, &Shape::get_square(3).unwrap()));
    assert!(matches!(*square, Shape::Square { side: 3, area: 9 }));
    assert_eq!(MADE.load(Relaxed), 1);
    assert!(matches!(&*Shape::named("abc"), Shape::Named(name, 3) if name == "abc"));
    assert_eq!(Shape::registry().name(), "shapes");
}

#[interned]
enum List<T, const N: usize = 1> {
    Nil,
    Cons(T, Interned<List<T, N>>),
    Boxed(Box<Option<Interned<Self>>>),
    Chunk([T; N], Vec<T>),
}

#[test]
fn generic_enums() {
    let list = List::<_, 1>::cons('a', List::cons('b', List::nil()));
    assert!(Interned::ptr_eq(&list, &List::cons('a', List::cons('b', List::nil()))));
    assert!(!Interned::ptr_eq(&list, &List::cons('a', List::nil())));
    let boxed = List::boxed(Box::new(Some(list)));
    let List::Boxed(inside) = &*boxed else { panic!("made as such") };
    assert!(matches!(&**inside.as_ref().as_ref().unwrap(), List::Cons('a', _)));
    assert!(List::<char, 2>::get_nil().is_none());
    let chunk = List::chunk([1u8], &[2, 3]);
    assert!(matches!(&*chunk, List::Chunk([1], rest) if *rest == [2, 3]));
}

#[interned(get = false)]
enum NoLookUps {
    One(u8),
}

impl NoLookUps {
    fn get_one() -> u8 {
        1
    }
}

#[interned(new = false)]
enum NoConstructors {
    A(u8),
    Skipping(u8, #[interned(skip)] String),
}

#[interned]
enum SomeConstructors {
    A(u8),
    #[interned(new = false)]
    Skipping(u8, #[interned(skip)] String),
}

#[interned]
enum Never {}

#[test]
fn constructors_and_look_ups_may_be_left_out() {
    assert!(matches!(*NoLookUps::one(NoLookUps::get_one()), NoLookUps::One(1)));
    let a = NoConstructors::A(1).intern();
    assert!(Interned::ptr_eq(&a, &NoConstructors::get_a(1).unwrap()));
    let skipping = NoConstructors::Skipping(1, "first".into()).intern();
    let again = NoConstructors::Skipping(1, "second".into()).intern();
    assert!(Interned::ptr_eq(&skipping, &again));
    assert!(matches!(&*again, NoConstructors::Skipping(1, text) if text == "first"));
    assert!(Interned::ptr_eq(&again, &NoConstructors::get_skipping(1).unwrap()));
    let a = SomeConstructors::a(1);
    assert!(SomeConstructors::get_skipping(1).is_none());
    assert!(matches!(*a, SomeConstructors::A(1)));
    assert!(
        matches!(&*SomeConstructors::Skipping(1, "x".into()).intern(), SomeConstructors::Skipping(1, x) if x == "x")
    );
    assert!(Never::registry().is_empty());
}

#[interned]
enum Configured {
    #[cfg(not(test))]
    Never(NoSuchType),
    #[cfg(test)]
    Always(#[cfg(not(test))] NoSuchType, u8),
    #[cfg_attr(test, interned(new = "renamed"))]
    Some {
        #[cfg(not(test))]
        never: NoSuchType,
        #[cfg(test)]
        always: u8,
    },
    #[interned(new = "unit_")]
    Unit,
}

#[test]
fn variants_and_their_fields_may_be_configured() {
    assert!(matches!(*Configured::always(1), Configured::Always(1)));
    assert!(matches!(*Configured::renamed(2), Configured::Some { always: 2 }));
    assert!(Configured::get_unit_().is_none());
    assert!(matches!(*Configured::unit_(), Configured::Unit));
}

#[interned]
enum Words {
    Type,
    Self_,
    Loop,
    Gen,
    Async(u8),
    HttpGet,
    IOError,
    #[expect(non_camel_case_types, reason = "a raw identifier")]
    r#await,
}

#[test]
fn names_of_constructors() {
    let words =
        [Words::type_(), Words::self_(), Words::loop_(), Words::gen_(), Words::async_(1), Words::http_get()];
    let found =
        [Words::get_type(), Words::get_self_(), Words::get_loop(), Words::get_gen(), Words::get_async(1)];
    assert!(words.iter().zip(found).all(|(word, found)| found.as_ref() == Some(word)));
    assert!(matches!(*Words::io_error(), Words::IOError));
    assert!(matches!(*Words::await_(), Words::r#await));
    assert!(matches!(**words.last().unwrap(), Words::HttpGet) && Words::get_await().is_none());
}

/// Counts the bytes that it is fed.
#[derive(Default)]
struct Counting(Vec<u8>);

static FED: AtomicUsize = AtomicUsize::new(0);

impl Hasher for Counting {
    fn finish(&self) -> u64 {
        let mut state = DefaultHasher::new();
        self.0.hash(&mut state);
        state.finish()
    }
    fn write(&mut self, bytes: &[u8]) {
        FED.fetch_add(bytes.len(), Relaxed);
        self.0.extend(bytes);
    }
}

#[interned(hasher = BuildHasherDefault<Counting>)]
enum Tree {
    Leaf,
    Node(Interned<Tree>, Interned<Tree>),
}

#[test]
fn building_a_node_costs_its_children_and_not_the_tree() {
    let mut tree = Tree::leaf();
    let mut fed = Vec::new();
    // Written out, the last tree would have 2^100 leaves.
    for _ in 0..100 {
        let before = FED.load(Relaxed);
        tree = Tree::node(tree.clone(), tree);
        fed.push(FED.load(Relaxed) - before);
    }
    assert!(fed.iter().all(|&bytes| bytes == fed[0] && bytes > 0), "{fed:?}");
    assert_eq!(Tree::registry().len(), 101);
}
