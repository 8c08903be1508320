//! What all of them need.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;
use weakcache::store::{Answer, Claim, Entry, Key, Namespace, Store};
use weakcache_redb::{Builder, Durability, Redb};

pub(crate) static SPACE: Namespace = Namespace::new("tests::space", 1);
pub(crate) static OTHER: Namespace = Namespace::new("tests::other", 2);

/// A path in a folder that goes with it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store.redb")
    }
}

/// Options for files that no test pulls the plug of.
pub(crate) fn unsynced() -> Builder {
    Redb::builder().durability(Durability::Process)
}

pub(crate) fn key(bytes: &[u8]) -> Key<'_> {
    Key::new(&SPACE, bytes)
}

pub(crate) fn found(store: &Redb, key: Key<'_>) -> Option<Vec<u8>> {
    match store.get(key, &[]).unwrap() {
        Answer::Found(found) => Some(found.value),
        Answer::Missing(_) => None,
        Answer::Held(_) => panic!("nobody holds a key of a file"),
    }
}

pub(crate) fn claim(store: &Redb, key: Key<'_>) -> Claim {
    match store.get(key, &[]).unwrap() {
        Answer::Missing(claim) => claim,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn put(store: &Redb, bytes: &[u8], value: &[u8]) {
    let key = key(bytes);
    let claim = store.claim(key, &[]).unwrap();
    store.put(key, Entry::new(value), claim).unwrap();
}

/// A value that tells its own number and whether it is whole.
pub(crate) fn value(number: u32) -> Vec<u8> {
    let length = 1 + number as usize * 37 % 3000;
    number.to_le_bytes().into_iter().cycle().take(length.max(4)).collect()
}

/// This program again, for one test of it, with something to be told: it sees `told()`.
pub(crate) fn child(test: &str, told: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--include-ignored", "--test-threads=1"])
        .env("WEAKCACHE_CHILD", told)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn told() -> Option<String> {
    std::env::var("WEAKCACHE_CHILD").ok()
}

/// Ends the test where it would hang.
pub(crate) fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, answer) = mpsc::channel();
    let thread = thread::spawn(move || {
        let _ = done.send(work());
    });
    match answer.recv_timeout(limit) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => std::panic::resume_unwind(thread.join().unwrap_err()),
    }
}

/// Numbers that look random, the same in each run. (xorshift64*, Vigna 2016)
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.next().to_le_bytes()).flatten().take(count).collect()
    }
}
