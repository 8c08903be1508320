use weakcache::{InternedRef, interned, memoize};

#[interned]
struct Symbol(String);

#[memoize]
fn length(symbol: InternedRef<'_, Symbol>) -> usize {
    symbol.0.len()
}

fn main() {}
