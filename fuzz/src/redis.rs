//! Servers that answer whatever they like: any bytes, or well-formed answers with entries in them that are forged, for another
//! key, or as they should be. What was not written for the key that was asked for is never found; nothing panics, hangs, or
//! takes more memory than was sent.

use arbitrary::{Result, Unstructured};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use weakcache::store::{Answer, Claim, Entry, Key, Namespace, Store, TagId};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_redis::Redis;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let Ok(input) = Input::some(&mut source) else { return };
    weakcache_fuzz::show(&input);
    // Who has all that he waits for is not to be hurried.
    let limit = Duration::from_millis(if input.is_whole { 5000 } else { 20 });
    let store = Redis::builder().connect_timeout(Duration::from_secs(5)).response_timeout(limit);
    let server = Server::start(input.answers);
    let store = store.at(&format!("redis+unix://{}", server.path.display()));
    let tags: Vec<TagId> = (0..input.tags).map(|number| TagId::of(&number)).collect();
    let found = match input.asks {
        Asks::Get => match store.get(key(), &tags) {
            Ok(Answer::Found(found)) => Some(found.value),
            Ok(Answer::Missing(claim)) => {
                let _ = store.put(key(), Entry::new(b"computed").tags(&tags), claim);
                None
            }
            _ => None,
        },
        Asks::Claim => {
            if let Ok(claim) = store.claim(key(), &tags) {
                let _ = store.put(key(), Entry::new(b"computed").tags(&tags), claim);
            }
            None
        }
        Asks::Put(claim) => {
            let _ = store.put(key(), Entry::new(b"computed").tags(&tags), Claim::new(claim));
            None
        }
        Asks::Others => {
            let _ = store.remove(key());
            let _ = store.clear(&SPACE);
            let _ = store.invalidate_tag(TagId::of("tag"));
            None
        }
    };
    assert_eq!(found, input.found);
}

static SPACE: Namespace = Namespace::new("fuzz::space", 1);

fn key() -> Key<'static> {
    Key::new(&SPACE, b"key")
}

/// A generation.
const SPACE_NOW: [u8; 8] = *b"space-00";
const TAG_NOW: [u8; 8] = *b"tag-0000";

#[derive(Debug)]
struct Input {
    tags: u8,
    asks: Asks,
    answers: Vec<Vec<u8>>,
    /// Whether there is all that is waited for.
    is_whole: bool,
    /// What is to be found by that.
    found: Option<Vec<u8>>,
}

#[derive(Debug)]
enum Asks {
    Get,
    Claim,
    Put(Vec<u8>),
    Others,
}

impl Input {
    fn some(source: &mut Unstructured<'_>) -> Result<Self> {
        let tags = source.int_in_range(0..=3)?;
        let kind = source.int_in_range(0..=9)?;
        let mut found = None;
        let (asks, answers) = match kind {
            // An entry, which may be good.
            0..=4 => {
                let entry = Forged::some(source, tags)?;
                let bytes = entry.encode(tags);
                found = entry.found(&bytes, tags);
                let mut answer = vec![bulk(&bytes), bulk(&SPACE_NOW)];
                answer.extend((0..tags).map(|_| bulk(&TAG_NOW)));
                let answer = array(&[array(&answer), integer(entry.left)]);
                // Of what is not there it is asked in another way.
                (Asks::Get, vec![transaction(2, &answer), transaction(2, &looked(source, tags)?)])
            }
            5 => {
                (Asks::Claim, vec![transaction(1, &looked(source, tags)?), transaction(2, &any(source, 3)?)])
            }
            6 => (Asks::Get, vec![transaction(2, &any(source, 4)?)]),
            7 => (Asks::Put(source.arbitrary()?), vec![transaction(2, &any(source, 2)?)]),
            8 => {
                let commands = source.int_in_range(1..=4)?;
                (Asks::Others, vec![transaction(commands, &any(source, 3)?)])
            }
            // Whatever there is.
            _ => {
                let asks = if source.arbitrary()? { Asks::Get } else { Asks::Others };
                (asks, vec![source.bytes(source.len())?.to_vec()])
            }
        };
        Ok(Self { tags, asks, answers, is_whole: kind <= 4, found })
    }
}

/// Of entries: that of `stores/redis/src/entry.rs`, and what stands before the tags.
const VERSION: u8 = 2;
const HEAD: usize = 1 + 2 + 4 + 8;

/// An entry, and what is wrong with it.
#[derive(Debug)]
struct Forged {
    version: u8,
    is_of_key: bool,
    has_sum: bool,
    is_of_space: bool,
    is_of_tags: bool,
    /// Of tags, if another than there are.
    count: Option<u16>,
    value: Vec<u8>,
    left: i64,
}

impl Forged {
    fn some(source: &mut Unstructured<'_>, tags: u8) -> Result<Self> {
        let mut wrong = || source.ratio(1, 8);
        let (version, key, sum, space, tag, count, left) =
            (wrong()?, wrong()?, wrong()?, wrong()?, wrong()?, wrong()?, wrong()?);
        let count =
            if count { Some(source.arbitrary()?).filter(|count| *count != u16::from(tags)) } else { None };
        Ok(Self {
            version: if version { source.arbitrary()? } else { VERSION },
            is_of_key: !key,
            has_sum: !sum,
            is_of_space: !space,
            is_of_tags: !tag,
            count,
            left: if left { source.arbitrary()? } else { source.int_in_range(-1..=100_000)? },
            value: source.bytes(source.len().min(100))?.to_vec(),
        })
    }

    /// What is to be found, where this is what it is read from.
    fn found(&self, bytes: &[u8], tags: u8) -> Option<Vec<u8>> {
        let Self { version, is_of_key, has_sum, is_of_space, is_of_tags, count, left, .. } = self;
        let count = count.unwrap_or(tags.into());
        // Of fewer tags than are asked for there is more value.
        let has_tags = count == 0 || count <= tags.into() && *is_of_tags;
        let is_good = *version == VERSION && *is_of_key && *has_sum && *is_of_space && has_tags;
        let is_found = (is_good || is_planted(Fault::RedisForged)) && (*left == -1 || *left > 0);
        is_found.then(|| bytes.get(HEAD + 24 * usize::from(count)..).unwrap_or_default().to_vec())
    }

    /// As `stores/redis/src/entry.rs` has it.
    fn encode(&self, tags: u8) -> Vec<u8> {
        let mut bytes = vec![self.version];
        bytes.extend(self.count.unwrap_or(tags.into()).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(if self.is_of_space { SPACE_NOW } else { *b"space-ex" });
        for number in 0..tags {
            bytes.extend(TagId::of(&number).to_bits().to_be_bytes());
            bytes.extend(if self.is_of_tags { TAG_NOW } else { *b"tag-exed" });
        }
        bytes.extend(&self.value);
        let mut sum = Xxh3::with_seed(xxh3_64(if self.is_of_key { b"key" } else { b"another" }));
        sum.update(&bytes[..3]);
        sum.update(&bytes[7..]);
        let sum = sum.digest() as u32 ^ u32::from(!self.has_sum);
        bytes[3..7].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}

/// What a server says to who looks for what is not there: that there is none, or that another computes it, or neither.
fn looked(source: &mut Unstructured<'_>, tags: u8) -> Result<Vec<u8>> {
    let looked = match source.int_in_range(0..=3)? {
        0..=1 => {
            let mut claim = vec![integer(-4), bulk(&SPACE_NOW), bulk(b""), bulk(b"1700000000000000")];
            claim.extend((0..tags).map(|_| bulk(&TAG_NOW)));
            if source.ratio(1, 4)? {
                let at = source.int_in_range(0..=claim.len() - 1)?;
                claim[at] = any(source, 2)?;
            }
            array(&claim)
        }
        2 => array(&[integer(-3), integer(source.arbitrary()?)]),
        _ => any(source, 3)?,
    };
    Ok(array(&[looked, b"$-1\r\n".to_vec()]))
}

fn bulk(bytes: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn integer(number: i64) -> Vec<u8> {
    format!(":{number}\r\n").into_bytes()
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [format!("*{}\r\n", items.len()).into_bytes(), items.concat()].concat()
}

/// The answers to so many commands in a transaction.
fn transaction(commands: usize, answer: &[u8]) -> Vec<u8> {
    [b"+OK\r\n", &*b"+QUEUED\r\n".repeat(commands), answer].concat()
}

/// Any answer that is whole.
fn any(source: &mut Unstructured<'_>, depth: usize) -> Result<Vec<u8>> {
    Ok(match source.int_in_range(0..=9)? {
        0..=1 if depth > 0 => {
            let count = source.int_in_range(0..=4)?;
            array(&(0..count).map(|_| any(source, depth - 1)).collect::<Result<Vec<_>>>()?)
        }
        0..=2 => integer(source.arbitrary()?),
        3 => integer(source.int_in_range(-5..=1)?),
        4..=5 => {
            let length = source.int_in_range(0..=24)?;
            bulk(source.bytes(length.min(source.len()))?)
        }
        6 => b"$-1\r\n".to_vec(),
        7 => b"+OK\r\n".to_vec(),
        8 => b"-ERR no\r\n".to_vec(),
        _ => source
            .choose(&[&b"-NOSCRIPT no\r\n"[..], b"-EXECABORT no\r\n", b"*-1\r\n", b"-OOM no\r\n"])?
            .to_vec(),
    })
}

/// A server, in a thread of this process, for one store: what another still says when it is gone reaches nobody.
struct Server {
    path: PathBuf,
    shared: Arc<Shared>,
}

struct Shared {
    /// What it says to those that ask.
    answers: Mutex<VecDeque<Vec<u8>>>,
    is_over: AtomicBool,
}

impl Server {
    fn start(answers: Vec<Vec<u8>>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, SeqCst));
        let path = std::env::temp_dir().join(format!("weakcache-fuzz-{process}-{count}.sock"));
        let listener = UnixListener::bind(&path).expect("a place for sockets");
        let shared =
            Arc::new(Shared { answers: Mutex::new(answers.into()), is_over: AtomicBool::new(false) });
        let server = Self { path, shared: shared.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(std::io::Result::ok) {
                if shared.is_over.load(SeqCst) {
                    return;
                }
                let shared = shared.clone();
                // One that is left open keeps no other from being served.
                thread::spawn(move || shared.serve(stream));
            }
        });
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_over.store(true, SeqCst);
        // It looks up once more.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Shared {
    /// Answers one question after the other, and hangs up with the last answer: whoever waits for more is told at once.
    fn serve(&self, mut stream: UnixStream) {
        let mut question = [0; 1 << 14];
        while let Ok(1..) = stream.read(&mut question) {
            let (answer, is_last) = {
                let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
                (answers.pop_front(), answers.is_empty())
            };
            let Some(answer) = answer else { return };
            if stream.write_all(&answer).is_err() || is_last {
                return;
            }
        }
    }
}
