//! How an entry is written: what is in the table of values beside each number, and under which bytes the index has it.
//!
//! ```text
//! checksum 8 | namespace 4 | tags 2 | key length 4 | (clock 8, a tag 16, …) where there are tags | key | value
//! ```
//!
//! Numbers are little-endian. The checksum is XXH3 of all that follows, seeded with what the index says of the entry, so
//! that an entry which has been exchanged for another, or made to live longer, is as damaged as one whose bytes were.

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128};

/// Where an entry stands in the index: its namespace, then a hash of its key. Keys of any length are so of one width,
/// and those of one namespace lie side by side. Two keys of one hash take turns: the key itself is in the record.
pub(crate) type Place = [u8; 16];

/// Sixteen bytes that stand for a tag.
pub(crate) type Tag = [u8; 16];

const HEAD: usize = 8 + 4 + 2 + 4;
const TAG: usize = size_of::<Tag>();

pub(crate) fn place(namespace: u32, key: &[u8]) -> Place {
    let mut place = [0; 16];
    place[..4].copy_from_slice(&namespace.to_be_bytes());
    place[4..].copy_from_slice(&xxh3_128(key).to_le_bytes()[..12]);
    place
}

/// An entry, read from its record.
#[derive(Debug, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) namespace: u32,
    /// What the clock of the database showed when the entry was looked up in vain: it is older than every invalidation
    /// that came after. Zero where there are no tags.
    pub(crate) seen: u64,
    pub(crate) tags: &'a [Tag],
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
}

/// What the index says of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Indexed {
    /// Its number: later ones are higher.
    pub(crate) number: u64,
    /// In milliseconds since 1970, by the clock of the wall. `u64::MAX` is never.
    pub(crate) expires: u64,
}

impl Indexed {
    fn seed(self) -> u64 {
        self.number.rotate_left(32) ^ self.expires
    }
}

impl<'a> Record<'a> {
    /// `None` where a part is too long for the fields of a record.
    pub(crate) fn encode(&self, at: Indexed) -> Option<Vec<u8>> {
        let tags = u16::try_from(self.tags.len()).ok()?;
        let key = u32::try_from(self.key.len()).ok()?;
        let clock = if tags == 0 { 0 } else { 8 };
        let mut bytes = Vec::with_capacity(
            HEAD + clock + self.tags.as_flattened().len() + self.key.len() + self.value.len(),
        );
        bytes.extend_from_slice(&[0; 8]);
        bytes.extend_from_slice(&self.namespace.to_le_bytes());
        bytes.extend_from_slice(&tags.to_le_bytes());
        bytes.extend_from_slice(&key.to_le_bytes());
        if tags > 0 {
            bytes.extend_from_slice(&self.seen.to_le_bytes());
            bytes.extend_from_slice(self.tags.as_flattened());
        }
        bytes.extend_from_slice(self.key);
        bytes.extend_from_slice(self.value);
        let checksum = xxh3_64_with_seed(&bytes[8..], at.seed());
        bytes[..8].copy_from_slice(&checksum.to_le_bytes());
        Some(bytes)
    }

    /// `None` where the bytes are not those that were written for this place of the index.
    pub(crate) fn decode(bytes: &'a [u8], at: Indexed) -> Option<Self> {
        let (checksum, rest) = bytes.split_first_chunk::<8>()?;
        if u64::from_le_bytes(*checksum) != xxh3_64_with_seed(rest, at.seed()) {
            return None;
        }
        Self::parse(rest)
    }

    /// The same without a look at the checksum, for those who only throw away what is there.
    pub(crate) fn glance(bytes: &'a [u8]) -> Option<Self> {
        Self::parse(bytes.split_first_chunk::<8>()?.1)
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (namespace, bytes) = bytes.split_first_chunk::<4>()?;
        let (tags, bytes) = bytes.split_first_chunk::<2>()?;
        let (key, mut bytes) = bytes.split_first_chunk::<4>()?;
        let tag_count = usize::from(u16::from_le_bytes(*tags));
        let mut seen = 0;
        if tag_count > 0 {
            let (clock, rest) = bytes.split_first_chunk::<8>()?;
            seen = u64::from_le_bytes(*clock);
            bytes = rest;
        }
        let (tags, bytes) = bytes.split_at_checked(tag_count * TAG)?;
        let (key, value) = bytes.split_at_checked(u32::from_le_bytes(*key).try_into().ok()?)?;
        Some(Self { namespace: u32::from_le_bytes(*namespace), seen, tags: tags.as_chunks().0, key, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Indexed = Indexed { number: 7, expires: u64::MAX };

    fn entry<'a>(tags: &'a [Tag], key: &'a [u8], value: &'a [u8]) -> Record<'a> {
        Record { namespace: 3, seen: if tags.is_empty() { 0 } else { 9 }, tags, key, value }
    }

    #[test]
    fn what_is_written_is_read() {
        let tags = [[1; 16], [2; 16]];
        for tags in [&tags[..], &tags[..1], &[]] {
            for (key, value) in [(&b"key"[..], &b"value"[..]), (b"", b""), (b"k", b"")] {
                let record = entry(tags, key, value);
                let bytes = record.encode(AT).unwrap();
                assert_eq!(Record::decode(&bytes, AT), Some(entry(tags, key, value)));
                assert_eq!(Record::glance(&bytes), Some(record));
            }
        }
    }

    #[test]
    fn an_entry_at_another_place_is_damaged() {
        let bytes = entry(&[], b"key", b"value").encode(AT).unwrap();
        for other in [Indexed { number: 8, ..AT }, Indexed { expires: 5, ..AT }] {
            assert_eq!(Record::decode(&bytes, other), None);
        }
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_byte_left_out() {
        let bytes = entry(&[[4; 16]], b"key", b"value").encode(AT).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Record::decode(&damaged, AT), None, "bit {bit}");
            // Without the checksum it is whatever it is, and no panic.
            let _ = Record::glance(&damaged);
        }
        for end in 0..bytes.len() {
            assert_eq!(Record::decode(&bytes[..end], AT), None, "{end} bytes");
            let _ = Record::glance(&bytes[..end]);
        }
    }

    #[test]
    fn lengths_that_lie_are_no_panic() {
        for tags in [0_u16, 1, 1000, u16::MAX] {
            for key in [0_u32, 1, 1 << 20, u32::MAX] {
                let mut bytes = vec![0; 8];
                bytes.extend(3_u32.to_le_bytes());
                bytes.extend(tags.to_le_bytes());
                bytes.extend(key.to_le_bytes());
                bytes.extend([7; 40]);
                let checksum = xxh3_64_with_seed(&bytes[8..], AT.seed());
                bytes[..8].copy_from_slice(&checksum.to_le_bytes());
                let read = Record::decode(&bytes, AT);
                assert_eq!(read.is_some(), tags <= 1 && key <= 1, "{tags} tags, key of {key}");
            }
        }
    }

    #[test]
    fn keys_of_one_namespace_lie_side_by_side() {
        assert_eq!(place(1, b"a")[..4], place(1, b"b")[..4]);
        assert_ne!(place(1, b"a"), place(1, b"b"));
        assert!(place(1, b"a") < place(2, b"a") && place(255, b"a") < place(256, b"a"));
    }
}
