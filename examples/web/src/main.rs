//! `cargo run -p web` takes a tour of the service and ends. `cargo run -p web -- --serve` serves, and then
//! `curl http://localhost:3000/rates/EUR`; `--serve 127.0.0.1:8080` does so elsewhere.
#![forbid(unsafe_code)]

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use web::{App, service, tour};

const USAGE: &str =
    "write `web` for a tour, or `web --serve [ADDRESS]` to serve, as in `web --serve 127.0.0.1:3000`";

enum Task {
    Tour,
    Serve(SocketAddr),
}

fn task(arguments: &[String]) -> Result<Task, String> {
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
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match task(&arguments) {
        Ok(Task::Tour) => show_tour().map_err(|error| format!("the tour broke off: {error}")),
        Ok(Task::Serve(address)) => serve(address),
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn show_tour() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    println!("     time  {:<32}      {:<28} from", "request", "answer");
    for row in tour::take()? {
        println!("{row}");
    }
    Ok(())
}

#[tokio::main]
async fn serve(address: SocketAddr) -> Result<(), String> {
    let app = App::new().map_err(|error| format!("there is no database: {error}"))?;
    let listener = TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {} is in use: end who has it, or write another behind `--serve`", address.port())
        }
        _ => format!("cannot listen at {address}: {error}"),
    })?;
    println!("http://{address}");
    axum::serve(listener, service(app)).await.map_err(|error| format!("the service broke off: {error}"))
}
