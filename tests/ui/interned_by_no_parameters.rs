use weakcache::interned;

#[interned(new = false)]
struct Picture {
    id: u64,
    name: String,
    #[interned(skip)]
    pixels: Vec<u8>,
}

#[interned]
impl Picture {
    #[interned(by(id))]
    fn load() -> Self {
        let _ = ();
        Self { id: 0, name: String::new(), pixels: Vec::new() }
    }
}

fn main() {}
