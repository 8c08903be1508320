//! What the targets do, each in its module: `run` takes the bytes that libFuzzer made up.
#![forbid(unsafe_code)]

pub mod amounts;
pub mod flight;
pub mod macros;
pub mod memo;
pub mod pool;
pub mod registry;
pub mod stored;
pub mod weak;

/// What an input says, for whoever looks at a crash: shown if `SHOW` is in the environment.
fn show(what: &impl std::fmt::Debug) {
    if std::env::var_os("SHOW").is_some() {
        eprintln!("{what:?}");
    }
}
