//! `cargo run --release -p weakcache-bench --bin policies -- FOLDER`: the policies of `src/lab` over the traces of a
//! folder, in Markdown; without one, over a made-up trace.

use std::path::Path;
use std::process::ExitCode;

use weakcache_bench::contestants::replay::OPTIMUM;
use weakcache_bench::lab::{CANDIDATES, hits, numbered};
use weakcache_bench::traces::{Trace, made_up, of_folder};

/// Thousandths of the different keys.
const SIZES: [u32; 8] = [1, 5, 10, 20, 50, 100, 250, 500];
/// Those that `replay` has.
const PUBLISHED: [usize; 4] = [0, 2, 5, 6];

fn main() -> ExitCode {
    let traces = match std::env::args_os().nth(1) {
        Some(folder) => of_folder(Path::new(&folder)),
        None => Ok(vec![Trace::new("made up", made_up::mixed(20_000))]),
    };
    match traces {
        Ok(traces) => {
            table(&traces);
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Means over the traces: over the sizes of `replay`, over all, and of each.
fn table(traces: &[Trace]) {
    let numbers: Vec<(Vec<usize>, usize)> = traces.iter().map(|trace| numbered(&trace.keys)).collect();
    let sizes = SIZES.map(|size| format!(" | {} %", f64::from(size) / 10.0)).concat();
    println!("| | published | all{sizes} |\n|:--|{}", "--:|".repeat(SIZES.len() + 2));
    row("the optimum", traces, |at, room| (OPTIMUM.replay)(&traces[at].keys, room).hits);
    for candidate in CANDIDATES {
        row(candidate.name, traces, |at, room| {
            let (keys, many) = &numbers[at];
            hits(&mut *(candidate.new)(room, *many), keys)
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
fn row(name: &str, traces: &[Trace], hits: impl Fn(usize, usize) -> u64) {
    let ratio = |at: usize, size: u32| {
        let trace: &Trace = &traces[at];
        100.0 * hits(at, trace.room(size as usize)) as f64 / trace.keys.len() as f64
    };
    let means =
        SIZES.map(|size| (0..traces.len()).map(|at| ratio(at, size)).sum::<f64>() / traces.len() as f64);
    let published = PUBLISHED.iter().map(|at| means[*at]).sum::<f64>() / PUBLISHED.len() as f64;
    let all = means.iter().sum::<f64>() / means.len() as f64;
    let means = means.map(|mean| format!(" | {mean:.2}")).concat();
    println!("| {name} | {published:.2} | {all:.2}{means} |");
}
