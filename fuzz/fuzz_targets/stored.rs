#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/stored.rs"]
mod stored;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| stored::run(bytes));
