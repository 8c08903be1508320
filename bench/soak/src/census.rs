//! What is counted, and values that are counted: each says of which key it is, and that it is alive.

use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::chaos::may_panic;

/// Where a value lives: there is one count of the living for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Interned,
    Local,
    Memo,
    Tagged,
    Weighed,
    Typed,
    Owned,
    Task,
    Shared,
    Mapped,
    Key,
    Member,
    Pooled,
}

pub(crate) const KINDS: [Kind; 13] = [
    Kind::Interned,
    Kind::Local,
    Kind::Memo,
    Kind::Tagged,
    Kind::Weighed,
    Kind::Typed,
    Kind::Owned,
    Kind::Task,
    Kind::Shared,
    Kind::Mapped,
    Kind::Key,
    Kind::Member,
    Kind::Pooled,
];

/// What the report says how often it happened.
#[derive(Clone, Copy)]
pub(crate) enum Count {
    Bodies,
    Panics,
    Cancellations,
    Finalized,
}

#[repr(align(128))]
struct Line(AtomicU64);

static COUNTS: [Line; 4] = [const { Line(AtomicU64::new(0)) }; 4];
static MADE: [Line; KINDS.len()] = [const { Line(AtomicU64::new(0)) }; KINDS.len()];
static DROPPED: [Line; KINDS.len()] = [const { Line(AtomicU64::new(0)) }; KINDS.len()];

pub(crate) fn add(count: Count) {
    COUNTS[count as usize].0.fetch_add(1, Relaxed);
}

pub(crate) fn count(count: Count) -> u64 {
    COUNTS[count as usize].0.load(Relaxed)
}

pub(crate) fn made(kind: Kind) -> u64 {
    MADE[kind as usize].0.load(Relaxed)
}

/// Constructions less drops. Exact while all threads rest.
pub(crate) fn living(kind: Kind) -> u64 {
    made(kind).checked_sub(DROPPED[kind as usize].0.load(Relaxed)).expect("no value is dropped twice")
}

const ALIVE: u32 = 0x600D_F00D;

/// A counted value of a key. What it holds beside is made of the key, so that memory of another would show.
#[derive(Debug)]
pub(crate) struct Value {
    key: u64,
    kind: Kind,
    alive: u32,
    bytes: Box<[u8]>,
}

impl Value {
    pub(crate) fn new(kind: Kind, key: u64) -> Self {
        let length = 16 + usize::from(byte(key)) % 96;
        MADE[kind as usize].0.fetch_add(1, Relaxed);
        Self { key, kind, alive: ALIVE, bytes: vec![byte(key); length].into() }
    }

    pub(crate) fn key(&self) -> u64 {
        self.key
    }

    pub(crate) fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// Panics unless it lives, is of this kind, and of this key.
    pub(crate) fn check(&self, kind: Kind, key: u64) {
        let ends = [self.bytes[0], self.bytes[self.bytes.len() - 1]];
        assert_eq!(
            (self.alive, self.kind, self.key, ends),
            (ALIVE, kind, key, [byte(key); 2]),
            "a value is not what was asked for"
        );
    }
}

fn byte(key: u64) -> u8 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0]
}

impl Drop for Value {
    fn drop(&mut self) {
        assert_eq!(self.alive, ALIVE, "a value is dropped twice");
        self.alive = 0;
        DROPPED[self.kind as usize].0.fetch_add(1, Relaxed);
        may_panic(10_000);
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Value {}
