//! `cargo run --release -p weakcache-bench [-- FAMILY…] [--quick]`: figures side by side, in Markdown.

mod families;
mod harness;
mod memory;

use std::process::ExitCode;
use std::time::Duration;

use harness::Effort;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

type Family = (&'static str, fn(Effort));

const FAMILIES: &[Family] = &[
    ("interned", families::interned::run),
    ("hashcons", families::hashcons::run),
    ("memo", families::memo::run),
    ("tasks", families::tasks::run),
    ("weak", families::weak::run),
    ("pool", families::pool::run),
];

fn main() -> ExitCode {
    let mut effort = Effort { rounds: 31, slice: Duration::from_millis(20) };
    let mut wanted = Vec::new();
    for arg in std::env::args().skip(1) {
        if arg == "--quick" {
            effort = Effort { rounds: 5, slice: Duration::from_millis(5) };
        } else if let Some(family) = FAMILIES.iter().find(|(name, _)| *name == arg) {
            wanted.push(family);
        } else {
            let names: Vec<_> = FAMILIES.iter().map(|(name, _)| *name).collect();
            eprintln!("no family `{arg}`; there are: {}", names.join(", "));
            return ExitCode::from(2);
        }
    }
    if wanted.is_empty() {
        wanted.extend(FAMILIES);
    }
    for (name, run) in wanted {
        println!("\n## {name}");
        run(effort);
    }
    ExitCode::SUCCESS
}
