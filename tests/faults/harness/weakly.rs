//! Weak containers, and callbacks of those who die.

use std::marker::PhantomData;
use std::sync::Arc;

use weakcache::{
    ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, Interned, InternedWeakKeyMap, InternedWeakSet, Strong,
    WeakKeyMap, WeakSet, WeakValueMap, finalize, interned,
};

use crate::user::{Hashing, User, call, user};
use crate::world::{Operation, Tested, World, operations};

pub(crate) fn worlds() -> [Tested; 9] {
    [
        Tested::new::<ValueMap>(),
        Tested::new::<ArcValueMap>(),
        Tested::new::<KeyMap>(),
        Tested::new::<ArcKeyMap>(),
        Tested::new::<Set>(),
        Tested::new::<ArcSet>(),
        Tested::new::<ByIdentity>(),
        Tested::new::<OfInterned>(),
        Tested::new::<Deaths>(),
    ]
}

fn made(number: u32) -> User {
    call("make");
    user(number)
}

/// The same for handles that tell of their death and for those that do not.
macro_rules! value_map {
    ($world:ident, $name:literal, $map:ident, $handle:ident) => {
        struct $world {
            map: $map<User, User, Hashing>,
            held: [$handle<User>; 3],
        }

        impl World for $world {
            const NAME: &'static str = $name;

            fn new() -> Self {
                let world =
                    Self { map: $map::with_hasher(Hashing::default()), held: [1, 2, 9].map(|n| $handle::new(user(n))) };
                for held in &world.held {
                    world.map.insert(user(held.number()), held);
                }
                world
            }

            fn check(&self) {
                assert_eq!(self.map.len(), self.map.iter().count());
                for held in &self.held {
                    let found = self.map.get(&user(held.number()));
                    assert!(found.is_none_or(|found| $handle::ptr_eq(&found, held) || found.number() > 90));
                }
                let new = self.map.get_or_insert_with(user(50), || user(50));
                let again = self.map.get_or_insert_with(user(50), || user(51));
                assert!($handle::ptr_eq(&new, &again) && $handle::ptr_eq(&new, &self.map.get(&user(50)).unwrap()));
                drop((new, again));
                assert!(self.map.get(&user(50)).is_none());
                assert!(self.map.remove(&user(50)).is_none());
            }

            fn operations() -> Vec<Operation<Self>> {
                operations![
                    "insert" => |world| {
                        let new = $handle::new(user(3));
                        world.map.insert(user(3), &new);
                    },
                    "insert, of a hash of its own" => |world| {
                        let new = $handle::new(user(77));
                        world.map.insert(user(77), &new);
                    },
                    "insert, over another" => |world| {
                        let new = $handle::new(user(99));
                        drop(world.map.insert(user(2), &new));
                    },
                    "get" => |world| drop((world.map.get(&user(2)), world.map.get(&user(3)))),
                    "contains_key" => |world| {
                        _ = (world.map.contains_key(&user(2)), world.map.contains_key(&user(3)));
                    },
                    "get_or_insert_with" => |world| drop(world.map.get_or_insert_with(user(3), || made(3))),
                    "get_or_insert_with, of what is there" => |world| {
                        drop(world.map.get_or_insert_with(user(2), || made(2)));
                    },
                    "try_get_or_insert_with" => |world| {
                        drop(world.map.try_get_or_insert_with(user(3), || Ok::<_, User>(made(3))));
                        drop(world.map.try_get_or_insert_with(user(4), || Err::<User, _>(made(4))));
                    },
                    "remove" => |world| drop((world.map.remove(&user(2)), world.map.remove(&user(3)))),
                    "retain" => |world| world.map.retain(|key, value| {
                        call("retain");
                        key.number() != 2 && value.number() != 9
                    }),
                    "iterate" => |world| {
                        drop((world.map.keys().collect::<Vec<_>>(), world.map.values().count()));
                        drop(world.map.iter().collect::<Vec<_>>());
                    },
                    "clear" => |world| world.map.clear(),
                    "sweep, and shrink" => |world| {
                        world.map.insert(user(3), &$handle::new(user(3)));
                        world.map.sweep();
                        world.map.shrink_to_fit();
                    },
                    "extend" => |world| {
                        let new = [3, 4].map(|number| $handle::new(user(number)));
                        let mut map: $map<User, User, Hashing> = $map::default();
                        map.extend(new.iter().map(|new| (user(new.number()), new)));
                        let _ = world;
                    },
                    "debug" => |world| _ = format!("{:?}", world.map),
                    "die" => |world| {
                        let gone = [user(3), user(60)].map($handle::new);
                        for gone in &gone {
                            world.map.insert(user(gone.number()), gone);
                        }
                    },
                    "many" => |world| {
                        let many: Vec<_> = (100..140).map(|n| world.map.get_or_insert_with(user(n), || user(n))).collect();
                        drop(many);
                    },
                ]
            }
        }
    };
}

value_map!(ValueMap, "a WeakValueMap", WeakValueMap, Strong);
value_map!(ArcValueMap, "an ArcWeakValueMap", ArcWeakValueMap, Arc);

macro_rules! key_map {
    ($world:ident, $name:literal, $map:ident, $handle:ident) => {
        struct $world {
            map: $map<User, User, Hashing>,
            held: [$handle<User>; 3],
        }

        impl World for $world {
            const NAME: &'static str = $name;

            fn new() -> Self {
                let world =
                    Self { map: $map::with_hasher(Hashing::default()), held: [1, 2, 9].map(|n| $handle::new(user(n))) };
                for held in &world.held {
                    world.map.insert(held, user(held.number()));
                }
                world
            }

            fn check(&self) {
                assert_eq!(self.map.len(), self.map.keys().count());
                for held in &self.held {
                    let found = self.map.with(&**held, User::number);
                    assert!(found.is_none_or(|found| found == held.number() || found > 90));
                }
                let new = $handle::new(user(50));
                assert!(self.map.insert(&new, user(50)).is_none());
                assert_eq!(self.map.get(&user(50)).map(|found| found.number()), Some(50));
                assert_eq!(self.map.remove(&user(50)).map(|found| found.number()), Some(50));
                drop(new);
                assert!(self.map.get(&user(50)).is_none());
            }

            fn operations() -> Vec<Operation<Self>> {
                operations![
                    "insert" => |world| {
                        let new = $handle::new(user(3));
                        world.map.insert(&new, user(3));
                    },
                    "insert, over another" => |world| {
                        drop(world.map.insert(&world.held[1], user(99)));
                        let equal = $handle::new(user(1));
                        drop(world.map.insert(&equal, user(99)));
                    },
                    "get" => |world| drop((world.map.get(&user(2)), world.map.get(&user(3)))),
                    "with" => |world| _ = world.map.with(&user(2), |_| call("with")),
                    "contains_key" => |world| {
                        _ = (world.map.contains_key(&user(2)), world.map.contains_key(&user(3)));
                    },
                    "get_or_insert_with" => |world| {
                        let new = $handle::new(user(3));
                        drop(world.map.get_or_insert_with(&new, || made(3)));
                        drop(world.map.get_or_insert_with(&world.held[0], || made(3)));
                    },
                    "try_get_or_insert_with" => |world| {
                        let new = $handle::new(user(3));
                        drop(world.map.try_get_or_insert_with(&new, || Err::<User, _>(made(3))));
                        drop(world.map.try_get_or_insert_with(&new, || Ok::<_, User>(made(3))));
                    },
                    "remove" => |world| drop((world.map.remove(&user(2)), world.map.remove(&user(3)))),
                    "retain" => |world| world.map.retain(|key, value| {
                        call("retain");
                        key.number() != 2 && value.number() != 9
                    }),
                    "iterate" => |world| {
                        drop((world.map.keys().count(), world.map.values().collect::<Vec<_>>()));
                        drop(world.map.iter().collect::<Vec<_>>());
                    },
                    "clear" => |world| world.map.clear(),
                    "sweep, and shrink" => |world| {
                        world.map.insert(&$handle::new(user(3)), user(3));
                        world.map.sweep();
                        world.map.shrink_to_fit();
                    },
                    "extend" => |_| {
                        let new = [3, 4].map(|number| $handle::new(user(number)));
                        let mut map: $map<User, User, Hashing> = $map::default();
                        map.extend(new.iter().map(|new| (new, user(new.number()))));
                    },
                    "debug" => |world| _ = format!("{:?}", world.map),
                    "die" => |world| {
                        let gone = [user(3), user(60)].map($handle::new);
                        for gone in &gone {
                            world.map.insert(gone, user(gone.number()));
                        }
                    },
                    "many" => |world| {
                        let many: Vec<_> = (100..140).map(|n| $handle::new(user(n))).collect();
                        for key in &many {
                            drop(world.map.insert(key, user(1)));
                        }
                    },
                ]
            }
        }
    };
}

key_map!(KeyMap, "a WeakKeyMap", WeakKeyMap, Strong);
key_map!(ArcKeyMap, "an ArcWeakKeyMap", ArcWeakKeyMap, Arc);

macro_rules! set {
    ($world:ident, $name:literal, $set:ident, $handle:ident) => {
        struct $world {
            set: $set<User, Hashing>,
            held: [$handle<User>; 3],
        }

        impl World for $world {
            const NAME: &'static str = $name;

            fn new() -> Self {
                let world =
                    Self { set: $set::with_hasher(Hashing::default()), held: [1, 2, 9].map(|n| $handle::new(user(n))) };
                for held in &world.held {
                    world.set.insert(held);
                }
                world
            }

            fn check(&self) {
                assert_eq!(self.set.len(), self.set.iter().count());
                for held in &self.held {
                    let found = self.set.get(&**held);
                    assert!(found.is_none_or(|found| $handle::ptr_eq(&found, held)));
                }
                let new = $handle::new(user(50));
                assert!(self.set.insert(&new) && !self.set.insert(&new) && self.set.contains(&*new));
                drop(new);
                assert!(!self.set.contains(&user(50)) && !self.set.remove(&user(50)));
            }

            fn operations() -> Vec<Operation<Self>> {
                operations![
                    "insert" => |world| {
                        let new = $handle::new(user(3));
                        world.set.insert(&new);
                    },
                    "insert, of what is there" => |world| {
                        let equal = $handle::new(user(2));
                        world.set.insert(&equal);
                    },
                    "get" => |world| drop((world.set.get(&user(2)), world.set.get(&user(3)))),
                    "contains" => |world| _ = (world.set.contains(&user(2)), world.set.contains(&user(3))),
                    "remove" => |world| _ = (world.set.remove(&user(2)), world.set.remove(&user(3))),
                    "retain" => |world| world.set.retain(|element| {
                        call("retain");
                        element.number() != 2
                    }),
                    "iterate" => |world| drop(world.set.iter().collect::<Vec<_>>()),
                    "clear" => |world| world.set.clear(),
                    "sweep, and shrink" => |world| {
                        world.set.insert(&$handle::new(user(3)));
                        world.set.sweep();
                        world.set.shrink_to_fit();
                    },
                    "extend" => |_| {
                        let new = [3, 4].map(|number| $handle::new(user(number)));
                        let mut set: $set<User, Hashing> = $set::default();
                        set.extend(&new);
                    },
                    "debug" => |world| _ = format!("{:?}", world.set),
                    "die" => |world| {
                        let gone = [user(3), user(60)].map($handle::new);
                        for gone in &gone {
                            world.set.insert(gone);
                        }
                    },
                ]
            }
        }
    };
}

set!(Set, "a WeakSet", WeakSet, Strong);
set!(ArcSet, "an ArcWeakSet", ArcWeakSet, Arc);

struct ByIdentity {
    notes: WeakKeyMap<User, User, weakcache::ByAddress>,
    held: Strong<User>,
}

impl World for ByIdentity {
    const NAME: &'static str = "a WeakKeyMap by identity";

    fn new() -> Self {
        let world = Self { notes: WeakKeyMap::by_identity(), held: Strong::new(user(1)) };
        world.notes.insert(&world.held, user(1));
        world
    }

    fn check(&self) {
        let equal = Strong::new(user(1));
        assert!(!self.notes.contains_key(&equal));
        self.notes.insert(&self.held, user(5));
        assert_eq!(self.notes.with(&self.held, User::number), Some(5));
        assert_eq!(self.notes.len(), 1);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "insert" => |world| {
                let new = Strong::new(user(1));
                drop(world.notes.insert(&new, user(2)));
                drop(world.notes.insert(&world.held, user(3)));
            },
            "get" => |world| drop(world.notes.get(&world.held)),
            "remove" => |world| drop(world.notes.remove(&world.held)),
            "clear" => |world| world.notes.clear(),
        ]
    }
}

#[interned]
struct Node(User);

/// Containers of interned values.
struct OfInterned {
    notes: InternedWeakKeyMap<Node, User>,
    set: InternedWeakSet<Node>,
    held: Interned<Node>,
}

impl World for OfInterned {
    const NAME: &'static str = "weak containers of interned values";

    fn new() -> Self {
        let world = Self {
            notes: InternedWeakKeyMap::by_identity(),
            set: InternedWeakSet::by_identity(),
            held: Node::new(user(1)),
        };
        world.notes.insert(&world.held, user(1));
        world.set.insert(&world.held);
        world
    }

    fn check(&self) {
        assert_eq!(Node::registry().len(), 1, "no node is kept");
        self.notes.insert(&self.held, user(5));
        assert_eq!(self.notes.with(&self.held, User::number), Some(5));
        self.set.insert(&self.held);
        assert!(self.set.contains(&self.held) && self.set.len() == 1);
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "insert" => |world| {
                let new = Node::new(user(2));
                drop(world.notes.insert(&new, user(2)));
                drop(world.notes.insert(&new, user(3)));
                world.set.insert(&new);
            },
            "get" => |world| drop((world.notes.get(&world.held), world.set.get(&world.held))),
            "get_or_insert_with" => |world| {
                let new = Node::new(user(2));
                drop(world.notes.get_or_insert_with(&new, || made(2)));
            },
            "remove" => |world| _ = (world.notes.remove(&world.held), world.set.remove(&world.held)),
            "retain" => |world| {
                world.notes.retain(|node, _| {
                    call("retain");
                    node.0.number() != 1
                });
                world.set.retain(|_| false);
            },
            "clear" => |world| {
                world.notes.clear();
                world.set.clear();
            },
            "sweep" => |world| {
                drop(world.notes.insert(&Node::new(user(2)), user(2)));
                world.set.insert(&Node::new(user(2)));
                _ = (world.notes.sweep(), world.set.sweep());
            },
        ]
    }
}

/// Values whose death is told.
struct Deaths(PhantomData<()>);

/// Holds something, and may panic.
fn callback(number: u32) -> impl FnOnce() + Send + 'static {
    let held = user(number);
    move || {
        call("callback");
        held.number();
    }
}

impl World for Deaths {
    const NAME: &'static str = "a Strong with callbacks";

    fn new() -> Self {
        Self(PhantomData)
    }

    fn check(&self) {}

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "die" => |_| {
                let strong = Strong::new(user(1));
                let weak = Strong::downgrade_with(&strong, callback(2));
                let finalizer = finalize(&strong, callback(3));
                let unrun = Strong::downgrade_with(&strong, callback(4));
                drop(unrun);
                drop(strong);
                assert!(weak.upgrade().is_none() && !finalizer.is_alive());
            },
            "run" => |_| {
                let strong = Strong::new(user(1));
                let finalizer = finalize(&strong, callback(2));
                assert!(finalizer.run());
                assert!(!finalizer.run());
            },
            "detach" => |_| {
                let strong = Strong::new(user(1));
                assert!(finalize(&strong, callback(2)).detach());
            },
            "try_unwrap" => |_| {
                let strong = Strong::new(user(1));
                let _weak = Strong::downgrade_with(&strong, callback(2));
                finalize(&strong, callback(3));
                drop(Strong::try_unwrap(strong));
            },
            "try_unwrap, of one that is shared" => |_| {
                let strong = Strong::new(user(1));
                drop((Strong::try_unwrap(strong.clone()), strong));
            },
            "new_cyclic" => |_| {
                struct Loop(User, weakcache::Weak<Loop>);
                let strong = Strong::new_cyclic(|weak| {
                    call("make");
                    Loop(user(1), weak.clone())
                });
                assert_eq!(strong.1.upgrade().map(|again| again.0.number()), Some(1));
            },
            "compare" => |_| {
                let (one, two) = (Strong::new(user(1)), Strong::new(user(2)));
                assert!(one < two && one != two);
                _ = format!("{one:?}");
            },
            "get_mut" => |_| {
                let mut strong = Strong::new(user(1));
                *Strong::get_mut(&mut strong).unwrap() = user(2);
            },
        ]
    }
}
