//! What a user brings along: keys, values, hashers and closures, each of whose calls may panic, and all of which are counted.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::resume_unwind;
use std::thread;

thread_local! {
    /// Calls until the one that panics. 0: none does.
    static LEFT: Cell<u32> = const { Cell::new(0) };
    static REACHED: Cell<Option<&'static str>> = const { Cell::new(None) };
    static LIVING: Cell<isize> = const { Cell::new(0) };
}

/// What an injected panic carries.
pub(crate) struct Injected;

/// From here on the `n`-th call of user code panics.
pub(crate) fn arm(n: u32) {
    LEFT.set(n);
    REACHED.set(None);
}

/// No call panics any more. Says what the last one was in, if there was one.
pub(crate) fn disarm() -> Option<&'static str> {
    LEFT.set(0);
    REACHED.take()
}

/// User code is called: `place` says which.
pub(crate) fn call(place: &'static str) {
    match LEFT.get() {
        0 => {}
        1 => {
            LEFT.set(0);
            REACHED.set(Some(place));
            // One that panics while another does would end the process, whoever called it.
            if !thread::panicking() {
                resume_unwind(Box::new(Injected));
            }
        }
        left => LEFT.set(left - 1),
    }
}

/// How many keys and values of this thread live.
pub(crate) fn living() -> isize {
    LIVING.get()
}

/// Counts what it is a part of. A part, so that it is dropped where the drop of the whole panics.
struct Counted(u32);

const ALIVE: u32 = 0x600D_F00D;

impl Counted {
    fn new() -> Self {
        LIVING.set(LIVING.get() + 1);
        Self(ALIVE)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert_eq!(std::mem::take(&mut self.0), ALIVE, "dropped twice");
        LIVING.set(LIVING.get() - 1);
    }
}

/// A key or a value.
pub(crate) struct User {
    pub(crate) number: u32,
    counted: Counted,
}

pub(crate) fn user(number: u32) -> User {
    User { number, counted: Counted::new() }
}

impl User {
    /// Says its number, if it lives.
    pub(crate) fn number(&self) -> u32 {
        assert_eq!(self.counted.0, ALIVE, "{} is dead", self.number);
        self.number
    }
}

impl Drop for User {
    fn drop(&mut self) {
        call("drop");
    }
}

impl Clone for User {
    fn clone(&self) -> Self {
        call("clone");
        user(self.number())
    }
}

impl Hash for User {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call("hash");
        // Some of them collide.
        (self.number() / 4).hash(state);
    }
}

impl PartialEq for User {
    fn eq(&self, other: &Self) -> bool {
        call("eq");
        self.number() == other.number()
    }
}

impl Eq for User {}

impl PartialOrd for User {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for User {
    fn cmp(&self, other: &Self) -> Ordering {
        call("ord");
        self.number().cmp(&other.number())
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        call("debug");
        write!(f, "{}", self.number())
    }
}

/// One whose drop does not panic.
pub(crate) struct Tame {
    number: u32,
    counted: Counted,
}

pub(crate) fn tame(number: u32) -> Tame {
    Tame { number, counted: Counted::new() }
}

impl Tame {
    pub(crate) fn number(&self) -> u32 {
        assert_eq!(self.counted.0, ALIVE, "{} is dead", self.number);
        self.number
    }
}

impl Clone for Tame {
    fn clone(&self) -> Self {
        call("clone");
        tame(self.number())
    }
}

impl Hash for Tame {
    fn hash<H: Hasher>(&self, state: &mut H) {
        call("hash");
        (self.number() / 4).hash(state);
    }
}

impl PartialEq for Tame {
    fn eq(&self, other: &Self) -> bool {
        call("eq");
        self.number() == other.number()
    }
}

impl Eq for Tame {}

impl serde::Serialize for User {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        call("serialize");
        serializer.serialize_u32(self.number())
    }
}

impl<'de> serde::Deserialize<'de> for User {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        call("deserialize");
        u32::deserialize(deserializer).map(user)
    }
}

/// A hasher that is made, and hashes, by user code.
#[derive(Clone)]
pub(crate) struct Hashing(());

impl Default for Hashing {
    fn default() -> Self {
        call("default of a hasher");
        Self(())
    }
}

impl BuildHasher for Hashing {
    type Hasher = Hashed;

    fn build_hasher(&self) -> Hashed {
        call("build_hasher");
        Hashed(DefaultHasher::new())
    }
}

pub(crate) struct Hashed(DefaultHasher);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        call("write of a hasher");
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        call("finish of a hasher");
        self.0.finish()
    }
}
