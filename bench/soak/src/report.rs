//! The figures of a run, and whether memory has grown.

use std::process::ExitCode;
use std::time::Duration;

use crate::census::{Count, KINDS, count, made};
use crate::memory::{Sample, peak};
use crate::watch::{self, Doing};

/// By how much memory may differ at the end from what it was after a tenth of the time.
const MOST: f64 = 0.01;

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// What samples of some time have in common, so that what one of them has more or less does not count.
struct Mean {
    live: f64,
    resident: Option<f64>,
}

impl Mean {
    fn of(samples: &[Sample], from: f64, to: f64) -> Option<Self> {
        let first = samples.partition_point(|sample| sample.seconds < from);
        let end = samples.partition_point(|sample| sample.seconds <= to);
        let samples = samples.get(first..end.max(first + 1))?;
        #[expect(clippy::cast_precision_loss, reason = "a mean")]
        let mean = |sum: usize| sum as f64 / samples.len() as f64;
        let live = mean(samples.iter().map(|sample| sample.live).sum());
        let resident: Option<usize> = samples.iter().map(|sample| sample.resident).sum();
        Some(Self { live, resident: resident.map(mean) })
    }
}

fn row(name: &str, then: f64, at_end: f64) {
    println!(
        "| {name} | {:.0} | {:.0} | {:+.2} % |",
        then / 1024.0,
        at_end / 1024.0,
        (at_end / then - 1.0) * 100.0
    );
}

/// Prints all, and says how the run ends. What is asserted is the growth of what is allocated: it is exact, and ours
/// alone. What is resident is the allocator's choice too, which keeps what it was given back, in arenas that threads take
/// by chance; it is printed beside, and drawn.
pub(crate) fn print(samples: &[Sample], time: Duration) -> ExitCode {
    println!("\n| | | a second |\n|:--|--:|--:|");
    for doing in watch::ALL.into_iter().filter(|doing| !matches!(doing, Doing::Resting | Doing::Dropping)) {
        let count = watch::count(doing);
        println!("| {doing:?} | {count} | {:.0} |", per_second(count, time));
    }
    let values = KINDS.into_iter().map(made).sum();
    let counts = [
        ("values made, and dropped", values),
        ("bodies", count(Count::Bodies)),
        ("panics", count(Count::Panics)),
        ("cancellations", count(Count::Cancellations)),
        ("callbacks of the dead", count(Count::Finalized)),
    ];
    for (name, count) in counts {
        println!("| {name} | {count} | {:.0} |", per_second(count, time));
    }

    let seconds = time.as_secs_f64();
    let then = Mean::of(samples, seconds * 0.1, seconds * 0.15);
    let last = samples.last().map_or(seconds, |sample| sample.seconds);
    let at_end = Mean::of(samples, last - seconds * 0.05, last);
    let (Some(then), Some(at_end)) = (then, at_end) else {
        eprintln!("FAILED: nothing was measured");
        return ExitCode::FAILURE;
    };
    println!("\n| KiB | after a tenth | at the end | |\n|:--|--:|--:|--:|");
    row("allocated", then.live, at_end.live);
    if let (Some(then), Some(at_end)) = (then.resident, at_end.resident) {
        row("resident", then, at_end);
    }
    if let Some(peak) = peak() {
        println!("| resident, at most | | {} | |", peak >> 10);
    }
    let growth = at_end.live / then.live - 1.0;
    println!("\n{} times all threads rested, and all was counted", samples.len());
    if growth.abs() > MOST {
        eprintln!(
            "FAILED: memory at the end differs from that after a tenth by more than {} %",
            MOST * 100.0
        );
        return ExitCode::FAILURE;
    }
    println!("nothing lost, doubled or hung");
    ExitCode::SUCCESS
}
