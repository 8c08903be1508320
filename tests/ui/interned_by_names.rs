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
    fn no_parameter(id: u64, name: &str) -> Self {
        Self { id, name: name.into(), pixels: Vec::new() }
    }

    #[interned(by(id, name, from))]
    fn no_field(id: u64, name: &str, from: &str) -> Self {
        Self { id, name: name.into(), pixels: from.into() }
    }

    #[interned(by(id))]
    fn not_all(id: u64, name: &str) -> Self {
        Self { id, name: name.into(), pixels: Vec::new() }
    }

    #[interned(by(id, id, name))]
    fn twice(id: u64, name: &str) -> Self {
        Self { id, name: name.into(), pixels: Vec::new() }
    }

    #[interned(by(id, name, pixels))]
    fn no_key(id: u64, name: &str, pixels: Vec<u8>) -> Self {
        Self { id, name: name.into(), pixels }
    }

    #[interned(by(id, name))]
    fn wrong_type(id: u32, name: &[u8]) -> Self {
        Self { id: id.into(), name: String::from_utf8_lossy(name).into(), pixels: Vec::new() }
    }

    #[interned(by(id))]
    fn no_parameters() -> Self {
        Self { id: 0, name: String::new(), pixels: Vec::new() }
    }
}

fn main() {}
