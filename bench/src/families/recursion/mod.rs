//! Recursions as they are defined, each result remembered, beside tables by hand. Each operation starts with
//! nothing known; what it takes to forget is not in the time. All results are compared with those of the
//! tables.

mod packrat;

use std::collections::HashMap;
use std::hint::black_box;

use cached::Cached as _;
use weakcache_bench::contestants::{distance, fib};

use crate::harness::{Effort, Race};
use crate::table::Role::{Less, Ours, Peer};

const OURS: &str = "weakcache";
const LOCAL: &str = "weakcache, `local`";
const CACHED: &str = "cached";
const MEMOIZE: &str = "memoize";
const BY_HAND: &str = "a `HashMap` that is passed along";
const TABLE: &str = "a table by hand, not the recursion";

pub(crate) fn run(effort: Effort) {
    fibonacci(effort);
    edit_distance(effort);
    packrat(effort);
}

fn nothing() {}

fn fibonacci(effort: Effort) {
    use fib::{N, ours, theirs};

    let expected = fib::by_table(N);
    let right = |found| assert_eq!(found, expected);
    Race::new("Fibonacci number 90, each of its 91 cells")
        .cells(N + 1)
        .afresh(Ours, OURS, ours::fib::cache_clear, || right(ours::fib(black_box(N))))
        .afresh(Ours, LOCAL, ours::local::cache_clear, || right(ours::local(black_box(N))))
        .afresh(Peer, CACHED, || theirs::FIB.write().cache_clear(), || right(theirs::cached(black_box(N))))
        .afresh(Peer, MEMOIZE, theirs::local::memoized_flush_fib, || right(theirs::local::fib(black_box(N))))
        .afresh(Peer, BY_HAND, nothing, || right(fib::by_hand(black_box(N), &mut HashMap::new())))
        .afresh(Less, TABLE, nothing, || right(fib::by_table(black_box(N))))
        .run(effort);
    assert_eq!(ours::fib::cache_info().misses, N + 1, "each cell once");
}

fn edit_distance(effort: Effort) {
    use distance::{WORDS, all_pairs, by_hand, by_table, ours, theirs};

    let expected = all_pairs(WORDS, by_table);
    let right = |found| assert_eq!(found, expected);
    right(all_pairs(WORDS, ours::distance));
    let cells = ours::distance::cache_info().misses;
    Race::new(format!("Edit distances of 12 words, each of {cells} cells"))
        .cells(cells)
        .afresh(Ours, OURS, ours::distance::cache_clear, || {
            right(all_pairs(black_box(WORDS), ours::distance));
        })
        .afresh(Ours, LOCAL, ours::local::cache_clear, || right(all_pairs(black_box(WORDS), ours::local)))
        .afresh(
            Peer,
            CACHED,
            || theirs::DISTANCE.write().cache_clear(),
            || right(all_pairs(black_box(WORDS), theirs::distance)),
        )
        .afresh(Peer, BY_HAND, nothing, || {
            let mut known = HashMap::new();
            right(all_pairs(black_box(WORDS), |a, b| by_hand(a, b, &mut known)));
        })
        .afresh(Less, TABLE, nothing, || right(all_pairs(black_box(WORDS), by_table)))
        .run(effort);
}

fn packrat(effort: Effort) {
    use packrat::{Source, by_map, by_table, memoized, ours, parse_in_one_pass, plain};

    let text = packrat::sources();
    let source = Source::new(&*text);
    let expected = parse_in_one_pass(&text);
    assert!(expected.is_ok(), "the sources are Rust: {expected:?}");
    let right = |found| assert_eq!(found, expected);
    right(memoized(&source, ours::trees));
    let cells = ours::trees::cache_info().misses;
    Race::new(format!("A packrat parser on {} KiB of Rust, each of {cells} cells", text.len() / 1024))
        .cells(cells)
        .afresh(Ours, OURS, ours::trees::cache_clear, || right(memoized(&source, ours::trees)))
        .afresh(Ours, LOCAL, ours::local::cache_clear, || right(memoized(&source, ours::local)))
        .afresh(Peer, "a `HashMap` by hand", nothing, || right(by_map(black_box(&text))))
        .afresh(Peer, "a table by hand, a place for each byte", nothing, || right(by_table(black_box(&text))))
        .afresh(Peer, "the recursion as it stands", nothing, || right(plain(black_box(&text))))
        .afresh(Less, "one pass by hand, not the recursion", nothing, || {
            right(parse_in_one_pass(black_box(&text)));
        })
        .run(effort);
    ours::trees::cache_clear();
}
