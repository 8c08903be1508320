#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/memo/mod.rs"]
mod memo;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| memo::run(bytes));
