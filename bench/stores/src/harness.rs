//! Contestants in turns, and their tables.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::machine;

/// How much to run.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    rounds: usize,
    slice: Duration,
    /// How many entries there are.
    pub(crate) entries: u64,
}

impl Effort {
    pub(crate) const FULL: Self = Self { rounds: 15, slice: Duration::from_millis(200), entries: 10_000 };
    pub(crate) const QUICK: Self = Self { rounds: 3, slice: Duration::from_millis(10), entries: 500 };
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Role {
    Ours,
    Peer,
    /// Does less, or is something else.
    Shown,
}

pub(crate) struct Line {
    role: Role,
    name: &'static str,
    values: Vec<f64>,
}

impl Line {
    /// Measured elsewhere.
    pub(crate) fn one(role: Role, name: &'static str, value: f64) -> Self {
        Self { role, name, values: vec![value] }
    }
}

pub(crate) struct Table {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) lines: Vec<Line>,
}

type Operation<'a> = Box<dyn FnMut(u64) + 'a>;

/// Contestants of a race.
pub(crate) struct Race<'a> {
    title: &'static str,
    unit: &'static str,
    in_a_second: f64,
    /// How many operations there are between two looks at the clock.
    at_once: u32,
    contestants: Vec<(Role, &'static str, Operation<'a>)>,
}

impl<'a> Race<'a> {
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, unit: "µs", in_a_second: 1e6, at_once: 1, contestants: Vec::new() }
    }

    /// Where an operation takes hardly longer than a look at the clock.
    pub(crate) fn in_nanoseconds(self) -> Self {
        Self { unit: "ns", in_a_second: 1e9, at_once: 1000, ..self }
    }

    pub(crate) fn add(mut self, role: Role, name: &'static str, operation: impl FnMut(u64) + 'a) -> Self {
        self.contestants.push((role, name, Box::new(operation)));
        self
    }

    pub(crate) fn run(mut self, effort: Effort) -> Table {
        eprintln!("{}", self.title);
        let count = self.contestants.len();
        let mut values = vec![Vec::new(); count];
        let mut next = vec![0_u64; count];
        for round in 0..effort.rounds {
            for turn in 0..count {
                // In an order that rotates: what disturbs the machine disturbs all alike.
                let at = (round + turn) % count;
                let operation = &mut self.contestants[at].2;
                let begin = Instant::now();
                let mut done = 0_u32;
                while begin.elapsed() < effort.slice {
                    for _ in 0..self.at_once {
                        operation(next[at]);
                        next[at] += 1;
                    }
                    done += self.at_once;
                }
                values[at].push(begin.elapsed().as_secs_f64() * self.in_a_second / f64::from(done));
            }
        }
        let names = self.contestants.iter().map(|(role, name, _)| (*role, *name));
        let lines = names.zip(values).map(|((role, name), values)| Line { role, name, values }).collect();
        Table { title: self.title, unit: self.unit, lines }
    }
}

/// One figure each.
pub(crate) fn measured(
    title: &'static str,
    unit: &'static str,
    lines: impl IntoIterator<Item = (Role, &'static str, f64)>,
) -> Table {
    let lines = lines.into_iter().map(|(role, name, value)| Line::one(role, name, value));
    Table { title, unit, lines: lines.collect() }
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn report(processors: &str, tables: &[Table]) -> String {
    let mut text = format!(
        "# Figures of second tiers\n\n\
         Made by `cargo run --release -p weakcache-bench-stores -- --publish`, as a whole; nothing here is written by hand.\n\n\
         * {}\n\
         * {processors}\n\
         * {}, release profile\n\
         * {}\n\n\
         Contestants of a table run in turns, in one process. `min` is the least of the rounds, `median` their median;\n\
         `to the best peer` is the ratio of medians to the best peer that does the same: below 1 is better.\n",
        machine::date(),
        machine::compiler(),
        machine::versions().join(", "),
    );
    for table in tables {
        let best = table.lines.iter().filter(|line| line.role == Role::Peer);
        let best = best.map(|line| median(&line.values)).min_by(f64::total_cmp);
        let _ = write!(
            text,
            "\n## {}\n\n| | min, {unit} | median, {unit} | to the best peer |\n|:--|--:|--:|--:|\n",
            table.title,
            unit = table.unit
        );
        for line in &table.lines {
            let min = line.values.iter().copied().min_by(f64::total_cmp).unwrap_or(f64::NAN);
            let median = median(&line.values);
            let ratio = match (line.role, best) {
                (Role::Ours, Some(best)) => format!("{:.2}", median / best),
                _ => String::new(),
            };
            let name =
                if line.role == Role::Ours { format!("**{}**", line.name) } else { line.name.to_owned() };
            let _ = writeln!(text, "| {name} | {min:.2} | {median:.2} | {ratio} |");
        }
    }
    text
}
