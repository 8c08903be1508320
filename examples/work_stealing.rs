//! A memoized recursion over a pool of threads that steals work: `single_flight = "5ms"` bounds the waits that no
//! cache can see.
//!
//! `cargo run --release --example work_stealing`
//!
//! Look for: the same count by both ways, and how few bodies ran beside another of their key.
//!
//! While a worker waits in `join`, rayon lets it run other jobs on top of the computation that it is in the middle of.
//! One of them may ask for a key that another worker computes, while that one waits for a job below this very frame: the
//! two would wait for each other for ever. With the bound, one of them computes beside the other.

use std::time::Instant;
use weakcache::memoize;

const SIDE: u32 = 16;

/// In how many ways one goes from a corner of a grid to the opposite one.
#[memoize(single_flight = "5ms")]
fn paths(x: u32, y: u32) -> u64 {
    if x == 0 || y == 0 {
        return 1;
    }
    let (right, down) = rayon::join(|| paths(x - 1, y), || paths(x, y - 1));
    right + down
}

/// The same, row by row.
fn by_table(side: u32) -> u64 {
    let mut row = vec![1_u64; side as usize + 1];
    for _ in 0..side {
        for at in 1..row.len() {
            row[at] += row[at - 1];
        }
    }
    row[side as usize]
}

fn main() {
    let expected = by_table(SIDE);
    let cells = u64::from(SIDE) * u64::from(SIDE);
    println!("{SIDE} by {SIDE} cells: {expected} ways");
    for threads in [1, 2, 4, 8] {
        paths::cache_clear();
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of a few threads");
        let start = Instant::now();
        let found = pool.install(|| paths(SIDE, SIDE));
        let time = start.elapsed();
        assert_eq!(found, expected);
        let info = paths::cache_info();
        // Cells at the edge are computed too.
        let beside = info.misses.saturating_sub(info.len as u64);
        println!("{threads} threads: {time:>9.1?}, {} bodies, {beside} beside another", info.misses);
        assert!(info.len as u64 >= cells);
    }
}
