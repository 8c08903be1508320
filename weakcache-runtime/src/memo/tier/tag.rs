//! Tags that stores know too.
#![forbid(unsafe_code)]

use super::Tier;
use crate::store::TagId;
use crate::tags::{self, Tag, TagValue, WeakTag};
use serde::Serialize;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What may be a tag beside a store.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tag beside a store\n\
        help: derive `Serialize`, which is how a store knows a tag; or tag with what identifies it, as in `tags((\"user\", user.id))`",
    label = "this type must be `Hash`, `Eq`, `Serialize`, `Send`, `Sync` and `'static`"
)]
pub trait StoredTagValue: TagValue + Serialize {}

#[diagnostic::do_not_recommend]
impl<T: TagValue + Serialize> StoredTagValue for T {}

/// Nothing has it: a tag is asked as what it is.
const NONE: TagId = TagId::from_bits(0);

/// A tag as it is now, here and in stores.
pub struct StoredTag {
    tag: Tag,
    id: TagId,
    of: TypeId,
    id_of: fn(&dyn Any) -> TagId,
}

impl StoredTag {
    /// A tag as it is now.
    pub fn new<T: StoredTagValue>(value: T) -> Self {
        let id_of = |tag: &dyn Any| tag.downcast_ref::<T>().map_or(NONE, TagId::of);
        let id = id_of(&value);
        let tag = Tag::new(value);
        remember(id, &tag);
        Self { tag, id, of: TypeId::of::<T>(), id_of }
    }

    pub(in super::super) const fn tag(&self) -> &Tag {
        &self.tag
    }

    /// What the store of `tier` knows it by. From now on that is told of tags of this type.
    pub(in super::super) fn id(&self, tier: &'static Tier) -> TagId {
        tier.met().meet(self.of, || {
            tags::tell_beyond(self.of, self.id_of, Arc::new(|id| tier.invalidate_tag(id)));
        });
        self.id
    }
}

/// The tags that may be heard of, by how stores know them.
static BY_ID: Mutex<Option<ById>> = Mutex::new(None);

#[derive(Default)]
struct ById {
    tags: HashMap<TagId, WeakTag>,
    /// At how many the dead are swept.
    sweep_at: usize,
}

fn remember(id: TagId, tag: &Tag) {
    let mut by_id = BY_ID.lock().unwrap_or_else(PoisonError::into_inner);
    let ById { tags, sweep_at } = by_id.get_or_insert_default();
    tags.insert(id, tag.downgrade());
    if tags.len() > *sweep_at {
        tags.retain(|_, tag| tag.is_alive());
        tags.shrink_to(tags.len() * 2);
        *sweep_at = tags.len().max(64) * 2;
    }
}

/// Another process has invalidated a tag.
pub(in super::super) fn hear(id: TagId) {
    let by_id = BY_ID.lock().unwrap_or_else(PoisonError::into_inner);
    let tag = by_id.as_ref().and_then(|by_id| by_id.tags.get(&id)).cloned();
    drop(by_id);
    if let Some(tag) = tag {
        tag.invalidate();
    }
}

#[cfg(test)]
mod tests {
    use super::{BY_ID, StoredTag, hear};

    #[test]
    fn the_dead_are_forgotten() {
        let mine = StoredTag::new(("mine", 1));
        for x in 0..10_000_u32 {
            drop(StoredTag::new(("one of many", x)));
        }
        assert!(BY_ID.lock().unwrap().as_ref().unwrap().tags.len() < 1000);
        assert!(mine.tag().is_valid());
        hear(mine.id);
        assert!(!mine.tag().is_valid());
    }
}
