//! Two processes of the service and a Redis server.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;

/// A process that goes with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A Redis server of this test's own, which writes nothing, and its address.
fn redis() -> (Process, String) {
    let port = free_port();
    let mut server = Command::new("redis-server");
    server.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    server.stdout(Stdio::null());
    let mut process = Process(server.spawn().expect("redis-server is there: apt-get install redis-server"));
    until(|| {
        assert!(process.0.try_wait().unwrap().is_none(), "the server ended");
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    (process, format!("redis://127.0.0.1:{port}/"))
}

/// Waits for what other processes do.
fn until(mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_mins(1), "it does not come about");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A process of the service.
struct Web {
    _process: Process,
    url: String,
    agent: Agent,
}

impl Web {
    fn start(redis: &str) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_web"));
        command.args(["--serve", &address, "--redis", redis]).stdout(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, format!("http://{address}\n"));
        let agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(30))).build().into();
        Self { _process: process, url: format!("http://{address}"), agent }
    }

    fn get(&self, path: &str) -> String {
        self.agent.get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_string().unwrap()
    }

    fn put(&self, path: &str) {
        self.agent.put(format!("{}{path}", self.url)).send_empty().unwrap();
    }

    fn delete(&self, path: &str) {
        self.agent.delete(format!("{}{path}", self.url)).call().unwrap();
    }

    /// How many bodies were started, in this process.
    fn misses(&self) -> u64 {
        let page = self.get("/");
        let (_, rates) = page.split_once("Rates: ").unwrap();
        let (before, _) = rates.split_once(" misses").unwrap();
        before.rsplit([' ', ',']).next().unwrap().parse().unwrap()
    }
}

#[test]
fn two_processes_one_computation_and_one_invalidation_heard_by_both() {
    let (_server, redis) = redis();
    let (a, b) = (Web::start(&redis), Web::start(&redis));
    // B's upstream never answers: whatever B answers, A has computed.
    a.put("/upstream/slow");
    b.put("/upstream/slow");
    thread::scope(|scope| {
        let at_a = scope.spawn(|| a.get("/rates/EUR"));
        until(|| a.misses() == 1);
        let at_b = scope.spawn(|| b.get("/rates/EUR"));
        a.put("/upstream/fine");
        assert_eq!(at_a.join().unwrap(), "EUR 1.01 (answer 1)");
        assert_eq!(at_b.join().unwrap(), "EUR 1.01 (answer 1)");
    });
    // Each from its own memory.
    assert_eq!(
        (a.get("/rates/EUR"), b.get("/rates/EUR")),
        (a.get("/rates/EUR"), "EUR 1.01 (answer 1)".into())
    );
    assert_eq!((a.misses(), b.misses()), (1, 0));

    // What A forgets, B does.
    a.delete("/rates/EUR");
    assert_eq!(a.get("/rates/EUR"), "EUR 1.02 (answer 2)");
    until(|| b.get("/rates/EUR") == "EUR 1.02 (answer 2)");
    // And the other way round.
    b.delete("/rates/EUR");
    until(|| a.get("/rates/EUR") == "EUR 1.03 (answer 3)");
    assert_eq!(b.get("/rates/EUR"), "EUR 1.03 (answer 3)");
    assert_eq!((a.misses(), b.misses()), (3, 0));
}
