#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/pool.rs"]
mod pool;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| pool::run(bytes));
