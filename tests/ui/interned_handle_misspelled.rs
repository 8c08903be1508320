use weakcache::interned;

#[interned(handle = "Term")]
struct Text(u8);

#[interned(handle)]
struct Nothing(u8);

#[interned(handle = path::to::Term)]
struct Path(u8);

#[interned(handle = Same)]
struct Same(u8);

#[interned(handle = One, handle = Two)]
struct Twice(u8);

#[interned(handle = Of)]
impl Twice {}

#[interned(handel = Term)]
struct Misspelled(u8);

fn main() {
    let _ = (Text::new(1), Nothing::new(1), Path::new(1), Same::new(1), Twice::new(1), Misspelled::new(1));
}
