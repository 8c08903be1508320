//! Many processes and one server: this program again, for a test of it, with the address in its environment.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use weakcache::memoize;
use weakcache_redis::Redis;

use crate::support::{Server, eventually};

static URL: LazyLock<String> = LazyLock::new(|| std::env::var("WEAKCACHE_CHILD").unwrap());

static STORE: LazyLock<Redis> = LazyLock::new(|| {
    let lease = std::env::var("WEAKCACHE_LEASE").unwrap_or_else(|_| "20000".to_owned());
    Redis::builder().lease(Duration::from_millis(lease.parse().unwrap())).at(&URL)
});

fn ask<T: redis::FromRedisValue>(command: &[&str]) -> T {
    let mut connection = redis::Client::open(URL.as_str()).unwrap().get_connection().unwrap();
    redis::cmd(command[0]).arg(&command[1..]).query(&mut connection).unwrap()
}

/// Takes as long as the server says, and counts in the server.
#[memoize(lru = 10, ttl = "1h", store = &*STORE, tags(("number", number % 10)))]
fn slow(number: u32) -> String {
    let run: u32 = ask(&["INCR", "runs"]);
    let millis: Option<u64> = ask(&["GET", "millis"]);
    thread::sleep(Duration::from_millis(millis.unwrap_or(0)));
    format!("{number} of run {run}")
}

#[memoize(lru = 10, store = &*STORE)]
async fn slow_async(number: u32) -> String {
    let run: u32 = ask(&["INCR", "runs"]);
    let millis: Option<u64> = ask(&["GET", "millis"]);
    #[cfg(feature = "tokio")]
    tokio::time::sleep(Duration::from_millis(millis.unwrap_or(0))).await;
    #[cfg(not(feature = "tokio"))]
    thread::sleep(Duration::from_millis(millis.unwrap_or(0)));
    format!("{number} of run {run}")
}

/// What the other processes do: what they are told, line by line.
#[test]
fn child() {
    if std::env::var("WEAKCACHE_CHILD").is_err() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let (what, number) = line.split_once(' ').unwrap();
        let number = number.parse().unwrap();
        let said = match what {
            "slow" => slow(number),
            "async" => runtime.block_on(slow_async(number)),
            "invalidate" => slow::invalidate(number).to_string(),
            "clear" => {
                slow::cache_clear();
                "cleared".to_owned()
            }
            "tag" => {
                weakcache::invalidate_tag(&("number", number));
                "invalidated".to_owned()
            }
            "info" => slow::cache_info().to_string(),
            other => panic!("{other}"),
        };
        // At the beginning of a line, whatever the harness has said.
        println!("\nsaid {said}");
    }
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(server: &Server, lease: Duration) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::child", "--exact", "--nocapture", "--test-threads=1"])
            .env("WEAKCACHE_CHILD", server.url())
            .env("WEAKCACHE_LEASE", lease.as_millis().to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    fn tell(&mut self, what: &str) {
        writeln!(self.input, "{what}").unwrap();
    }

    fn hear(&mut self) -> String {
        loop {
            let line = self.output.next().expect("the process has ended").unwrap();
            if let Some(said) = line.strip_prefix("said ") {
                return said.to_owned();
            }
        }
    }

    fn ask(&mut self, what: &str) -> String {
        self.tell(what);
        self.hear()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn runs(server: &Server) -> u32 {
    let runs: Option<u32> = redis::cmd("GET").arg("runs").query(&mut server.connection()).unwrap();
    runs.unwrap_or(0)
}

fn set(server: &Server, name: &str, value: &str) {
    redis::cmd("SET").arg(&[name, value]).exec(&mut server.connection()).unwrap();
}

const LEASE: Duration = Duration::from_secs(20);

#[test]
fn four_processes_and_one_cold_key_are_one_computation() {
    let server = Server::start(&[]);
    set(&server, "millis", "300");
    let mut processes: Vec<_> = (0..4).map(|_| Process::start(&server, LEASE)).collect();
    for (key, what) in ["slow 7", "async 7", "slow 8", "async 8"].iter().enumerate() {
        let begin = Instant::now();
        for process in &mut processes {
            process.tell(what);
        }
        for process in &mut processes {
            let number = &what[what.len() - 1..];
            assert_eq!(process.hear(), format!("{number} of run {}", key + 1));
        }
        assert!(begin.elapsed() < LEASE / 2, "they wait for a result, not for the end of a lease");
    }
    assert_eq!(runs(&server), 4);
}

#[test]
fn if_a_holder_is_killed_the_others_go_on_after_the_limit() {
    let server = Server::start(&[]);
    let lease = Duration::from_secs(1);
    for what in ["slow 7", "async 7"] {
        set(&server, "millis", "60000");
        set(&server, "runs", "0");
        let mut holder = Process::start(&server, lease);
        let mut others: Vec<_> = (0..2).map(|_| Process::start(&server, lease)).collect();
        holder.tell(what);
        eventually("it computes", || runs(&server) == 1);
        set(&server, "millis", "100");
        for other in &mut others {
            other.tell(what);
        }
        drop(holder);
        let begin = Instant::now();
        let said: Vec<_> = others.iter_mut().map(Process::hear).collect();
        // They may begin side by side: each has waited for as long as it was told.
        assert!(said.iter().all(|said| said == "7 of run 2" || said == "7 of run 3"), "{said:?}");
        assert!(begin.elapsed() < lease + Duration::from_secs(5), "{:?}", begin.elapsed());
    }
}

#[test]
fn what_one_process_invalidates_all_forget() {
    let server = Server::start(&[]);
    let mut processes: Vec<_> = (0..3).map(|_| Process::start(&server, LEASE)).collect();
    for process in &mut processes {
        assert_eq!(process.ask("slow 7"), "7 of run 1");
    }
    for (round, what) in (2..).zip(["invalidate 7", "tag 7", "clear 0"]) {
        processes[0].ask(what);
        for process in &mut processes {
            // A message takes its time.
            let begin = Instant::now();
            while process.ask("slow 7") != format!("7 of run {round}") {
                assert!(begin.elapsed() < Duration::from_secs(10), "{what}: {}", process.ask("info 0"));
            }
        }
        assert_eq!(runs(&server), round, "{what}: one of them computes, and the others find it");
    }
}

#[test]
fn a_process_that_starts_finds_what_others_have_computed() {
    let server = Server::start(&[]);
    assert_eq!(Process::start(&server, LEASE).ask("slow 7"), "7 of run 1");
    assert_eq!(Process::start(&server, LEASE).ask("slow 7"), "7 of run 1");
    // Another function, though the arguments are the same.
    assert_eq!(Process::start(&server, LEASE).ask("async 7"), "7 of run 2");
}
