//! What things are called in the server.

use weakcache_runtime::store::{Key, TagId};

/// What all names begin with.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: String,
}

/// The names of a key.
pub(crate) struct Named {
    pub(crate) entry: Vec<u8>,
    pub(crate) lease: Vec<u8>,
    pub(crate) removed: Vec<u8>,
    pub(crate) replaced: Vec<u8>,
    pub(crate) space: Vec<u8>,
    /// Of what is being stored: between two commands of a transaction, so that one name does for all.
    pub(crate) written: Vec<u8>,
    /// Of nothing.
    pub(crate) none: Vec<u8>,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// Ids are bytes, not digits: names are a good part of what an entry takes.
    fn of_key(&self, kind: &str, key: Key<'_>) -> Vec<u8> {
        self.of_id(kind, key.namespace().id(), key.bytes())
    }

    fn of_id(&self, kind: &str, id: u128, rest: &[u8]) -> Vec<u8> {
        [self.prefix.as_bytes(), b":", kind.as_bytes(), b":", &id.to_be_bytes(), rest].concat()
    }

    pub(crate) fn key(&self, key: Key<'_>) -> Named {
        Named {
            entry: self.of_key("e", key),
            lease: self.of_key("l", key),
            removed: self.of_key("r", key),
            replaced: self.of_key("w", key),
            written: format!("{}:+", self.prefix).into_bytes(),
            space: self.space(key.namespace().id()),
            none: format!("{}:-", self.prefix).into_bytes(),
        }
    }

    pub(crate) fn entry(&self, key: Key<'_>) -> Vec<u8> {
        self.of_key("e", key)
    }

    pub(crate) fn lease(&self, key: Key<'_>) -> Vec<u8> {
        self.of_key("l", key)
    }

    /// Where in the name of a lease the namespace begins, counted from 1, as scripts do.
    pub(crate) fn id_of_lease(&self) -> usize {
        self.prefix.len() + ":l:".len() + 1
    }

    pub(crate) fn space(&self, id: u128) -> Vec<u8> {
        self.of_id("n", id, b"")
    }

    /// A tag's name is this and its 16 bytes, as entries have them: scripts put them together.
    pub(crate) fn tags(&self) -> Vec<u8> {
        format!("{}:t:", self.prefix).into_bytes()
    }

    pub(crate) fn tag(&self, tag: TagId) -> Vec<u8> {
        self.of_id("t", tag.to_bits(), b"")
    }

    /// Where invalidations are told.
    pub(crate) fn channel(&self) -> String {
        format!("{}:invalidated", self.prefix)
    }
}
