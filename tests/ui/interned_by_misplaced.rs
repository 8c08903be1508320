use weakcache::interned;

#[interned(new = false)]
enum Shape {
    Square(u32),
}

#[interned]
impl Shape {
    #[interned(by(side))]
    fn square(side: u32) -> Self {
        Self::Square(side)
    }
}

struct Plain {
    id: u32,
}

#[interned]
impl Plain {
    fn new(id: u32) -> Self {
        Self { id }
    }
}

#[interned(new = false)]
struct Picture {
    id: u64,
}

#[interned]
impl Picture {
    #[interned(by(id))]
    fn method(&self, id: u64) -> bool {
        self.id == id
    }

    #[interned(by(id))]
    fn no_self(id: u64) -> Vec<Self> {
        vec![Self { id }]
    }

    #[interned(by(id), skip)]
    fn skipped(id: u64) -> Self {
        Self { id }
    }

    #[interned(by = "id")]
    fn form(id: u64) -> Self {
        Self { id }
    }

    #[interned(by)]
    fn empty(id: u64) -> Self {
        Self { id }
    }

    #[interned(by())]
    fn empty_list(id: u64) -> Self {
        Self { id }
    }

    #[interned(new = "other", skpi)]
    fn options(id: u64) -> Self {
        Self { id }
    }
}

fn main() {
    let _ = Picture::form(1).method(1);
    let _ = Picture::skipped(1).id;
    let _ = Plain::new(1);
}
