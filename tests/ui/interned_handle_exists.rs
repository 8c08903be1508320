use weakcache::interned;

struct Here(u8);

#[interned(handle = Here)]
struct Taken(u8);

fn main() {
    let _ = (Taken::new(1), Here(1).0);
}
