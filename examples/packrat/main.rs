//! A packrat parser: a grammar written down as it is, and one attribute that makes it linear.
//!
//! `cargo run --release --example packrat [FILE…]`, by default with the sources of the examples
//!
//! Look for: the calls of the recursion with and without memory, above all of brackets in brackets. A file that cannot be
//! read gets a sentence, and exit code 1.

mod grammar;

use std::cell::Cell;
use std::ffi::OsStr;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use grammar::{Groups, Rules, parse, parse_in_one_pass};
use weakcache::{Interned, interned, memoize};

/// A text that is compared and hashed by its address: as part of a key it costs no more than a number.
#[interned]
struct Source(Box<str>);

#[memoize(local)]
fn trees(source: &Interned<Source>, at: usize) -> Groups {
    grammar::trees(&Packrat(source), at)
}

/// Remembers.
struct Packrat<'a>(&'a Interned<Source>);

impl Rules for Packrat<'_> {
    fn text(&self) -> &str {
        &self.0.0
    }

    fn trees(&self, at: usize) -> Groups {
        trees(self.0, at)
    }
}

/// Does not.
struct Plain<'a>(&'a str, Cell<usize>);

impl Rules for Plain<'_> {
    fn text(&self) -> &str {
        self.0
    }

    fn trees(&self, at: usize) -> Groups {
        self.1.set(self.1.get() + 1);
        grammar::trees(self, at)
    }
}

const EXAMPLES: &[(&str, &str)] = &[
    ("algebra/parse.rs", include_str!("../algebra/parse.rs")),
    ("algebra/simplify.rs", include_str!("../algebra/simplify.rs")),
    ("bdd.rs", include_str!("../bdd.rs")),
    ("date.rs", include_str!("../date.rs")),
    ("packrat/grammar.rs", include_str!("grammar.rs")),
    ("packrat/main.rs", include_str!("main.rs")),
];

fn timed<R>(f: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    (f(), start.elapsed())
}

fn main() {
    let files: Vec<(String, String)> = match env::args_os().skip(1).collect::<Vec<_>>() {
        none if none.is_empty() => {
            let mut files: Vec<_> =
                EXAMPLES.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
            files.push(("brackets in brackets".into(), ["(".repeat(18), ")".repeat(18)].concat()));
            files
        }
        names => names.iter().map(|name| (name.display().to_string(), read(name))).collect(),
    };
    for (name, text) in files {
        let (by_hand, one_pass) = timed(|| parse_in_one_pass(&text));
        let plain = Plain(&text, Cell::new(0));
        let (recursive, alone) = timed(|| parse(&plain));
        let source = Source::new(&*text);
        let (memoized, remembered) = timed(|| parse(&Packrat(&source)));
        let info = trees::cache_info();
        assert_eq!((recursive, memoized), (by_hand, by_hand), "{name}");

        println!("{name}");
        match by_hand {
            Ok(Groups { terminated, separated, depth, .. }) => {
                println!(
                    "  {terminated} groups end in a separator, {separated} in a value; {depth} deep at most"
                );
            }
            Err(at) => {
                let line = text[..at].split('\n').count();
                println!("  not Rust: a bracket in line {line} is not closed, or not opened");
            }
        }
        println!("  in one pass, by hand:     {one_pass:>10.1?}");
        println!(
            "  recursion, remembered:    {remembered:>10.1?} for {:>8} calls, {} of them hits",
            info.hits + info.misses,
            info.hits
        );
        println!("  recursion, as it stands:  {alone:>10.1?} for {:>8} calls", plain.1.get());
        // The keys hold the source.
        trees::cache_clear();
    }
    assert!(Source::registry().is_empty());
}

fn read(name: &OsStr) -> String {
    fs::read_to_string(name).unwrap_or_else(|error| {
        eprintln!("packrat: {}: {error}", name.display());
        process::exit(1);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(text: &str) -> Result<Groups, usize> {
        let source = Source::new(text);
        let memoized = parse(&Packrat(&source));
        assert_eq!(memoized, parse_in_one_pass(text), "{text}");
        memoized
    }

    fn kinds(text: &str) -> [usize; 3] {
        let groups = both(text).expect("brackets that match");
        assert_eq!(groups.end, text.len());
        [groups.terminated, groups.separated, groups.depth]
    }

    #[test]
    fn groups_are_told_apart_by_their_ends() {
        assert_eq!(kinds("f(a, b); [x]; ()"), [0, 3, 1]);
        assert_eq!(kinds("{ a; b } { f(a, [b],); /* all */ }"), [2, 2, 3]);
        assert_eq!(kinds("{ a; b; () }"), [0, 2, 2]);
    }

    #[test]
    fn brackets_in_literals_and_comments_are_none() {
        assert_eq!(kinds(r##"["(", '{', '\'', b'[', r#"")"#, br"(", /* ( */ x] // ("##), [0, 1, 1]);
        assert_eq!(kinds("for<'a> fn(&'a str, 'ä', '(')"), [0, 1, 1]);
    }

    #[test]
    fn brackets_that_do_not_match_are_found() {
        assert_eq!(both("a)"), Err(1));
        assert_eq!(both("a, (b; c"), Err(3));
        assert_eq!(both("(a]"), Err(0));
    }

    #[test]
    fn the_sources_of_the_examples_are_read_alike() {
        for (name, text) in EXAMPLES {
            assert!(both(text).is_ok(), "{name}");
        }
    }
}
