use weakcache::{Intern, interned};

#[interned]
struct Word(str);

fn main() {
    (*Word::new("x")).intern();
}
