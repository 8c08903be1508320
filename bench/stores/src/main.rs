//! `cargo run --release -p weakcache-bench-stores [-- --quick] [-- --publish]`: figures of second tiers, in Markdown.
//!
//! Needs `redis-server`; joblib takes part where `python3` has it.
#![forbid(unsafe_code)]

mod contestants;
mod harness;
#[path = "../../src/machine.rs"]
#[expect(unreachable_pub, reason = "that of the other figures, whose package brings more than this needs")]
mod machine;
mod server;

use std::process::ExitCode;

use crate::harness::{Effort, report};

fn main() -> ExitCode {
    let mut effort = Effort::FULL;
    let mut publish = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => effort = Effort::QUICK,
            "--publish" => publish = true,
            other => {
                eprintln!("`{other}`? There are `--quick` and `--publish`.");
                return ExitCode::FAILURE;
            }
        }
    }
    // Before there is anything to do.
    let processors = machine::processors();
    let text = report(&processors, &contestants::tables(effort));
    print!("{text}");
    if publish {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/FIGURES.md");
        if let Err(error) = std::fs::write(path, text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
