//! `bench/instructions`: what each hot path takes, in instructions, as callgrind counts them.
//!
//! Instructions are the same on a busy machine as on a quiet one, so a baseline can be committed, and a
//! change of a few of them seen. One process runs one way to take one path; callgrind counts inside
//! `paths::counted_laps` alone, so what was set up before is not in the figure. The loop is measured by
//! itself and taken off; the call is in. Hashes depend on seeds, which are made of addresses: each figure is
//! the mean over a thousand keys (where there are keys), and the median over `PROCESSES` processes with
//! their stacks at different addresses.

mod baseline;
mod count;
mod paths;

use std::collections::BTreeMap;
use std::process::ExitCode;

use baseline::Baseline;
use paths::{PATHS, Path};

/// How many processes a figure is the median of.
const PROCESSES: usize = 5;

const USAGE: &str = "\
usage: bench/instructions [--check | --update]

Without an option: a table in Markdown, with the peers.
--check   compare with the baseline, and fail where a path takes 5 % more
--update  write the baseline anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments {
        [] => table().map(|text| print!("{text}")),
        ["--check"] => check(),
        ["--update"] => update(),
        // What `count` starts under callgrind.
        ["--path", path, contestant] => {
            println!("{}", paths::take(path, contestant));
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The figures beside the peers', as Markdown.
fn table() -> Result<String, String> {
    use std::fmt::Write as _;

    let wanted: Vec<_> =
        PATHS.iter().flat_map(|path| path.contestants().map(|contestant| (path.name, contestant))).collect();
    let figures = figures(&wanted)?;
    let mut text = String::from("| | weakcache | peers | |\n|:--|--:|:--|--:|\n");
    for path in PATHS {
        let figure = |contestant| figures[&(path.name, contestant)];
        let ours = figure(paths::OURS);
        let peers: Vec<_> = path.peers.iter().map(|(name, _)| (*name, figure(name))).collect();
        let best = peers.iter().map(|(_, figure)| *figure).fold(f64::INFINITY, f64::min);
        let names = peers.iter().map(|(name, figure)| format!("{name} {figure:.0}")).collect::<Vec<_>>();
        let ratio = if peers.is_empty() { String::new() } else { format!("{:.2}", ours / best) };
        let _ = writeln!(text, "| {} | {ours:.0} | {} | {ratio} |", path.name, names.join(", "));
    }
    Ok(text)
}

fn ours() -> Result<Vec<(&'static str, f64)>, String> {
    let wanted: Vec<_> = PATHS.iter().map(|path| (path.name, paths::OURS)).collect();
    let figures = figures(&wanted)?;
    Ok(PATHS.iter().map(|path| (path.name, figures[&(path.name, paths::OURS)])).collect())
}

fn check() -> Result<(), String> {
    let baseline = Baseline::read()?;
    let report = baseline.compare(&ours()?);
    println!("{}", report.text);
    if report.faults.is_empty() { Ok(()) } else { Err(report.faults.join("\n")) }
}

fn update() -> Result<(), String> {
    let baseline = Baseline::of(&ours()?);
    print!("{}", baseline.text());
    baseline.write()
}

type Key = (&'static str, &'static str);

/// The figure of each, the loop taken off.
fn figures(wanted: &[Key]) -> Result<BTreeMap<Key, f64>, String> {
    let mut jobs = wanted.to_vec();
    jobs.push((paths::LOOP, paths::OURS));
    let counted = count::all(&jobs, PROCESSES)?;
    let mut figures: BTreeMap<Key, f64> = jobs.into_iter().zip(counted).collect();
    let around = figures.remove(&(paths::LOOP, paths::OURS)).unwrap_or_default();
    for figure in figures.values_mut() {
        *figure -= around;
    }
    Ok(figures)
}

impl Path {
    fn contestants(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(paths::OURS).chain(self.peers.iter().map(|(name, _)| *name))
    }
}
