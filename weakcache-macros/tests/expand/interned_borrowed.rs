#[interned(name = "symbols", shards = 16)]
struct Symbol(String);
