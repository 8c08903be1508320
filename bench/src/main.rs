//! `cargo run --release -p weakcache-bench [-- FAMILY…] [OPTIONS]`: figures side by side, in Markdown.

use std::process::ExitCode;

use weakcache_bench::memory;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

fn main() -> ExitCode {
    weakcache_bench::figures()
}
