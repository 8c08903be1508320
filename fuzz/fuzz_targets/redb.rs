#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/redb.rs"]
mod redb;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| redb::run(bytes));
