//! The edit distance of words: the textbook's recursion under `#[memoize]`, beside the table that is
//! written when the recursion is too slow.
//!
//! `cargo run --release --example edit_distance`
//!
//! Look for: both ways give the same sum; the second recursion computes nothing.

use std::time::{Duration, Instant};
use weakcache::memoize;

const WORDS: &[&str] = &[
    "acknowledgement",
    "antidisestablishmentarianism",
    "bookkeeper",
    "characteristically",
    "counterrevolutionary",
    "electroencephalograph",
    "incomprehensibilities",
    "interchangeability",
    "knowledgeableness",
    "misunderstanding",
    "otorhinolaryngologist",
    "uncharacteristically",
];

/// As it is defined. Each pair of ends of the two words is computed once, for all pairs of words: those
/// that end alike share the work.
#[memoize]
fn distance(a: &str, b: &str) -> usize {
    let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
        return a.chars().count() + b.chars().count();
    };
    let (rest_a, rest_b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
    if x == y {
        return distance(rest_a, rest_b);
    }
    1 + distance(rest_a, b).min(distance(a, rest_b)).min(distance(rest_a, rest_b))
}

/// The same as a table, a row at a time (Wagner and Fischer).
fn distance_by_table(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The sum over all pairs, and the time it took.
fn all_pairs(distance: impl Fn(&str, &str) -> usize) -> (usize, Duration) {
    let start = Instant::now();
    let pairs = WORDS.iter().flat_map(|a| WORDS.iter().map(move |b| (a, b)));
    let sum = pairs.map(|(a, b)| distance(a, b)).sum();
    (sum, start.elapsed())
}

fn main() {
    let (sum, by_table) = all_pairs(distance_by_table);
    let (memoized, first) = all_pairs(distance);
    let (again, second) = all_pairs(distance);
    assert_eq!((memoized, again), (sum, sum));

    println!("{} words, each against each; the distances add up to {sum}", WORDS.len());
    println!("table filled by hand:        {by_table:>10.1?}");
    println!("recursion, first time:       {first:>10.1?}");
    println!("recursion, all known:        {second:>10.1?}");
    let info = distance::cache_info();
    let cells = u32::try_from(info.misses).expect("a few thousand");
    println!("a cell of the recursion:     {:>10.1?}, of {cells} that were computed once", first / cells);
    println!("{info}");
}
