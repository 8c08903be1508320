//! `cargo run -p web` takes a tour of the service and ends. `cargo run -p web -- --serve` serves, and then
//! `curl http://localhost:3000/rates/EUR`; `http://localhost:3000/caches` shows its caches. `--serve 127.0.0.1:8080` does so
//! elsewhere. With `--features redis`, several that are started with `--redis redis://localhost/` share the rates.
//!
//! Look for: the last column of the tour, which says whether an answer came from the cache, the upstream, or from before it
//! failed. Arguments that are none, an address that is taken and a server that is not there get a sentence.
#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use web::{App, service, tour};

const USAGE: &str = "write `web` for a tour, or `web --serve [ADDRESS] [--redis URL]` to serve, as in \
                     `web --serve 127.0.0.1:3000 --redis redis://localhost/`";

enum Task {
    Tour,
    Serve(SocketAddr),
}

/// What is to be done, and with which Redis server.
fn task(mut arguments: Vec<String>) -> Result<(Task, Option<String>), String> {
    let mut redis = None;
    if let Some(at) = arguments.iter().position(|argument| argument == "--redis") {
        let url = arguments.drain(at..(at + 2).min(arguments.len())).nth(1);
        redis = Some(url.ok_or_else(|| format!("`--redis` has no URL behind it; {USAGE}"))?);
        if !cfg!(feature = "redis") {
            return Err(
                "`--redis` needs a feature: write `cargo run -p web --features redis -- …`".to_owned()
            );
        }
    }
    match task_alone(&arguments)? {
        Task::Tour if redis.is_some() => Err(format!("a tour needs no `--redis`; {USAGE}")),
        task => Ok((task, redis)),
    }
}

fn task_alone(arguments: &[String]) -> Result<Task, String> {
    match arguments {
        [] => Ok(Task::Tour),
        [serve] if serve == "--serve" => Ok(Task::Serve(SocketAddr::from(([127, 0, 0, 1], 3000)))),
        [serve, address] if serve == "--serve" => match address.parse() {
            Ok(address) => Ok(Task::Serve(address)),
            Err(_) => Err(format!("`{address}` is no address with a port; {USAGE}")),
        },
        [serve, _, more, ..] if serve == "--serve" => {
            Err(format!("`{more}` is one argument too many; {USAGE}"))
        }
        [unknown, ..] => Err(format!("`{unknown}` is no argument of this program; {USAGE}")),
    }
}

fn main() -> ExitCode {
    let done = match task(std::env::args().skip(1).collect()) {
        Ok((Task::Tour, _)) => show_tour().map_err(|error| format!("the tour broke off: {error}")),
        Ok((Task::Serve(address), redis)) => serve(address, redis.as_deref()),
        Err(sentence) => {
            say(&sentence);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            say(&sentence);
            ExitCode::FAILURE
        }
    }
}

/// Whether or not anybody reads it: `eprintln` would panic.
fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "{sentence}");
}

fn show_tour() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut out = io::stdout();
    writeln!(out, "     time  {:<32}      {:<28} from", "request", "answer")?;
    for row in tour::take()? {
        writeln!(out, "{row}")?;
    }
    Ok(())
}

#[tokio::main]
async fn serve(address: SocketAddr, redis: Option<&str>) -> Result<(), String> {
    let app = match redis {
        #[cfg(feature = "redis")]
        Some(url) => {
            App::with_redis(url).map_err(|error| format!("cannot share rates by `--redis`: {error}"))?
        }
        _ => App::new().map_err(|error| format!("there is no database: {error}"))?,
    };
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {} is in use: end who has it, or write another behind `--serve`", address.port())
        }
        _ => format!("cannot listen at {address}: {error}"),
    })?;
    // Whoever asked for port 0 is to know which one it is.
    let address = listener.local_addr().unwrap_or(address);
    let _ = writeln!(io::stdout(), "http://{address}");
    axum::serve(listener, service(app)).await.map_err(|error| format!("the service broke off: {error}"))
}
