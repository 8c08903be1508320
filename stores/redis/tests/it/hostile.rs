//! Servers that lie, and that refuse who comes, and entries that were forged. Nothing panics, no stack overflows, nothing wrong
//! is decoded, and no room is made for what is only announced.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use weakcache::store::{Answer, Claim, Entry, Store, TagId};

use crate::support::{SPACE, Server, eventually, found, key, put, quick, rubbish, within};

/// xorshift64*, Vigna 2016.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(length).collect()
}

#[test]
fn servers_that_answer_rubbish() {
    let mut deep = b"*1\r\n".repeat(100_000);
    deep.extend_from_slice(b":1\r\n");
    let answers: Vec<Vec<u8>> = vec![
        noise(0x5eed, 100_000),
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"+OK\r\n".to_vec(),
        b"-ERR no\r\n".to_vec(),
        b"-NOSCRIPT no\r\n".to_vec(),
        b":1\r\n".to_vec(),
        b"$-1\r\n".to_vec(),
        b"*-1\r\n".to_vec(),
        b"*0\r\n".to_vec(),
        b"*2\r\n:1\r\n".to_vec(),
        b"*1\r\n*1\r\n:-4\r\n".to_vec(),
        // More than there is memory.
        b"$9223372036854775807\r\n".to_vec(),
        b"$1099511627776\r\n".to_vec(),
        b"*9223372036854775807\r\n".to_vec(),
        b"*4611686018427387904\r\n:1\r\n".to_vec(),
        b"%4611686018427387904\r\n".to_vec(),
        b"$-9223372036854775808\r\n".to_vec(),
        b"*1099511627776\r\n".to_vec(),
        b"~1099511627776\r\n:1\r\n".to_vec(),
        b">1099511627776\r\n+message\r\n".to_vec(),
        deep,
        vec![b'*'; 10_000],
        vec![0xff; 10_000],
        b"".to_vec(),
    ];
    thread::scope(|scope| {
        for answer in answers {
            scope.spawn(|| withstand(answer));
        }
    });
}

fn withstand(answer: Vec<u8>) {
    let shown = String::from_utf8_lossy(&answer[..answer.len().min(40)]).into_owned();
    let store = quick().at(&rubbish(answer, Duration::from_millis(1)));
    within(Duration::from_secs(15), move || {
        for tags in [&[][..], &[TagId::of("t")]] {
            // Whoever hears of a lease is patient for so long; most is an error.
            if let Ok(Answer::Found(found)) = store.get(key(b"a"), tags) {
                panic!("{found:?} was never stored: {shown}");
            }
        }
        let _ = store.put(key(b"a"), Entry::new(b"x"), Claim::new(vec![0; 17]));
        let _ = store.clear(&SPACE);
        let _ = store.claim(key(b"a"), &[]);
        store.release(key(b"a"), Claim::new(vec![1; 17]));
        store.subscribe(Arc::new(|_| ()));
    });
}

#[cfg(feature = "tokio")]
#[test]
fn servers_that_answer_rubbish_to_calls_that_do_not_block() {
    use weakcache::store::AsyncStore;

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for answer in [
        noise(0x5eed, 100_000),
        b"+OK\r\n".to_vec(),
        b"*9223372036854775807\r\n".to_vec(),
        b"*1099511627776\r\n:1\r\n".to_vec(),
        b"$9223372036854775807\r\n".to_vec(),
        b"*1\r\n".repeat(100_000),
    ] {
        let store = quick().at(&rubbish(answer, Duration::from_millis(1)));
        let handle = runtime.handle().clone();
        within(Duration::from_secs(5), move || {
            handle.block_on(async {
                let answer = store.get_async(key(b"a"), &[]).await;
                assert!(!matches!(answer, Ok(Answer::Found(_))));
                let _ = store.put_async(key(b"a"), Entry::new(b"x"), Claim::new(vec![0; 17])).await;
            });
        });
    }
}

/// As deep as the client goes, and deeper, on a thread that has little room.
#[test]
fn answers_in_answers_overflow_no_stack() {
    for depth in [4, 5, 32, 98, 99, 100, 101, 1000, 100_000] {
        // The last begins with what ends a line to some, though not to the client, and a text would begin then.
        for (before, around) in [
            (&b""[..], &b"*1\r\n"[..]),
            (b"", b"%1\r\n:1\r\n"),
            (b"", b"~1\r\n"),
            (b"", b">1\r\n"),
            (b"*2\r\n+\n$9999\r\n", b"*1\r\n"),
        ] {
            let answer = [before, &around.repeat(depth), b":1\r\n"].concat();
            let url = rubbish(answer, Duration::from_millis(1));
            let ask = move || {
                let store = quick().at(&url);
                store.get(key(b"a"), &[]).unwrap_err();
                store.put(key(b"a"), Entry::new(b"x"), Claim::new(vec![0; 17])).unwrap_err();
            };
            within(Duration::from_secs(20), || {
                thread::Builder::new().stack_size(SMALL).spawn(ask).unwrap().join().unwrap();
            });
        }
    }
}

/// As many as one request may have, twice, where nobody asks for the first of them.
#[test]
fn answers_before_there_is_a_question_overflow_no_stack() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 1000];
        for before in [&b"+PONG\r\n"[..], b""] {
            assert_ne!(stream.read(&mut bytes).unwrap(), 0);
            stream.write_all(&[before, &b"*1\r\n".repeat(4)].concat()).unwrap();
        }
        // Until the other is gone.
        let _ = stream.read(&mut bytes);
    });
    let ask = move || {
        let store = quick().at(&format!("redis://127.0.0.1:{port}/"));
        store.ping().unwrap();
        store.ping().unwrap_err();
    };
    thread::Builder::new().stack_size(SMALL).spawn(ask).unwrap().join().unwrap();
}

/// A sixteenth of what threads have.
const SMALL: usize = 128 << 10;

/// Who is refused by name is nobody else either, though the password is somebody's.
#[test]
fn a_name_that_is_refused() {
    let server = Server::start(&["--requirepass", "secret"]);
    let at = |user: &str| quick().at(&server.url().replace("//", &format!("//{user}:secret@")));
    at("default").ping().unwrap();
    at("").ping().unwrap();
    let refused = at("nobody").ping().unwrap_err().to_string();
    assert!(refused.contains("WRONGPASS"), "{refused}");
}

#[test]
fn a_server_from_before_there_were_names() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 1000];
            while let Ok(read @ 1..) = stream.read(&mut bytes) {
                let answer: &[u8] = match &bytes[..read] {
                    asked if asked.starts_with(b"*3\r\n$4\r\nAUTH") => {
                        b"-ERR wrong number of arguments for 'auth' command\r\n"
                    }
                    asked if asked.starts_with(b"*2\r\n$4\r\nAUTH") => b"+OK\r\n",
                    _ => b"+PONG\r\n",
                };
                stream.write_all(answer).unwrap();
            }
        }
    });
    quick().at(&format!("redis://somebody:secret@127.0.0.1:{port}/")).ping().unwrap();
}

#[test]
fn entries_that_were_forged() {
    let server = Server::start(&[]);
    let store = quick().at(&server.url());
    let mut connection = server.connection();
    put(&store, b"a", b"value");
    let name = redis::cmd("KEYS").arg("weakcache:e:*").query::<Vec<Vec<u8>>>(&mut connection).unwrap();
    let name = name.into_iter().next().unwrap();
    let whole: Vec<u8> = redis::cmd("GET").arg(&name).query(&mut connection).unwrap();
    let mut forged: Vec<Vec<u8>> = Vec::new();
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        forged.push(damaged);
    }
    forged.extend((0..whole.len()).map(|end| whole[..end].to_vec()));
    forged.extend((1..40).map(|seed| noise(seed, 7 * usize::try_from(seed).unwrap())));
    // As many tags as there can be, and none of them there.
    let mut tagged = whole.clone();
    tagged[1..3].fill(0xff);
    forged.push(tagged.clone());
    tagged.extend(noise(9, 24 * 65_535));
    forged.push(tagged);
    for bytes in forged {
        redis::cmd("SET").arg(&name).arg(&bytes).exec(&mut connection).unwrap();
        match store.get(key(b"a"), &[]) {
            Ok(Answer::Found(found)) => panic!("{found:?}"),
            Ok(Answer::Missing(claim)) => store.release(key(b"a"), claim),
            Ok(Answer::Held(_)) => {}
            // It is taken out by that.
            Err(_) => eventually("it is gone", || {
                redis::cmd("EXISTS").arg(&name).query::<u8>(&mut server.connection()).unwrap() == 0
            }),
        }
    }
    // The entry of another key.
    redis::cmd("SET").arg([&name[..], b"b"].concat()).arg(&whole).exec(&mut connection).unwrap();
    store.get(key(b"ab"), &[]).unwrap_err();
    put(&store, b"a", b"new");
    assert_eq!(found(&store, key(b"a")).unwrap(), b"new");
}

#[test]
fn names_that_stand_for_something_else() {
    let server = Server::start(&[]);
    let store = quick().at(&server.url());
    let mut connection = server.connection();
    let tag = TagId::of("t");
    let claim = store.claim(key(b"a"), &[tag]).unwrap();
    store.put(key(b"a"), Entry::new(b"x").tags(&[tag]), claim).unwrap();
    store.remove(key(b"a")).unwrap();
    let _lease = store.get(key(b"a"), &[tag]).unwrap();
    let names: Vec<Vec<u8>> = redis::cmd("KEYS").arg("weakcache:*").query(&mut connection).unwrap();
    assert!(names.len() >= 4);
    for name in &names {
        for make in [
            redis::cmd("RPUSH").arg(name).arg("a list").to_owned(),
            redis::cmd("SET").arg(name).arg("too long to be a generation").to_owned(),
            redis::cmd("SET").arg(name).arg("").to_owned(),
        ] {
            redis::cmd("DEL").arg(name).exec(&mut connection).unwrap();
            make.exec(&mut connection).unwrap();
            for _ in 0..2 {
                if let Ok(Answer::Found(found)) = store.get(key(b"a"), &[tag]) {
                    panic!("{found:?}");
                }
                if let Ok(claim) = store.claim(key(b"a"), &[tag]) {
                    let _ = store.put(key(b"a"), Entry::new(b"x").tags(&[tag]), claim);
                    let _ = store.remove(key(b"a"));
                }
            }
        }
        // Nothing that a clear, an invalidation and a removal would not put right.
        store.clear(&SPACE).unwrap();
        store.invalidate_tag(tag).unwrap();
        store.remove(key(b"a")).unwrap();
        let claim = store.claim(key(b"a"), &[tag]).unwrap();
        store.put(key(b"a"), Entry::new(b"good").tags(&[tag]), claim).unwrap();
        assert_eq!(found(&store, key(b"a")).unwrap(), b"good");
        store.remove(key(b"a")).unwrap();
    }
}
