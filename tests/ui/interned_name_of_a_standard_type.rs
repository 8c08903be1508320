use weakcache::interned;

#[derive(PartialEq, Eq, Hash)]
struct PathBuf(u8);

#[interned]
struct Wrong {
    path: PathBuf,
}

#[interned]
struct Right {
    path: self::PathBuf,
}

fn main() {
    let _ = Right::new(PathBuf(1));
}
