//! Interned values, in all flavours.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::de::value::{Error, U32Deserializer};
use serde::{Deserialize, Serialize};
use weakcache::{Interned, LocalInterned, Value, WeakInterned, interned};

use crate::user::{Hashing, User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 7] {
    [
        Tested::new::<Structs>(),
        Tested::new::<Enums>(),
        Tested::new::<Unsized>(),
        Tested::new::<Handles>(),
        Tested::new::<Blocks>(),
        Tested::new::<Locals>(),
        Tested::new::<Values>(),
    ]
}

fn made(number: u32) -> User {
    call("init");
    user(number)
}

#[interned(numbered, is_new = "is_new", hasher = Hashing)]
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Plain {
    #[interned(borrow)]
    key: User,
    #[interned(init = made(key.number()))]
    beside: User,
}

/// With two of a hash, and one of another.
struct Structs {
    held: [Interned<Plain>; 3],
}

impl World for Structs {
    const NAME: &'static str = "an interned struct";

    fn new() -> Self {
        Self { held: [1, 2, 9].map(|number| Plain::new(user(number))) }
    }

    fn check(&self) {
        assert_eq!(Plain::registry().len(), 3, "there is what is held");
        for held in &self.held {
            assert_eq!(Interned::strong_count(held), 1);
            assert!(Interned::ptr_eq(held, &Plain::new(user(held.key.number()))));
            assert_eq!(held.beside.number(), held.key.number());
        }
        let (new, is_new) = Plain::is_new(user(50));
        assert!(is_new && Plain::get(&user(50)).is_some_and(|found| found == new));
        drop(new);
        assert!(Plain::get(user(50)).is_none());
        assert_eq!(Plain::registry().iter().count(), 3);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "new, of what is there" => |_| drop(Plain::new(user(1))),
            "new, by reference, of what is there" => |_| drop(Plain::new(&user(2))),
            "new" => |_| drop(Plain::new(user(3))),
            "new, by reference" => |_| drop(Plain::new(&user(3))),
            "new, of a hash of its own" => |_| drop(Plain::new(&user(77))),
            "is_new" => |_| drop((Plain::is_new(user(3)), Plain::is_new(user(1)))),
            "get" => |_| drop((Plain::get(&user(1)), Plain::get(user(2)))),
            "get, of what is not there" => |_| drop((Plain::get(&user(3)), Plain::get(user(88)))),
            "intern" => |_| drop(weakcache::Intern::intern(Plain { key: user(3), beside: user(3) })),
            "intern, of what is there" => |_| {
                drop(weakcache::Intern::intern(Plain { key: user(1), beside: user(1) }));
            },
            "compare" => |world| _ = world.held[0] < world.held[1],
            "debug" => |world| _ = format!("{:?}", world.held),
            "weak" => |world| {
                let weak = Interned::downgrade(&world.held[0]);
                drop((weak.upgrade(), WeakInterned::<Plain>::default().upgrade()));
                let dead = Interned::downgrade(&Plain::new(user(3)));
                assert!(dead.upgrade().is_none());
            },
            "borrow" => |world| {
                let borrowed = Interned::borrow(&world.held[0]);
                drop(weakcache::InternedRef::to_interned(borrowed));
            },
            "iterate" => |_| drop(Plain::registry().iter().collect::<Vec<_>>()),
            "reserve, and shrink" => |_| {
                Plain::registry().reserve(1000);
                Plain::registry().shrink_to_fit();
            },
            "many" => |_| drop((100..120).map(|number| Plain::new(user(number))).collect::<Vec<_>>()),
        ]
    }
}

#[interned]
#[derive(Debug)]
enum Tree {
    Leaf(User),
    Pair(Interned<Tree>, Interned<Tree>, #[interned(init = made(0))] User),
}

/// A tree whose inner values nobody else holds.
struct Enums {
    tree: Interned<Tree>,
}

fn tree(depth: u32, number: u32) -> Interned<Tree> {
    match depth {
        0 => Tree::leaf(user(number)),
        _ => Tree::pair(tree(depth - 1, number), tree(depth - 1, number + 1)),
    }
}

impl World for Enums {
    const NAME: &'static str = "an interned enum";

    fn new() -> Self {
        Self { tree: tree(2, 1) }
    }

    fn check(&self) {
        assert_eq!(Tree::registry().len(), 6, "there is what is held");
        assert!(Interned::ptr_eq(&self.tree, &tree(2, 1)));
        assert!(matches!(&*self.tree, Tree::Pair(_, _, beside) if beside.number() == 0));
        drop(tree(3, 50));
        assert_eq!(Tree::registry().len(), 6);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "a tree that is there" => |_| drop(tree(2, 1)),
            "a tree of which a part is there" => |_| drop(tree(3, 1)),
            "a tree" => |_| drop(tree(2, 20)),
            "look-ups" => |_| {
                let leaf = Tree::get_leaf(user(1));
                drop(Tree::get_pair(leaf.as_ref().unwrap(), leaf.as_ref().unwrap()));
            },
            "debug" => |world| _ = format!("{:?}", world.tree),
            "iterate" => |_| drop(Tree::registry().iter().collect::<Vec<_>>()),
        ]
    }
}

#[interned]
struct Slice {
    head: User,
    #[interned(init = made(u32::try_from(tail.len()).expect("a few")))]
    beside: User,
    tail: [User],
}

struct Unsized {
    held: Interned<Slice>,
}

fn users<const N: usize>(numbers: [u32; N]) -> [User; N] {
    numbers.map(user)
}

impl World for Unsized {
    const NAME: &'static str = "an interned value of no fixed size";

    fn new() -> Self {
        Self { held: Slice::new(user(1), users([2, 3, 4])) }
    }

    fn check(&self) {
        assert_eq!(Slice::registry().len(), 1, "there is what is held");
        assert!(Interned::ptr_eq(&self.held, &Slice::new(user(1), &users([2, 3, 4]))));
        assert_eq!(self.held.beside.number(), 3);
        let other = Slice::new(user(1), users([2, 3, 5]));
        assert!(other != self.held && other.tail.iter().map(User::number).eq([2, 3, 5]));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "new, of what is there" => |_| drop(Slice::new(user(1), users([2, 3, 4]))),
            "new, of a reference to what is there" => |_| drop(Slice::new(user(1), &users([2, 3, 4]))),
            "new" => |_| drop(Slice::new(user(1), users([2, 3, 5]))),
            "new, of a reference" => |_| drop(Slice::new(user(1), &users([2, 3, 5]))),
            "new, of a vector" => |_| drop(Slice::new(user(1), Vec::from(users([2, 3, 5])))),
            "new, of a box" => |_| drop(Slice::new(user(1), Box::<[User]>::from(users([2, 3, 5])))),
            "new, of many" => |_| drop(Slice::new(user(1), (0..40).map(user).collect::<Vec<_>>())),
            "get" => |_| drop((Slice::get(user(1), &users([2, 3, 4])), Slice::get(user(1), users([2])))),
        ]
    }
}

#[interned(handle = Term)]
#[derive(Debug)]
enum RTerm {
    Atom(User),
    Apply(Term, Term),
}

struct Handles {
    held: Term,
}

impl World for Handles {
    const NAME: &'static str = "a handle of one's own";

    fn new() -> Self {
        Self { held: RTerm::apply(RTerm::atom(user(1)), RTerm::atom(user(2))) }
    }

    fn check(&self) {
        assert_eq!(RTerm::registry().len(), 3, "there is what is held");
        assert!(RTerm::apply(RTerm::atom(user(1)), RTerm::atom(user(2))) == self.held);
        drop(RTerm::atom(user(50)));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "new, of what is there" => |_| drop(RTerm::apply(RTerm::atom(user(1)), RTerm::atom(user(2)))),
            "new" => |world| drop(RTerm::apply(world.held.clone(), RTerm::atom(user(3)))),
            "from" => |_| drop((Term::from(RTerm::Atom(user(3))), Term::from(RTerm::Atom(user(1))))),
            "debug" => |world| _ = format!("{:?}", world.held),
        ]
    }
}

#[interned(new = false)]
struct Built {
    #[interned(borrow)]
    key: User,
    #[interned(skip)]
    beside: User,
}

#[interned]
impl Built {
    fn make(key: User) -> Self {
        call("body");
        let beside = key.clone();
        Self { key, beside }
    }

    fn checked(key: User) -> Result<Self, User> {
        call("body");
        if key.number() > 90 { Err(key) } else { Ok(Self { beside: key.clone(), key }) }
    }

    #[interned(by(key))]
    fn load(key: &User, from: &User) -> Option<Self> {
        call("body");
        (key.number() < 90).then(|| Self { key: key.clone(), beside: from.clone() })
    }
}

struct Blocks {
    held: Interned<Built>,
}

impl World for Blocks {
    const NAME: &'static str = "constructors of one's own";

    fn new() -> Self {
        Self { held: Built::make(user(1)) }
    }

    fn check(&self) {
        assert_eq!(Built::registry().len(), 1, "there is what is held");
        assert!(Built::make(user(1)) == self.held && self.held.beside.number() == 1);
        assert!(Built::load(&user(91), &user(1)).is_none());
        assert_eq!(Built::load(&user(50), &user(51)).map(|built| built.beside.number()), Some(51));
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "make, of what is there" => |_| drop(Built::make(user(1))),
            "make" => |_| drop(Built::make(user(2))),
            "checked" => |_| drop((Built::checked(user(2)), Built::checked(user(1)))),
            "checked, with an error" => |_| drop(Built::checked(user(91))),
            "load, of what is there" => |_| drop(Built::load(&user(1), &user(7))),
            "load" => |_| drop(Built::load(&user(2), &user(7))),
            "load, of nothing" => |_| drop(Built::load(&user(95), &user(7))),
        ]
    }
}

#[interned(local, numbered, hasher = Hashing)]
#[derive(Debug)]
struct Local {
    #[interned(borrow)]
    key: User,
    #[interned(init = made(key.number()))]
    beside: User,
}

struct Locals {
    held: [LocalInterned<Local>; 3],
}

impl World for Locals {
    const NAME: &'static str = "an interned value of a thread";

    fn new() -> Self {
        Self { held: [1, 2, 9].map(|number| Local::new(user(number))) }
    }

    fn check(&self) {
        assert_eq!(Local::registry().len(), 3, "there is what is held");
        for held in &self.held {
            assert!(LocalInterned::ptr_eq(held, &Local::new(&user(held.key.number()))));
            assert_eq!((LocalInterned::strong_count(held), held.beside.number()), (1, held.key.number()));
        }
        drop(Local::new(user(50)));
        assert!(Local::get(&user(50)).is_none());
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "new, of what is there" => |_| drop((Local::new(user(1)), Local::new(&user(2)))),
            "new" => |_| drop(Local::new(user(3))),
            "new, by reference" => |_| drop(Local::new(&user(3))),
            "get" => |_| drop((Local::get(&user(1)), Local::get(user(3)))),
            "intern" => |_| drop(weakcache::InternLocal::intern(Local { key: user(1), beside: user(1) })),
            "weak" => |world| {
                let weak = LocalInterned::downgrade(&world.held[0]);
                drop(weak.upgrade());
            },
            "iterate" => |_| drop(Local::registry().iter().collect::<Vec<_>>()),
            "reserve, and shrink" => |_| {
                Local::registry().reserve(1000);
                Local::registry().shrink_to_fit();
            },
            "many" => |_| drop((100..120).map(|number| Local::new(user(number))).collect::<Vec<_>>()),
        ]
    }
}

/// Written and read by user code, as a number.
#[interned]
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Number(User);

#[interned(local)]
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct LocalNumber(User);

/// As serde writes it.
struct Written<T>(T);

impl<T: Serialize> fmt::Display for Written<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}

fn read<T: DeserializeOwned>(number: u32) -> T {
    T::deserialize(U32Deserializer::<Error>::new(number)).unwrap()
}

/// Ready made, and what serde makes of all kinds.
struct Values {
    held: Value<User>,
    number: Interned<Number>,
    local: LocalInterned<LocalNumber>,
}

impl World for Values {
    const NAME: &'static str = "an interned value of another crate";

    fn new() -> Self {
        Self { held: Value::new(user(1)), number: Number::new(user(1)), local: LocalNumber::new(user(1)) }
    }

    fn check(&self) {
        assert!(Value::new(user(1)) == self.held && self.held.number() == 1);
        drop(Value::new(user(50)));
        assert_eq!((Number::registry().len(), LocalNumber::registry().len()), (1, 1));
        assert!(
            read::<Interned<Number>>(1) == self.number && read::<LocalInterned<LocalNumber>>(1) == self.local
        );
        assert_eq!(Written(&self.number).to_string(), "1");
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "new, of what is there" => |_| drop(Value::new(user(1))),
            "new" => |_| drop(Value::new(user(2))),
            "debug" => |world| _ = format!("{:?}", world.held),
            "serialize" => |world| {
                assert_eq!(Written(&world.held).to_string(), "1");
                assert_eq!(Written(&world.number).to_string(), "1");
                assert_eq!(Written(&world.local).to_string(), "1");
            },
            "deserialize" => |_| {
                assert_eq!(read::<Value<User>>(1).number(), 1);
                drop((read::<Value<User>>(2), read::<Interned<Number>>(1), read::<Interned<Number>>(2)));
                drop((read::<LocalInterned<LocalNumber>>(1), read::<LocalInterned<LocalNumber>>(2)));
            },
        ]
    }
}
