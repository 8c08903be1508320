//! The traces of a folder, replayed to caches of several sizes: how many of the accesses hit, and how many are
//! answered a second by one thread.
//!
//! The sizes are shares of how many different keys a trace has, since traces differ in that by orders of magnitude. A
//! thousandth and a tenth are what the authors of S3-FIFO (SOSP 2023) and SIEVE (NSDI 2024) call a small and a large
//! cache; a hundredth lies between them, and a quarter is where loops and scans begin to matter.

use std::env;
use std::path::PathBuf;
use std::process;

use weakcache_bench::contestants::replay::{Contestant, OPTIMUM, OURS, PEERS};
use weakcache_bench::traces::{Trace, made_up, of_folder};

use crate::harness::Effort;
use crate::table::{Better, Role, Table};

/// Where the folder of traces is named to the process that replays them.
pub(crate) const TRACES: &str = "WEAKCACHE_BENCH_TRACES";

/// Thousandths of the different keys, and what they are called.
const SHARES: [(usize, &str); 4] = [(1, "0.1 %"), (10, "1 %"), (100, "10 %"), (250, "25 %")];

/// What one contestant does with one trace.
struct Row {
    role: Role,
    name: &'static str,
    /// Of each size, the share of hits in hundredths, and millions of accesses a second.
    figures: [(f64, f64); SHARES.len()],
}

pub(crate) fn run(effort: Effort) {
    let quick = effort.rounds < 9;
    let traces = match env::var_os(TRACES) {
        Some(folder) => of_folder(&PathBuf::from(folder)).unwrap_or_else(|message| {
            eprintln!("{message}");
            process::exit(1);
        }),
        None => vec![Trace::new("made up", made_up::mixed(if quick { 10_000 } else { 100_000 }))],
    };
    let all: Vec<Vec<Row>> = traces.iter().map(rows).collect();
    for (trace, rows) in traces.iter().zip(&all) {
        let title =
            format!("Trace `{}`, {} accesses to {} keys", trace.name, trace.keys.len(), trace.distinct);
        let rooms = SHARES.map(|(share, _)| trace.room(share).to_string());
        table(&title, &rooms, rows).emit();
    }
    let shares = SHARES.map(|(_, name)| name.to_owned());
    table("All traces, mean", &shares, &means(&all))
        .note("The sizes are shares of how many different keys a trace has.")
        .emit();
}

/// What all contestants do with a trace, in an order that rotates from size to size.
fn rows(trace: &Trace) -> Vec<Row> {
    let with_role = |role| move |contestant| (role, contestant);
    let contestants: Vec<(Role, &Contestant)> = OURS
        .iter()
        .map(with_role(Role::Ours))
        .chain(PEERS.iter().map(with_role(Role::Peer)))
        .chain([(Role::Bound, &OPTIMUM)])
        .collect();
    let row = |(role, contestant): &(Role, &Contestant)| Row {
        role: *role,
        name: contestant.name,
        figures: [(0.0, 0.0); SHARES.len()],
    };
    let mut rows: Vec<Row> = contestants.iter().map(row).collect();
    for (size, (share, _)) in SHARES.into_iter().enumerate() {
        let room = trace.room(share);
        for turn in 0..contestants.len() {
            let who = (size + turn) % contestants.len();
            rows[who].figures[size] = figures(contestants[who].1, trace, room);
        }
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
fn figures(contestant: &Contestant, trace: &Trace, room: usize) -> (f64, f64) {
    let replayed = (contestant.replay)(&trace.keys, room);
    let accesses = trace.keys.len() as f64;
    let speed = replayed.time.map_or(f64::NAN, |time| accesses / time.as_secs_f64() / 1e6);
    (100.0 * replayed.hits as f64 / accesses, speed)
}

fn mean(figures: impl ExactSizeIterator<Item = f64>) -> f64 {
    let many = figures.len();
    #[expect(clippy::cast_precision_loss, reason = "a few")]
    {
        figures.sum::<f64>() / many as f64
    }
}

/// Of each contestant the means over all traces.
fn means(all: &[Vec<Row>]) -> Vec<Row> {
    let row = |(who, row): (usize, &Row)| Row {
        figures: std::array::from_fn(|size| {
            let over =
                |part: fn((f64, f64)) -> f64| mean(all.iter().map(|rows| part(rows[who].figures[size])));
            (over(|(hits, _)| hits), over(|(_, speed)| speed))
        }),
        ..*row
    };
    all[0].iter().enumerate().map(row).collect()
}

fn table(title: &str, sizes: &[String], rows: &[Row]) -> Table {
    let speeds: Vec<String> = sizes.iter().map(|size| format!("M/s, {size}")).collect();
    let hits = sizes.iter().map(|size| (size.as_str(), 2));
    let columns: Vec<_> =
        hits.chain([("mean", 2)]).chain(speeds.iter().map(|head| (head.as_str(), 1))).collect();
    let mut table = Table::new(title, Better::More(SHARES.len()), &columns);
    for Row { role, name, figures } in rows {
        let hits = figures.iter().map(|(hits, _)| *hits);
        let speeds = figures.iter().map(|(_, speed)| *speed);
        table.row(*role, name, hits.clone().chain([mean(hits)]).chain(speeds).collect());
    }
    table.note("Hits in hundredths of the accesses, by entries; then million accesses a second.")
}
