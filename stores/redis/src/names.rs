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

    fn of_key(&self, kind: &str, key: Key<'_>) -> Vec<u8> {
        let mut name = self.of_space(kind, key.namespace().id());
        name.push(b':');
        name.extend_from_slice(key.bytes());
        name
    }

    fn of_space(&self, kind: &str, id: u128) -> Vec<u8> {
        format!("{}:{kind}:{id:032x}", self.prefix).into_bytes()
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

    pub(crate) fn space(&self, id: u128) -> Vec<u8> {
        self.of_space("n", id)
    }

    /// A tag's name is this and its 16 bytes, as entries have them: scripts put them together.
    pub(crate) fn tags(&self) -> Vec<u8> {
        format!("{}:t:", self.prefix).into_bytes()
    }

    pub(crate) fn tag(&self, tag: TagId) -> Vec<u8> {
        let mut name = self.tags();
        name.extend_from_slice(&tag.to_bits().to_be_bytes());
        name
    }

    /// Where invalidations are told.
    pub(crate) fn channel(&self) -> String {
        format!("{}:invalidated", self.prefix)
    }
}
