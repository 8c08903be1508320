//! What comes out of a store that anybody may have written to: no panic, and no more memory than there are bytes for, which
//! libFuzzer sees to with `-malloc_limit_mb`.
//!
//! An input begins with which function reads it (`0`, and `3` to `6`; `7`: all hear of a key), `s` for a checksum that is right or `0`
//! for none, and `0` for a value without an end; the bytes follow.

use arbitrary::Unstructured;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use weakcache::memoize;
use weakcache::store::{
    Answer, Circuit, Claim, Entry, Found, Heard, Key, Listener, Namespace, Store, StoreError, TagId,
};
use weakcache_fuzz::fault::{Fault, is_planted};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let kind = source.int_in_range(0..=7_u8).unwrap_or(0);
    let has_sum = !source.ratio(1, 8).unwrap_or(false);
    let remaining = source.arbitrary::<Option<u64>>().unwrap_or(None).map(Duration::from_nanos);
    let bytes = source.take_rest().to_vec();
    if kind == 7 {
        hear(bytes);
        return forget();
    }
    if is_planted(Fault::StoredMemory)
        && let Some(length) = bytes.first_chunk()
    {
        std::hint::black_box(Vec::<u8>::with_capacity(u32::from_le_bytes(*length) as usize));
    }
    with_answers(|answers| *answers = Some((bytes, has_sum, remaining)));
    let (is_computed, info) = match kind {
        0..=2 => (odd("key", 7) == odd::uncached("key", 7), odd::cache_info()),
        3 => (text("key") == text::uncached("key"), text::cache_info()),
        4 => (numbers(1) == numbers::uncached(1), numbers::cache_info()),
        5 => (nested(1) == nested::uncached(1), nested::cache_info()),
        _ => (fails(1) == fails::uncached(1), fails::cache_info()),
    };
    // What was read is what is served, or the body's: in either case it is there. What has expired is not there.
    let answers = u64::from(remaining != Some(Duration::ZERO));
    assert_eq!(info.misses + info.store_hits, 1, "{info:?}");
    assert_eq!(info.store_hits + info.store_failures, answers, "{info:?}");
    assert!(is_computed || info.store_hits == 1, "a value of nobody");
    assert!(has_sum || info.store_hits == 0, "what has no checksum was served");
    forget();
}

/// The next finds nothing.
fn forget() {
    with_answers(|answers| *answers = None);
    odd::cache_clear();
    text::cache_clear();
    numbers::cache_clear();
    nested::cache_clear();
    fails::cache_clear();
}

type Odd = (Vec<String>, Option<Box<[u64]>>, BTreeMap<u8, Vec<(u16, char)>>, Result<bool, f64>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Nested {
    Leaf,
    Unit(()),
    // No list of what takes no bytes: who forges its length has it counted for ever, as the documentation says.
    Many(Vec<bool>),
    Pairs(HashMap<String, (u8, i128)>),
    Named { name: String, array: [u64; 8], time: Duration },
}

#[memoize(lru = 4, ttl = "1h", name = "odd", store = Hostile)]
fn odd(_key: &str, _day: u32) -> Odd {
    (Vec::new(), None, BTreeMap::new(), Ok(true))
}

#[memoize(name = "text", store = Hostile)]
fn text(key: &str) -> String {
    key.to_owned()
}

#[memoize(capacity = 4, name = "numbers", store = Hostile)]
fn numbers(key: u8) -> Vec<[u64; 32]> {
    vec![[key.into(); 32]]
}

#[memoize(name = "nested", store = Hostile)]
fn nested(_key: u8) -> Option<Vec<Nested>> {
    Some(vec![Nested::Leaf])
}

#[memoize(name = "fails", cache_errors, store = Hostile)]
fn fails(key: u8) -> Result<(String, Vec<u8>), String> {
    Err(key.to_string())
}

/// The bytes of a value, whether its checksum is right, and how long it is said to live.
type Answers = Option<(Vec<u8>, bool, Option<Duration>)>;

fn with_answers<R>(with: impl FnOnce(&mut Answers) -> R) -> R {
    static ANSWERS: Mutex<Answers> = Mutex::new(None);
    with(&mut lock(&ANSWERS))
}

static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());
static NAMESPACES: Mutex<Vec<u128>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Another process is said to have removed what has this key.
fn hear(bytes: Vec<u8>) {
    // All are asked once, so that they listen.
    let _ = (odd("key", 7), text("key"), numbers(1), nested(1), fails(1));
    let (listeners, namespaces) = (lock(&LISTENERS).clone(), lock(&NAMESPACES).clone());
    for listener in listeners {
        for namespace in &namespaces {
            listener(Heard::Removed { namespace: *namespace, key: &bytes });
        }
        listener(Heard::Removed { namespace: 0, key: &bytes });
    }
}

/// A store that answers what it is told to.
struct Hostile;

impl Store for Hostile {
    fn get(&self, key: Key<'_>, _: &[TagId]) -> Result<Answer, StoreError> {
        {
            let mut namespaces = lock(&NAMESPACES);
            let id = key.namespace().id();
            if !namespaces.contains(&id) {
                namespaces.push(id);
            }
        }
        Ok(with_answers(|answers| match answers.take() {
            Some((mut value, has_sum, remaining)) => {
                if has_sum || is_planted(Fault::StoredSum) {
                    let sum = checksum(key, &value);
                    value.extend_from_slice(&sum);
                }
                Answer::Found(Found { value, remaining })
            }
            None => Answer::Missing(Claim::default()),
        }))
    }

    fn put(&self, _: Key<'_>, _: Entry<'_>, _: Claim) -> Result<(), StoreError> {
        Ok(())
    }

    fn remove(&self, _: Key<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn clear(&self, _: &Namespace) -> Result<(), StoreError> {
        Ok(())
    }

    fn invalidate_tag(&self, _: TagId) -> Result<(), StoreError> {
        Ok(())
    }

    fn subscribe(&self, listener: Listener) {
        lock(&LISTENERS).push(listener);
    }

    fn circuit(&self) -> Circuit {
        Circuit { failures: u32::MAX, pause: Duration::ZERO }
    }
}

/// That of `weakcache-runtime/src/memo/tier/codec.rs`. It is against damage: who is hostile has it right.
fn checksum(key: Key<'_>, bytes: &[u8]) -> [u8; 8] {
    let fold = |sum: u64, word: u64| {
        let product = u128::from(sum ^ word) * 0x9e37_79b9_7f4a_7c15;
        product as u64 ^ (product >> 64) as u64
    };
    let add = |sum: u64, bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
        words.chain([bytes.len() as u64]).fold(sum, fold)
    };
    let id = key.namespace().id().to_le_bytes();
    [&id, key.bytes(), bytes].into_iter().fold(0x6a09_e667_f3bc_c908, add).to_le_bytes()
}
