//! From a value to the containers that hold entries of it.
//!
//! A link says: that table has an entry of this value under that hash. It is there before the entry is and
//! leaves after it, so death finds every entry; that it may find none is harmless.
#![forbid(unsafe_code)]

use crate::sync::Arc;
use crate::weak::death::{Entry, Remains};
use std::collections::BTreeMap;
use std::mem;

/// A container, as the values in it see it.
pub trait Unlink: Send + Sync {
    /// Takes out an entry with this hash of the value that is known by `address`, and returns what of it
    /// has to be dropped where user code may run. Runs none itself.
    fn unlink(&self, hash: u64, address: *const ()) -> Option<Entry>;
}

/// What names a table.
type Table = *const ();

pub(super) struct Link {
    table: Arc<dyn Unlink>,
    hash: u64,
}

/// By table and hash; with how often.
type Many = BTreeMap<(usize, u64), (Link, usize)>;

/// The links of one value. Most have one, and are then not worth an allocation.
#[derive(Default)]
pub(super) enum Links {
    #[default]
    None,
    One(Link),
    Many(Many),
}

impl Link {
    pub(super) fn new(table: Arc<dyn Unlink>, hash: u64) -> Self {
        Self { table, hash }
    }

    fn key(&self) -> (usize, u64) {
        (Arc::as_ptr(&self.table).cast::<()>().addr(), self.hash)
    }
}

impl Links {
    pub(super) fn push(&mut self, link: Link) {
        match self {
            Self::None => *self = Self::One(link),
            Self::One(_) => {
                let Self::One(first) = mem::take(self) else { unreachable!("as matched") };
                let mut many = BTreeMap::from([(first.key(), (first, 1))]);
                many.entry(link.key()).or_insert((link, 0)).1 += 1;
                *self = Self::Many(many);
            }
            Self::Many(many) => many.entry(link.key()).or_insert((link, 0)).1 += 1,
        }
    }

    /// Takes one link to `table` off.
    pub(super) fn remove(&mut self, table: Table, hash: u64) {
        let key = (table.addr(), hash);
        match self {
            Self::One(link) if link.key() == key => *self = Self::None,
            Self::None | Self::One(_) => {}
            Self::Many(many) => {
                if let Some((_, count)) = many.get_mut(&key) {
                    *count -= 1;
                    if *count == 0 {
                        many.remove(&key);
                    }
                }
                if many.is_empty() {
                    *self = Self::None;
                }
            }
        }
    }

    /// Takes the entries of a dying value out of their containers, and returns what they held.
    #[inline]
    pub(super) fn unlink(self, address: *const ()) -> Option<Remains> {
        match self {
            Self::None => None,
            Self::One(Link { table, hash }) => table.unlink(hash, address).map(Remains::One),
            Self::Many(many) => Some(Remains::Many(Self::unlink_many(many, address))),
        }
    }

    #[cold]
    fn unlink_many(many: Many, address: *const ()) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (Link { table, hash }, count) in many.into_values() {
            entries.extend((0..count).filter_map(|_| table.unlink(hash, address)));
        }
        entries
    }
}
