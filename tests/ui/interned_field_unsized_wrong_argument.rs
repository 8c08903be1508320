use weakcache::interned;

#[interned]
struct Word(str);

#[interned]
struct Row {
    id: u64,
    cells: [u16],
}

struct NotClone;

fn main() {
    Word::new(7);
    Word::get(b"word");
    Row::new(1, ["a"]);
    Row::new(1, 2);
}
