//! How an entry is written: its row in the table of entries, and what of it is kept apart.
//!
//! ```text
//! row:  checksum 8 | expires 8 | number 8 | where the body is 1 | tags 2 | key length 4 | the body, if it is short
//! body: (clock 8, a tag 16, …) where there are tags | key | value
//! ```
//!
//! Numbers are little-endian. The checksum is XXH3 of all else, the body wherever that is, seeded with the entry's place, so
//! that an entry which has been exchanged for another, or made to live longer, is as damaged as one whose bytes were.

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed, xxh3_128};

/// Where an entry stands: its namespace, then a hash of its key. Keys of any length are so of one width, and those of one
/// namespace lie side by side. Two keys of one hash take turns: the key itself is in the body.
pub(crate) type Place = [u8; 16];

/// Sixteen bytes that stand for a tag.
pub(crate) type Tag = [u8; 16];

pub(crate) const HEAD: usize = 8 + 8 + 8 + 1 + 2 + 4;
const TAG: usize = size_of::<Tag>();

/// A longer body is kept apart: who looks through the rows, or changes one, is not to read and write all the others of a
/// page with it.
const SHORT: usize = 1024;

const HERE: u8 = 0;
const APART: u8 = 1;

pub(crate) fn place(namespace: u32, key: &[u8]) -> Place {
    let mut place = [0; 16];
    place[..4].copy_from_slice(&namespace.to_be_bytes());
    place[4..].copy_from_slice(&xxh3_128(key).to_le_bytes()[..12]);
    place
}

/// The namespace of what stands there.
pub(crate) fn namespace_of([a, b, c, d, ..]: Place) -> u32 {
    u32::from_be_bytes([a, b, c, d])
}

/// What a row says without its body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Head {
    /// In milliseconds since 1970, by the clock of the wall. `u64::MAX` is never.
    pub(crate) expires: u64,
    /// Later ones are higher.
    pub(crate) number: u64,
    /// Whether its body is in another table, under its number.
    pub(crate) is_apart: bool,
    tags: u16,
    key: u32,
}

impl Head {
    /// Without a look at the checksum. `None` where it is no row.
    pub(crate) fn read(row: &[u8]) -> Option<Self> {
        let head = row.first_chunk::<HEAD>()?;
        let (words, rest) = head.as_chunks();
        let [_, expires, number] = *words else { return None };
        let [is_apart, t0, t1, k0, k1, k2, k3] = *rest else { return None };
        Some(Self {
            expires: u64::from_le_bytes(expires),
            number: u64::from_le_bytes(number),
            is_apart: is_apart == APART,
            tags: u16::from_le_bytes([t0, t1]),
            key: u32::from_le_bytes([k0, k1, k2, k3]),
        })
    }
}

/// An entry, read from its row and its body.
#[derive(Debug, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) expires: u64,
    pub(crate) number: u64,
    /// What the clock of the database showed when the entry was looked up in vain: it is older than every invalidation
    /// that came after. Zero where there are no tags.
    pub(crate) seen: u64,
    pub(crate) tags: &'a [Tag],
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
}

/// An entry as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Written {
    pub(crate) row: Vec<u8>,
    pub(crate) apart: Option<Vec<u8>>,
}

impl Written {
    pub(crate) fn len(&self) -> u64 {
        self.row.len() as u64 + self.apart.as_ref().map_or(0, |body| body.len() as u64)
    }
}

impl<'a> Record<'a> {
    /// `None` where a part is too long for the fields of a row.
    pub(crate) fn encode(&self, at: &Place) -> Option<Written> {
        let tags = u16::try_from(self.tags.len()).ok()?;
        let key = u32::try_from(self.key.len()).ok()?;
        let clock = if tags == 0 { 0 } else { 8 };
        let length = clock + self.tags.as_flattened().len() + self.key.len() + self.value.len();
        let is_apart = length > SHORT;
        let mut row = Vec::with_capacity(if is_apart { HEAD } else { HEAD + length });
        row.extend_from_slice(&[0; 8]);
        row.extend_from_slice(&self.expires.to_le_bytes());
        row.extend_from_slice(&self.number.to_le_bytes());
        row.push(if is_apart { APART } else { HERE });
        row.extend_from_slice(&tags.to_le_bytes());
        row.extend_from_slice(&key.to_le_bytes());
        let mut apart = is_apart.then(|| Vec::with_capacity(length));
        let body = apart.as_mut().unwrap_or(&mut row);
        if tags > 0 {
            body.extend_from_slice(&self.seen.to_le_bytes());
            body.extend_from_slice(self.tags.as_flattened());
        }
        body.extend_from_slice(self.key);
        body.extend_from_slice(self.value);
        let checksum = checksum(at, &row[8..], apart.as_deref());
        row[..8].copy_from_slice(&checksum.to_le_bytes());
        Some(Written { row, apart })
    }

    /// `None` where the bytes are not those that were written for this place.
    pub(crate) fn decode(at: &Place, row: &'a [u8], apart: Option<&'a [u8]>) -> Option<Self> {
        let (sum, rest) = row.split_first_chunk::<8>()?;
        if u64::from_le_bytes(*sum) != checksum(at, rest, apart) {
            return None;
        }
        let head = Head::read(row)?;
        let mut body = match (head.is_apart, apart) {
            (true, Some(body)) if row.len() == HEAD => body,
            (false, None) => &row[HEAD..],
            _ => return None,
        };
        let count = usize::from(head.tags);
        let mut seen = 0;
        if count > 0 {
            let (clock, rest) = body.split_first_chunk::<8>()?;
            seen = u64::from_le_bytes(*clock);
            body = rest;
        }
        let (tags, body) = body.split_at_checked(count * TAG)?;
        let (key, value) = body.split_at_checked(head.key.try_into().ok()?)?;
        Some(Self { expires: head.expires, number: head.number, seen, tags: tags.as_chunks().0, key, value })
    }
}

fn checksum(at: &Place, row: &[u8], apart: Option<&[u8]>) -> u64 {
    let [low, high] = [0, 8].map(|from| u64::from_le_bytes(std::array::from_fn(|byte| at[from + byte])));
    let seed = low.rotate_left(32) ^ high;
    match apart {
        None => xxh3_64_with_seed(row, seed),
        Some(body) => {
            let mut hasher = Xxh3::with_seed(seed);
            hasher.update(row);
            hasher.update(body);
            hasher.digest()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Place = [7; 16];

    fn entry<'a>(tags: &'a [Tag], key: &'a [u8], value: &'a [u8]) -> Record<'a> {
        Record { expires: u64::MAX, number: 3, seen: if tags.is_empty() { 0 } else { 9 }, tags, key, value }
    }

    fn decode(written: &Written) -> Option<Record<'_>> {
        Record::decode(&AT, &written.row, written.apart.as_deref())
    }

    #[test]
    fn what_is_written_is_read() {
        let tags = [[1; 16], [2; 16]];
        let long = [5; SHORT + 1];
        for tags in [&tags[..], &tags[..1], &[]] {
            for (key, value) in
                [(&b"key"[..], &b"value"[..]), (b"", b""), (b"k", b""), (b"k", &long), (&long, b"v")]
            {
                let record = entry(tags, key, value);
                let written = record.encode(&AT).unwrap();
                let is_apart = key.len() + value.len() > SHORT;
                assert_eq!(written.apart.is_some(), is_apart);
                assert_eq!(written.row.len() == HEAD, is_apart || tags.len() + key.len() + value.len() == 0);
                let head = Head::read(&written.row).unwrap();
                assert_eq!((head.number, head.expires, head.is_apart), (3, u64::MAX, is_apart));
                assert_eq!(decode(&written), Some(record));
            }
        }
    }

    #[test]
    fn a_body_lies_where_its_row_says() {
        let short = [6; SHORT];
        assert_eq!(entry(&[], b"", &short).encode(&AT).unwrap().apart, None);
        let long = [6; SHORT + 1];
        let written = entry(&[], b"", &long).encode(&AT).unwrap();
        assert_eq!(written.apart.as_deref(), Some(&long[..]));
        assert_eq!(Record::decode(&AT, &written.row, None), None);
        assert_eq!(Record::decode(&AT, &[&written.row[..], &long].concat(), None), None);
    }

    #[test]
    fn an_entry_at_another_place_is_damaged() {
        let written = entry(&[], b"key", b"value").encode(&AT).unwrap();
        for byte in 0..16 {
            let mut other = AT;
            other[byte] ^= 1;
            assert_eq!(Record::decode(&other, &written.row, None), None, "byte {byte}");
        }
    }

    #[test]
    fn no_bit_can_be_flipped_and_no_byte_left_out() {
        let long = [4; SHORT];
        for value in [&b"value"[..], &long] {
            let whole = entry(&[[4; 16]], b"key", value).encode(&AT).unwrap();
            for bit in 0..whole.row.len() * 8 {
                let mut damaged = whole.clone();
                damaged.row[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode(&damaged), None, "bit {bit}");
                // Without the checksum it is whatever it is, and no panic.
                let _ = Head::read(&damaged.row);
            }
            for end in 0..whole.row.len() {
                assert_eq!(
                    Record::decode(&AT, &whole.row[..end], whole.apart.as_deref()),
                    None,
                    "{end} bytes"
                );
                let _ = Head::read(&whole.row[..end]);
            }
            let Some(body) = &whole.apart else { continue };
            for byte in 0..body.len() {
                let mut damaged = whole.clone();
                damaged.apart.as_mut().unwrap()[byte] ^= 1;
                assert_eq!(decode(&damaged), None, "byte {byte} of what lies apart");
                assert_eq!(
                    Record::decode(&AT, &whole.row, Some(&body[..byte])),
                    None,
                    "{byte} bytes of that"
                );
            }
        }
    }

    #[test]
    fn lengths_that_lie_are_no_panic() {
        for tags in [0_u16, 1, 1000, u16::MAX] {
            for key in [0_u32, 1, 1 << 20, u32::MAX] {
                let mut row = vec![0; 24];
                row.push(HERE);
                row.extend(tags.to_le_bytes());
                row.extend(key.to_le_bytes());
                row.extend([7; 40]);
                let sum = checksum(&AT, &row[8..], None);
                row[..8].copy_from_slice(&sum.to_le_bytes());
                let read = Record::decode(&AT, &row, None);
                assert_eq!(read.is_some(), tags <= 1 && key <= 1, "{tags} tags, key of {key}");
            }
        }
    }

    #[test]
    fn keys_of_one_namespace_lie_side_by_side() {
        assert_eq!(place(1, b"a")[..4], place(1, b"b")[..4]);
        assert_ne!(place(1, b"a"), place(1, b"b"));
        assert!(place(1, b"a") < place(2, b"a") && place(255, b"a") < place(256, b"a"));
        assert_eq!(namespace_of(place(0x0102_0304, b"a")), 0x0102_0304);
    }
}
