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
    #[interned(by(id, nmae))]
    fn load(id: u64, name: &str) -> Self {
        let _ = (id, name);
        Self { id: 0, name: String::new(), pixels: Vec::new() }
    }
}

fn main() {}
