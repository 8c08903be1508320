//! How an entry and a claim are written.
//!
//! ```text
//! entry: 2 | tags 2 | checksum 4 | generation of the namespace 8 | (tag 16, its generation 8) … | value
//! claim: token 8 | generation of the namespace 8 | time 16 | last removal 0 or 8, after its length 1 | generation of a tag 8 …
//! ```
//!
//! An entry is valid while the generations in it are those that hold: so a clear, or the invalidation of a tag, is one
//! write. They are those of its claim, so what was invalidated while it was computed is invalid when it is stored. The
//! checksum is half of XXH3 of all else, seeded with the key; values of memoized functions have another of their own.

use weakcache_runtime::store::{Claim, TagId};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What changes whenever something is invalidated: eight bytes that never were there before, rather than a count, which
/// would begin again when a server forgets it.
pub(crate) type Generation = [u8; 8];

/// When a claim was given: microseconds by the clock of the server, as decimal digits, which scripts compare as text.
pub(crate) type Time = [u8; 16];

/// Of a lease: who has it. Zero where a claim has none.
pub(crate) type Token = [u8; 8];

const HEAD: usize = 1 + 2 + SUM + 8;
const SUM: usize = 4;
const VERSION: u8 = 2;
const TAG: usize = 16 + 8;

/// What a claim says.
#[derive(Debug, PartialEq)]
pub(crate) struct Claimed {
    pub(crate) token: Token,
    pub(crate) space: Generation,
    pub(crate) time: Time,
    /// Empty, where there was none.
    pub(crate) removed: Vec<u8>,
    pub(crate) tags: Vec<Generation>,
}

impl Claimed {
    pub(crate) fn encode(&self) -> Claim {
        let mut bytes = Vec::with_capacity(33 + self.removed.len() + self.tags.as_flattened().len());
        bytes.extend_from_slice(&self.token);
        bytes.extend_from_slice(&self.space);
        bytes.extend_from_slice(&self.time);
        bytes.push(u8::from(!self.removed.is_empty()));
        bytes.extend_from_slice(&self.removed);
        bytes.extend_from_slice(self.tags.as_flattened());
        Claim::new(bytes)
    }

    /// `None` where another store gave it.
    pub(crate) fn decode(claim: &Claim) -> Option<Self> {
        let (token, bytes) = claim.as_bytes().split_first_chunk()?;
        let (space, bytes) = bytes.split_first_chunk()?;
        let (time, bytes) = bytes.split_first_chunk()?;
        let (&removed, bytes) = bytes.split_first()?;
        let (removed, bytes) = bytes.split_at_checked(if removed == 0 { 0 } else { 8 })?;
        let (tags, []) = bytes.as_chunks() else { return None };
        Some(Self {
            token: *token,
            space: *space,
            time: *time,
            removed: removed.to_vec(),
            tags: tags.to_vec(),
        })
    }
}

fn checksum(seed: u64, bytes: &[u8]) -> Option<[u8; SUM]> {
    let mut hasher = Xxh3::with_seed(seed);
    hasher.update(bytes.get(..3)?);
    hasher.update(bytes.get(3 + SUM..)?);
    hasher.digest().to_le_bytes().first_chunk().copied()
}

/// `None` where there are too many tags.
pub(crate) fn encode(key: &[u8], claimed: &Claimed, tags: &[TagId], value: &[u8]) -> Option<Vec<u8>> {
    let count = u16::try_from(tags.len()).ok()?;
    let mut bytes = Vec::with_capacity(HEAD + tags.len() * TAG + value.len());
    bytes.push(VERSION);
    bytes.extend_from_slice(&count.to_le_bytes());
    bytes.extend_from_slice(&[0; SUM]);
    bytes.extend_from_slice(&claimed.space);
    for (tag, generation) in tags.iter().zip(&claimed.tags) {
        bytes.extend_from_slice(&tag.to_bits().to_be_bytes());
        bytes.extend_from_slice(generation);
    }
    bytes.extend_from_slice(value);
    let checksum = checksum(xxh3_64(key), &bytes)?;
    bytes[3..3 + SUM].copy_from_slice(&checksum);
    Some(bytes)
}

/// Whether the generations of an entry are those that hold: the one of its namespace, and those of its tags, as far as they
/// are known.
pub(crate) fn is_valid(bytes: &[u8], space: &[u8], tags: &[(TagId, &[u8])]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else { return false };
    let count = usize::from(u16::from_le_bytes([head[1], head[2]]));
    let Some(of_tags) = rest.get(..count * TAG) else { return false };
    let is_known = |of_tag: &[u8; TAG]| {
        let (tag, generation) = of_tag.split_at(16);
        tags.iter().any(|(id, holds)| id.to_bits().to_be_bytes() == tag && *holds == generation)
    };
    head[0] == VERSION && head[3 + SUM..] == *space && of_tags.as_chunks().0.iter().all(is_known)
}

/// The value of an entry whose generations hold. `None` where it is not what was written for this key.
pub(crate) fn decode(key: &[u8], mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    if bytes.get(3..3 + SUM)? != checksum(xxh3_64(key), &bytes)? || bytes[0] != VERSION {
        return None;
    }
    let tags = usize::from(u16::from_le_bytes([bytes[1], bytes[2]]));
    let value = HEAD + tags * TAG;
    if value > bytes.len() {
        return None;
    }
    // In place: it may be long.
    bytes.drain(..value);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(removed: &[u8], tags: usize) -> Claimed {
        Claimed {
            token: [1; 8],
            space: [2; 8],
            time: [b'5'; 16],
            removed: removed.to_vec(),
            tags: vec![[3; 8]; tags],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for tags in 0..3 {
            let ids: Vec<TagId> = (0..tags as u128).map(TagId::from_bits).collect();
            for removed in [&[][..], &[7; 8]] {
                let claimed = claimed(removed, tags);
                assert_eq!(Claimed::decode(&claimed.encode()).as_ref(), Some(&claimed));
                for value in [&b""[..], b"value"] {
                    let bytes = encode(b"key", &claimed, &ids, value).unwrap();
                    assert_eq!(decode(b"other", bytes.clone()), None);
                    assert_eq!(decode(b"key", bytes).unwrap(), value);
                }
            }
        }
    }

    #[test]
    fn an_entry_is_valid_while_all_its_generations_are_known_to_hold() {
        let ids = [4, 5].map(TagId::from_bits);
        let bytes = encode(b"key", &claimed(&[], 2), &ids, b"value").unwrap();
        let (old, holds) = (&[9; 8][..], &[3; 8][..]);
        assert!(is_valid(&bytes, &[2; 8], &[(ids[1], holds), (ids[0], holds)]));
        assert!(!is_valid(&bytes, &[3; 8], &[(ids[1], holds), (ids[0], holds)]));
        assert!(!is_valid(&bytes, &[2; 8], &[(ids[1], holds), (ids[0], old)]));
        assert!(!is_valid(&bytes, &[2; 8], &[(ids[1], holds)]));
        for end in 0..HEAD + 2 * TAG {
            assert!(!is_valid(&bytes[..end], &[2; 8], &[(ids[1], holds), (ids[0], holds)]));
        }
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_byte_left_out() {
        let bytes = encode(b"key", &claimed(&[], 1), &[TagId::from_bits(9)], b"value").unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(b"key", damaged), None, "bit {bit}");
        }
        for end in 0..bytes.len() {
            assert_eq!(decode(b"key", bytes[..end].to_vec()), None, "{end} bytes");
        }
    }

    #[test]
    fn a_count_of_tags_that_lies_is_no_panic() {
        for count in [1_u16, 1000, u16::MAX] {
            let mut bytes = encode(b"key", &claimed(&[], 0), &[], b"value").unwrap();
            bytes[1..3].copy_from_slice(&count.to_le_bytes());
            let sum = checksum(xxh3_64(b"key"), &bytes).unwrap();
            bytes[3..3 + SUM].copy_from_slice(&sum);
            assert_eq!(decode(b"key", bytes), None);
        }
    }

    #[test]
    fn claims_of_other_stores_are_none() {
        for length in [0, 1, 8, 16, 32, 34, 36] {
            assert_eq!(Claimed::decode(&Claim::new(vec![0; length])), None, "{length} bytes");
        }
        assert_eq!(Claimed::decode(&Claim::new(vec![1; 33])), None);
    }
}
