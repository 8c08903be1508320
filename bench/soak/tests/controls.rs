//! A soak that finds nothing says something only if it finds what is wrong: each fault is injected once.

use std::process::Command;

/// Runs for `seconds`, in which `fault` happens, and gives how that ended and what was said.
fn soak(seconds: u32, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_weakcache-soak"))
        .args(["--seconds", &seconds.to_string()])
        .args(arguments)
        .output()
        .expect("it was built");
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    (output.status.success(), said)
}

/// That `fault` ends the run, with the sentence of what has to find it.
fn found(fault: &str, seconds: u32, arguments: &[&str], sentence: &str) {
    let (success, said) = soak(seconds, &[&["--fault", fault], arguments].concat());
    assert!(!success && said.contains(sentence) && said.contains("FAILED"), "{fault}: {said}");
}

#[test]
fn a_leaked_handle() {
    found("leak", 20, &[], "registered, but held by nobody");
}

#[test]
fn a_doubled_value() {
    found("double", 20, &[], "two living values of key");
}

#[test]
fn two_bodies_at_once() {
    found("twice", 20, &[], "two bodies of key");
}

#[test]
fn a_result_of_another_key() {
    found("wrong", 20, &[], "a value is not what was asked for");
}

#[test]
fn a_lost_wake() {
    found("wake", 20, &["--patience", "4"], "has hung for 4 s");
}

#[test]
fn memory_that_is_never_given_back() {
    found("hoard", 4, &[], "memory at the end differs");
}

#[test]
fn arguments_that_are_none() {
    for (arguments, sentence) in [
        (&["--seconds", "0"][..], "`--seconds` takes a second at least"),
        (&["--seconds", "long"], "`--seconds` takes a number, not `long`"),
        (&["--seed"], "`--seed` of what?"),
        (&["--fault", "none"], "no fault `none`"),
        (&["--minutes", "1"], "no option `--minutes`"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_weakcache-soak"))
            .args(arguments)
            .output()
            .expect("it was built");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(2) && said.contains(sentence) && said.contains("usage:"),
            "{said}"
        );
    }
}
