use weakcache::memoize;

#[memoize(tags())]
fn empty(id: u32) -> u32 {
    id
}

#[memoize(tags)]
fn bare(id: u32) -> u32 {
    id
}

#[memoize(tags = *id)]
fn assigned(id: u32) -> u32 {
    id
}

#[memoize(tags(1 2))]
fn without_comma(id: u32) -> u32 {
    id
}

#[memoize(tag("a"))]
fn misspelt(id: u32) -> u32 {
    id
}

fn main() {}
