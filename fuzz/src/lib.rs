//! What all targets have: faults to be planted, values that are counted, panics on purpose, and a look at an input. What a target
//! does, its module here says, of which the program in `fuzz_targets` is made: so they are compiled side by side.
#![forbid(unsafe_code)]

pub mod counted;
pub mod fault;
pub mod purpose;

/// What an input says, for whoever looks at a crash: shown if `SHOW` is in the environment.
pub fn show(what: &impl std::fmt::Debug) {
    if std::env::var_os("SHOW").is_some() {
        eprintln!("{what:?}");
    }
}
