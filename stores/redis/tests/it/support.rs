//! Servers: a real one, one behind a slow line, and one that is none.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use weakcache::store::{Answer, Circuit, Entry, Key, Namespace, Store};
use weakcache_redis::{Builder, Redis};

pub(crate) static SPACE: Namespace = Namespace::new("tests::space", 1);
pub(crate) static OTHER: Namespace = Namespace::new("tests::other", 2);

pub(crate) fn key(bytes: &[u8]) -> Key<'_> {
    Key::new(&SPACE, bytes)
}

/// Options for tests, which have no time.
pub(crate) fn quick() -> Builder {
    let circuit = Circuit { failures: 5, pause: Duration::from_millis(100) };
    let limit = Duration::from_millis(300);
    Redis::builder().connect_timeout(limit).response_timeout(limit).circuit(circuit)
}

/// Those for values that are large, on a machine that is busy.
pub(crate) fn patient() -> Builder {
    Redis::builder().connect_timeout(Duration::from_secs(20)).response_timeout(Duration::from_secs(20))
}

pub(crate) fn found(store: &Redis, key: Key<'_>) -> Option<Vec<u8>> {
    match store.get(key, &[]).unwrap() {
        Answer::Found(found) => Some(found.value),
        Answer::Missing(claim) => {
            store.release(key, claim);
            None
        }
        Answer::Held(_) => None,
    }
}

pub(crate) fn put(store: &Redis, bytes: &[u8], value: &[u8]) {
    let key = key(bytes);
    let claim = store.claim(key, &[]).unwrap();
    store.put(key, Entry::new(value), claim).unwrap();
}

/// A server of its own, on a port and in a folder of its own.
pub(crate) struct Server {
    port: u16,
    options: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
}

impl Server {
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut server = Self {
            port: free_port(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            folder: tempfile::tempdir().unwrap(),
            process: None,
        };
        while !server.try_run() {
            // Somebody else was faster.
            server.port = free_port();
        }
        server
    }

    fn try_run(&mut self) -> bool {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning"])
            .args(["--port", &self.port.to_string(), "--dir"])
            .arg(self.folder.path())
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match process {
            Ok(process) => process,
            Err(error) => panic!(
                "these tests need a Redis server, and `redis-server` cannot be started ({error}): \
                 install it, on Debian with `apt-get install redis-server`"
            ),
        };
        let started = Instant::now();
        loop {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() && process.try_wait().unwrap().is_none() {
                self.process = Some(process);
                return true;
            }
            if process.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "the server does not start");
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // A process that is paused dies of this too.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// On the same port again, empty.
    pub(crate) fn run(&mut self) {
        assert!(self.process.is_none());
        assert!(self.try_run(), "the port is taken");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    /// A connection behind the back of the store.
    pub(crate) fn connection(&self) -> redis::Connection {
        redis::Client::open(self.url()).unwrap().get_connection().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A line to a server that can be slow.
pub(crate) struct Line {
    port: u16,
    shape: Arc<Shape>,
}

#[derive(Default)]
struct Shape {
    /// Before each piece, in milliseconds.
    delay: AtomicU64,
    /// How long a piece is; 0 is as it comes.
    piece: AtomicU64,
    /// What holds up the first piece with these words in it.
    held: Mutex<Option<(&'static [u8], Receiver<()>)>>,
}

impl Line {
    pub(crate) fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shape = Arc::new(Shape::default());
        let (to, of) = (server.port(), shape.clone());
        // It ends with the process.
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(("127.0.0.1", to)) else { continue };
                let (back, forth) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                let shape = of.clone();
                thread::spawn(move || carry(near, forth, None));
                thread::spawn(move || carry(far, back, Some(&shape)));
            }
        });
        Self { port, shape }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Holds up the next piece that has these words in it, until what is returned is dropped.
    #[must_use]
    pub(crate) fn hold(&self, words: &'static [u8]) -> Sender<()> {
        let (release, released) = mpsc::channel();
        *self.shape.held.lock().unwrap() = Some((words, released));
        release
    }

    /// Whether it does so now.
    pub(crate) fn holds(&self) -> bool {
        self.shape.held.lock().unwrap().is_none()
    }

    pub(crate) fn shape(&self, delay: Duration, piece: u64) {
        self.shape.delay.store(u64::try_from(delay.as_millis()).unwrap(), Relaxed);
        self.shape.piece.store(piece, Relaxed);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, shape: Option<&Shape>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let is_word = |words: &[u8]| bytes[..read].windows(words.len()).any(|window| window == words);
        let held = shape.and_then(|shape| shape.held.lock().unwrap().take_if(|(words, _)| is_word(words)));
        if let Some((_, released)) = held {
            let _ = released.recv();
        }
        let piece = shape.map_or(0, |shape| shape.piece.load(Relaxed));
        let piece = if piece == 0 { read } else { usize::try_from(piece).unwrap() };
        for piece in bytes[..read].chunks(piece) {
            let delay = shape.map_or(0, |shape| shape.delay.load(Relaxed));
            thread::sleep(Duration::from_millis(delay));
            if to.write_all(piece).is_err() {
                return;
            }
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// A server that sends this to whoever connects and whatever is asked, again and again.
pub(crate) fn rubbish(bytes: Vec<u8>, pause: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://127.0.0.1:{}/", listener.local_addr().unwrap().port());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let bytes = bytes.clone();
            thread::spawn(move || {
                while stream.write_all(&bytes).is_ok() {
                    thread::sleep(pause);
                }
            });
        }
    });
    url
}

/// Says how long it took; ends the test where it would hang.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> (T, Duration) {
    let started = Instant::now();
    let (done, answer) = mpsc::channel();
    let thread = thread::spawn(move || {
        let _ = done.send(work());
    });
    match answer.recv_timeout(limit) {
        Ok(answer) => (answer, started.elapsed()),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it took longer than {limit:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(thread.join().unwrap_err()),
    }
}

/// Until it is so.
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(20), "not in 20 s: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
