//! The program: a tour, a service, and sentences for what does not go.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};

fn web(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_web"));
    command.args(arguments);
    command
}

#[test]
fn the_tour_ends_by_itself_with_a_table() {
    let output = web(&[]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    for part in
        ["from\n", "database\n", "memory: past its time\n", "86520 s  GET /rates/EUR                   502"]
    {
        assert!(table.contains(part), "{part:?} is not in\n{table}");
    }
}

#[test]
fn what_does_not_go_is_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = format!("port {} is in use: end who has it", taken.local_addr().unwrap().port());
    for (arguments, sentence, code) in [
        (&["--server"][..], "`--server` is no argument of this program; write `web` for a tour", 2),
        (&["--serve", "here"], "`here` is no address with a port; write", 2),
        (&["--serve", "--redis"], "`--redis` has no URL behind it; write", 2),
        (&["--serve", "--redis", "redis://localhost/"], "`--redis` needs a feature: write", 2),
        (&["--serve", &address, "more"], "`more` is one argument too many; write", 2),
        (&["--serve", &address], &port, 1),
        (&["--serve", "--redis", "nowhere"], "cannot share rates by `--redis`: ", 1),
        (&["--serve", "--redis", "redis://127.0.0.1:1/"], "cannot share rates by `--redis`: ", 1),
    ] {
        // With the feature it would ask for a server, without it it does not.
        if cfg!(feature = "redis") != sentence.contains("share rates") && arguments.contains(&"--redis") {
            continue;
        }
        let output = web(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(sentence) && said.lines().count() == 1, "{said}");
        assert_eq!(output.status.code(), Some(code), "{said}");
    }
}

#[test]
fn it_serves_until_it_is_ended() {
    let mut server = web(&["--serve", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    // With the port that it was given.
    let mut answer = ureq::get(format!("{}/rates/EUR", line.trim_end())).call().unwrap();
    assert_eq!(answer.body_mut().read_to_string().unwrap(), "EUR 1.01 (answer 1)");
    server.kill().unwrap();
    server.wait().unwrap();
}
