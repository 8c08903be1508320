use weakcache::interned;

struct Plain {
    id: u32,
}

#[interned]
impl Plain {
    fn new(id: u32) -> Self {
        Self { id }
    }
}

fn main() {
    let _ = Plain::new(1).id;
}
