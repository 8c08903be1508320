//! A service over a database and an upstream: notes of users, and exchange rates.
//!
//! | request | |
//! |:--|:--|
//! | `GET /users/{user}/notes`, `…/notes/count` | the notes of a user, how many they are |
//! | `POST /users/{user}/notes` | adds the note in the body |
//! | `GET /notes/{ids}` | those of these numbers, with commas between them |
//! | `GET /rates/{currency}` | a rate of the upstream |
//! | `DELETE /rates/{currency}` | forgets it |
//! | `PUT /upstream/{fine, slow, down}` | sets what the upstream is like |
//! | `GET /caches`, `/caches.json` | the caches: a page, and what it asks for |
//! | `GET /metrics` | their figures, for Prometheus; `grafana/caches.json` is a dashboard for them |
//! | `GET /` | where to find these |
//!
//! What is read is memoized, in the value that reads it ([`notes`], [`rates`]): a write ends what it makes wrong, by tag, and
//! an upstream that is slow or down is noticed by as few as possible. Several processes of the service can share what they know of
//! rates, by a Redis server (the feature `redis`, and the module `shared`).
#![forbid(unsafe_code)]

pub mod notes;
pub mod rates;
#[cfg(feature = "redis")]
pub mod shared;
pub mod tour;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::{delete, get, post, put};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use notes::Notes;
use rates::{Down, Mood, Rates};
use std::sync::{Arc, LazyLock};
use tokio::task::spawn_blocking;
use weakcache::inspect;

/// All that the service has.
#[derive(Debug)]
pub struct App {
    /// In the database.
    pub notes: Notes,
    /// Of the upstream.
    pub rates: Rates,
}

impl App {
    /// With an empty database in memory.
    ///
    /// # Errors
    ///
    /// If the database cannot be made.
    pub fn new() -> rusqlite::Result<Arc<Self>> {
        Ok(Arc::new(Self { notes: Notes::in_memory()?, rates: Rates::default() }))
    }

    /// The same, with rates that it shares with all who name this Redis server.
    ///
    /// # Errors
    ///
    /// If there is no such server, or the database cannot be made.
    #[cfg(feature = "redis")]
    pub fn with_redis(url: &str) -> Result<Arc<Self>, Box<dyn std::error::Error + Send + Sync>> {
        shared::at(url)?;
        Ok(Arc::new(Self { notes: Notes::in_memory()?, rates: Rates::shared() }))
    }
}

type Answer<T = String> = Result<T, StatusCode>;

/// Something that may take long, on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> rusqlite::Result<T> + Send + 'static,
) -> Answer<T> {
    // Neither error is the client's business; both would be logged.
    let result = spawn_blocking(work).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    result.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn list(State(app): State<Arc<App>>, Path(user): Path<String>) -> Answer {
    // What is known is answered at once, by the thread that serves.
    let notes = match app.notes.list_peek(&user) {
        Some(_) => app.notes.list(&user).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?,
        None => blocking(move || app.notes.list(&user)).await?,
    };
    Ok(notes.iter().fold(String::new(), |list, note| list + &note.to_string() + "\n"))
}

async fn count(State(app): State<Arc<App>>, Path(user): Path<String>) -> Answer {
    blocking(move || app.notes.count(&user)).await.map(|count| count.to_string())
}

async fn by_ids(State(app): State<Arc<App>>, Path(ids): Path<String>) -> Answer {
    let ids: Result<Vec<i64>, _> = ids.split(',').map(str::parse).collect();
    let ids = ids.map_err(|_| StatusCode::BAD_REQUEST)?;
    let notes = blocking({
        let ids = ids.clone();
        move || app.notes.by_ids(&ids)
    });
    let notes = notes.await?;
    let notes = ids.iter().filter_map(|id| notes.get(id));
    Ok(notes.fold(String::new(), |list, note| list + &note.to_string() + "\n"))
}

async fn add(
    State(app): State<Arc<App>>,
    Path(user): Path<String>,
    text: String,
) -> Answer<(StatusCode, String)> {
    let id = blocking(move || app.notes.add(&user, &text)).await?;
    Ok((StatusCode::CREATED, id.to_string()))
}

async fn rate(State(app): State<Arc<App>>, Path(currency): Path<String>) -> Answer {
    let rate = app.rates.get(&currency).await.map_err(|Down| StatusCode::BAD_GATEWAY)?;
    Ok(rate.to_string())
}

async fn forget(State(app): State<Arc<App>>, Path(currency): Path<String>) -> Answer<StatusCode> {
    // It may have to tell a server.
    blocking(move || {
        app.rates.forget(&currency);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

async fn set_upstream(State(app): State<Arc<App>>, Path(mood): Path<String>) -> Answer<StatusCode> {
    let mood = match mood.as_str() {
        "fine" => Mood::Fine,
        "slow" => Mood::Slow,
        "down" => Mood::Down,
        _ => return Err(StatusCode::NOT_FOUND),
    };
    app.rates.upstream.set(mood);
    Ok(StatusCode::NO_CONTENT)
}

async fn about(State(app): State<Arc<App>>) -> Html<String> {
    let (notes, rates) = (app.notes.list_cache_info(), app.rates.info());
    Html(format!(
        "<!doctype html><title>Notes and rates</title><p>Notes: {notes}<p>Rates: {rates}\
         <p><a href=\"/caches\">all caches</a>, <a href=\"/metrics\">their figures</a>"
    ))
}

async fn caches() -> Html<String> {
    Html(inspect::page())
}

async fn caches_json() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], inspect::json())
}

/// The recorder of the process, of which there can be one. It would take figures of the service's own, too.
static PROMETHEUS: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    PrometheusBuilder::new().install_recorder().expect("nothing else in this program installs a recorder")
});

async fn metrics() -> impl IntoResponse {
    let prometheus = &*PROMETHEUS;
    weakcache::metrics::publish();
    // What has to be done now and then, and nobody else does.
    prometheus.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], prometheus.render())
}

/// The service.
pub fn service(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(about))
        .route("/caches", get(caches))
        .route("/caches.json", get(caches_json))
        .route("/metrics", get(metrics))
        .route("/users/{user}/notes", get(list))
        .route("/users/{user}/notes", post(add))
        .route("/users/{user}/notes/count", get(count))
        .route("/notes/{ids}", get(by_ids))
        .route("/rates/{currency}", get(rate))
        .route("/rates/{currency}", delete(forget))
        .route("/upstream/{mood}", put(set_upstream))
        .with_state(app)
}
