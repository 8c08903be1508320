//! What an entry is called in a store.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;

/// Of which function, and of which code of it, entries are.
///
/// Two namespaces are one if their [ids](Self::id) are equal: 128 bits of a hash over all that tells functions apart,
/// the name among it. The name is for people.
///
/// ```
/// use weakcache::store::Namespace;
///
/// let (one, next) = (Namespace::new("squares", 1), Namespace::new("squares", 2));
/// assert_ne!(one.id(), next.id()); // of another code
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Namespace {
    name: Cow<'static, str>,
    id: u128,
}

impl Namespace {
    /// A namespace of this name and id. `#[memoize(store = …)]` makes those of functions.
    ///
    /// ```
    /// use weakcache::store::Namespace;
    ///
    /// const PRICES: Namespace = Namespace::new("shop::price", 0x5eed);
    /// assert_eq!((PRICES.name(), PRICES.id()), ("shop::price", 0x5eed));
    /// ```
    #[must_use]
    pub const fn new(name: &'static str, id: u128) -> Self {
        Self { name: Cow::Borrowed(name), id }
    }

    /// The name of the function, for reports.
    ///
    /// ```
    /// # use weakcache::store::Namespace;
    /// assert_eq!(Namespace::new("squares", 1).name(), "squares");
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells it from all others, the same in each process that runs the same code.
    ///
    /// ```
    /// # use weakcache::store::Namespace;
    /// assert_eq!(Namespace::new("squares", 1).id(), Namespace::new("squares", 1).id());
    /// ```
    #[must_use]
    pub const fn id(&self) -> u128 {
        self.id
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Namespace({:?}, {:#034x})", self.name, self.id)
    }
}

/// What an entry is found by: a namespace, and the bytes of a function's key.
///
/// Bytes of one namespace are equal if and only if the keys are: they are written by a codec that has one way to write a
/// value. They may be empty, of any length and of any content.
///
/// ```
/// use weakcache::store::{Key, Namespace};
///
/// let namespace = Namespace::new("squares", 1);
/// let key = Key::new(&namespace, b"7");
/// assert_eq!((key.namespace().name(), key.bytes()), ("squares", &b"7"[..]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key<'a> {
    namespace: &'a Namespace,
    bytes: &'a [u8],
}

impl<'a> Key<'a> {
    /// The key of these bytes.
    ///
    /// ```
    /// use weakcache::store::{Key, Namespace};
    ///
    /// let namespace = Namespace::new("shop::price", 0x5eed);
    /// let key = Key::new(&namespace, b"\x04ACME\x07");
    /// assert_eq!(key.bytes().len(), 6);
    /// ```
    #[must_use]
    pub const fn new(namespace: &'a Namespace, bytes: &'a [u8]) -> Self {
        Self { namespace, bytes }
    }

    /// Of which function.
    ///
    /// ```
    /// # use weakcache::store::{Key, Namespace};
    /// let namespace = Namespace::new("squares", 1);
    /// assert_eq!(Key::new(&namespace, b"7").namespace().name(), "squares");
    /// ```
    #[must_use]
    pub const fn namespace(self) -> &'a Namespace {
        self.namespace
    }

    /// The arguments.
    ///
    /// ```
    /// # use weakcache::store::{Key, Namespace};
    /// let namespace = Namespace::new("squares", 1);
    /// assert_eq!(Key::new(&namespace, b"7").bytes(), b"7");
    /// ```
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

/// A tag as stores know it: 128 bits of a hash over the type's name and the serialized value, the same in each process.
/// Tags that fall together, if ever any do, are invalidated together.
///
/// ```
/// use weakcache::store::TagId;
///
/// assert_eq!(TagId::of(&("user", 7)), TagId::of(&("user", 7)));
/// assert_ne!(TagId::of(&7_u32), TagId::of(&7_u64));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(u128);

impl TagId {
    /// That of a tag. A value that cannot be serialized has that of its type.
    ///
    /// ```
    /// # use weakcache::store::TagId;
    /// assert_eq!(TagId::of("user"), TagId::of("user"));
    /// ```
    #[must_use]
    pub fn of<T: serde::Serialize + ?Sized>(tag: &T) -> Self {
        let of_type = hash(HASH, type_name::<T>().as_bytes());
        let bytes = postcard::to_allocvec(tag).unwrap_or_default();
        Self(hash(of_type, &bytes))
    }

    /// One that an engine has kept.
    ///
    /// ```
    /// # use weakcache::store::TagId;
    /// let tag = TagId::of(&7);
    /// assert_eq!(TagId::from_bits(tag.to_bits()), tag);
    /// ```
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// What an engine keeps.
    ///
    /// ```
    /// # use weakcache::store::TagId;
    /// assert_ne!(TagId::of(&7).to_bits(), TagId::of(&8).to_bits());
    /// ```
    #[must_use]
    pub const fn to_bits(self) -> u128 {
        self.0
    }
}

impl fmt::Debug for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TagId({:#034x})", self.0)
    }
}

/// The hash of nothing.
const HASH: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// FNV-1a of 128 bits, after what is hashed already; the length too, so that what is hashed in parts has no other parts.
/// For ever the same.
///
/// <https://www.rfc-editor.org/rfc/rfc9923>
const fn hash(mut hash: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u128).wrapping_mul(PRIME);
        at += 1;
    }
    let mut len = bytes.len() as u64;
    let mut left = 8;
    while left > 0 {
        hash = (hash ^ (len & 0xff) as u128).wrapping_mul(PRIME);
        len >>= 8;
        left -= 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{HASH, TagId, hash};

    #[test]
    fn a_hash_knows_where_its_parts_end() {
        assert_ne!(hash(hash(HASH, b"ab"), b"c"), hash(hash(HASH, b"a"), b"bc"));
        assert_ne!(hash(HASH, b""), hash(hash(HASH, b""), b""));
        assert_ne!(hash(HASH, b"\0"), hash(HASH, b"\0\0"));
    }

    #[test]
    fn ids_are_the_same_for_ever() {
        // Of another process, and of another release: a change here empties all stores.
        assert_eq!(hash(HASH, b"weakcache"), 0x9778_8ea2_23d5_feb9_657e_7dad_20fa_a988);
        assert_eq!(TagId::of("x").to_bits(), 0x3da7_8f7c_c92e_e3ab_1cdc_5657_b10e_a6b0);
    }
}
