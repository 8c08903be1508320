//! The scenarios one by one, beside each other, and what they leave out.

use axum::http::Uri;
use fetch::scenarios::{crowd, expiry, failure, hang_up, play};
use fetch::{Failure, client, report};
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_crowd_costs_one_call() {
    assert_eq!(play(crowd()).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_on_two_threads_costs_one_call() {
    assert_eq!(play(crowd()).await, 1);
}

#[tokio::test]
async fn a_failure_is_shared_and_not_kept() {
    assert_eq!(play(failure()).await, 2);
}

#[tokio::test]
async fn a_report_expires() {
    assert_eq!(play(expiry()).await, 2);
}

#[tokio::test]
async fn another_takes_over_from_one_that_hangs_up() {
    assert_eq!(play(hang_up()).await, 2);
}

fn uri(server: SocketAddr) -> Uri {
    format!("http://{server}/").parse().unwrap()
}

// Time that is paused skips what nobody but a timer waits for.
#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap(); // never accepts
    let (client, uri) = (client(), uri(silent.local_addr().unwrap()));
    let (first, second) = tokio::join!(report(&client, &uri), report(&client, &uri));
    assert!(matches!(first, Err(Failure::TimedOut)), "{first:?}");
    assert!(matches!(second, Err(Failure::TimedOut)), "{second:?}");
}

#[tokio::test]
async fn nobody_is_there() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failure = report(&client(), &uri(gone)).await.unwrap_err();
    assert!(failure.to_string().starts_with("no answer from the upstream: "), "{failure}");
}
