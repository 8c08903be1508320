use weakcache::fingerprint;

#[fingerprint(depends(missing))]
fn f() {}

#[fingerprint(depends(std::missing))]
fn g() {}

fn main() {}
