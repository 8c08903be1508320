//! Weak maps, of one and the same kind.

use std::collections::HashMap;
use std::sync::{Mutex, Weak};

use rustc_hash::FxBuildHasher;
use weak_table::WeakValueHashMap;
use weakcache::{ArcWeakValueMap, WeakValueMap};

/// Every contestant with the same hasher, so that the figures are the tables'.
#[derive(Default)]
pub struct Maps {
    pub strong: WeakValueMap<u64, u64, FxBuildHasher>,
    pub arc: ArcWeakValueMap<u64, u64, FxBuildHasher>,
    pub table: Mutex<WeakValueHashMap<u64, Weak<u64>, FxBuildHasher>>,
    pub by_hand: Mutex<HashMap<u64, Weak<u64>, FxBuildHasher>>,
}
