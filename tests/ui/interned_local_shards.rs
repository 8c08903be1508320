use weakcache::interned;

#[interned(local, shards = 4)]
struct Symbol(String);

#[interned(shards = 4, local)]
struct Other(String);

#[interned(local = true)]
struct Value(std::rc::Rc<u8>);

#[interned(lokal)]
struct Misspelled(u8);

struct Field(#[expect(dead_code)] u8);

impl Field {
    #[interned(local)]
    fn new() -> u8 {
        1
    }
}

fn main() {
    let _ = (Symbol::new("x"), Other::new("x"), Value::new(std::rc::Rc::new(1)), Misspelled::new(1));
    let _ = (Field::new(), Field(1));
}
