//! Many clients at once, over real connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use tokio::net::TcpListener;

/// The status and the body of an answer.
fn get(server: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_clients_cost_one_report() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, web::service()).await });

    let clients = move || {
        thread::scope(|scope| {
            let clients: Vec<_> = (0..40).map(|_| scope.spawn(|| get(server, "/report/lima"))).collect();
            for client in clients {
                assert_eq!(client.join().unwrap(), (200, "All is well in lima.".into()));
            }
        });
        assert_eq!(web::report::cache_info().misses, 1);

        // An error is not kept.
        assert_eq!(get(server, "/report/atlantis").0, 404);
        assert_eq!(get(server, "/report/atlantis").0, 404);
        let info = web::report::cache_info();
        assert_eq!((info.hits, info.misses, info.len), (39, 3, 1));

        let (status, page) = get(server, "/");
        assert_eq!(status, 200);
        assert!(page.contains("39 hits, 3 misses (93 % hits), 1 of 1000 entries"), "{page}");
    };
    tokio::task::spawn_blocking(clients).await.unwrap();
}
