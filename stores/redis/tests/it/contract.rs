//! The contract of all stores, and what this one adds.

use std::time::Duration;

use weakcache::store::{Answer, Claim, Entry, Key, Store, TagId, conformance};
use weakcache_redis::Redis;

use crate::support::{OTHER, SPACE, Server, eventually, found, key, patient, put};

#[test]
fn it_keeps_the_contract_of_stores() {
    let server = Server::start(&[]);
    let report = conformance::check(|| patient().lease(Duration::from_secs(1)).at(&server.url()));
    assert!(report.leases);
    let report = conformance::check_two(&patient().at(&server.url()), &patient().at(&server.url()));
    assert!(report.leases && report.tells);
}

#[test]
fn without_leases_it_keeps_it_too() {
    let server = Server::start(&[]);
    let report = conformance::check(|| patient().prefix("a:b *").lease(Duration::ZERO).at(&server.url()));
    assert!(!report.leases);
}

#[cfg(feature = "tokio")]
#[test]
fn it_keeps_the_contract_on_a_runtime() {
    let server = Server::start(&[]);
    let store = patient().lease(Duration::from_secs(1)).at(&server.url());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let report = runtime.block_on(conformance::check_async(|| store.clone()));
    assert!(report.leases);
}

#[cfg(feature = "tokio")]
#[test]
fn it_outlives_runtimes_and_needs_none() {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use weakcache::store::AsyncStore;

    async fn use_it(store: &Redis, name: &[u8]) {
        let key = key(name);
        let claim = store.claim_async(key, &[]).await.unwrap();
        store.put_async(key, Entry::new(b"value"), claim).await.unwrap();
        assert!(matches!(store.get_async(key, &[]).await.unwrap(), Answer::Found(_)));
        store.wait_async(key, Duration::from_millis(1)).await.unwrap();
    }
    let server = Server::start(&[]);
    let store = Redis::at(&server.url());
    for round in 0..6_u8 {
        // The connections of a runtime end with it.
        let runtime = match round % 2 {
            0 => tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            _ => tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
        };
        runtime.block_on(use_it(&store, &[round]));
    }
    // Without one, nothing is waited for: it blocks.
    let polled = pin!(use_it(&store, b"none")).poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(()));
}

/// How often the server has read something, this question not counted.
fn reads(connection: &mut redis::Connection) -> u64 {
    let info: String = redis::cmd("INFO").arg("stats").query(connection).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("total_reads_processed:")).unwrap();
    line.trim().parse().unwrap()
}

#[test]
fn a_hit_is_one_round_trip_and_needs_no_thread() {
    let server = Server::start(&[]);
    let store = Redis::at(&server.url());
    let tags = [TagId::from_bits(1), TagId::from_bits(2)];
    let claim = store.claim(key(b"a"), &tags).unwrap();
    store.put(key(b"a"), Entry::new(b"value").tags(&tags), claim).unwrap();
    let mut connection = server.connection();
    let before = reads(&mut connection);
    for _ in 0..100 {
        assert!(matches!(store.get(key(b"a"), &tags).unwrap(), Answer::Found(_)));
    }
    // The one is that of the first question.
    assert_eq!(reads(&mut connection) - before, 100 + 1);
    let before = reads(&mut connection);
    for number in 0..100_u8 {
        let key = Key::new(&OTHER, std::slice::from_ref(&number));
        let Answer::Missing(claim) = store.get(key, &[]).unwrap() else { panic!("it is new") };
        store.put(key, Entry::new(b"value"), claim).unwrap();
    }
    assert_eq!(reads(&mut connection) - before, 300 + 1, "two to look in vain, and one to store");
    let clients: String = redis::cmd("CLIENT").arg("LIST").query(&mut connection).unwrap();
    assert_eq!(clients.lines().count(), 2, "who calls one after another has one connection");
}

#[test]
fn many_claims_that_are_given_back_at_once_are_free() {
    let server = Server::start(&[]);
    let store = patient().lease(Duration::from_mins(10)).at(&server.url());
    let names: Vec<_> = (0..100_u8).map(|number| [number]).collect();
    let mut claims = Vec::new();
    for name in &names {
        let Answer::Missing(claim) = store.get(key(name), &[]).unwrap() else { panic!("it is new") };
        claims.push(claim);
    }
    for (name, claim) in names.iter().zip(claims) {
        store.release(key(name), claim);
    }
    for name in &names {
        eventually("it is free", || matches!(store.get(key(name), &[]).unwrap(), Answer::Missing(_)));
    }
}

#[test]
fn passwords_and_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("redis.sock");
    let socket = socket.to_str().unwrap();
    let server = Server::start(&["--unixsocket", socket, "--requirepass", "secret"]);
    for (url, is_right) in [
        (format!("redis://:secret@127.0.0.1:{}/", server.port()), true),
        (format!("redis://default:secret@127.0.0.1:{}/3", server.port()), true),
        (format!("redis://:secret@127.0.0.1:{}/?protocol=resp3", server.port()), true),
        (format!("redis+unix://{socket}?pass=secret&db=2"), true),
        (format!("redis://:wrong@127.0.0.1:{}/", server.port()), false),
        (format!("redis+unix://{socket}"), false),
        (server.url(), false),
    ] {
        let store = patient().at(&url);
        assert_eq!(store.ping().is_ok(), is_right, "{url}: {:?}", store.ping());
        if is_right {
            assert_eq!(found(&store, key(b"a")), None, "{url}: databases are apart");
            put(&store, b"a", b"value");
            assert_eq!(found(&store, key(b"a")).unwrap(), b"value");
            store.clear(&SPACE).unwrap();
        } else {
            assert!(store.get(key(b"a"), &[]).is_err(), "{url}");
        }
    }
}

#[test]
fn clones_are_one_store() {
    let store = Redis::at("redis://127.0.0.1:1/");
    assert_eq!(store.identity(), store.clone().identity());
    assert_ne!(store.identity(), Redis::at("redis://127.0.0.1:1/").identity());
}

#[test]
fn prefixes_and_databases_keep_things_apart() {
    let server = Server::start(&[]);
    let stores = [
        Redis::at(&server.url()),
        Redis::builder().prefix("other").at(&server.url()),
        Redis::at(&format!("{}3", server.url())),
    ];
    for (number, store) in (0_u8..).zip(&stores) {
        assert_eq!(found(store, key(b"a")), None);
        put(store, b"a", &[number]);
    }
    stores[0].clear(&OTHER).unwrap();
    for (number, store) in (0_u8..).zip(&stores) {
        assert_eq!(found(store, key(b"a")), Some(vec![number]));
    }
    stores[1].clear(&SPACE).unwrap();
    assert_eq!(found(&stores[0], key(b"a")), Some(vec![0]));
    assert_eq!(found(&stores[1], key(b"a")), None);
}

#[test]
fn what_is_removed_or_cleared_elsewhere_while_it_is_computed_is_not_stored() {
    let server = Server::start(&[]);
    let [here, there] = [(); 2].map(|()| Redis::at(&server.url()));
    for invalidate in [(|there: &Redis| there.remove(key(b"a")).unwrap()) as fn(&Redis), |there| {
        there.clear(&SPACE).unwrap();
    }] {
        let Answer::Missing(claim) = here.get(key(b"a"), &[]).unwrap() else { panic!("it is new") };
        assert!(matches!(there.get(key(b"a"), &[]).unwrap(), Answer::Held(_)));
        invalidate(&there);
        // Who comes now need not wait for what will be thrown away.
        let Answer::Missing(next) = there.get(key(b"a"), &[]).unwrap() else { panic!("it is held") };
        here.put(key(b"a"), Entry::new(b"old"), claim).unwrap();
        assert!(matches!(here.get(key(b"a"), &[]).unwrap(), Answer::Held(_)));
        there.put(key(b"a"), Entry::new(b"new"), next).unwrap();
        assert_eq!(found(&here, key(b"a")).unwrap(), b"new");
        there.remove(key(b"a")).unwrap();
    }
}

#[test]
fn nobody_waits_for_what_is_computed_under_a_tag_that_was_invalidated() {
    let server = Server::start(&[]);
    let [here, there] = [(); 2].map(|()| Redis::at(&server.url()));
    let (key, tags) = (key(b"a"), [1, 2].map(TagId::from_bits));
    let Answer::Missing(old) = here.get(key, &tags).unwrap() else { panic!("it is new") };
    assert!(matches!(there.get(key, &tags).unwrap(), Answer::Held(_)));
    there.invalidate_tag(TagId::from_bits(3)).unwrap();
    assert!(matches!(there.get(key, &tags).unwrap(), Answer::Held(_)));
    there.invalidate_tag(tags[1]).unwrap();
    let Answer::Missing(new) = there.get(key, &tags).unwrap() else { panic!("it is held") };
    // The lease is that of the second now, whatever becomes of the first.
    here.put(key, Entry::new(b"old").tags(&tags), old).unwrap();
    assert!(matches!(here.get(key, &tags).unwrap(), Answer::Held(_)));
    there.put(key, Entry::new(b"new").tags(&tags), new).unwrap();
    let Answer::Found(found) = here.get(key, &tags).unwrap() else { panic!("it was put") };
    assert_eq!(found.value, b"new");
}

#[test]
fn what_is_put_in_any_case_is_not_replaced_by_what_was_begun_before() {
    let server = Server::start(&[]);
    let [here, there] = [(); 2].map(|()| Redis::at(&server.url()));
    let key = key(b"a");
    let ttl = Some(Duration::from_mins(1));
    let Answer::Missing(begun) = here.get(key, &[]).unwrap() else { panic!("it is new") };
    let primed = there.claim(key, &[]).unwrap();
    there.put(key, Entry::new(b"primed").ttl(ttl), primed).unwrap();
    here.put(key, Entry::new(b"old"), begun).unwrap();
    let Answer::Found(primed) = here.get(key, &[]).unwrap() else { panic!("it was put") };
    assert_eq!(primed.value, b"primed");
    assert!(primed.remaining.is_some() && primed.remaining <= ttl);
    // Of two of the kind that which was begun last is the newest, whichever ends last.
    for first_ends_last in [false, true] {
        let first = (here.claim(key, &[]).unwrap(), &b"first"[..]);
        let second = (there.claim(key, &[]).unwrap(), &b"second"[..]);
        let order = if first_ends_last { [second, first] } else { [first, second] };
        for (claim, value) in order {
            here.put(key, Entry::new(value), claim).unwrap();
        }
        assert_eq!(found(&here, key).unwrap(), b"second");
    }
    // One that was begun since is as good as ever.
    there.remove(key).unwrap();
    let Answer::Missing(next) = here.get(key, &[]).unwrap() else { panic!("it was removed") };
    here.put(key, Entry::new(b"next"), next).unwrap();
    assert_eq!(found(&there, key).unwrap(), b"next");
    // Nothing is left of what was not stored.
    let mut connection = server.connection();
    assert!(!redis::cmd("EXISTS").arg("weakcache:+").query::<bool>(&mut connection).unwrap());
}

#[test]
fn generations_that_a_server_forgets_bring_nothing_back() {
    let server = Server::start(&[]);
    let store = Redis::at(&server.url());
    let tag = TagId::of("tag");
    let tagged = Entry::new(b"tagged").tags(std::slice::from_ref(&tag));
    for forgotten in ["weakcache:n:*", "weakcache:t:*"] {
        let claim = store.claim(key(b"a"), &[tag]).unwrap();
        store.put(key(b"a"), tagged, claim).unwrap();
        store.invalidate_tag(tag).unwrap();
        let claim = store.claim(key(b"b"), &[tag]).unwrap();
        store.put(key(b"b"), tagged, claim).unwrap();
        // As a server does that is short of memory.
        let mut connection = server.connection();
        let names: Vec<Vec<u8>> = redis::cmd("KEYS").arg(forgotten).query(&mut connection).unwrap();
        assert!(!names.is_empty());
        redis::cmd("DEL").arg(names).exec(&mut connection).unwrap();
        assert_eq!(found(&store, key(b"a")), None);
        assert_eq!(found(&store, key(b"b")), None);
    }
}

#[test]
fn claims_of_others_are_refused() {
    let server = Server::start(&[]);
    let store = Redis::at(&server.url());
    let tag = TagId::of("tag");
    for claim in [Claim::default(), Claim::new(vec![7; 100]), store.claim(key(b"a"), &[]).unwrap()] {
        store.put(key(b"a"), Entry::new(b"x").tags(&[tag]), claim).unwrap_err();
    }
    assert_eq!(found(&store, key(b"a")), None);
}

#[test]
fn nothing_of_an_address_is_shown_and_a_bad_one_fails() {
    let store = Redis::at("redis://user:secret@localhost:1/");
    assert!(!format!("{store:?}").contains("secret"));
    let error = store.ping().unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    let store = Redis::at("no address");
    store.ping().unwrap_err();
    store.get(key(b"a"), &[]).unwrap_err();
    store.subscribe(std::sync::Arc::new(|_| ()));
}
