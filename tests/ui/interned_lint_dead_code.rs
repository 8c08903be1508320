#![deny(dead_code)]

pub mod types {
    use weakcache::interned;

    #[interned]
    struct Unused(u8);

    #[interned]
    enum Expr {
        Num(u8),
        Text(String),
        Never,
    }

    #[interned(new = false)]
    struct Own {
        id: u8,
        #[interned(skip)]
        unread: u8,
    }

    #[interned]
    impl Own {
        fn of(id: u8) -> Self {
            Self { id, unread: 0 }
        }
        fn unused_constructor(id: u8) -> Self {
            Self { id, unread: 0 }
        }
        #[track_caller]
        fn another(id: u8) -> Option<Self> {
            Some(Self::of(id))
        }
        fn unused_method(&self) -> u8 {
            self.id
        }
    }

    #[interned(new = false)]
    struct Generic<T>(T);

    #[interned]
    impl<T: std::hash::Hash + Eq> Generic<T> {
        fn of(value: T) -> Self {
            Self(value)
        }
        fn unused_as_well(value: T) -> Self {
            Self(value)
        }
    }

    // Not a word on constructors and look-ups that are not used.
    pub fn f() {
        drop((Expr::num(1), Expr::get_text("x"), Own::of(1), Generic::of(1)));
    }
}

fn main() {}
