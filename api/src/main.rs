//! `api/surface`: what each package offers to its users, as text that is committed, so that a change of it is seen in review.
//!
//! rustdoc says it, as JSON, and the crate public-api spells it out, auto traits included. Listed is what is there without
//! features, then what each of them brings by itself, then what two or more bring together.

mod package;
mod snapshot;

use std::error::Error;
use std::process::ExitCode;

use package::{PACKAGES, Package};
use snapshot::Snapshot;

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: api/surface --check | --update

--check   compare with api/*.txt, and fail where they differ
--update  write api/*.txt anew";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--check"] => check(),
        ["--update"] => update(),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> Outcome<()> {
    let mut differences = String::new();
    for package in PACKAGES {
        differences += &Snapshot::read(package)?.compare(&Snapshot::of(package, &package.surface()?));
    }
    if differences.is_empty() {
        return Ok(());
    }
    let hint = "If that is meant, `api/surface --update` writes them anew.";
    Err(format!("The public surface is not that of api/*.txt:\n{differences}{hint}").into())
}

fn update() -> Outcome<()> {
    PACKAGES.iter().try_for_each(|package: &Package| Snapshot::of(package, &package.surface()?).write())
}
