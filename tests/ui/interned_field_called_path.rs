use weakcache::interned;

#[derive(PartialEq, Eq, Hash)]
struct Path(Vec<u8>);

#[interned]
struct Use {
    id: u64,
    path: Path,
}

fn main() {}
