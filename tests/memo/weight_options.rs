//! `weight` and `weigh` beside other options, and in functions of all shapes.

use crate::tasks::now;
use std::collections::HashMap;
use std::hash::{Hash, RandomState};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Cause, Interned, Memo, interned, memoize};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn errors() {
    #[memoize(weight = 100, err_ttl = "1s", weigh = |_, value| *value)]
    fn aside(x: usize) -> Result<usize, String> {
        if x == 0 { Err("zero".into()) } else { Ok(x) }
    }
    #[memoize(weight = 100, cache_errors, weigh = |_, value| value.clone().unwrap_or_else(|e: String| e.len()))]
    fn kept(x: usize) -> Result<usize, String> {
        if x == 0 { Err("zero".into()) } else { Ok(x) }
    }
    #[memoize(weight = 100, weigh = |_, value| *value)]
    fn returned(x: usize) -> Result<usize, String> {
        if x == 0 { Err("zero".into()) } else { Ok(x) }
    }
    for x in [0, 7] {
        let _ = (aside(x), kept(x), returned(x));
    }
    let infos = [aside::cache_info(), kept::cache_info(), returned::cache_info()];
    assert_eq!(infos.map(|info| (info.len, info.weight)), [(2, 7), (2, 11), (1, 7)]);
}

#[test]
fn times_and_closures() {
    static LEFT: Mutex<Vec<(usize, usize, Cause)>> = Mutex::new(Vec::new());
    static FAILS: AtomicBool = AtomicBool::new(false);
    macro_rules! check {
        ($($bound:tt)*) => {{
            #[memoize(
                $($bound)*
                weight = 10,
                weigh = |_, value| *value,
                ttl_of = |_, value| SECOND * u32::try_from(*value).unwrap(),
                jitter = 0.01,
                refresh_after = "4s",
                stale_if_error = "1h",
                err_ttl = "1s",
                on_evict = |x, value, cause| LEFT.lock().unwrap().push((*x, *value, cause)),
            )]
            fn f(x: usize) -> Result<usize, String> {
                if FAILS.load(SeqCst) { Err("down".into()) } else { Ok(x / 10) }
            }
            let clock = Mock::new();
            let _installed = clock.install();
            let left = || std::mem::take(&mut *LEFT.lock().unwrap());
            FAILS.store(false, SeqCst);
            let _ = (f(60).unwrap(), f(40).unwrap());
            assert_eq!((f::cache_info().weight, left()), (10, vec![]));
            clock.advance(SECOND * 5);
            // One is due, the other expired; what takes its place is of the same weight.
            assert_eq!((f(60), f::cache_info().refreshes, f::cache_info().weight), (Ok(6), 1, 10));
            FAILS.store(true, SeqCst);
            assert_eq!((f(40), f::cache_info().stale, f::cache_info().weight), (Ok(4), 1, 10));
            assert_eq!(left(), [(60, 6, Cause::Replaced)]);
            FAILS.store(false, SeqCst);
            f(100).unwrap();
            assert_eq!((f::cache_info().weight, f::cache_info().len), (10, 1));
            let mut gone = left();
            gone.sort_by_key(|(x, ..)| *x);
            assert_eq!(gone.iter().map(|(x, value, _)| (*x, *value)).collect::<Vec<_>>(), [(40, 4), (60, 6)]);
            f(110).unwrap();
            f::prime(100, Ok(50));
            assert_eq!(left(), [(100, 10, Cause::Invalidated)]);
        }};
    }
    check!(lru = 5,);
    check!(capacity = 5,);
    check!();
    check!(local,);
}

#[test]
fn a_value_that_is_due_and_has_become_too_heavy() {
    static NEXT: AtomicUsize = AtomicUsize::new(5);
    #[memoize(weight = 10, weigh = |_, value| *value, refresh_after = "10s")]
    fn f(_: u8) -> usize {
        NEXT.load(SeqCst)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(f(1), 5);
    clock.advance(SECOND * 10);
    NEXT.store(11, SeqCst);
    assert_eq!(
        (f(1), f::peek(1), f::cache_info().weight),
        (11, Some(5), 5),
        "as one that `cache_if` refuses"
    );
    NEXT.store(9, SeqCst);
    assert_eq!((f(1), f(1), f::peek(1), f::cache_info().weight), (9, 9, Some(9), 9));
}

#[test]
fn weak_values_and_weak_keys() {
    #[memoize(weight = 100, weak, weigh = |_, value: &Arc<str>| value.len())]
    fn values(x: &str) -> Arc<str> {
        x.into()
    }
    #[interned]
    struct Name(String);
    #[memoize(weight = 100, weak_key, weigh = |name: &Interned<Name>, scale, value| name.0.len() + *scale + *value)]
    fn keys(name: &Interned<Name>, scale: usize) -> usize {
        name.0.len() * scale
    }
    #[memoize(local, weight = 100, weak, weigh = |_, value: &Rc<str>| value.len())]
    fn local(x: &str) -> Rc<str> {
        x.into()
    }
    let (value, name, own) = (values("abc"), Name::new("heavy"), local("ab"));
    keys(&name, 2);
    let infos = [values::cache_info(), keys::cache_info(), local::cache_info()];
    assert_eq!(infos.map(|info| info.weight), [3, 17, 2]);
    drop((value, name, own));
    assert_eq!((values::sweep(), keys::sweep(), local::sweep()), (1, 1, 1));
    let infos = [values::cache_info(), keys::cache_info(), local::cache_info()];
    assert_eq!(infos.map(|info| info.weight), [0, 0, 0]);
}

#[test]
fn generic_functions_methods_and_values() {
    #[memoize(weight = 2 * N, weigh = |_, value: &(T, usize)| value.1)]
    fn generic<T: Clone + Eq + Hash + Send + Sync + 'static, const N: usize>(x: T) -> (T, usize) {
        (x, N)
    }
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Thing(usize);
    trait Heavy {
        fn heavy(&self, x: usize) -> usize;
        #[memoize(weight = 10, weigh = |_, _, value| *value)]
        fn provided(&self, x: usize) -> usize
        where
            Self: Clone + Eq + Hash + Send + Sync + 'static,
        {
            self.heavy(x)
        }
    }
    #[memoize]
    impl Thing {
        const HEAVIEST: usize = 10;
        #[memoize(weight = Self::HEAVIEST, weigh = |this, x, _| this.0 + *x)]
        fn method(&self, x: usize) -> usize {
            self.0 * x
        }
    }
    #[memoize]
    impl Heavy for Thing {
        #[memoize(weight = 10, weigh = |(this, x), _| this.0 + *x)]
        fn heavy(&self, x: usize) -> usize {
            self.0 * x
        }
    }
    #[derive(Default)]
    struct Service {
        memo: Memo,
    }
    #[memoize]
    impl Service {
        #[memoize(in(self.memo), weight = 10, weigh = |x, _| *x)]
        fn small(&self, x: usize) -> usize {
            x
        }
        #[memoize(in(self.memo), lru = 5, weight = 10, weigh = |x, y, _| *x + *y)]
        async fn task(&self, x: usize, y: usize) -> usize {
            x + y
        }
    }
    for text in ["a", "b", "c"] {
        generic::<_, 7>(text);
    }
    generic::<_, 7>(1_u8);
    let infos = [generic::cache_info::<&str, 7>(), generic::cache_info::<u8, 7>()];
    assert_eq!(infos.map(|info| (info.len, info.weight)), [(2, 14), (1, 7)]);
    for x in [4, 5, 20] {
        let _ = (Thing(1).method(x), Thing(1).heavy(x), Thing(1).provided(x));
    }
    let infos = [Thing::method_cache_info(), Thing::heavy_cache_info()];
    assert_eq!(infos.map(|info| (info.len, info.weight)), [(1, 6); 2]);
    let services = [Service::default(), Service::default()];
    for x in [4, 5, 20] {
        services[0].small(x);
        now(services[1].task(x, 1));
    }
    let infos = [&services[0], &services[1]].map(|service| {
        let infos = [service.small_cache_info(), service.task_cache_info()];
        infos.map(|info| (info.len, info.weight))
    });
    assert_eq!(infos, [[(2, 9), (0, 0)], [(0, 0), (1, 6)]]);
}

#[test]
fn batches() {
    #[memoize(batch, weight = 10, weigh = |x, scale, value| *x + *scale + *value)]
    fn ordered(xs: &[usize], scale: usize) -> Vec<usize> {
        xs.iter().map(|x| x * scale).collect()
    }
    #[memoize(batch, capacity = 3, weight = 100, weigh = |_, value| *value)]
    async fn keyed(xs: &[usize]) -> HashMap<usize, usize> {
        xs.iter().map(|&x| (x, x)).collect()
    }
    assert_eq!(ordered(&[1, 2, 30], 1), [1, 2, 30]);
    assert_eq!((ordered::cache_info().weight, ordered::cache_info().len), (8, 2));
    assert_eq!(now(keyed(&[1, 2, 3, 4, 500])).len(), 5);
    let info = keyed::cache_info();
    assert!(info.len == 3 && info.weight <= 9, "{info:?}");
    ordered::prime(&1, 1, 40);
    assert_eq!(ordered::cache_info().weight, 5);
}

#[test]
fn a_hasher_and_a_predicate() {
    #[memoize(weight = 10, weigh = |_, value| *value, cache_if = |value| *value != 3, hasher = RandomState, single_flight = false)]
    fn f(x: usize) -> usize {
        x
    }
    let _ = (f(3), f(4));
    assert_eq!((f::cache_info().weight, f::cache_info().len), (4, 1));
}

#[cfg(feature = "store")]
#[test]
fn what_a_store_answers_is_weighed_too() {
    static STORE: std::sync::LazyLock<weakcache::store::Memory> =
        std::sync::LazyLock::new(weakcache::store::Memory::new);
    #[memoize(weight = 10, weigh = |_, value| *value, store = &*STORE, name = "weighed too")]
    fn f(x: usize) -> usize {
        x
    }
    for x in [4, 5, 6, 4, 5, 6, 11] {
        assert_eq!(f(x), x);
        let info = f::cache_info();
        assert!(info.weight <= 10, "{info:?}");
    }
    let info = f::cache_info();
    assert!(info.store_hits > 0 && info.store_failures == 0 && info.weight > 4, "{info:?}");
}
