//! A tour of the service by a client, with a clock that is turned by hand, and where each answer came from.

use crate::{App, service};
use std::error::Error;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use ureq::Agent;
use weakcache::clock::Mock;

type Failure = Box<dyn Error + Send + Sync>;

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From the database.
    Database,
    /// From the upstream.
    Upstream,
    /// From memory.
    Memory,
    /// From memory, after the upstream had failed to answer.
    MemoryAfterAll,
    /// From memory, though its time was over.
    OldMemory,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Database => "database",
            Self::Upstream => "upstream",
            Self::Memory => "memory",
            Self::MemoryAfterAll => "memory: upstream failed",
            Self::OldMemory => "memory: past its time",
        })
    }
}

/// A step of the tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it was, from the beginning.
    pub at: Duration,
    /// What was asked.
    pub request: String,
    /// The status.
    pub status: u16,
    /// What was answered.
    pub answer: String,
    /// Where that came from, if it was something to be read.
    pub from: Option<From>,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, request, status, answer, from } = self;
        let from = from.map(|from| from.to_string()).unwrap_or_default();
        write!(f, "{:>7} s  {request:<32} {status}  {answer:<28} {from}", at.as_secs())
    }
}

/// A client of a service that runs in this process.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    server: SocketAddr,
    app: Arc<App>,
}

impl Client {
    /// Of the service at an address.
    pub fn new(server: SocketAddr, app: Arc<App>) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, server, app }
    }

    /// Makes a request, as `GET /rates/EUR` or `POST /users/ann/notes milk`, and returns status and body.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub fn ask(&self, request: &str) -> Result<(u16, String), Failure> {
        let mut words = request.splitn(3, ' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let url = format!("http://{}{path}", self.server);
        let mut answer = match method {
            "GET" => self.agent.get(url).call(),
            "PUT" => self.agent.put(url).send_empty(),
            "DELETE" => self.agent.delete(url).call(),
            _ => self.agent.post(url).send(words.next().unwrap_or_default()),
        }?;
        Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
    }

    /// What tells where an answer came from: reads of the database, questions to the upstream, answers past their time.
    fn counts(&self) -> [u64; 3] {
        let App { notes, rates } = &*self.app;
        [notes.reads(), rates.upstream.asked(), rates.rate_cache_info().stale]
    }

    fn step(&self, at: Duration, request: &str) -> Result<Row, Failure> {
        let before = self.counts();
        let (status, answer) = self.ask(request)?;
        let [reads, asked, stale] = self.counts();
        let from = match () {
            () if !request.starts_with("GET") || status >= 400 => None,
            () if stale > before[2] => Some(From::OldMemory),
            () if reads > before[0] => Some(From::Database),
            () if asked > before[1] && answer.ends_with(&format!("(answer {asked})")) => Some(From::Upstream),
            () if asked > before[1] => Some(From::MemoryAfterAll),
            () => Some(From::Memory),
        };
        let answer = answer.trim_end().replace('\n', ", ");
        Ok(Row { at, request: request.to_owned(), status, answer, from })
    }
}

/// What is asked, after how many seconds.
const STEPS: [(u64, &str); 25] = [
    (0, "GET /users/ann/notes"),
    (0, "POST /users/ann/notes milk"),
    (0, "GET /users/ann/notes"),
    (0, "GET /users/ann/notes"),
    (0, "GET /users/ann/notes/count"),
    (0, "GET /users/bob/notes/count"),
    // A write ends what is known of Ann, in whatever function, and of nobody else.
    (1, "POST /users/ann/notes bread"),
    (1, "GET /users/bob/notes/count"),
    (1, "GET /users/ann/notes/count"),
    (1, "GET /users/ann/notes"),
    (1, "GET /users/ann/notes"),
    (10, "GET /rates/EUR"),
    (59, "GET /rates/EUR"),
    // It is due, and one asks for all.
    (60, "GET /rates/EUR"),
    (61, "GET /rates/EUR"),
    // Due again, and the upstream is down: it is tried every five seconds.
    (110, "PUT /upstream/down"),
    (110, "GET /rates/EUR"),
    (114, "GET /rates/EUR"),
    (115, "GET /rates/EUR"),
    // The minute is over.
    (121, "GET /rates/EUR"),
    (124, "GET /rates/EUR"),
    (86_000, "GET /rates/EUR"),
    // And the day.
    (86_520, "GET /rates/EUR"),
    (86_530, "PUT /upstream/fine"),
    (86_530, "GET /rates/EUR"),
];

/// The tour. Takes no time: its clock stands but for what it is turned.
///
/// # Errors
///
/// If there is no database, no port, or no answer.
///
/// # Panics
///
/// If a step panics.
pub fn take() -> Result<Vec<Row>, Failure> {
    let clock = Mock::new();
    // The service runs on this thread, which has the clock; the client on another.
    let _installed = clock.install();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let app = App::new()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let client = Client::new(listener.local_addr()?, app.clone());
        tokio::spawn(async { axum::serve(listener, service(app)).await });
        let clock = clock.clone();
        spawn_blocking(move || steps(&client, &clock)).await?
    })
}

fn steps(client: &Client, clock: &Mock) -> Result<Vec<Row>, Failure> {
    let mut at = Duration::ZERO;
    let mut rows = Vec::new();
    for (second, request) in STEPS {
        let then = Duration::from_secs(second);
        clock.advance(then.saturating_sub(at));
        at = then;
        rows.push(client.step(at, request)?);
    }
    // Due, and slow: who asks first waits, and nobody else.
    clock.advance(Duration::from_secs(50));
    at += Duration::from_secs(50);
    rows.push(client.step(at, "PUT /upstream/slow")?);
    thread::scope(|scope| {
        let asked = client.app.rates.upstream.asked();
        let first = scope.spawn(|| client.step(at, "GET /rates/EUR"));
        while client.app.rates.upstream.asked() == asked {
            thread::yield_now();
        }
        rows.push(client.step(at, "GET /rates/EUR")?);
        rows.push(client.step(at, "PUT /upstream/fine")?);
        rows.push(first.join().expect("a step does not panic")?);
        Ok(rows)
    })
}
