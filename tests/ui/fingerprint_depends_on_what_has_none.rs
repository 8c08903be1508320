use weakcache::{fingerprint, memoize};

fn function() {}

struct Type;

const CONSTANT: u8 = 0;

#[memoize]
fn memoized(x: u32) -> u32 {
    x
}

mod module {
    pub fn function() {}
}

#[fingerprint(depends(function))]
fn f() {}

#[fingerprint(depends(Type))]
fn g() {}

#[fingerprint(depends(CONSTANT, module::function))]
fn h() {}

#[fingerprint(depends(memoized))]
fn i() {}

#[fingerprint(depends(u8, String, Vec<u8>))]
fn j() {}

#[fingerprint(depends(Type))]
struct S;

fn main() {}
