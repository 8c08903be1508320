//! What no compiler checks of the book and of the pages beside it: `book/check` runs it.
//!
//! * Figures in tables whose first header is `median ns`, `bytes` or `instructions` are those of `BENCHMARKS.md` and of
//!   `bench/instructions.txt`. With `--update` they are written anew.
//! * Each chapter is among those that are compiled, and no code of it is ignored but what is included from files.
//! * Code in Python runs, where there is a `python3`.
//! * Links lead to pages and anchors that are there: in the HTML, and in the Markdown of the repository. No network is used.
#![forbid(unsafe_code)]

mod figures;
mod links;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    let update = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [update] if update == "--update" => true,
        [.., argument] => {
            eprintln!("check-book: `{argument}` is no argument here; write nothing, or `--update`");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the book lies in the repository");
    match faults(root, update) {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in &faults {
                eprintln!("{fault}");
            }
            eprintln!("check-book: {} faults", faults.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("check-book: {error}");
            ExitCode::FAILURE
        }
    }
}

fn faults(root: &Path, update: bool) -> io::Result<Vec<String>> {
    let chapters = files(&root.join("book/src"), "md")?;
    let mut pages = chapters.clone();
    pages.push(root.join("README.md"));
    let mut faults = figures::check(root, &pages, update)?;
    faults.extend(code(root, &chapters)?);
    faults.extend(links::check(root)?);
    Ok(faults)
}

/// The files of a folder, and of those in it, that end in this way.
fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let list = fs::read_dir(folder)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", folder.display())))?;
    let mut found = Vec::new();
    for entry in list {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Code that would not be compiled, or does not run.
fn code(root: &Path, chapters: &[PathBuf]) -> io::Result<Vec<String>> {
    let compiled = fs::read_to_string(root.join("book/code/lib.rs"))?;
    let mut faults = Vec::new();
    for chapter in chapters {
        let name = chapter.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(chapter)?;
        let blocks = blocks(&text);
        let in_rust = blocks.iter().any(|(language, _)| language.starts_with("rust"));
        if in_rust && !compiled.contains(&format!("\"{name}\"")) {
            faults.push(format!("{name}: its code is not compiled; name it in book/code/lib.rs"));
        }
        for (language, block) in blocks {
            let fault = match language {
                "rust" | "rust,no_run" | "text" | "toml" | "sh" => None,
                "rust,ignore" if block.contains("{{#include ") => None,
                "python" => python(&block)?,
                _ => Some(format!("a block of `{language}` is checked by nobody")),
            };
            faults.extend(fault.map(|fault| format!("{name}: {fault}")));
        }
    }
    Ok(faults)
}

/// The blocks of code in a text, each behind what it says of its language.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push((language, block.join("\n")));
        }
    }
    blocks
}

/// What is wrong with a program in Python.
fn python(program: &str) -> io::Result<Option<String>> {
    let python = Command::new("python3").arg("-").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut python = match python {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            println!("NOT RUN: the code in Python, since there is no python3");
            return Ok(None);
        }
        python => python?,
    };
    python.stdin.take().expect("piped").write_all(program.as_bytes())?;
    let output = python.wait_with_output()?;
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
}
