//! The edit distance of words, as in the example of the same name.

use std::collections::HashMap;

/// What is compared, each with each.
pub const WORDS: &[&str] = &[
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

/// What the definition says of two words, where `distance` knows of what remains of them.
fn defined(a: &str, b: &str, mut distance: impl FnMut(&str, &str) -> usize) -> usize {
    let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
        return a.chars().count() + b.chars().count();
    };
    let (rest_a, rest_b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
    if x == y {
        return distance(rest_a, rest_b);
    }
    1 + distance(rest_a, b).min(distance(a, rest_b)).min(distance(rest_a, rest_b))
}

pub mod ours {
    use super::defined;
    use weakcache::memoize;

    #[memoize]
    pub fn distance(a: &str, b: &str) -> usize {
        defined(a, b, distance)
    }

    #[memoize(local)]
    pub fn local(a: &str, b: &str) -> usize {
        defined(a, b, local)
    }
}

pub mod theirs {
    use super::defined;
    use cached::macros::cached;

    #[cached(name = "DISTANCE", key = "(String, String)", convert = "{ (a.to_owned(), b.to_owned()) }")]
    pub fn distance(a: &str, b: &str) -> usize {
        defined(a, b, distance)
    }
}

/// The recursion with a map by hand: for those who can pass it along, and whose words outlive it.
pub fn by_hand<'a>(a: &'a str, b: &'a str, known: &mut HashMap<(&'a str, &'a str), usize>) -> usize {
    if let Some(known) = known.get(&(a, b)) {
        return *known;
    }
    let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) else {
        return a.chars().count() + b.chars().count();
    };
    let (rest_a, rest_b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
    let found = if x == y {
        by_hand(rest_a, rest_b, known)
    } else {
        1 + by_hand(rest_a, b, known).min(by_hand(a, rest_b, known)).min(by_hand(rest_a, rest_b, known))
    };
    known.insert((a, b), found);
    found
}

/// The table of Wagner and Fischer, a row at a time.
pub fn by_table(a: &str, b: &str) -> usize {
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

/// The sum over all pairs.
pub fn all_pairs(
    words: &[&'static str],
    mut distance: impl FnMut(&'static str, &'static str) -> usize,
) -> usize {
    words.iter().flat_map(|a| words.iter().map(move |b| (*a, *b))).map(|(a, b)| distance(a, b)).sum()
}
