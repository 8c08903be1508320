//! What processes tell each other.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use weakcache::store::{Answer, Entry, Heard, Listener, Store, TagId};
use weakcache_redis::Redis;

use crate::support::{Line, SPACE, Server, eventually, found, key, patient, put, quick};

#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Vec<String>>>);

impl Ear {
    fn on(store: &Redis) -> Self {
        let ear = Self::default();
        store.subscribe(ear.listener());
        ear
    }

    fn listener(&self) -> Listener {
        let heard = self.clone();
        Arc::new(move |what| {
            let what = match what {
                Heard::Removed { namespace, key } => format!("removed {namespace} {key:?}"),
                Heard::Cleared { namespace } => format!("cleared {namespace}"),
                Heard::Invalidated(tag) => format!("invalidated {}", tag.to_bits()),
                Heard::Everything => "everything".to_owned(),
            };
            heard.0.lock().unwrap().push(what);
        })
    }

    fn heard(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn hears(&self, what: &[&str]) {
        eventually(&format!("{what:?}, not {:?}", self.heard()), || self.heard() == what);
    }
}

#[test]
fn what_one_invalidates_the_others_hear_once_and_at_once() {
    let server = Server::start(&[]);
    let [one, other] = [(); 2].map(|()| quick().at(&server.url()));
    // Nobody waits for anything: who has subscribed hears.
    let (ear, own) = (Ear::on(&other), Ear::on(&one));
    one.remove(key(b"\0\xff")).unwrap();
    one.clear(&SPACE).unwrap();
    one.invalidate_tag(TagId::from_bits(7)).unwrap();
    ear.hears(&["removed 1 [0, 255]", "cleared 1", "invalidated 7"]);
    // Of stores and look-ups nobody hears.
    let claim = one.claim(key(b"a"), &[]).unwrap();
    one.put(key(b"a"), Entry::new(b"x"), claim).unwrap();
    other.get(key(b"a"), &[]).unwrap();
    thread::sleep(Duration::from_millis(50));
    assert_eq!(ear.heard().len(), 3);
    assert_eq!(own.heard(), [""; 0]);
    // Clones are the same store.
    one.clone().clear(&SPACE).unwrap();
    other.clear(&SPACE).unwrap();
    own.hears(&["cleared 1"]);
}

#[test]
fn a_server_without_memory_removes_and_tells_of_it() {
    let server = Server::start(&["--maxmemory-policy", "noeviction"]);
    let [one, other] = [(); 2].map(|()| quick().at(&server.url()));
    put(&one, b"a", b"value");
    put(&one, b"b", b"value");
    let ear = Ear::on(&other);
    let mut connection = server.connection();
    let mut memory = |limit| {
        redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(limit).exec(&mut connection).unwrap();
    };
    memory("1");
    // What is there is found, and what is removed is not, though it cannot be remembered.
    assert_eq!(found(&other, key(b"a")).unwrap(), b"value");
    assert!(one.remove(key(b"a")).is_err());
    assert!(other.get(key(b"a"), &[]).is_err());
    assert!(one.clear(&SPACE).is_err());
    assert!(one.invalidate_tag(TagId::from_bits(7)).is_err());
    ear.hears(&["removed 1 [97]", "cleared 1", "invalidated 7"]);
    #[cfg(feature = "tokio")]
    {
        use weakcache::store::{Answer, AsyncStore};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let answer = runtime.block_on(other.get_async(key(b"b"), &[])).unwrap();
        assert!(matches!(answer, Answer::Found(found) if found.value == b"value"));
    }
    memory("0");
    assert_eq!(found(&other, key(b"a")), None);
    one.remove(key(b"b")).unwrap();
    assert_eq!(found(&other, key(b"b")), None);
}

#[test]
fn other_prefixes_are_not_heard_and_rubbish_is_taken_for_everything() {
    let server = Server::start(&[]);
    let store = quick().at(&server.url());
    let ear = Ear::on(&store);
    quick().prefix("other").at(&server.url()).clear(&SPACE).unwrap();
    let mut connection = server.connection();
    for message in [&b""[..], b"rubbish", &[0xff; 1000]] {
        redis::cmd("PUBLISH").arg("weakcache:invalidated").arg(message).exec(&mut connection).unwrap();
    }
    ear.hears(&["everything"; 3]);
}

#[test]
fn a_connection_that_was_lost_is_told_of_and_comes_back() {
    let mut server = Server::start(&[]);
    let [one, other] = [(); 2].map(|()| quick().at(&server.url()));
    let ear = Ear::on(&other);
    server.stop();
    ear.hears(&["everything"]);
    // While there is no server, once is enough.
    thread::sleep(Duration::from_millis(500));
    assert_eq!(ear.heard().len(), 1);
    server.run();
    ear.hears(&["everything"; 2]);
    one.clear(&SPACE).unwrap();
    ear.hears(&["everything", "everything", "cleared 1"]);
    // One that says nothing any more is found out, too.
    server.pause();
    ear.hears(&["everything", "everything", "cleared 1", "everything"]);
    server.go_on();
    ear.hears(&["everything", "everything", "cleared 1", "everything", "everything"]);
}

#[test]
fn who_subscribes_before_there_is_a_server_is_told_when_there_is() {
    let mut server = Server::start(&[]);
    server.stop();
    let store = quick().at(&server.url());
    let begin = Instant::now();
    let ear = Ear::on(&store);
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(ear.heard(), [""; 0]);
    server.run();
    ear.hears(&["everything"]);
}

/// What is said before the server has confirmed a subscription, nobody hears: so that is told after it, and not before.
#[test]
fn what_was_missed_is_told_of_once_the_server_has_confirmed() {
    let mut server = Server::start(&[]);
    let line = Line::to(&server);
    let store = patient().at(&line.url());
    let ear = Ear::on(&store);
    let release = line.hold(b"subscribe");
    server.stop();
    ear.hears(&["everything"]);
    server.run();
    eventually("it is about to be confirmed", || line.holds());
    quick().at(&server.url()).clear(&SPACE).unwrap();
    thread::sleep(Duration::from_millis(50));
    assert_eq!(ear.heard(), ["everything"], "of the loss");
    drop(release);
    eventually("it is told", || ear.heard().len() >= 2);
    assert_eq!(ear.heard()[1], "everything");
    // From here on, one by one.
    let before = ear.heard().len();
    quick().at(&server.url()).clear(&SPACE).unwrap();
    eventually("it hears", || ear.heard().len() > before);
    assert_eq!(ear.heard().last().unwrap(), "cleared 1");
}

#[test]
fn who_listens_before_the_first_is_heard_is_told_what_it_missed() {
    let server = Server::start(&[]);
    let line = Line::to(&server);
    let release = line.hold(b"subscribe");
    let store = patient().at(&line.url());
    let first = thread::spawn({
        let store = store.clone();
        move || (Ear::on(&store), store)
    });
    eventually("it is about to be confirmed", || line.holds());
    let begin = Instant::now();
    let second = Ear::on(&store);
    assert!(begin.elapsed() < Duration::from_secs(5), "nobody else waits");
    assert!(!first.is_finished(), "the first does");
    assert_eq!(second.heard(), [""; 0]);
    drop(release);
    let (first, _store) = first.join().unwrap();
    // That it is told comes before the first goes on.
    assert_eq!(
        (first.heard(), second.heard()),
        (vec!["everything".to_owned()], vec!["everything".to_owned()])
    );
    let third = Ear::on(&store);
    quick().at(&server.url()).clear(&SPACE).unwrap();
    third.hears(&["cleared 1"]);
}

#[cfg(feature = "tokio")]
#[test]
fn a_task_subscribes_without_blocking_and_is_heard_also_if_it_is_dropped() {
    use std::pin::pin;
    use std::task::{Context, Waker};
    use weakcache::store::AsyncStore;

    let server = Server::start(&[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for is_dropped in [false, true] {
        let line = Line::to(&server);
        let release = line.hold(b"subscribe");
        let store = patient().at(&line.url());
        let ear = Ear::default();
        let listener = ear.listener();
        runtime.block_on(async {
            let mut subscribe = pin!(Some(store.subscribe_async(listener)));
            let begin = Instant::now();
            let first = subscribe.as_mut().as_pin_mut().unwrap();
            assert!(first.poll(&mut Context::from_waker(Waker::noop())).is_pending());
            assert!(begin.elapsed() < Duration::from_secs(5));
            while !line.holds() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            if is_dropped {
                subscribe.set(None);
            }
            drop(release);
            if let Some(subscribe) = subscribe.as_mut().as_pin_mut() {
                subscribe.await.unwrap();
            }
        });
        if is_dropped {
            ear.hears(&["everything"]);
        }
        let before = ear.heard();
        quick().at(&server.url()).clear(&SPACE).unwrap();
        ear.hears(&before.iter().map(String::as_str).chain(["cleared 1"]).collect::<Vec<_>>());
        assert_eq!(before.len(), usize::from(is_dropped));
    }
}

#[test]
fn a_listener_that_panics_is_heard_of_no_more_than_that() {
    let server = Server::start(&[]);
    let store = quick().at(&server.url());
    store.subscribe(Arc::new(|_| panic!("of a listener")));
    let ear = Ear::on(&store);
    let other = quick().at(&server.url());
    other.clear(&SPACE).unwrap();
    other.clear(&SPACE).unwrap();
    ear.hears(&["cleared 1"; 2]);
}

#[test]
fn nothing_is_left_of_a_store_that_is_gone() {
    let server = Server::start(&[]);
    let store = quick().at(&server.url());
    let _ear = Ear::on(&store);
    store.ping().unwrap();
    drop(store);
    let mut connection = server.connection();
    let clients = redis::cmd("CLIENT").arg("LIST").to_owned();
    let started = Instant::now();
    loop {
        let list: String = clients.query(&mut connection).unwrap();
        if list.lines().count() == 1 {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(10), "{list}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// What the server tells those who wait for a lease, as it stands on the channel.
fn ended(key: &[u8]) -> Vec<u8> {
    [&[0; 8][..], b"e", &SPACE.id().to_be_bytes(), key].concat()
}

#[test]
fn the_end_of_a_lease_is_told_if_somebody_waits_for_it() {
    let server = Server::start(&[]);
    let [one, other] = [(); 2].map(|()| Redis::builder().lease(Duration::from_mins(10)).at(&server.url()));
    let client = redis::Client::open(server.url()).unwrap();
    let mut told = client.get_connection().unwrap();
    told.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut told = told.as_pubsub();
    told.subscribe("weakcache:invalidated").unwrap();
    let key = key(b"a\0!");
    let is_held = || assert!(matches!(other.get(key, &[]).unwrap(), Answer::Held(_)));
    let claim = || match one.get(key, &[]).unwrap() {
        Answer::Missing(claim) => claim,
        other => panic!("{other:?}"),
    };
    // Of these nobody is told.
    one.put(key, Entry::new(b"x"), claim()).unwrap();
    one.remove(key).unwrap();
    let mut next = || told.get_message().unwrap().get_payload_bytes().to_vec();
    assert_eq!(next()[8], b'r', "the first that is told");
    let held = claim();
    is_held();
    is_held();
    one.put(key, Entry::new(b"x"), held).unwrap();
    assert_eq!(next(), ended(b"a\0!"));
    one.remove(key).unwrap();
    assert_eq!(next()[8], b'r', "it is told once");
    let held = claim();
    is_held();
    one.release(key, held);
    assert_eq!(next(), ended(b"a\0!"));
    // One that does not last: the lease is another's.
    let old = claim();
    is_held();
    one.remove(key).unwrap();
    assert_eq!(next()[8], b'r');
    let new = claim();
    is_held();
    one.put(key, Entry::new(b"old"), old).unwrap();
    one.put(key, Entry::new(b"new"), new).unwrap();
    assert_eq!(next(), ended(b"a\0!"));
    assert_eq!(found(&other, key).unwrap(), b"new");
}

/// The lease is held all the while: it is the message that ends the wait.
#[test]
fn who_waits_for_a_lease_goes_on_when_told() {
    let server = Server::start(&[]);
    let [one, other] = [(); 2].map(|()| Redis::builder().lease(Duration::from_mins(10)).at(&server.url()));
    let _ear = Ear::on(&other);
    let name = key(b"a");
    let Answer::Missing(_claim) = one.get(name, &[]).unwrap() else { panic!("it is new") };
    let goes_on = |wait: &(dyn Fn() + Sync), tell: &dyn Fn()| {
        thread::scope(|scope| {
            let waits = scope.spawn(wait);
            eventually("it goes on", || {
                tell();
                waits.is_finished()
            });
        });
        assert!(matches!(other.get(name, &[]).unwrap(), Answer::Held(_)));
    };
    let tell = |bytes: &[u8]| {
        redis::cmd("PUBLISH").arg("weakcache:invalidated").arg(bytes).exec(&mut server.connection()).unwrap();
    };
    let limit = Duration::from_secs(30);
    let wait = || other.wait(name, limit).unwrap();
    goes_on(&wait, &|| tell(&ended(b"a")));
    // Or that the key is removed, which ends the lease too.
    goes_on(&wait, &|| {
        tell(&[&[1; 8][..], b"r", &SPACE.id().to_be_bytes(), b"a"].concat());
    });
    // Others it does not concern, and who waited in vain is forgotten.
    thread::scope(|scope| {
        let waits = scope.spawn(|| other.wait(name, Duration::from_millis(300)).unwrap());
        while !waits.is_finished() {
            tell(&ended(b"b"));
        }
    });
    #[cfg(feature = "tokio")]
    {
        use weakcache::store::AsyncStore;

        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let wait = || runtime.block_on(other.wait_async(name, limit)).unwrap();
        goes_on(&wait, &|| tell(&ended(b"a")));
    }
}
