//! Two versions of weakcache in one program: the facade with its runtime, and the runtime under another name, which has
//! statics and types of its own. Both show, and empty, the caches of both.

use std::any::TypeId;
use weakcache::{Interned, interned, memoize};
use weakcache_other as other;

#[memoize(lru = 10)]
fn ours(n: u32) -> u32 {
    n + 1
}

#[memoize(lru = 20, crate = weakcache_other)]
fn theirs(n: u32) -> u32 {
    n + 2
}

#[interned]
struct Symbol(String);

#[derive(Default)]
struct Prices(other::Memo);

#[memoize(crate = weakcache_other)]
impl Prices {
    #[memoize(in(self.0))]
    fn of(&self, name: &str) -> usize {
        name.len()
    }
}

/// Names and lengths, in order, as each of both says.
fn lists() -> [Vec<(String, usize)>; 2] {
    let ours = weakcache::caches().map(|cache| (cache.name, cache.len));
    let theirs = other::caches().map(|cache| (cache.name, cache.len));
    [ours.collect(), theirs.collect()]
}

fn lens() -> Vec<usize> {
    lists()[0].iter().map(|(_, len)| *len).collect()
}

#[test]
fn two_versions_share_the_list() {
    // They are two.
    assert_ne!(TypeId::of::<weakcache::Str>(), TypeId::of::<other::Str>());
    assert_eq!(lists(), [[], []]);

    let prices = Prices::default();
    let fill = || {
        assert_eq!((theirs(1), ours(1), ours(2), prices.of("pear")), (3, 2, 3, 4));
    };
    fill();
    let symbol: Interned<Symbol> = Symbol::new("x");
    let named: other::Cache<u8, u8> = other::Cache::builder().name("theirs, by hand").build();
    named.insert(1, 1);

    let module = module_path!();
    let [seen_by_us, seen_by_them] = lists();
    assert_eq!(seen_by_us, seen_by_them);
    let expected = [
        (format!("{module}::theirs"), 1),
        (format!("{module}::ours"), 2),
        (format!("{module}::Prices::of"), 1),
        (format!("{module}::Symbol"), 1),
        ("theirs, by hand".to_owned(), 1),
    ];
    assert_eq!(seen_by_us, expected);

    weakcache::clear_all();
    assert_eq!(lens(), [0, 0, 0, 1, 0]);
    fill();
    assert_eq!(lens(), [1, 2, 1, 1, 0]);
    other::clear_all();
    assert_eq!(lens(), [0, 0, 0, 1, 0]);

    drop((prices, named));
    assert_eq!(lists()[1].len(), 3, "what dies leaves the list of both");
    drop(symbol);
}
