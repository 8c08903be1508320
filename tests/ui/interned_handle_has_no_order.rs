use weakcache::interned;

#[interned(handle = Term)]
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum RTerm {
    Num(i64),
}

fn main() {
    let _ = RTerm::num(1) < RTerm::num(2);
    let _ = RTerm::num(1).to_string();
    let _: RTerm = RTerm::num(1);
}
