#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/macros/mod.rs"]
mod macros;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| macros::run(bytes));
