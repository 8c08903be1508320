//! The program as its users meet it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
    command.args(args);
    command
}

fn pipeline(args: &[&str]) -> Output {
    command(args).output().expect("the program starts")
}

/// What is printed by a run that must succeed and say nothing else.
#[track_caller]
fn run(args: &[&str]) -> String {
    let output = pipeline(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "", "no progress bar but on a terminal");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How many results were computed, and how many were found on disk.
#[track_caller]
fn counts(report: &str) -> (u64, u64) {
    let line = report.lines().find(|line| line.starts_with("computed ")).expect(report);
    let numbers: Vec<u64> = line.split([' ', ',']).filter_map(|word| word.parse().ok()).take(2).collect();
    (numbers[0], numbers[1])
}

/// What was found out, whichever way.
fn table(report: &str) -> String {
    report.split_inclusive('\n').take_while(|line| *line != "\n").collect()
}

/// A folder with logs, and a file for results.
fn folder(days: u32) -> (TempDir, String, String) {
    let folder = TempDir::new().unwrap();
    let logs = folder.path().join("logs");
    pipeline::input::generate(&logs, days, 200, || {}).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (logs, store) = (path(&logs), path(&folder.path().join("results.redb")));
    (folder, logs, store)
}

#[test]
fn the_second_run_answers_from_disk() {
    let (_folder, logs, store) = folder(5);
    let first = run(&["--store", &store, &logs]);
    assert_eq!(counts(&first), (5, 0), "{first}");
    let second = run(&["--store", &store, &logs]);
    assert_eq!(counts(&second), (0, 5), "{second}");
    assert_eq!(table(&first), table(&second));
    assert!(table(&first).contains("\n1000 requests in 5 days, "), "{first}");
    for route in ["items", "search", "cart", "users"] {
        assert!(table(&first).contains(&format!("\n{route} ")), "{first}");
    }
}

#[test]
fn what_is_new_or_changed_is_computed() {
    let (folder, logs, store) = folder(3);
    assert_eq!(counts(&run(&["--store", &store, &logs])), (3, 0));
    let day = folder.path().join("logs/day-002.log");
    let longer =
        fs::read_to_string(&day).unwrap() + "2026-03-02T23:59:59Z 10.0.0.7 GET /late 200 1 1.0\nno request\n";
    fs::write(day, longer).unwrap();
    fs::write(folder.path().join("logs/day-004.log"), "").unwrap();
    fs::write(folder.path().join("logs/README"), "no log").unwrap();
    let report = run(&["--store", &store, &logs]);
    assert_eq!(counts(&report), (2, 2), "{report}");
    assert!(report.contains("\n601 requests in 4 days, ") && report.contains("\nlate "), "{report}");
    assert_eq!(counts(&run(&["--store", &store, &logs])), (0, 4));
}

/// As one that an older version of the store has left in the folder for temporary files.
#[test]
fn what_stands_in_the_place_of_our_own_file_is_put_aside() {
    let (folder, logs, _) = folder(2);
    let store = folder.path().join("weakcache-pipeline/results.redb");
    fs::create_dir_all(store.parent().unwrap()).unwrap();
    fs::write(&store, "no database").unwrap();
    for expected in [(2, 0), (0, 2)] {
        let output =
            command(&[&logs]).env("TMPDIR", folder.path()).env("TMP", folder.path()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(counts(&String::from_utf8(output.stdout).unwrap()), expected);
    }
    assert_eq!(fs::read(store.with_extension("redb.damaged")).unwrap(), b"no database");
}

#[test]
fn what_does_not_go_is_a_sentence() {
    let (folder, logs, store) = folder(1);
    let none = format!("{logs}/none");
    let not_a_store = format!("{logs}/day-001.log");
    fs::write(folder.path().join("logs/day-002.log"), [0xff]).unwrap();
    for (args, sentence, code) in [
        (&["--stor", &store][..], "invalid option '--stor'", 2),
        (&["--days", "many"], "cannot parse argument \"many\"", 2),
        (&[&none], &none, 1),
        (&["--store", &not_a_store, &logs], &not_a_store, 1),
        (&["--store", &store, &logs], "day-002.log: stream did not contain valid UTF-8", 1),
    ] {
        let output = pipeline(args);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("pipeline: ") && said.contains(sentence), "{said}");
        assert_eq!((output.status.code(), output.stdout), (Some(code), Vec::new()), "{said}");
    }
    let help = run(&["--help"]);
    assert!(help.contains("Usage: pipeline [OPTIONS] [FOLDER]"));
}
