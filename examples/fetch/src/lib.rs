//! A service in front of a slow upstream, which asks it once, however many ask for the same.
//!
//! `GET /reports/{city}` answers with what the upstream has under that path, `GET /` with a page about
//! the cache.
#![forbid(unsafe_code)]

pub mod scenarios;
pub mod upstream;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::uri::{Authority, Scheme};
use axum::http::{StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use weakcache::memoize;

/// Makes requests, and keeps connections open for the next ones.
pub type Client = legacy::Client<HttpConnector, Body>;

/// A client of this runtime.
#[must_use]
pub fn client() -> Client {
    legacy::Client::builder(TokioExecutor::new()).build_http()
}

/// Those who ask for one report wait together for the first of them: not for ever.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The most that is read of a report.
const MAX_LENGTH: usize = 1 << 20;

/// Fetches a report, and keeps it for a minute.
///
/// Which client does it is no part of the key. [`Bytes`] are cloned without being copied.
///
/// # Errors
///
/// If the upstream cannot be reached, says no, or takes more than [`PATIENCE`]. An error is not kept. It is
/// `Clone`, so one failed request is the answer to all who waited for it.
#[memoize(lru = 1000, ttl = "60s", skip(client))]
pub async fn report(client: &Client, uri: &Uri) -> Result<Bytes, Failure> {
    let download = async {
        let response = client.get(uri.clone()).await.map_err(Failure::transport)?;
        if response.status() != StatusCode::OK {
            return Err(Failure::Status(response.status()));
        }
        to_bytes(Body::new(response.into_body()), MAX_LENGTH).await.map_err(Failure::transport)
    };
    timeout(PATIENCE, download).await.unwrap_or(Err(Failure::TimedOut))
}

/// Why there is no report.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The upstream answered with this.
    Status(StatusCode),
    /// The upstream could not be reached, or broke off.
    Transport(Arc<dyn Error + Send + Sync>), // most errors are not `Clone`, an `Arc` is
    /// The upstream took too long.
    TimedOut,
}

impl Failure {
    fn transport(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Transport(Arc::new(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "the upstream answered: {status}"),
            Self::Transport(error) => write!(f, "no answer from the upstream: {error}"),
            Self::TimedOut => f.write_str("the upstream took too long"),
        }
    }
}

impl Error for Failure {}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Status(_) | Self::Transport(_) => StatusCode::BAD_GATEWAY,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        };
        (status, self.to_string()).into_response()
    }
}

async fn show_report(
    State((client, upstream)): State<(Client, Authority)>,
    uri: Uri,
) -> Result<Html<Bytes>, Failure> {
    let mut parts = uri.into_parts();
    (parts.scheme, parts.authority) = (Some(Scheme::HTTP), Some(upstream));
    let uri = Uri::from_parts(parts).expect("a request that has a route has a path");
    report(&client, &uri).await.map(Html)
}

async fn show_cache() -> Html<String> {
    let info = report::cache_info();
    Html(format!("<!doctype html><title>Reports</title><p>{info}</p>"))
}

/// The service, in front of the upstream at this address.
#[expect(clippy::missing_panics_doc, reason = "it never does")]
pub fn service(upstream: SocketAddr) -> Router {
    let upstream = Authority::try_from(upstream.to_string()).expect("an address is an authority");
    Router::new()
        .route("/", get(show_cache))
        .route("/reports/{city}", get(show_report))
        .with_state((client(), upstream))
}
