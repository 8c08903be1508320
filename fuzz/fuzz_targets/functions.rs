#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/functions/mod.rs"]
mod functions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| functions::run(bytes));
