use weakcache::interned;

#[interned]
struct Picture {
    id: u64,
    #[interned(init)]
    a: u8,
    #[interned(init = 1, skip)]
    b: u8,
    #[interned(skip)]
    c: u8,
    #[interned]
    d: u8,
    #[interned = 1]
    e: u8,
    #[interned[skip]]
    f: u8,
    #[interned(ini = 1)]
    g: u8,
}

fn main() {}
