//! What processes tell each other.
//!
//! ```text
//! who 8 | what 1 | namespace or tag 16 | key
//! ```
//!
//! That a lease has ended the server tells, as nobody, to all who wait.

use weakcache_runtime::store::{Heard, TagId};

/// Who tells. Nobody is told what was told by himself.
pub(crate) type Origin = [u8; 8];

const REMOVED: u8 = b'r';
const CLEARED: u8 = b'c';
const TAG: u8 = b't';

/// What tells that a lease has ended begins so; the namespace and the key are those in the name of the lease.
pub(crate) const ENDED: [u8; 9] = [0, 0, 0, 0, 0, 0, 0, 0, b'e'];

/// The namespace and the key of a lease that has ended, if that is what is told.
pub(crate) fn ended(bytes: &[u8]) -> Option<(u128, &[u8])> {
    let (id, key) = bytes.strip_prefix(&ENDED)?.split_first_chunk()?;
    Some((u128::from_be_bytes(*id), key))
}

pub(crate) fn encode(origin: Origin, told: Heard<'_>) -> Vec<u8> {
    let (what, id, key) = match told {
        Heard::Removed { namespace, key } => (REMOVED, namespace, key),
        Heard::Cleared { namespace } => (CLEARED, namespace, &[][..]),
        Heard::Invalidated(tag) => (TAG, tag.to_bits(), &[][..]),
        // What was missed is nobody's message, but who hears one that he does not know takes it for that.
        Heard::Everything => (b'*', 0, &[][..]),
    };
    let mut bytes = Vec::with_capacity(25 + key.len());
    bytes.extend_from_slice(&origin);
    bytes.push(what);
    bytes.extend_from_slice(&id.to_be_bytes());
    bytes.extend_from_slice(key);
    bytes
}

/// What is told to somebody; `None` where it is his own.
pub(crate) fn decode(me: Origin, bytes: &[u8]) -> Option<Heard<'_>> {
    if bytes.starts_with(&me) {
        return None;
    }
    Some(read(bytes).unwrap_or(Heard::Everything))
}

fn read(bytes: &[u8]) -> Option<Heard<'_>> {
    let (_, bytes) = bytes.split_first_chunk::<8>()?;
    let (what, bytes) = bytes.split_first()?;
    let (id, key) = bytes.split_first_chunk()?;
    let id = u128::from_be_bytes(*id);
    match (*what, key) {
        (REMOVED, key) => Some(Heard::Removed { namespace: id, key }),
        (CLEARED, []) => Some(Heard::Cleared { namespace: id }),
        (TAG, []) => Some(Heard::Invalidated(TagId::from_bits(id))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_heard_by_others() {
        let (me, other) = ([1; 8], [2; 8]);
        for told in [
            Heard::Removed { namespace: 7, key: b"" },
            Heard::Removed { namespace: 7, key: b"key" },
            Heard::Cleared { namespace: u128::MAX },
            Heard::Invalidated(TagId::from_bits(9)),
            Heard::Everything,
        ] {
            let bytes = encode(me, told);
            assert_eq!(decode(other, &bytes), Some(told));
            assert_eq!(decode(me, &bytes), None);
        }
    }

    #[test]
    fn the_end_of_a_lease_is_told_of_its_key() {
        let told = [&ENDED[..], &7_u128.to_be_bytes(), b"key"].concat();
        assert_eq!(ended(&told), Some((7, &b"key"[..])));
        assert_eq!(ended(&told[..24]), None);
        assert_eq!(ended(&encode([0; 8], Heard::Removed { namespace: 7, key: b"key" })), None);
    }

    #[test]
    fn what_is_not_understood_may_be_anything() {
        let whole = encode([1; 8], Heard::Cleared { namespace: 7 });
        for end in 0..whole.len() {
            assert_eq!(decode([2; 8], &whole[..end]), Some(Heard::Everything));
        }
        for bytes in [&b"rubbish"[..], &[0xff; 100]] {
            assert_eq!(decode([2; 8], bytes), Some(Heard::Everything));
        }
    }
}
