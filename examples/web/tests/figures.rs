//! The figures of the caches as Prometheus sees them, and the dashboard that is made for them.

use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use web::tour::Client;
use web::{App, service};

async fn with_service(clients: impl FnOnce(&Client) + Send + 'static) {
    let app = App::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(listener.local_addr().unwrap(), Arc::clone(&app));
    let server = tokio::spawn(axum::serve(listener, service(app)).into_future());
    spawn_blocking(move || clients(&client)).await.unwrap();
    server.abort();
}

/// The value of a figure of one cache. All of ours are whole.
fn figure(text: &str, name: &str, cache: &str, kind: &str) -> Option<u64> {
    let labels = format!("::{cache}\",kind=\"{kind}\"}} ");
    let line =
        text.lines().find(|line| line.starts_with(&format!("{name}{{cache=\"")) && line.contains(&labels))?;
    Some(line.rsplit(' ').next().unwrap().parse().unwrap())
}

/// All names that begin as ours do.
fn names(text: &str) -> BTreeSet<&str> {
    text.match_indices("weakcache_")
        .map(|(at, _)| {
            let name = &text[at..];
            &name[..name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len())]
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_caches_count_is_there_for_prometheus() {
    with_service(|client| {
        let scrape = || {
            let (status, text) = client.ask("GET /metrics").unwrap();
            assert_eq!(status, 200);
            text
        };
        for _ in 0..3 {
            client.ask("GET /users/ida/notes").unwrap();
        }
        let before = scrape();
        let of = |text: &str, name| {
            figure(text, name, "list", "memo").unwrap_or_else(|| panic!("no {name} in\n{text}"))
        };
        assert_eq!(of(&before, "weakcache_misses_total"), 1);
        assert_eq!(of(&before, "weakcache_hits_total"), 2);
        assert_eq!(of(&before, "weakcache_entries"), 1);
        assert_eq!(of(&before, "weakcache_capacity"), 1000);
        assert!(of(&before, "weakcache_bytes") > 0);
        for line in [
            "# TYPE weakcache_hits_total counter",
            "# TYPE weakcache_entries gauge",
            "# HELP weakcache_bytes ",
        ] {
            assert!(before.contains(line), "{line} is not in\n{before}");
        }
        client.ask("GET /users/ida/notes").unwrap();
        client.ask("GET /users/jon/notes").unwrap();
        let after = scrape();
        let [misses, hits, entries] = ["weakcache_misses_total", "weakcache_hits_total", "weakcache_entries"]
            .map(|name| of(&after, name));
        assert_eq!((misses, hits, entries), (2, 3, 2));

        // Of the dashboard, each name is one that is there, and each that is there is drawn.
        client.ask("GET /rates/EUR").unwrap();
        weighed(1);
        let text = scrape();
        let dashboard = include_str!("../grafana/caches.json");
        let (drawn, there) = (names(dashboard), names(&text));
        assert_eq!(drawn.difference(&there).collect::<Vec<_>>(), [&""; 0], "drawn, and not there");
        assert_eq!(there.difference(&drawn).collect::<Vec<_>>(), [&""; 0], "there, and not drawn");
    })
    .await;
}

/// The service weighs nothing.
#[weakcache::memoize(capacity = 9, weight = 9, weigh = |_, _| 1)]
fn weighed(n: u64) -> u64 {
    n
}

/// Which the exporter can make of names itself: ours have them already.
#[test]
fn suffixes_change_no_name() {
    use metrics_exporter_prometheus::PrometheusBuilder;

    weighed(1);
    let texts = [false, true].map(|recommended| {
        let recorder = PrometheusBuilder::new().with_recommended_naming(recommended).build_recorder();
        metrics::with_local_recorder(&recorder, weakcache::metrics::publish);
        recorder.handle().render()
    });
    let [plain, recommended] = texts.each_ref().map(|text| names(text));
    assert_eq!(plain, recommended);
    assert_eq!(plain.len(), 13, "{plain:?}");
}

#[test]
fn the_dashboard_is_whole() {
    let dashboard: Value = serde_json::from_str(include_str!("../grafana/caches.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let variables: BTreeSet<_> =
        variables.iter().map(|variable| variable["name"].as_str().unwrap()).collect();
    for panel in panels {
        let place = |side: &str| panel["gridPos"][side].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{}", panel["title"]);
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap();
            for pair in ["()", "{}", "[]"] {
                let [opens, closes] = [0, 1].map(|at| query.matches(&pair[at..=at]).count());
                assert_eq!(opens, closes, "{query}");
            }
            for variable in query.split('$').skip(1) {
                let end = variable.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap();
                let name = &variable[..end];
                assert!(name == "__rate_interval" || variables.contains(name), "{name} in {query}");
            }
        }
    }
}
