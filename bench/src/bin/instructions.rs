//! What each hot path takes, in instructions: see `bench/instructions`.

use std::process::ExitCode;

fn main() -> ExitCode {
    weakcache_bench::instructions::main()
}
