use weakcache::interned;

#[interned]
struct Picture {
    id: u64,
    #[interned(init = vec![*idd])]
    pixels: Vec<u64>,
    #[interned(init = pixels.len())]
    len: usize,
    #[interned(init = *id)]
    wrong: u8,
}

fn main() {
    let _ = Picture::new(1);
}
