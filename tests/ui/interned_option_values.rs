use weakcache::interned;

#[interned(new, get = true, name = 3, shards = 12, hasher = , new = "a-b", "x", name = "a" "b")]
struct Point(i32);

#[interned(shards = 2, shards = 4)]
struct Twice(i32);

#[interned(shards = 0)]
struct NoShards(i32);

struct Holder {
    field: i32,
}

fn main() {
    let _ = Holder { field: 1 }.field;
}
