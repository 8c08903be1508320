//! The program as its users meet it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

fn fetch() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fetch"))
}

#[test]
fn summary() {
    let output = fetch().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let summary = String::from_utf8(output.stdout).unwrap();
    let last_words = summary.lines().map(|line| line.split("  ").last().unwrap().trim());
    assert_eq!(
        last_words.collect::<Vec<_>>(),
        [
            "1 call of the upstream",
            "2 calls of the upstream",
            "2 calls of the upstream",
            "2 calls of the upstream",
            "",
            "250 hits, 7 misses (97 % hits), 2 of 1000 entries, 0 evicted, 3 expired",
        ],
    );
}

#[test]
fn wrong_usage() {
    for (args, at_fault) in [(&["--server"][..], "--server"), (&["--serve", "3000"], "3000")] {
        let output = fetch().args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            format!("fetch: `{at_fault}` is no argument here; write `fetch`, or `fetch --serve`\n")
        );
    }
}

#[test]
fn stays_up() {
    struct Killed(Child);

    impl Drop for Killed {
        fn drop(&mut self) {
            self.0.kill().and_then(|()| self.0.wait()).unwrap();
        }
    }

    let mut server = Killed(fetch().arg("--serve").stdout(Stdio::piped()).spawn().unwrap());
    let lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    let mut pages = lines.map(|line| get(line.unwrap().split_once("http://").unwrap().1));
    assert_eq!(pages.next().unwrap(), "Report 1: all is well.");
    assert_eq!(pages.next().unwrap(), "Report 2: all is well.");
    assert!(pages.next().unwrap().contains("0 hits, 1 misses"));
}

fn get(address: &str) -> String {
    let (server, path) = address.split_once('/').unwrap();
    let mut stream = TcpStream::connect(server).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
