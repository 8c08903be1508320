#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| weakcache_fuzz::pool::run(bytes));
