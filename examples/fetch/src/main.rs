//! `cargo run -p fetch` shows what the service spares its upstream; with `--serve` both stay up.
//!
//! Look for: one call of the upstream for 200 clients, and a second one only where the first failed, expired or was cancelled.
#![forbid(unsafe_code)]

use fetch::scenarios;
use fetch::upstream::{Mood, Upstream};
use std::env;
use std::io;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let args: Vec<_> = env::args_os().skip(1).collect();
    let result = match args.as_slice() {
        [] => Builder::new_current_thread().enable_all().build().map(|runtime| runtime.block_on(show())),
        [arg] if arg == "--serve" => Runtime::new().and_then(|runtime| runtime.block_on(serve())),
        [_, arg, ..] | [arg] => {
            eprintln!("fetch: `{}` is no argument here; write `fetch`, or `fetch --serve`", arg.display());
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fetch: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Plays all scenarios, and sums up.
async fn show() {
    let mut calls = 0;
    calls += tell("200 clients ask at once", scenarios::crowd()).await;
    calls += tell("50 clients share a failure, then one asks again", scenarios::failure()).await;
    calls += tell("one client asks at 0 s, 59 s and 61 s; the ttl is 60 s", scenarios::expiry()).await;
    calls += tell("3 clients wait, and the first hangs up", scenarios::hang_up()).await;

    let info = fetch::report::cache_info();
    assert_eq!(info.misses, calls as u64, "each miss is a call of the upstream");
    let page = scenarios::page().await;
    assert!(page.contains(&info.to_string()), "{page}");
    println!("\n{info}");
}

async fn tell(what: &str, scenario: impl Future<Output = usize>) -> usize {
    let calls = scenarios::play(scenario).await;
    println!("{what:<58} {calls} call{} of the upstream", if calls == 1 { "" } else { "s" });
    calls
}

/// Serves until the process is ended.
async fn serve() -> io::Result<()> {
    let slow = TcpListener::bind("127.0.0.1:0").await?;
    let fast = TcpListener::bind("127.0.0.1:0").await?;
    println!("upstream  http://{}/reports/lima", slow.local_addr()?);
    println!("service   http://{}/reports/lima", fast.local_addr()?);
    println!("cache     http://{}/", fast.local_addr()?);

    let service = fetch::service(slow.local_addr()?);
    let upstream = Upstream::new(Mood::Helpful(Duration::from_millis(300))).router();
    tokio::try_join!(axum::serve(slow, upstream).into_future(), axum::serve(fast, service).into_future())?;
    Ok(())
}
