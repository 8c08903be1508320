use weakcache::{fingerprint, memoize};

#[fingerprint]
fn known() {}

#[fingerprint(depend(known))]
fn misspelt() {}

#[fingerprint(depends_on(known))]
fn of_another_name() {}

#[fingerprint(lru = 3)]
fn of_memoize() {}

#[fingerprint(known)]
fn without_a_name() {}

#[fingerprint(depends(known), depends(known))]
fn given_twice() {}

#[fingerprint]
#[fingerprint(depends(known))]
fn attribute_twice() {}

#[fingerprint]
#[memoize]
#[fingerprint]
fn attribute_twice_beside_memoize(x: u32) -> u32 {
    x
}

#[memoize]
#[fingerprint(dependz(known))]
fn misspelt_beside_memoize(x: u32) -> u32 {
    x
}

// No second error.
#[fingerprint(depends(misspelt, of_another_name, of_memoize, misspelt_beside_memoize))]
fn last() {}

fn main() {}
