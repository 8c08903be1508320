//! Stops the build where `src/lib.rs` has not the modules that the macros have.

use std::collections::BTreeSet;
use std::fs;

fn modules(path: &str) -> BTreeSet<String> {
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut above = "";
    let names = text.lines().filter_map(|line| {
        // Tests are not fuzzed.
        let is_test = std::mem::replace(&mut above, line) == "#[cfg(test)]";
        line.strip_prefix("mod ")?.strip_suffix(';').filter(|_| !is_test)
    });
    names.map(str::to_owned).collect()
}

fn main() {
    let (theirs, ours) = (modules("../../weakcache-macros/src/lib.rs"), modules("src/lib.rs"));
    assert!(!theirs.is_empty(), "no modules are found in the macros");
    assert_eq!(
        theirs, ours,
        "`fuzz/macros/src/lib.rs` is to have the modules of `weakcache-macros/src/lib.rs`"
    );
}
