use weakcache::interned;

#[interned(new = false)]
struct Picture {
    id: u64,
}

#[interned]
impl Picture {
    #[interned(by = "id")]
    fn load(id: u64) -> Self {
        Self { id }
    }
}

fn main() {
    let _ = Picture { id: 1 }.id;
}
