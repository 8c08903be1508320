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
    #[interned(by(id, name, pixels))]
    fn load(id: u64, name: &str, pixels: Vec<u8>) -> Self {
        let _ = (id, name, pixels);
        Self { id: 0, name: String::new(), pixels: Vec::new() }
    }
}

fn main() {}
