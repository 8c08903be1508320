//! Clients of the service, over real connections. Tags are of the process: each test has users of its own.

use std::sync::Arc;
use std::thread;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use web::tour::Client;
use web::{App, service};

/// Runs clients of a service of their own.
async fn with_service(clients: impl FnOnce(&Client, &App) + Send + 'static) {
    let app = App::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(listener.local_addr().unwrap(), Arc::clone(&app));
    let server = tokio::spawn(axum::serve(listener, service(Arc::clone(&app))).into_future());
    spawn_blocking(move || clients(&client, &app)).await.unwrap();
    server.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_clients_cost_one_query() {
    with_service(|client, app| {
        client.ask("POST /users/flora/notes milk").unwrap();
        thread::scope(|scope| {
            let clients: Vec<_> =
                (0..40).map(|_| scope.spawn(|| client.ask("GET /users/flora/notes"))).collect();
            for answer in clients {
                assert_eq!(answer.join().unwrap().unwrap(), (200, "1 milk\n".into()));
            }
        });
        assert_eq!(app.notes.reads(), 1);
        assert_eq!(app.notes.list_cache_info().misses, 1);
        let (status, page) = client.ask("GET /").unwrap();
        assert_eq!(status, 200);
        assert!(page.contains("1 misses"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_seen_by_all_reads_that_follow() {
    with_service(|client, app| {
        thread::scope(|scope| {
            for user in ["cleo", "dora", "emil"] {
                scope.spawn(move || {
                    for written in 1..=20 {
                        assert_eq!(
                            client.ask(&format!("POST /users/{user}/notes note {written}")).unwrap().0,
                            201
                        );
                        let count = client.ask(&format!("GET /users/{user}/notes/count")).unwrap();
                        assert_eq!(count, (200, written.to_string()));
                        let (_, list) = client.ask(&format!("GET /users/{user}/notes")).unwrap();
                        assert!(list.ends_with(&format!("note {written}\n")), "{list}");
                        assert_eq!(list.lines().count(), written);
                    }
                });
            }
        });
        assert_eq!(app.notes.reads(), 120, "and nothing was read for another's write");
        client.ask("GET /users/dora/notes").unwrap();
        assert_eq!(app.notes.reads(), 120);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_costs_one_query_for_what_is_not_known() {
    with_service(|client, app| {
        for text in ["a", "b", "c"] {
            client.ask(&format!("POST /users/gerd/notes {text}")).unwrap();
        }
        assert_eq!(client.ask("GET /notes/2,1").unwrap(), (200, "2 b\n1 a\n".into()));
        assert_eq!(client.ask("GET /notes/1,2,3,4").unwrap(), (200, "1 a\n2 b\n3 c\n".into()));
        assert_eq!(app.notes.reads(), 2);
        // What there was not is asked for again.
        client.ask("POST /users/gerd/notes d").unwrap();
        assert_eq!(client.ask("GET /notes/4,3").unwrap(), (200, "4 d\n3 c\n".into()));
        assert_eq!(client.ask("GET /notes/4,3,2,1").unwrap().1.lines().count(), 4);
        assert_eq!(app.notes.reads(), 3);
        assert_eq!(client.ask("GET /notes/one").unwrap().0, 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_of_a_slow_upstream_share_its_answer() {
    with_service(|client, app| {
        assert_eq!(client.ask("PUT /upstream/slow").unwrap().0, 204);
        thread::scope(|scope| {
            let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| client.ask("GET /rates/EUR"))).collect();
            while app.rates.upstream.asked() == 0 {
                thread::yield_now();
            }
            client.ask("PUT /upstream/fine").unwrap();
            for answer in clients {
                assert_eq!(answer.join().unwrap().unwrap(), (200, "EUR 1.01 (answer 1)".into()));
            }
        });
        assert_eq!(app.rates.upstream.asked(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_answer_there_is_an_error() {
    with_service(|client, _| {
        client.ask("PUT /upstream/down").unwrap();
        assert_eq!(client.ask("GET /rates/EUR").unwrap().0, 502);
        assert_eq!(client.ask("PUT /upstream/sad").unwrap().0, 404);
        assert_eq!(client.ask("GET /nowhere").unwrap().0, 404);
    })
    .await;
}

#[test]
fn the_tour_shows_where_each_answer_came_from() {
    use web::tour::From::{Database, Memory, MemoryAfterAll, OldMemory, Upstream};

    let rows = web::tour::take().unwrap();
    let from: Vec<_> = rows.iter().filter(|row| row.request.starts_with("GET")).map(|row| row.from).collect();
    assert_eq!(
        from,
        [
            Some(Database),
            Some(Database),
            Some(Memory),
            Some(Database),
            Some(Database),
            Some(Memory),
            Some(Database),
            Some(Database),
            Some(Memory),
            Some(Upstream),
            Some(Memory),
            Some(Upstream),
            Some(Memory),
            Some(MemoryAfterAll),
            Some(Memory),
            Some(MemoryAfterAll),
            Some(OldMemory),
            Some(OldMemory),
            Some(OldMemory),
            None,
            Some(Upstream),
            Some(Memory),
            Some(Upstream),
        ]
    );
    assert_eq!(rows[9].answer, "1 milk, 2 bread");
    assert_eq!(rows.iter().filter(|row| row.status == 502).count(), 1);
}
