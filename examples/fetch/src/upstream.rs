//! The slow one: a server that counts its calls and answers when, and as, it is told to.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// What the upstream does with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Lets it wait, until that changes.
    Silent,
    /// Answers after this time.
    Helpful(Duration),
    /// Says that something is wrong.
    Broken,
}

/// An upstream, as whoever runs it sees it.
#[derive(Debug)]
pub struct Upstream {
    mood: watch::Sender<Mood>,
    calls: watch::Sender<usize>,
}

impl Upstream {
    /// An upstream in this mood.
    #[must_use]
    pub fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self { mood: watch::Sender::new(mood), calls: watch::Sender::new(0) })
    }

    /// Changes the mood, also for the calls that wait.
    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> usize {
        *self.calls.borrow()
    }

    /// Waits for that many calls.
    pub async fn called(&self, times: usize) {
        let mut calls = self.calls.subscribe();
        let _ = calls.wait_for(|&calls| calls >= times).await; // never `Err`: `self` has the sender
    }

    /// The server.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new().route("/reports/{city}", get(report)).with_state(self.clone())
    }
}

async fn report(State(upstream): State<Arc<Upstream>>) -> Result<String, StatusCode> {
    upstream.calls.send_modify(|calls| *calls += 1);
    let call = upstream.calls();
    let mut mood = upstream.mood.subscribe();
    let mood = *mood.wait_for(|&mood| mood != Mood::Silent).await.expect("the sender is in `upstream`");
    let Mood::Helpful(after) = mood else { return Err(StatusCode::SERVICE_UNAVAILABLE) };
    sleep(after).await;
    Ok(format!("Report {call}: all is well."))
}
