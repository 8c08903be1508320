//! `cargo run --release -p pipeline` computes; the same once more answers from disk. Then edit `summary` in
//! `src/analysis.rs`, its body or a comment in it, and see what a third run does.
//!
//! Look for: `computed 60, from disk 0`, then `computed 0, from disk 60`. An edit of code computes anew, one of a comment does not.
#![forbid(unsafe_code)]

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use lexopt::prelude::{Long, Short, Value, ValueExt};
use pipeline::analysis::summary;
use pipeline::{input, open, run};
use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "\
Tells what the logs in a folder say, and keeps what each of them says on disk.

Usage: pipeline [OPTIONS] [FOLDER]

Without a FOLDER, one is written below the folder for temporary files, and used again by the next run.

Options:
  -s, --store FILE   where results lie; below the folder for temporary files if not given
      --days N       how many logs are written, if they have to be (60)
      --lines N      how many lines each of them has (20000)
  -h, --help         this text
";

struct Args {
    folder: Option<PathBuf>,
    store: Option<PathBuf>,
    days: u32,
    lines: u32,
}

fn args() -> Result<Option<Args>, lexopt::Error> {
    let mut args = Args { folder: None, store: None, days: 60, lines: 20_000 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(arg) = parser.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(None),
            Short('s') | Long("store") => args.store = Some(parser.value()?.into()),
            Long("days") => args.days = parser.value()?.parse()?,
            Long("lines") => args.lines = parser.value()?.parse()?,
            Value(folder) if args.folder.is_none() => args.folder = Some(folder.into()),
            _ => return Err(arg.unexpected()),
        }
    }
    Ok(Some(args))
}

fn main() -> ExitCode {
    let result = match args() {
        Ok(Some(args)) => pipeline(args),
        Ok(None) => write!(io::stdout(), "{USAGE}").map_err(Into::into),
        Err(error) => {
            say(&format!("{error}\n\n{USAGE}"));
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
    let _ = writeln!(io::stderr(), "pipeline: {sentence}");
}

/// A bar on a terminal, and nothing elsewhere.
fn bar(what: &'static str, len: usize) -> Result<ProgressBar, Box<dyn Error>> {
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {pos} of {len}, {eta} left")?;
    Ok(ProgressBar::new(len as u64).with_style(style).with_prefix(what))
}

fn pipeline(args: Args) -> Result<(), Box<dyn Error>> {
    let ours = env::temp_dir().join("weakcache-pipeline");
    let folder = match args.folder {
        Some(folder) => folder,
        None => {
            let folder = ours.join(format!("logs-{}x{}", args.days, args.lines));
            let bar = bar("writing", args.days as usize)?;
            input::generate(&folder, args.days, args.lines, || bar.inc(1))?;
            bar.finish_and_clear();
            folder
        }
    };
    let is_ours = args.store.is_none();
    let path = args.store.unwrap_or_else(|| ours.join("results.redb"));
    let files = input::files(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let store = open(&path, is_ours)?;

    let start = Instant::now();
    let bar = bar("reading", files.len())?;
    let report = run(&files, || bar.inc(1))?;
    bar.finish_and_clear();
    let time = start.elapsed();

    let info = summary::cache_info();
    let bytes = HumanBytes(files.iter().map(|file| file.len).sum());
    let mut out = io::stdout();
    writeln!(out, "{report}")?;
    writeln!(out, "{} files, {bytes}, in {}", files.len(), folder.display())?;
    writeln!(out, "computed {}, from disk {}, in {time:.1?}", info.misses, info.store_hits)?;
    let on_disk = store.info();
    writeln!(out, "{} results, {}, in {}", on_disk.entries, HumanBytes(on_disk.bytes), path.display())?;
    if info.store_failures > 0 {
        writeln!(out, "the store failed {} times; what it did not have was computed", info.store_failures)?;
    }
    Ok(())
}
