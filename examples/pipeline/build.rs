//! Writes copies of `src/analysis.rs` with an edit each, for the test that compiles them all.

use std::env;
use std::fs;
use std::path::Path;

/// The copy that has the types of results. All have these, since a type in another module is another, as it should be.
const FIRST: &str = "original";

/// The name of a copy, and each text that is replaced in it by another.
const EDITS: &[(&str, &[(&str, &str)])] = &[
    (FIRST, &[]),
    (
        "commented",
        &[
            ("/// What a file says.", "/// What a file says, in other words."),
            (
                "let mut hours = [0_u64; 24];",
                "// How many requests\n    let mut hours = [\n        0_u64; 24 /* hours */\n    ];",
            ),
        ],
    ),
    ("edited", &[("at(50), at(99)", "at(50), at(98)")]),
    ("edited_below", &[("millis * 1000.0", "millis * 1000.0 + 0.5")]),
    ("edited_type", &[("    client: Ipv4Addr,\n", "    client: std::net::Ipv4Addr,\n")]),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/analysis.rs");
    let source = fs::read_to_string("src/analysis.rs").expect("it is there");
    // What is included has no documentation of its own.
    let lines: Vec<&str> = source.lines().filter(|line| !line.starts_with("//!")).collect();
    let source = lines.join("\n");
    let folder = env::var_os("OUT_DIR").expect("cargo says where");
    for (name, replacements) in EDITS {
        let mut copy = source.clone();
        for (before, after) in *replacements {
            assert_eq!(copy.matches(before).count(), 1, "{before:?} is in `src/analysis.rs` once");
            copy = copy.replace(before, after);
        }
        if *name != FIRST {
            let (before, types) = copy.split_once("/// A day.").expect("they begin so");
            let (_, after) = types.split_once("/// What a file says").expect("they end so");
            copy = format!("{before}use super::{FIRST}::{{Route, Summary}};\n\n/// What a file says{after}");
        }
        fs::write(Path::new(&folder).join(format!("{name}.rs")), copy).expect("it can be written");
    }
}
