use weakcache::fingerprint;

#[fingerprint(depends())]
fn empty() {}

#[fingerprint(depends)]
fn bare() {}

#[fingerprint(depends = empty)]
fn assigned() {}

#[fingerprint(depends("empty"))]
fn quoted() {}

#[fingerprint(depends(empty()))]
fn called() {}

#[fingerprint(depends(empty bare))]
fn without_comma() {}

#[fingerprint(depends(bare, empty, bare))]
fn twice() {}

#[fingerprint(depends(1))]
fn number() {}

#[fingerprint(depends(&empty))]
fn reference() {}

#[fingerprint(depends(vec![]))]
fn of_a_macro() {}

#[fingerprint(depends(String::len))]
fn of_a_method() {}

#[fingerprint(depends(Self::parse))]
fn of_self() {}

#[fingerprint(depends(vec!))]
fn of_a_macro_by_name() {}

#[fingerprint(depends(super))]
fn of_a_module() {}

#[fingerprint(depends(empty,, bare))]
fn two_commas() {}

// No second error.
#[fingerprint(depends(empty, bare, assigned, quoted, called, without_comma, twice, number))]
fn last() {}

fn main() {}
