//! `BENCHMARKS.md`, and its plots.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use weakcache_bench::machine::{self, root};

use crate::driver::{self, Family};
use crate::plot;
use crate::table::{Better, Table};

const FOLDER: &str = "bench/plots";

/// The tables of the traces, which not everyone has who publishes the others.
const RECORDED: &str = "bench/traces.txt";

/// Writes the page and the plots.
///
/// # Errors
///
/// Says what cannot be written.
pub(crate) fn publish(families: &[(&Family, Vec<Table>)], machine: &str) -> Result<(), String> {
    let mut plots = Plots::default();
    let mut page = head(machine);
    page.push_str(&summary(families));
    page.push_str("\n## Instructions\n\n");
    match instructions() {
        Ok(table) => {
            page.push_str(
                "Of a call, as callgrind counts them; the last column is the ratio to the best peer's.\n\n",
            );
            page.push_str(&table);
        }
        Err(message) => {
            let _ = writeln!(page, "Not counted: {message}");
        }
    }
    for (family, tables) in families {
        let _ = write!(page, "\n## {}\n", family.about);
        for table in tables {
            page.push_str(&table.markdown());
            if let Some(axis) = family.over {
                page.push_str(&plots.draw(table, axis)?);
            }
        }
    }
    plots.write()?;
    fs::write(root().join("BENCHMARKS.md"), page).map_err(|error| format!("BENCHMARKS.md: {error}"))
}

/// Keeps the tables of the traces for those who publish without them.
///
/// # Errors
///
/// Says what cannot be written.
pub(crate) fn record(tables: &[Table], machine: &str) -> Result<(), String> {
    let when = format!("note\tReplayed on {}, on {machine}.\n", machine::date());
    let tables: String = tables.iter().map(|table| table.to_string() + &when).collect();
    fs::write(root().join(RECORDED), tables).map_err(|error| format!("{RECORDED}: {error}"))
}

/// The tables that were kept.
///
/// # Errors
///
/// Says that there are none, or what is wrong with them.
pub(crate) fn recorded() -> Result<Vec<Table>, String> {
    let text = fs::read_to_string(root().join(RECORDED))
        .map_err(|error| format!("{RECORDED}: {error}; it is written with `--traces FOLDER`"))?;
    Table::parse_all(&text).ok_or_else(|| format!("{RECORDED}: no tables"))
}

/// The table of `bench/instructions`, which is another program: it counts itself.
fn instructions() -> Result<String, String> {
    eprintln!("instructions");
    let output =
        Command::new(root().join("bench/instructions")).output().map_err(|error| error.to_string())?;
    let text = |bytes| String::from_utf8_lossy(bytes).trim_end().to_owned();
    if output.status.success() { Ok(text(&output.stdout) + "\n") } else { Err(text(&output.stderr)) }
}

fn head(machine: &str) -> String {
    format!(
        "# Benchmarks\n\n\
         Made by `{}`, as a whole; nothing here is written by hand.\n\n\
         * {}\n\
         * {machine}\n\
         * {}, release profile\n\
         * {}\n\n\
         All contestants of a table run in turns, for the same time, in several processes. `min` is the least of all\n\
         rounds, `median` the median over the processes of the median over the rounds; nanoseconds of wall time an\n\
         operation and thread. `to the best peer` is the ratio to the best one that does the same: below 1 is better,\n\
         but of hit ratios above 1. Under each table stands who is ahead of this library by more than 2 %, with the\n\
         ratio to it. Those that do less, as their names say, are shown, but are no peers.\n",
        driver::COMMAND,
        machine::date(),
        machine::compiler(),
        machine::versions().join(", "),
    )
}

/// All verdicts in one table, and how many there are of each kind.
fn summary(families: &[(&Family, Vec<Table>)]) -> String {
    let (mut ahead, mut even, mut behind) = (0, 0, 0);
    let mut rows = String::new();
    let verdicts = families
        .iter()
        .flat_map(|(_, tables)| tables)
        .filter_map(|table| table.verdict().map(|verdict| (table, verdict)));
    for (table, verdict) in verdicts {
        let (Better::Less(column) | Better::More(column)) = table.better;
        // As in the table: for what is better if it is more, above 1 is ahead.
        let ratio = verdict.ours.cells[column] / verdict.best.cells[column];
        let counter = match verdict.order() {
            std::cmp::Ordering::Less => &mut ahead,
            std::cmp::Ordering::Equal => &mut even,
            std::cmp::Ordering::Greater => &mut behind,
        };
        *counter += 1;
        let digits = table.columns[column].digits;
        let cell = |row: &crate::table::Row| format!("{:.*}", digits, row.cells[column]);
        let best = format!("{}, {}", cell(verdict.best), verdict.best.name);
        let ratio = if verdict.order().is_gt() { format!("**{ratio:.2}**") } else { format!("{ratio:.2}") };
        let _ = writeln!(rows, "| {} | {} | {best} | {ratio} |", table.title, cell(verdict.ours));
    }
    format!(
        "\n## All verdicts\n\n\
         This library is ahead in {ahead} of {} comparisons, even in {even}, and a peer is ahead in {behind}: **bold**.\n\n\
         | | weakcache | best peer | ratio |\n|:--|--:|--:|--:|\n{rows}",
        ahead + even + behind
    )
}

/// What is drawn of one run.
#[derive(Default)]
struct Plots(Vec<(String, String)>);

impl Plots {
    /// Draws a table, and gives the reference to the plot.
    fn draw(&mut self, table: &Table, axis: &str) -> Result<String, String> {
        let plot = plot::svg(table, axis).map_err(|error| format!("{}: {error}", table.title))?;
        let words = table.title.split(|sign: char| !sign.is_ascii_alphanumeric());
        let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-").to_lowercase();
        let reference = format!("\n![{}]({FOLDER}/{name}.svg)\n", table.title.replace('`', ""));
        self.0.push((name, plot));
        Ok(reference)
    }

    fn write(&self) -> Result<(), String> {
        let folder = root().join(FOLDER);
        let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(fault)?;
        }
        fs::create_dir_all(&folder).map_err(fault)?;
        self.0
            .iter()
            .try_for_each(|(name, plot)| fs::write(folder.join(format!("{name}.svg")), plot).map_err(fault))
    }
}
