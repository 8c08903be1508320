//! Keys and values as bytes.
//!
//! The format is that of [postcard](https://postcard.jamesmunns.com/wire-format): one way to write a value, and compact. It does
//! not say what it is of, so what was damaged would be read as another value. A value therefore has a checksum behind it,
//! of the key too, and what does not agree with it is not read at all.
//!
//! Where the age of a value counts, the time of writing stands before the checksum, which then begins with another number: so
//! the bytes say themselves whether it is there.
//!
//! What serde writes need not be what it reads: attributes leave out fields. So what was written is read again, and written
//! again, before it goes anywhere, and a key is compared with what it was.
#![forbid(unsafe_code)]

use super::super::kind::{Kind, Shape};
use super::super::owned::OwnedKey;
use super::super::restore::Restore;
use super::fields::fields;
use crate::store::Key;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::borrow::Borrow;
use std::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The name of the format, which a namespace has in it: what was written in another is not found.
pub const FORMAT: &str = "postcard, checksum";

/// What is read and written for one cache. `Serialize` and `Deserialize` are user code: where they fail or panic, there is
/// nothing.
#[derive(Clone, Copy)]
pub struct Codec {
    key: fn(&mut dyn Any) -> Option<Vec<u8>>,
    restore: fn(&[u8]) -> Option<Box<dyn Any>>,
    hash: fn(&dyn Any, &mut dyn Hasher),
    value: fn(&dyn Any) -> Option<Vec<u8>>,
    output: fn(&[u8]) -> Option<Box<dyn Any>>,
    value_of: fn(Box<dyn Any>) -> ValueOf,
    of_value: fn(Box<dyn Any + Send>) -> Box<dyn Any>,
}

/// A value that threads may share, or the result that has none.
type ValueOf = Result<Box<dyn Any + Send>, Box<dyn Any>>;

const OF_ITS_TYPE: &str = "a codec is asked by its cache";

impl Codec {
    /// Of a cache of these keys and results.
    pub(in super::super) fn of<K, O>() -> Self
    where
        K: Restore<Shown: Serialize + DeserializeOwned, Copy: From<K::Shown>>,
        O: Kind<Output: 'static, Value: Send + 'static, Shape: Shape<Written: Serialize + DeserializeOwned>>,
    {
        Self {
            key: |copy| {
                let copy = copy.downcast_mut::<Option<K::Copy>>()?.take()?;
                let bytes = write(copy.borrow())?;
                let again: K::Shown = read(&bytes)?;
                (K::restore(again.into()) == K::restore(copy)).then_some(bytes)
            },
            restore: |bytes| {
                let shown: K::Shown = read(bytes)?;
                Some(Box::new(K::restore(shown.into())))
            },
            hash: |key, mut hasher| key.downcast_ref::<K>().expect(OF_ITS_TYPE).hash(&mut hasher),
            value: |written| write_whole(written.downcast_ref::<<O::Shape as Shape>::Written>()?),
            output: |bytes| Some(Box::new(O::Shape::of_written(read(bytes)?))),
            value_of: |output| match O::Shape::into_value(*output.downcast::<O::Output>()?) {
                Ok(value) => Ok(Box::new(value)),
                Err(output) => Err(Box::new(output)),
            },
            of_value: |value| Box::new(O::Shape::output(*value.downcast::<O::Value>().expect(OF_ITS_TYPE))),
        }
    }

    /// Of types that cannot be. An error was reported, so nothing of it ever runs.
    pub(in super::super) fn none() -> Self {
        Self {
            key: |_| None,
            restore: |_| None,
            hash: |_, _| {},
            value: |_| None,
            output: |_| None,
            value_of: Err,
            of_value: |value| value,
        }
    }

    /// A key, of which this is a copy. `None` if what would be read again is another key.
    pub(in super::super) fn key<K: OwnedKey>(&self, copy: K::Copy) -> Option<Vec<u8>> {
        guarded(|| (self.key)(&mut Some(copy)))
    }

    /// The stored key, and what it adds to a hash.
    pub(in super::super) fn restore<K: 'static>(&self, bytes: &[u8], hasher: &mut dyn Hasher) -> Option<K> {
        guarded(|| {
            let key = (self.restore)(bytes)?.downcast::<K>().ok()?;
            (self.hash)(&*key, hasher);
            Some(*key)
        })
    }

    /// What is stored of a result, with the time of writing, if that counts. `None` if what would be read again is another.
    pub(in super::super) fn value(
        &self,
        key: Key<'_>,
        written: &dyn Any,
        at: Option<u64>,
    ) -> Option<Vec<u8>> {
        let bytes = guarded(|| (self.value)(written))?;
        Some(sealed(key, bytes, at))
    }

    /// The result of which this is stored, as [`unsealed`] has it.
    pub(in super::super) fn output(&self, bytes: &[u8]) -> Option<Box<dyn Any>> {
        guarded(|| (self.output)(bytes))
    }
}

impl Codec {
    /// The value of a result alone, which threads may share though the result may not. Or the result, if it has none.
    pub(in super::super) fn value_of(&self, output: Box<dyn Any>) -> ValueOf {
        (self.value_of)(output)
    }

    /// The result again.
    pub(in super::super) fn of_value(&self, value: Box<dyn Any + Send>) -> Box<dyn Any> {
        (self.of_value)(value)
    }
}

fn guarded<T>(work: impl FnOnce() -> Option<T>) -> Option<T> {
    // Nothing of ours is left half done: what is written is dropped, what is read was not there before.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(None)
}

fn write(value: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_allocvec(value).ok()
}

/// The same, if nothing is left out that is to be read.
fn write_whole<T: Serialize + DeserializeOwned>(value: &T) -> Option<Vec<u8>> {
    let count = fields(value)?;
    let bytes = write(value)?;
    let again: T = read(&bytes)?;
    // Compared without regard to order: a hash map has one of its own each time.
    let is_same = fields(&again)? == count && counts(&write(&again)?) == counts(&bytes);
    is_same.then_some(bytes)
}

/// How often there is each byte.
fn counts(bytes: &[u8]) -> [usize; 256] {
    let mut counts = [0; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    counts
}

/// The value, if that is all there is.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}

/// What a checksum begins with, and that of a value with the time of writing.
const PLAIN: u64 = 0x6a09_e667_f3bc_c908;
const DATED: u64 = 0xbb67_ae85_84ca_a73b;

/// The bytes of a value as they are stored.
fn sealed(key: Key<'_>, mut bytes: Vec<u8>, at: Option<u64>) -> Vec<u8> {
    bytes.extend(at.iter().flat_map(|at| at.to_le_bytes()));
    let sum = checksum(if at.is_some() { DATED } else { PLAIN }, key, &bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// Those bytes, and when they were written, unless they are damaged.
pub(in super::super) fn unsealed<'a>(key: Key<'_>, bytes: &'a [u8]) -> Option<(&'a [u8], Option<u64>)> {
    let (bytes, sum) = bytes.split_last_chunk()?;
    if checksum(PLAIN, key, bytes) == *sum {
        return Some((bytes, None));
    }
    let (rest, at) = bytes.split_last_chunk()?;
    (checksum(DATED, key, bytes) == *sum).then(|| (rest, Some(u64::from_le_bytes(*at))))
}

/// Against damage, not against malice: who can write to a store can have a function return anything.
fn checksum(begin: u64, key: Key<'_>, bytes: &[u8]) -> [u8; 8] {
    // Multiplied to 128 bits and folded, a word at a time, as wyhash does. For ever the same.
    let fold = |sum: u64, word: u64| {
        let product = u128::from(sum ^ word) * 0x9e37_79b9_7f4a_7c15;
        #[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
        {
            product as u64 ^ (product >> 64) as u64
        }
    };
    let add = |sum: u64, bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words.iter().chain([&last]).map(|word| u64::from_le_bytes(*word));
        words.chain([bytes.len() as u64]).fold(sum, fold)
    };
    let id = key.namespace().id().to_le_bytes();
    [&id, key.bytes(), bytes].into_iter().fold(begin, add).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::{PLAIN, checksum, read, sealed, unsealed, write};
    use crate::store::{Key, Namespace};
    use std::collections::BTreeMap;
    use std::hash::{BuildHasher, RandomState};

    #[test]
    fn a_checksum_sees_any_change() {
        let namespace = Namespace::new("n", 7);
        let sum = |key: &[u8], bytes: &[u8]| checksum(PLAIN, Key::new(&namespace, key), bytes);
        let sum_of_old = [0x83, 0xf7, 0xc4, 0x05, 0x37, 0x63, 0x12, 0x92];
        assert_eq!(sum(b"key", b"some bytes"), sum_of_old, "written yesterday, and read tomorrow");
        for len in 0..40 {
            let bytes = vec![0; len];
            let first = sum(b"key", &bytes);
            assert_ne!(first, sum(b"kez", &bytes));
            assert_ne!(first, sum(b"key\0", &bytes));
            let mut longer = bytes.clone();
            longer.push(0);
            assert_ne!(first, sum(b"key", &longer));
            for at in 0..len * 8 {
                for other in 0..at {
                    let mut changed = bytes.clone();
                    changed[at / 8] ^= 1 << (at % 8);
                    changed[other / 8] ^= 1 << (other % 8);
                    assert_ne!(first, sum(b"key", &changed), "bits {at} and {other} of {len} bytes");
                }
            }
        }
    }

    #[test]
    fn bytes_say_whether_the_time_is_known() {
        let namespace = Namespace::new("n", 7);
        let key = Key::new(&namespace, b"key");
        for bytes in [&b""[..], b"x", b"some bytes that are longer"] {
            for at in [None, Some(0), Some(u64::MAX)] {
                let mut stored = sealed(key, bytes.into(), at);
                assert_eq!(stored.len(), bytes.len() + 8 * (1 + usize::from(at.is_some())));
                assert_eq!(unsealed(key, &stored), Some((bytes, at)));
                for damaged in 0..stored.len() {
                    stored[damaged] ^= 1;
                    assert_eq!(unsealed(key, &stored), None);
                    stored[damaged] ^= 1;
                }
                assert_eq!(unsealed(key, &stored[1..]), None);
            }
        }
        assert_eq!((unsealed(key, b""), unsealed(key, b"1234567")), (None, None));
    }

    /// Whatever stands there: no panic, and no more memory than there are bytes for.
    #[test]
    fn what_is_hostile_is_not_read() {
        type Odd = (Vec<String>, Option<Box<[u64]>>, BTreeMap<u8, Vec<(u16, char)>>, Result<bool, f64>);
        let random = RandomState::new();
        let mut read_well = 0;
        for round in 0..20_000_u64 {
            let len = random.hash_one(round) % 64;
            let bytes: Vec<u8> = (0..len)
                .map(|at| match random.hash_one((round, at)).to_le_bytes()[0] {
                    // Lengths beyond all bounds, often.
                    byte @ 0..200 => [0xff, 0x7f, 0, 1][usize::from(byte % 4)],
                    byte => byte,
                })
                .collect();
            if let Ok((odd, _)) = postcard::take_from_bytes::<Odd>(&bytes) {
                read_well += 1;
                let again: Option<Odd> = read(&write(&odd).unwrap());
                assert_eq!(again.map(|odd| format!("{odd:?}")), Some(format!("{odd:?}")));
            }
            let _ = read::<Vec<u8>>(&bytes);
            let _ = read::<Vec<[u64; 32]>>(&bytes);
            let _ = read::<String>(&bytes);
        }
        assert!(read_well > 0, "else it is no test of what is read");
    }

    #[test]
    fn what_is_left_over_is_no_value() {
        let mut bytes = write(&(1_u8, "x")).unwrap();
        assert!(read::<(u8, String)>(&bytes).is_some());
        bytes.push(0);
        assert!(read::<(u8, String)>(&bytes).is_none());
    }
}
