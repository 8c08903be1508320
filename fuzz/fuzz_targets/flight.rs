#![no_main]

#[forbid(unsafe_code)]
#[path = "../src/flight.rs"]
mod flight;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flight::run(bytes));
