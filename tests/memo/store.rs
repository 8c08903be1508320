//! Second tiers.

use std::sync::LazyLock;
use weakcache::memoize;
use weakcache::store::Memory;

static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

#[memoize(lru = 1, store = &*STORE)]
fn length(text: &str, by: u32) -> Result<usize, String> {
    if text.is_empty() { Err("empty".into()) } else { Ok(text.len() * by as usize) }
}

#[test]
fn first_tier_then_store_then_body() {
    assert_eq!(length("abc", 2), Ok(6));
    assert_eq!(length("abcd", 2), Ok(8));
    let info = length::cache_info();
    assert_eq!((info.hits, info.misses, info.store_hits, info.len), (0, 2, 0, 1));
    assert_eq!(length("abc", 2), Ok(6));
    let info = length::cache_info();
    assert_eq!((info.hits, info.misses, info.store_hits, info.store_failures, info.len), (0, 2, 1, 0, 1));
    assert_eq!(length("", 2), Err("empty".into()));
    assert_eq!(STORE.len(), 2);
}
