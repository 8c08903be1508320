#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| weakcache_fuzz::weak::run(bytes));
