//! A report that is slow to make, asked for by many at once: made once, and then again every minute.
//!
//! `GET /report/{city}` answers with the report, `GET /` with a page about the cache.
#![forbid(unsafe_code)]

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use std::thread;
use std::time::Duration;
use tokio::task::spawn_blocking;
use weakcache::memoize;

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCity;

/// Makes the report of a city. Errors are not kept: a city may be founded any time.
///
/// # Errors
///
/// If the city is not known.
#[memoize(lru = 1000, ttl = "60s")]
pub fn report(city: &str) -> Result<String, UnknownCity> {
    // Something slow: a query, say.
    thread::sleep(Duration::from_millis(200));
    match city {
        "berlin" | "lagos" | "lima" | "osaka" => Ok(format!("All is well in {city}.")),
        _ => Err(UnknownCity),
    }
}

async fn show_report(Path(city): Path<String>) -> Result<String, StatusCode> {
    // What is known is answered at once; only what may take long goes to a thread that may block.
    let report = match report::peek(&city) {
        Some(_) => report(&city),
        None => spawn_blocking(move || report(&city)).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
    };
    report.map_err(|UnknownCity| StatusCode::NOT_FOUND)
}

async fn show_cache() -> Html<String> {
    let info = report::cache_info();
    Html(format!("<!doctype html><title>Reports</title><p>{info}</p>"))
}

/// The service.
pub fn service() -> Router {
    Router::new().route("/", get(show_cache)).route("/report/{city}", get(show_report))
}
