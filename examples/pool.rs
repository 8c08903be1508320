//! An object that takes ten milliseconds to make, a hundred times, without a pool and with one.
//!
//! `cargo run --example pool`
//!
//! Look for: a hundred uses take a second without the pool; with it, ten objects are made, in a tenth of that, and reused.

use std::thread;
use std::time::{Duration, Instant};
use weakcache::pool::Pool;

struct HeavyObject {
    data: Vec<u32>,
}

impl HeavyObject {
    fn new() -> Self {
        thread::sleep(Duration::from_millis(10)); // dear to make
        Self { data: vec![0; 10_000] }
    }

    fn reset(&mut self) {
        self.data.fill(0);
    }
}

fn main() {
    let start = Instant::now();
    for _ in 0..100 {
        HeavyObject::new().data[0] = 42;
    }
    println!("without a pool: {:.2?}", start.elapsed());

    let start = Instant::now();
    let pool = Pool::builder(HeavyObject::new).size(10).reset(HeavyObject::reset).build();
    println!("making the pool: {:.2?}", start.elapsed());
    let start = Instant::now();
    for _ in 0..100 {
        let mut object = pool.acquire();
        assert_eq!(object.data[0], 0); // whoever had it last, it was reset
        object.data[0] = 42;
    } // goes back here, also after `?`, `break` or a panic: the guard is the context manager
    println!("with the pool: {:.2?}", start.elapsed());

    let info = pool.info();
    println!("{info:?}");
    assert_eq!((info.idle, info.created, info.reused), (10, 10, 100));
}
