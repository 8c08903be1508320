//! `cargo run --release -p weakcache-bench [-- FAMILY…] [OPTIONS]`: figures side by side, in Markdown.

mod driver;
mod families;
mod harness;
mod memory;
mod plot;
mod report;
mod table;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

fn main() -> ExitCode {
    driver::figures()
}
