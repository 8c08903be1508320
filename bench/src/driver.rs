//! Starts processes of its own program, one a family and turn, and joins what they measure.
//!
//! A process is unlucky as a whole: in where its memory lies, in the seeds of its hashers. So the figures
//! are medians over several, whose turns are interleaved.

use std::ffi::OsString;
use std::fmt;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use weakcache_bench::machine;

use crate::families::replay::TRACES;
use crate::harness::Effort;
use crate::table::Table;
use crate::{families, report};

/// What is measured in one process.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// What the columns of its tables are, where they are numbers: those are plotted.
    pub(crate) over: Option<&'static str>,
    /// How many processes measure it: more, where one may be unlucky.
    pub(crate) processes: usize,
    run: fn(Effort),
}

#[rustfmt::skip] // a table
const FAMILIES: &[Family] = &[
    Family { name: "memo", about: "Memoized functions", over: None, processes: 7, run: families::memo::run },
    Family { name: "cache", about: "Caches by hand, and batches", over: None, processes: 5, run: families::cache::run },
    Family { name: "capacity", about: "Bounds that threads share", over: None, processes: 7, run: families::capacity::run },
    Family { name: "threads", about: "Bounds over threads", over: Some("threads"), processes: 5, run: families::capacity::over_threads },
    Family { name: "sizes", about: "Sizes of bounded caches", over: SIZE, processes: 3, run: families::sizes::run },
    Family { name: "ratio", about: "Hit ratios of bounded caches", over: SIZE, processes: 1, run: families::sizes::ratio::run },
    Family { name: REPLAY, about: "Traces", over: None, processes: 3, run: families::replay::run },
    Family { name: "tasks", about: "Memoized async functions", over: None, processes: 5, run: families::tasks::run },
    Family { name: "recursion", about: "Recursions", over: None, processes: 5, run: families::recursion::run },
    Family { name: "interned", about: "Interning", over: None, processes: 5, run: families::interned::run },
    Family { name: "hashcons", about: "Hash-consing", over: None, processes: 3, run: families::hashcons::run },
    Family { name: "weak", about: "Weak maps", over: None, processes: 7, run: families::weak::run },
    Family { name: "pool", about: "Object pools", over: None, processes: 7, run: families::pool::run },
];

const SIZE: Option<&str> = Some("entries");

/// What needs a folder of traces.
const REPLAY: &str = "replay";

/// What writes the page.
pub(crate) const COMMAND: &str = "cargo run --release -p weakcache-bench -- --publish";

/// What was asked for.
struct Plan {
    families: Vec<&'static Family>,
    effort: Effort,
    /// Whether one process does for each.
    quick: bool,
    publish: bool,
    traces: Option<OsString>,
    /// Another build of this program.
    beside: Option<OsString>,
}

const USAGE: &str = "\
usage: cargo run --release -p weakcache-bench [-- FAMILY…] [OPTIONS]

Prints the families' tables in Markdown; of all of them, if none is named, but with `--traces` alone of `replay`.
--quick           one process, and little time for each: to see that it runs
--beside PROGRAM  measure ours as another build of this program has it too, turn by turn
--publish         write BENCHMARKS.md and bench/plots instead, with instruction counts
--traces FOLDER   replay the traces of that folder, NAME.u32.zst and NAME.u64.zst: nothing but keys,
                  little-endian, compressed; without it `replay` makes one up, and `--publish` keeps what
                  it published before";

/// The program: reads its arguments, measures, and prints.
pub(crate) fn figures() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    if let ["--measure", family, rounds, slice] = *words {
        return measure(family, rounds, slice);
    }
    let done = Plan::of(arguments).and_then(|plan| {
        if plan.publish {
            // As busy as others keep it, not we.
            let machine = machine::processors();
            let families = plan.run()?;
            let replayed = families.iter().find(|(family, _)| family.name == REPLAY);
            if let Some((_, tables)) = replayed.filter(|_| plan.traces.is_some()) {
                report::record(tables, &machine)?;
            }
            return report::publish(&families, &machine);
        }
        let families = plan.run()?;
        for (family, tables) in families {
            println!("\n## {}", family.about);
            for table in tables {
                print!("{}", table.markdown());
            }
        }
        Ok(())
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// What a process does that this program started.
fn measure(family: &str, rounds: &str, slice: &str) -> ExitCode {
    let family = FAMILIES.iter().find(|other| other.name == family);
    match family.zip(Effort::from_args(rounds, slice)) {
        Some((family, effort)) => {
            (family.run)(effort);
            ExitCode::SUCCESS
        }
        None => ExitCode::from(2),
    }
}

impl Plan {
    fn of(arguments: Vec<OsString>) -> Result<Self, String> {
        let effort = Effort { rounds: 9, slice: Duration::from_millis(10) };
        let mut plan =
            Self { families: Vec::new(), effort, quick: false, publish: false, traces: None, beside: None };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == "--quick" {
                plan.quick = true;
                plan.effort = Effort { rounds: 3, slice: Duration::from_millis(2) };
            } else if argument == "--publish" {
                plan.publish = true;
            } else if argument == "--beside" {
                plan.beside = Some(arguments.next().ok_or(USAGE)?);
            } else if argument == "--traces" {
                plan.traces = Some(arguments.next().ok_or(USAGE)?);
            } else if let Some(family) = FAMILIES.iter().find(|family| argument == family.name) {
                plan.families.push(family);
            } else {
                let names: Vec<_> = FAMILIES.iter().map(|family| family.name).collect();
                let argument = argument.display();
                return Err(format!("{USAGE}\n\nno family `{argument}`; there are: {}", names.join(", ")));
            }
        }
        if plan.families.is_empty() {
            let only = (plan.traces.is_some() && !plan.publish).then_some(REPLAY);
            plan.families
                .extend(FAMILIES.iter().filter(|family| only.is_none_or(|only| family.name == only)));
        }
        Ok(plan)
    }

    /// The tables of each family.
    fn run(&self) -> Result<Vec<(&'static Family, Vec<Table>)>, String> {
        let start = Instant::now();
        let mut gathered: Vec<Vec<Vec<Table>>> = self.families.iter().map(|_| Vec::new()).collect();
        // What cannot be replayed here was, elsewhere.
        let recorded = |family: &Family| self.publish && self.traces.is_none() && family.name == REPLAY;
        let processes = |family: &Family| match self.quick || recorded(family) {
            true => 1,
            false => family.processes,
        };
        let turns = self.families.iter().map(|family| processes(family)).max().unwrap_or_default();
        for turn in 0..turns {
            for (family, gathered) in self.families.iter().zip(&mut gathered) {
                if turn < processes(family) && recorded(family) {
                    gathered.push(report::recorded()?);
                } else if turn < processes(family) {
                    let seconds = start.elapsed().as_secs();
                    eprintln!(
                        "{seconds:>4} s: {}, process {} of {}",
                        family.name,
                        turn + 1,
                        processes(family)
                    );
                    let mut tables = self.start(family, None)?;
                    if let Some(other) = &self.beside {
                        for (table, other) in tables.iter_mut().zip(self.start(family, Some(other))?) {
                            table.beside(&other);
                        }
                    }
                    gathered.push(tables);
                }
            }
        }
        let joined = gathered.into_iter().map(|turns| {
            let tables = turns[0].len();
            let same = |table: usize| turns.iter().map(|turn| turn[table].clone()).collect::<Vec<_>>();
            (0..tables).map(|table| Table::joined(&same(table))).collect()
        });
        Ok(self.families.iter().copied().zip(joined).collect())
    }

    /// One process of a family, by this program or another build of it.
    fn start(&self, family: &Family, other: Option<&OsString>) -> Result<Vec<Table>, String> {
        let fault = |what: &dyn fmt::Display| format!("{}: {what}", family.name);
        let own = std::env::current_exe().map_err(|error| fault(&error))?;
        let program = other.map_or(own, Into::into);
        let traces = self.traces.iter().map(|folder| (TRACES, folder));
        let output = Command::new(program)
            .args(["--measure", family.name])
            .args(self.effort.to_args())
            .envs(traces)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| fault(&error))?;
        if !output.status.success() {
            return Err(fault(&output.status));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        Table::parse_all(&text).ok_or_else(|| fault(&format_args!("what it says is no table:\n{text}")))
    }
}
