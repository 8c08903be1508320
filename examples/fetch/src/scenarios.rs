//! What can happen, over real connections, and how often the upstream is called.
//!
//! Each scenario returns the number of those calls, and panics if that, or any answer, is not as it should
//! be. It wants a runtime of one thread. There, whoever has arrived at the service waits by the time that
//! others hear of it, and a clock that the thread has installed counts for all tasks.

use crate::upstream::{Mood, Upstream};
use crate::{Client, client, service};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use weakcache::clock::Mock;

const HELPFUL: Mood = Mood::Helpful(Duration::ZERO);

/// Plays a scenario. A client that is never answered is a fault as well.
///
/// # Panics
///
/// If the scenario does, or if it hangs.
pub async fn play(scenario: impl Future<Output = usize>) -> usize {
    timeout(Duration::from_secs(30), scenario).await.expect("a scenario should not hang")
}

/// Two hundred clients ask for one report at once.
pub async fn crowd() -> usize {
    let stage = Stage::new(Mood::Silent);
    let clients: Vec<_> = (0..200).map(|_| stage.ask("/reports/lima")).collect();
    stage.arrived(200).await;
    stage.upstream.set(HELPFUL);
    for client in clients {
        expect(client, StatusCode::OK, "Report 1: all is well.").await;
    }
    stage.calls(1)
}

/// The upstream fails while fifty clients wait for it, then it recovers, and one of them asks again.
pub async fn failure() -> usize {
    let stage = Stage::new(Mood::Silent);
    let clients: Vec<_> = (0..50).map(|_| stage.ask("/reports/osaka")).collect();
    stage.arrived(50).await;
    stage.upstream.set(Mood::Broken);
    for client in clients {
        expect(client, StatusCode::BAD_GATEWAY, "the upstream answered: 503 Service Unavailable").await;
    }
    stage.calls(1);

    stage.upstream.set(HELPFUL);
    expect(stage.ask("/reports/osaka"), StatusCode::OK, "Report 2: all is well.").await;
    stage.calls(2)
}

/// A report is asked for, 59 seconds later again, and two seconds later once more.
pub async fn expiry() -> usize {
    let clock = Mock::new();
    let _installed = clock.install();
    let stage = Stage::new(HELPFUL);
    expect(stage.ask("/reports/lagos"), StatusCode::OK, "Report 1: all is well.").await;
    clock.advance(Duration::from_secs(59));
    expect(stage.ask("/reports/lagos"), StatusCode::OK, "Report 1: all is well.").await;
    clock.advance(Duration::from_secs(2));
    expect(stage.ask("/reports/lagos"), StatusCode::OK, "Report 2: all is well.").await;
    stage.calls(2)
}

/// Three clients wait for one report, and the one whose request is on its way hangs up.
pub async fn hang_up() -> usize {
    let stage = Stage::new(Mood::Silent);
    let first = stage.ask("/reports/berlin");
    stage.upstream.called(1).await;
    let others = [stage.ask("/reports/berlin"), stage.ask("/reports/berlin")];
    stage.arrived(3).await;
    stage.calls(1);

    first.abort(); // which closes its connection, and so drops what the service does for it
    stage.upstream.called(2).await; // one of the others has taken over, and one waits on
    stage.upstream.set(HELPFUL);
    for client in others {
        expect(client, StatusCode::OK, "Report 2: all is well.").await;
    }
    stage.calls(2)
}

/// The page about the cache.
///
/// # Panics
///
/// If there is none.
pub async fn page() -> String {
    let stage = Stage::new(HELPFUL);
    let (status, page) = stage.ask("/").await.expect("a client is not cancelled");
    assert_eq!(status, StatusCode::OK, "{page}");
    page
}

/// A service and its upstream, each on a port of its own.
struct Stage {
    upstream: Arc<Upstream>,
    service: SocketAddr,
    client: Client,
    /// How many requests the service has got.
    arrived: watch::Sender<usize>,
}

impl Stage {
    fn new(mood: Mood) -> Self {
        let upstream = Upstream::new(mood);
        let address = start(upstream.router());
        let arrived = watch::Sender::new(0);
        let count = arrived.clone();
        let service = service(address).layer(from_fn(move |request: Request, next: Next| {
            count.send_modify(|arrived| *arrived += 1);
            next.run(request)
        }));
        Self { upstream, service: start(service), client: client(), arrived }
    }

    /// A client that gets this page.
    fn ask(&self, path: &str) -> JoinHandle<(StatusCode, String)> {
        let uri: Uri = format!("http://{}{path}", self.service).parse().expect("a path");
        let response = self.client.get(uri);
        tokio::spawn(async {
            let (head, body) = response.await.expect("the service answers").into_parts();
            let body = to_bytes(Body::new(body), usize::MAX).await.expect("the answer is whole");
            (head.status, String::from_utf8(body.into()).expect("UTF-8"))
        })
    }

    /// Waits for that many requests to reach the service.
    async fn arrived(&self, requests: usize) {
        let mut arrived = self.arrived.subscribe();
        arrived.wait_for(|&arrived| arrived == requests).await.expect("the sender is in `self`");
    }

    #[track_caller]
    fn calls(&self, calls: usize) -> usize {
        assert_eq!(self.upstream.calls(), calls, "calls of the upstream");
        calls
    }
}

fn start(server: Router) -> SocketAddr {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    // `TcpListener::bind` has room for 128 that connect at once, and lets the others try again in a second.
    let listener = socket.listen(1024).expect("a bound socket");
    let address = listener.local_addr().expect("a bound socket");
    tokio::spawn(async { axum::serve(listener, server).await });
    address
}

async fn expect(client: JoinHandle<(StatusCode, String)>, status: StatusCode, body: &str) {
    let answer = client.await.expect("a client is not cancelled");
    assert_eq!(answer, (status, body.to_owned()));
}
