use weakcache::interned;

struct Opaque;

#[interned]
struct Row {
    id: u64,
    cells: [Opaque],
}

fn main() {}
