use weakcache::interned;

#[interned]
struct Row {
    id: u64,
    cells: [f64],
}

fn main() {}
