use std::rc::Rc;
use weakcache::interned;

#[interned(handle = Term)]
#[derive(Debug)]
enum RTerm {
    Num(f64),
    Shared(Rc<u8>),
    Add(Term, Term),
}

#[interned(handle = Borrowed)]
struct RBorrowed<'a>(&'a str);

fn main() {
    let sum: Term = RTerm::add(RTerm::num(1.0), RTerm::num(2.0));
    let _ = format!("{sum:?}");
    let _: Borrowed<'_> = RBorrowed::new("x").clone();
}
