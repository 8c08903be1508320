#[interned(get = false)]
struct Picture {
    id: u64,
    #[interned(init = load_pixels(*id))]
    pixels: Vec<u8>,
}
