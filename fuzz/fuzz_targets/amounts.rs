#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/amounts.rs"]
mod amounts;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amounts::run(bytes));
