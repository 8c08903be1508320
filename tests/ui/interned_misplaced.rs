use weakcache::interned;

#[interned]
fn function() {}

#[interned]
trait Trait {}

#[interned]
mod module {}

#[interned]
const CONST: u8 = 1;

#[interned]
type Alias = u8;

#[interned]
union Union {
    a: u8,
    b: i8,
}

#[interned]
impl Trait for u8 {}

fn main() {
    function();
    let _ = (CONST, Union { a: 1 });
}
