#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/tasks/mod.rs"]
mod tasks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tasks::run(bytes));
