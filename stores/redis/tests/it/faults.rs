//! Servers that are not there, or not well. Whatever they do, a call is over in time.

use std::thread;
use std::time::{Duration, Instant};

use weakcache::store::{Answer, Claim, Entry, Key, Store};
use weakcache_redis::Redis;

use crate::support::{Line, OTHER, SPACE, Server, eventually, found, key, put, quick, within};

/// Both limits of `quick()`, and what a busy machine takes.
const LIMIT: Duration = Duration::from_secs(2);

/// Every method fails, each in time. (Those that have nothing to say may do what they like.)
fn all_fail(store: &Redis) {
    let claim = Claim::new(vec![0; 17]);
    let entry = Entry::new(b"x");
    let store = store.clone();
    within(LIMIT * 7, move || {
        let begin = Instant::now();
        store.get(key(b"a"), &[]).unwrap_err();
        assert!(begin.elapsed() < LIMIT);
        store.put(key(b"a"), entry, claim.clone()).unwrap_err();
        store.remove(key(b"a")).unwrap_err();
        store.clear(&SPACE).unwrap_err();
        store.claim(key(b"a"), &[]).unwrap_err();
        store.wait(key(b"a"), Duration::from_mins(1)).unwrap_err();
        let begin = Instant::now();
        store.release(key(b"a"), Claim::new(vec![1; 17]));
        assert!(begin.elapsed() < Duration::from_millis(100), "a release waits for nobody");
    });
}

fn all_is_well(store: &Redis, name: &[u8]) {
    eventually("the store is back", || store.ping().is_ok());
    assert_eq!(found(store, key(name)), None);
    put(store, name, b"value");
    assert_eq!(found(store, key(name)).unwrap(), b"value");
}

#[test]
fn a_server_that_is_stopped_and_started_again() {
    let mut server = Server::start(&[]);
    let store = quick().at(&server.url());
    all_is_well(&store, b"before");
    server.stop();
    all_fail(&store);
    server.run();
    // It has forgotten everything, scripts and generations too.
    assert_eq!(found(&store, key(b"before")), None);
    all_is_well(&store, b"after");
}

#[test]
fn a_restart_between_two_calls_is_not_even_a_failure() {
    let mut server = Server::start(&[]);
    let store = quick().at(&server.url());
    for round in 0..3_u8 {
        all_is_well(&store, &[round]);
        let claim = store.claim(key(b"claimed"), &[]).unwrap();
        server.stop();
        server.run();
        // Under a generation that is no more.
        store.put(key(b"claimed"), Entry::new(b"old"), claim).unwrap();
        assert_eq!(found(&store, key(b"claimed")), None);
    }
}

#[test]
fn a_server_that_is_paused() {
    let server = Server::start(&[]);
    let store = quick().connections(3).at(&server.url());
    all_is_well(&store, b"before");
    // What is asked of it now it does later, and one of that is to clear: this is of another namespace.
    let other = Key::new(&OTHER, b"before");
    let claim = store.claim(other, &[]).unwrap();
    store.put(other, Entry::new(b"value"), claim).unwrap();
    server.pause();
    all_fail(&store);
    // More at once than there are connections: each is over in time.
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let begin = Instant::now();
                store.get(key(b"a"), &[]).unwrap_err();
                assert!(begin.elapsed() < LIMIT, "{:?}", begin.elapsed());
            });
        }
    });
    server.go_on();
    eventually("it is back", || store.ping().is_ok());
    assert_eq!(found(&store, other).unwrap(), b"value");
    all_is_well(&store, b"after");
}

#[test]
fn a_line_that_is_slow() {
    let server = Server::start(&[]);
    let line = Line::to(&server);
    let store = quick().at(&line.url());
    all_is_well(&store, b"before");
    // Slow, and not too slow.
    line.shape(Duration::from_millis(30), 0);
    let is_found =
        || matches!(store.get(key(b"before"), &[]), Ok(Answer::Found(found)) if found.value == b"value");
    eventually("it is found", is_found);
    // Too slow.
    line.shape(Duration::from_millis(700), 0);
    all_fail(&store);
    // A byte now and then: no single read takes too long, all of them do.
    line.shape(Duration::from_millis(200), 1);
    all_fail(&store);
    line.shape(Duration::ZERO, 0);
    // What was asked all the while may still be done, and one of it was to clear: this is of another namespace.
    let other = Key::new(&OTHER, b"after");
    eventually("it is back", || {
        let claim = store.claim(other, &[]);
        claim.is_ok_and(|claim| store.put(other, Entry::new(b"value"), claim).is_ok())
    });
    assert_eq!(found(&store, other).unwrap(), b"value");
}

#[test]
fn a_server_without_memory() {
    let server = Server::start(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
    let store = quick().at(&server.url());
    let large = vec![7; 300_000];
    let mut stored = Vec::new();
    let mut failed = 0;
    for number in 0..40_u8 {
        let name = [number];
        let Ok(claim) = store.claim(key(&name), &[]) else {
            failed += 1;
            continue;
        };
        match store.put(key(&name), Entry::new(&large), claim) {
            Ok(()) => stored.push(number),
            Err(_) => failed += 1,
        }
    }
    assert!(failed > 0 && !stored.is_empty(), "{failed} failed");
    for number in 0..40_u8 {
        match store.get(key(&[number]), &[]) {
            Ok(Answer::Found(found)) => assert!(stored.contains(&number) && found.value == large),
            // Or there is no room for a lease.
            Ok(_) | Err(_) => assert!(!stored.contains(&number)),
        }
    }
    // What makes room is possible.
    for number in &stored {
        let _ = store.remove(key(&[*number]));
    }
    let mut connection = server.connection();
    redis::cmd("FLUSHALL").exec(&mut connection).unwrap();
    all_is_well(&store, b"after");
}

#[test]
fn a_holder_that_is_gone_holds_nobody_up() {
    let server = Server::start(&[]);
    let lease = Duration::from_millis(300);
    let store = quick().lease(lease).at(&server.url());
    let Answer::Missing(_) = store.get(key(b"a"), &[]).unwrap() else { panic!("it is new") };
    let begin = Instant::now();
    let Answer::Held(left) = store.get(key(b"a"), &[]).unwrap() else { panic!("it is held") };
    assert!(left <= lease);
    while matches!(store.get(key(b"a"), &[]).unwrap(), Answer::Held(_)) {
        store.wait(key(b"a"), Duration::from_secs(10)).unwrap();
    }
    assert!(begin.elapsed() >= lease / 2 && begin.elapsed() < lease + LIMIT);
}

#[cfg(feature = "tokio")]
#[test]
fn calls_that_do_not_block_are_over_in_time_too() {
    use weakcache::store::AsyncStore;

    let mut server = Server::start(&[]);
    let line = Line::to(&server);
    let store = quick().at(&line.url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let get = || runtime.block_on(store.get_async(key(b"a"), &[]));
    get().unwrap();
    for (delay, piece) in [(700, 0), (100, 1)] {
        line.shape(Duration::from_millis(delay), piece);
        let begin = Instant::now();
        get().unwrap_err();
        assert!(begin.elapsed() < LIMIT);
    }
    line.shape(Duration::ZERO, 0);
    eventually("it is back", || get().is_ok());
    server.pause();
    let begin = Instant::now();
    get().unwrap_err();
    assert!(begin.elapsed() < LIMIT);
    server.go_on();
    eventually("it is back", || get().is_ok());
    server.stop();
    get().unwrap_err();
    server.run();
    eventually("it is back", || get().is_ok());
}

/// What says in an answer that the entry is missing, and the lease taken.
const TAKEN: &[u8] = b":-4\r\n";

#[test]
fn an_answer_that_is_lost_holds_no_lease() {
    let server = Server::start(&[]);
    let line = Line::to(&server);
    let store = quick().lease(Duration::from_mins(10)).at(&line.url());
    let held = line.hold(TAKEN);
    store.get(key(b"a"), &[]).unwrap_err();
    assert!(line.holds(), "the server has taken it");
    eventually("it is released", || matches!(store.get(key(b"a"), &[]).unwrap(), Answer::Missing(_)));
    drop(held);
}

#[cfg(feature = "tokio")]
#[test]
fn an_answer_that_a_task_lost_holds_no_lease() {
    use weakcache::store::AsyncStore;

    let server = Server::start(&[]);
    let line = Line::to(&server);
    let store = quick().lease(Duration::from_mins(10)).at(&line.url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let held = line.hold(TAKEN);
    runtime.block_on(store.get_async(key(b"a"), &[])).unwrap_err();
    assert!(line.holds(), "the server has taken it");
    eventually("it is released", || matches!(store.get(key(b"a"), &[]).unwrap(), Answer::Missing(_)));
    drop(held);
}

#[cfg(feature = "tokio")]
#[test]
fn who_is_gone_before_the_answer_holds_no_lease() {
    use std::pin::pin;
    use std::task::{Context, Waker};
    use weakcache::store::AsyncStore;

    let server = Server::start(&[]);
    let line = Line::to(&server);
    let store = quick().at(&line.url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        store.claim_async(key(b"first"), &[]).await.unwrap();
        line.shape(Duration::from_millis(100), 0);
        {
            let mut get = pin!(store.get_async(key(b"a"), &[]));
            for _ in 0..5 {
                let _ = get.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                tokio::time::sleep(Duration::from_millis(4)).await;
            }
        }
        line.shape(Duration::ZERO, 0);
    });
    eventually("it is released", || {
        let answer = store.get(key(b"a"), &[]).unwrap();
        matches!(answer, Answer::Missing(_))
    });
}

/// A process that is stopped and goes on finds its reads interrupted where they have a time limit, as it does after a signal:
/// that says nothing of the server.
#[cfg(target_os = "linux")]
#[test]
fn a_read_that_is_interrupted_goes_on() {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    if let Ok(url) = std::env::var("WEAKCACHE_INTERRUPTED") {
        Redis::builder().response_timeout(Duration::from_mins(1)).at(&url).ping().unwrap();
        println!("\nall is well");
        return;
    }
    within(Duration::from_mins(1), || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("redis://{}/", listener.local_addr().unwrap());
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["faults::a_read_that_is_interrupted_goes_on", "--exact", "--nocapture"])
            .env("WEAKCACHE_INTERRUPTED", url)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 100];
        assert_ne!(stream.read(&mut asked).unwrap(), 0);
        let id = child.id().to_string();
        let signal =
            |signal: &str| assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        for _ in 0..3 {
            // By now it reads.
            thread::sleep(Duration::from_millis(20));
            signal("-STOP");
            eventually("it is stopped", || {
                std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap().contains(") T ")
            });
            signal("-CONT");
        }
        stream.write_all(b"+PONG\r\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("all is well"));
    });
}
