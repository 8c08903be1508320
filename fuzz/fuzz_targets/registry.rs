#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/registry.rs"]
mod registry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| registry::run(bytes));
