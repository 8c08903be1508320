#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/redis.rs"]
mod redis;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| redis::run(bytes));
