//! Caches in values.

use crate::{alone, named, report};
use weakcache::{CacheKind, Memo, caches, clear_all, memoize};

#[derive(Default)]
struct Prices {
    factor: u64,
    memo: Memo,
}

#[memoize]
impl Prices {
    #[memoize(in(self.memo), lru = 10)]
    fn of(&self, name: &str) -> u64 {
        self.factor * name.len() as u64
    }

    #[memoize(in(self.memo))]
    fn generic<T: 'static>(&self) -> usize {
        size_of::<T>()
    }
}

#[test]
fn the_caches_of_a_method_are_one() {
    let _alone = alone();
    let prices = [(); 3].map(|()| Prices::default());
    assert_eq!(named("::Prices::of"), []);
    for (price, names) in prices.iter().zip([&["a", "b", "a"][..], &["a"], &[]]) {
        for name in names {
            price.of(name);
        }
    }
    prices[2].generic::<u8>();
    prices[2].generic::<u16>();

    let of = report("::Prices::of");
    assert_eq!(of.name, concat!(module_path!(), "::Prices::of"));
    assert_eq!((of.kind, of.instances, of.capacity), (CacheKind::Memo, 2, Some(20)));
    assert_eq!((of.len, of.hits, of.misses), (3, 1, 3));
    assert_eq!(named("::generic::<u8>").len() + named("::generic::<u16>").len(), 2);

    let [first, second, third] = prices;
    drop(first);
    let of = report("::Prices::of");
    assert_eq!((of.instances, of.len, of.misses), (1, 1, 1));
    second.of("b");
    third.of("a");
    assert_eq!((report("::Prices::of").instances, report("::Prices::of").len), (2, 3));

    clear_all();
    assert_eq!((second.of_cache_info().len, third.of_cache_info().len), (0, 0));
    assert_eq!(report("::Prices::of").instances, 2);
    drop((second, third));
    assert_eq!(named("::Prices::of"), [], "what dies leaves the list");
    assert!(caches().all(|cache| !cache.name.contains("::generic")));
}

#[test]
fn places_of_values_that_died_are_used_again() {
    let _alone = alone();
    #[derive(Default)]
    struct Many(Memo);
    #[memoize]
    impl Many {
        #[memoize(in(self.0))]
        fn count(&self, n: u32) -> u32 {
            n
        }
    }
    let make = |_| {
        let many = Many::default();
        many.count(1);
        many
    };
    let mut values: Vec<_> = (0..100).map(make).collect();
    for round in 0..10 {
        assert_eq!(report("::Many::count").instances, 100);
        let mut at = 0;
        values.retain(|_| {
            at += 1;
            at % 3 != round % 3
        });
        assert_eq!(
            (report("::Many::count").instances, report("::Many::count").len),
            (values.len(), values.len())
        );
        values.extend((values.len()..100).map(make));
    }
    drop(values);
    assert_eq!(named("::Many::count"), []);
}
