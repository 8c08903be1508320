//! The program as its users meet it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

fn dedup(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dedup")).args(args).output().expect("the program starts")
}

/// A file of this test's own.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("the directory is there");
    path.into_os_string().into_string().expect("cargo's path is UTF-8")
}

/// What was printed, of a run that must succeed and say nothing else.
#[track_caller]
fn report(args: &[&str]) -> String {
    let output = dedup(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "", "no progress bar but on a terminal");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The numbers on the line that begins with `what`.
#[track_caller]
fn numbers(report: &str, what: &str) -> Vec<f64> {
    let line = report.lines().find_map(|line| line.strip_prefix(what)).expect(what);
    line.replace(',', "").split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// The message, of a run that must fail with `code` and print nothing else.
#[track_caller]
fn message(args: &[&str], code: i32) -> String {
    let output = dedup(args);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert_eq!(output.stdout, b"");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    stderr.strip_prefix("dedup: ").expect("names itself").to_owned()
}

#[test]
fn tz_database_without_arguments() {
    let report = report(&[]);
    assert!(report.lines().next().expect("a line").ends_with("tzdata.zi"), "{report}");
    assert_eq!(numbers(&report, "rows"), [4641.0]);
    assert_eq!(numbers(&report, "fields"), [34980.0]);
    assert_eq!(numbers(&report, "distinct values"), [1707.0]);
    assert_eq!(numbers(&report, "hit ratio"), [95.1]);
    let (strings, interned) = (numbers(&report, "a String each")[0], numbers(&report, "interned")[0]);
    // A String is 24 bytes and its text.
    assert!(strings >= 34980.0 * 25.0, "{report}");
    assert!(interned >= 34980.0 * 8.0 && interned < strings / 2.0, "{report}");
    let dropped = numbers(&report, "dropped again");
    assert!(dropped[0] < 100_000.0, "{report}");
    assert!(report.contains(" 0 values"), "{report}");
}

#[test]
fn columns_by_name_and_number() {
    let path =
        file("columns.csv", "id,city,state\n1,Springfield,\"IL\"\n2,Springfield,MA\n3,\"Troy, NY\",NY\n");
    let all = report(&[&path]);
    assert_eq!((numbers(&all, "rows"), numbers(&all, "fields")), (vec![3.0], vec![9.0]));
    assert_eq!(numbers(&all, "distinct values"), [8.0]);
    let city = report(&[&path, "city"]);
    assert_eq!((numbers(&city, "rows"), numbers(&city, "fields")), (vec![3.0], vec![3.0]));
    assert_eq!(numbers(&city, "distinct values"), [2.0]);
    assert_eq!(numbers(&city, "hit ratio"), [33.3]);
    assert_eq!(numbers(&report(&[&path, "2", "state"]), "distinct values"), [5.0]);
}

#[test]
fn columns_without_a_header() {
    let path = file("no_header.csv", "a,1\nb,1\n");
    let report = report(&["--no-header", &path, "2"]);
    assert_eq!((numbers(&report, "rows"), numbers(&report, "distinct values")), (vec![2.0], vec![1.0]));
    assert!(message(&["--no-header", &path, "a"], 1).ends_with("no column `a`; there are: 1 to 2\n"));
}

#[test]
fn tabs_by_extension_and_delimiter_by_option() {
    let tabs = file("tabs.tsv", "name\tquote\nAda\t\"5 inches\n");
    assert_eq!(numbers(&report(&[&tabs]), "fields"), [2.0]);
    let bars = file("bars.txt", "name|year\nAda|1815\nGrace|1906\n");
    assert_eq!(numbers(&report(&["-d", "|", &bars, "year"]), "distinct values"), [2.0]);
    let tabs = file("tabs.txt", "name\tyear\nAda L.\t1815\n");
    assert_eq!(numbers(&report(&["--delimiter=tab", &tabs]), "fields"), [2.0]);
}

#[test]
fn words_of_lines() {
    let path = file("words.txt", "to be or\n\n  not to   be");
    let all = report(&[&path]);
    assert_eq!((numbers(&all, "rows"), numbers(&all, "fields")), (vec![3.0], vec![6.0]));
    assert_eq!(numbers(&all, "distinct values"), [4.0]);
    // A line that is too short has no such field.
    assert_eq!(numbers(&report(&[&path, "3"]), "fields"), [2.0]);
}

#[test]
fn empty_file() {
    let path = file("empty.txt", "");
    let report = report(&[&path]);
    assert_eq!((numbers(&report, "rows"), numbers(&report, "hit ratio")), (vec![0.0], vec![0.0]));
}

#[test]
fn missing_file() {
    let message = message(&["no/such/file.csv"], 1);
    assert!(message.starts_with("no/such/file.csv: "), "{message}");
}

#[test]
fn directory() {
    let message = message(&[env!("CARGO_TARGET_TMPDIR")], 1);
    assert!(message.ends_with(": not a regular file, which can be read twice\n"), "{message}");
}

#[test]
fn missing_column() {
    let path = file("missing_column.csv", "id,city\n1,Troy\n");
    for column in ["town", "3", "0"] {
        let message = message(&[&path, column], 1);
        assert_eq!(message, format!("{path}: no column `{column}`; there are: id, city\n"));
    }
    let path = file("missing_column.txt", "to be\nor not to be\n");
    assert_eq!(message(&[&path, "5"], 1), format!("{path}: no column `5`; the longest line has 4 words\n"));
    assert!(message(&[&path, "city"], 1).contains("no column `city`"));
}

#[test]
fn unreadable_row() {
    let path = file("short_row.csv", "id,city\n1,Troy\n2\n3,Rome\n");
    assert_eq!(message(&[&path], 1), format!("{path}:3: a row of 1 fields, where the first has 2\n"));
}

#[test]
fn bad_utf8() {
    let path = file("bad_utf8.csv", b"id,city\n1,Troy\n2,M\xfcnchen\n");
    assert_eq!(message(&[&path], 1), format!("{path}:3: field 2 is not UTF-8\n"));
    let path = file("bad_utf8.txt", b"to be\nM\xfcnchen\n");
    assert_eq!(message(&[&path], 1), format!("{path}:2: not UTF-8 from byte 2 on\n"));
    // Also where the field is not asked for.
    assert!(message(&[&path, "1"], 1).contains("not UTF-8"));
}

#[test]
fn wrong_usage() {
    assert!(message(&["--colour"], 2).starts_with("invalid option '--colour'\n"));
    assert!(message(&["-d", "::", "x"], 2).contains("a delimiter is one ASCII character"));
    assert!(message(&["--no-header", "x.txt"], 2).contains("add `--delimiter`"));
    assert!(message(&["--colour"], 2).contains("Usage: dedup"));
}

#[test]
fn help() {
    assert!(report(&["--help"]).contains("Usage: dedup"));
}
