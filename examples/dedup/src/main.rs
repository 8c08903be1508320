//! Interns the fields of a file and tells what that saves: `cargo run --release -p dedup`.
//!
//! Look for: the bytes of a `String` each beside those of interned ones, and that nothing is left when they are dropped.
//! `--help` tells of files and columns; arguments that are none get a sentence, and exit code 2.
//!
//! The file is read twice: once with a `String` for each field, once with a handle on an interned one.
//! What either takes is what the allocator was asked for, not an estimate.
#![deny(unsafe_code)]

mod args;
mod fields;
mod memory;

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use weakcache::interned;

use args::{Args, Command};
use memory::allocated;

/// A field's text, of which there is one in memory, however many fields have it.
#[interned]
struct Text(Box<str>);

fn main() -> ExitCode {
    let result = match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => write!(io::stdout(), "{}", args::USAGE).map_err(Into::into),
        Ok(Command::Dedup(args)) => {
            dedup(&args).and_then(|report| write!(io::stdout(), "{report}").map_err(Into::into))
        }
        Err(error) => {
            say(&format!("{error}\n\n{}", args::USAGE));
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Whether or not anybody reads it: `eprintln` would panic.
fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "dedup: {sentence}");
}

/// What reading the file once took.
struct Pass<H> {
    rows: u64,
    /// One a field, in the order of the file.
    held: Vec<H>,
    bytes: usize,
    time: Duration,
}

struct Report {
    file: String,
    rows: u64,
    fields: usize,
    distinct: usize,
    hit_ratio: f64,
    strings: (usize, Duration),
    interned: (usize, Duration),
    /// Values and bytes, when all handles are dropped.
    left: (usize, usize),
}

fn dedup(args: &Args) -> Result<Report, Box<dyn Error>> {
    let file = args.file.display().to_string();
    let metadata = fs::metadata(&args.file).map_err(|error| format!("{file}: {error}"))?;
    if !metadata.is_file() {
        return Err(format!("{file}: not a regular file, which can be read twice").into());
    }
    // Of itself indicatif draws on a terminal only, and to stderr.
    let bar = ProgressBar::new(2 * metadata.len());
    bar.set_style(ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {eta} left")?);
    bar.tick();

    // First, so that it is the other one which finds the file in the page cache.
    let before = allocated();
    let Pass { rows, held, bytes, time } = pass(args, &bar, |field| Text::new(field))?;
    let info = Text::registry().info();
    let (fields, interned) = (held.len(), (bytes, time));
    drop(held);
    Text::registry().shrink_to_fit();
    let left = (Text::registry().len(), allocated().saturating_sub(before));

    let Pass { bytes, time, .. } = pass(args, &bar, str::to_owned)?;
    bar.finish_and_clear();

    #[expect(clippy::cast_precision_loss, reason = "a ratio of a few digits")]
    let hit_ratio = info.hits as f64 / (info.hits + info.misses).max(1) as f64;
    Ok(Report { file, rows, fields, distinct: info.live, hit_ratio, strings: (bytes, time), interned, left })
}

/// Reads the file, and holds what `keep` makes of each field.
fn pass<H>(args: &Args, bar: &ProgressBar, keep: impl Fn(&str) -> H) -> Result<Pass<H>, String> {
    let file = args.file.display();
    let before = allocated();
    let start = Instant::now();
    let mut held = Vec::new();
    let source = File::open(&args.file).map_err(|error| format!("{file}: {error}"))?;
    let source = bar.wrap_read(source);
    let rows = fields::each(source, args.format, &args.columns, &mut |field| held.push(keep(field)))
        .map_err(|fault| match fault.line {
            Some(line) => format!("{file}:{line}: {fault}"),
            None => format!("{file}: {fault}"),
        })?;
    let time = start.elapsed();
    // That the vector has room for more says nothing about its elements.
    held.shrink_to_fit();
    Ok(Pass { rows, held, bytes: allocated().saturating_sub(before), time })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, rows, fields, distinct, hit_ratio, strings, interned, left } = self;
        let count = |n: usize| HumanCount(n as u64).to_string();
        writeln!(f, "{file}\n")?;
        writeln!(f, "rows             {:>15}", HumanCount(*rows).to_string())?;
        writeln!(f, "fields           {:>15}", count(*fields))?;
        writeln!(f, "distinct values  {:>15}", count(*distinct))?;
        writeln!(f, "hit ratio        {:>13.1} %", hit_ratio * 100.0)?;
        writeln!(f)?;
        writeln!(f, "a String each    {:>15} bytes  {:>9.1?}", count(strings.0), strings.1)?;
        writeln!(f, "interned         {:>15} bytes  {:>9.1?}", count(interned.0), interned.1)?;
        writeln!(f, "dropped again    {:>15} bytes  {:>9} values", count(left.1), count(left.0))
    }
}
