//! Starts processes of its own program, one a family and turn, and joins what they measure.
//!
//! A process is unlucky as a whole: in where its memory lies, in the seeds of its hashers. So the figures
//! are medians over several, whose turns are interleaved.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::families;
use crate::harness::Effort;
use crate::table::Table;

/// What is measured in one process.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(Effort),
}

const FAMILIES: &[Family] = &[
    Family { name: "memo", about: "Memoized functions", run: families::memo::run },
    Family { name: "tasks", about: "Memoized async functions", run: families::tasks::run },
    Family { name: "recursion", about: "Recursions", run: families::recursion::run },
    Family { name: "interned", about: "Interning", run: families::interned::run },
    Family { name: "hashcons", about: "Hash-consing", run: families::hashcons::run },
    Family { name: "weak", about: "Weak maps", run: families::weak::run },
    Family { name: "pool", about: "Object pools", run: families::pool::run },
];

/// What was asked for.
struct Plan {
    families: Vec<&'static Family>,
    processes: usize,
    effort: Effort,
}

const USAGE: &str = "\
usage: cargo run --release -p weakcache-bench [-- FAMILY…] [--quick]

Prints the families' tables in Markdown; all of them, if none is named.
--quick    one process, and little time for each: to see that it runs";

/// The program: reads its arguments, measures, and prints.
#[must_use]
pub fn figures() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["--measure", family, rounds, slice] = *arguments {
        return measure(family, rounds, slice);
    }
    let done = Plan::of(&arguments).and_then(|plan| {
        for (family, tables) in plan.run()? {
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
    fn of(arguments: &[&str]) -> Result<Self, String> {
        let effort = Effort { rounds: 9, slice: Duration::from_millis(10) };
        let mut plan = Self { families: Vec::new(), processes: 5, effort };
        for &argument in arguments {
            if argument == "--quick" {
                plan.processes = 1;
                plan.effort = Effort { rounds: 3, slice: Duration::from_millis(2) };
            } else if let Some(family) = FAMILIES.iter().find(|family| family.name == argument) {
                plan.families.push(family);
            } else {
                let names: Vec<_> = FAMILIES.iter().map(|family| family.name).collect();
                return Err(format!("{USAGE}\n\nno family `{argument}`; there are: {}", names.join(", ")));
            }
        }
        if plan.families.is_empty() {
            plan.families.extend(FAMILIES);
        }
        Ok(plan)
    }

    /// The tables of each family.
    fn run(&self) -> Result<Vec<(&'static Family, Vec<Table>)>, String> {
        let start = Instant::now();
        let mut gathered: Vec<Vec<Vec<Table>>> = self.families.iter().map(|_| Vec::new()).collect();
        for turn in 1..=self.processes {
            for (family, gathered) in self.families.iter().zip(&mut gathered) {
                let seconds = start.elapsed().as_secs();
                eprintln!("{seconds:>4} s: {}, process {turn} of {}", family.name, self.processes);
                gathered.push(start_process(family, self.effort)?);
            }
        }
        let joined = gathered.into_iter().map(|turns| {
            let tables = turns[0].len();
            let same = |table: usize| turns.iter().map(|turn| turn[table].clone()).collect::<Vec<_>>();
            (0..tables).map(|table| Table::joined(&same(table))).collect()
        });
        Ok(self.families.iter().copied().zip(joined).collect())
    }
}

/// One process of a family.
fn start_process(family: &Family, effort: Effort) -> Result<Vec<Table>, String> {
    let fault = |what: &dyn std::fmt::Display| format!("{}: {what}", family.name);
    let program = std::env::current_exe().map_err(|error| fault(&error))?;
    let output = Command::new(program)
        .args(["--measure", family.name])
        .args(effort.to_args())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| fault(&error))?;
    if !output.status.success() {
        return Err(fault(&output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Table::parse_all(&text).ok_or_else(|| fault(&format_args!("what it says is no table:\n{text}")))
}
