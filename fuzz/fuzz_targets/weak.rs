#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/weak.rs"]
mod weak;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| weak::run(bytes));
