use weakcache::memoize;

struct Prices;

#[memoize(controls = "Prices")]
fn price(x: u32) -> u32 {
    x
}

fn main() {}
