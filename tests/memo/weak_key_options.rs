//! Keys that hold their arguments weakly, beside other options.

use crate::tasks::now;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Interned, InternedRef, interned, memoize};

/// With numbers of its own in each test: the registry is for all of them.
#[interned]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Add(Interned<Expr>, Interned<Expr>),
}

type Node = Interned<Expr>;

macro_rules! counters {
    ($($name:ident),*) => { $(static $name: AtomicU32 = AtomicU32::new(0);)* };
}

#[test]
fn predicates_are_shown_live_handles() {
    #[memoize(weak_key)]
    fn named(node: &Node, name: &str, of: Option<&Arc<str>>) -> usize {
        usize::from(matches!(**node, Expr::Num(_))) + name.len() + of.map_or(0, |of| of.len())
    }
    let (one, two, text) = (Expr::num(-16), Expr::num(-17), Arc::<str>::from("x"));
    let gone = Expr::num(-18);
    named(&one, "a", None);
    named(&two, "b", Some(&text));
    named(&gone, "c", None);
    drop(gone);
    let mut seen = Vec::new();
    let dropped = named::retain(|(node, name, of), value| {
        seen.push((name.clone(), *value));
        assert_eq!(of.is_some(), Interned::ptr_eq(node, &two));
        of.is_none()
    });
    seen.sort();
    assert_eq!((seen, dropped), (vec![("a".to_owned(), 2), ("b".to_owned(), 3)], 1));
    assert_eq!(named::sweep(), 1);
    let counts = [&one, &two].map(|node| (Interned::strong_count(node), Interned::weak_count(node)));
    assert_eq!((counts, Arc::weak_count(&text)), ([(1, 1), (1, 0)], 0));
}

#[test]
fn local_caches_take_what_belongs_to_a_thread() {
    #[memoize(local, weak_key(list, text))]
    fn length(list: &Rc<RefCell<Vec<u8>>>, text: Rc<str>, node: &Node) -> usize {
        list.borrow().len() + text.len() + usize::from(matches!(**node, Expr::Num(_)))
    }
    #[memoize(local, weak, weak_key)]
    fn shared(list: &Rc<RefCell<Vec<u8>>>) -> Rc<usize> {
        Rc::new(list.borrow().len())
    }
    let (list, text, node) = (Rc::new(RefCell::new(vec![1])), Rc::<str>::from("x"), Expr::num(-10));
    assert_eq!(length(&list, text.clone(), &node), 3);
    list.borrow_mut().push(2);
    assert_eq!(length(&list, text.clone(), &node), 3, "it is the list, whatever is in it");
    let two = shared(&list);
    assert!(Rc::ptr_eq(&two, &shared(&list)));
    drop(two);
    assert_eq!(shared::sweep(), 1);
    assert_eq!((Rc::strong_count(&list), Rc::strong_count(&text), Rc::weak_count(&list)), (1, 1, 1));
    drop(list);
    assert_eq!((length::sweep(), Rc::weak_count(&text)), (1, 0));
}

#[test]
fn the_dead_give_way_before_the_living() {
    #[memoize(lru = 3, weak_key(node))]
    fn id(node: &Arc<u32>) -> u32 {
        **node
    }
    let nodes: Vec<_> = (0..3).map(Arc::new).collect();
    let [first, second, last] = <[_; 3]>::try_from(nodes).expect("three");
    assert_eq!((id(&first), id(&second), id(&last)), (0, 1, 2));
    drop(last); // the most recently used
    let fourth = Arc::new(3);
    id(&fourth);
    assert_eq!((id::peek(&first), id::peek(&second), id::peek(&fourth)), (Some(0), Some(1), Some(3)));
    let info = id::cache_info();
    assert_eq!((info.len, info.evictions, info.expirations), (3, 0, 1));
    id(&first);
    id(&Arc::new(4));
    assert_eq!((id::peek(&first), id::peek(&second), id::peek(&fourth)), (Some(0), None, Some(3)));
    assert_eq!(id::cache_info().evictions, 1);
}

#[test]
fn of_hundreds_the_dead_give_way_too() {
    #[memoize(lru = 300, weak_key(node))]
    fn id(node: &Arc<usize>) -> usize {
        **node
    }
    let living: Vec<_> = (0..150).map(Arc::new).collect();
    assert_eq!(living.iter().map(id).sum::<usize>(), 11_175);
    for node in 150..300 {
        id(&Arc::new(node));
    }
    let later: Vec<_> = (300..450).map(Arc::new).collect();
    for node in &later {
        id(node);
    }
    let info = id::cache_info();
    assert_eq!(info.evictions + info.expirations + info.len as u64, 450);
    // A few looks in vain at most, until the first one that died is found.
    assert!(info.evictions <= 3, "{info}");
    let kept = living.iter().chain(&later).filter(|node| id::peek(node).is_some()).count();
    assert_eq!(kept as u64, 300 - info.evictions);
}

#[test]
fn times_to_live() {
    #[memoize(ttl = "1m", idle = "40s", weak_key(node))]
    fn id(node: &Arc<u32>) -> u32 {
        **node
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let (a, b) = (Arc::new(1), Arc::new(2));
    assert_eq!((id(&a), id(&b)), (1, 2));
    drop(b);
    clock.advance(Duration::from_secs(30));
    assert_eq!((id(&a), id::cache_info().hits, id::sweep()), (1, 1, 1));
    clock.advance(Duration::from_secs(31));
    assert_eq!((id::peek(&a), id(&a), id::cache_info().misses), (None, 1, 3));
}

#[test]
fn results_that_are_handles_may_be_weak_too() {
    #[memoize(weak, weak_key(node))]
    fn successor(node: &Node) -> Node {
        Expr::add(node.clone(), Expr::num(-1100))
    }
    #[memoize(weak_key(node))]
    fn strongly(node: &Node) -> Node {
        Expr::add(node.clone(), Expr::num(-1101))
    }
    let one = Expr::num(-11);
    let next = successor(&one);
    assert!(Interned::ptr_eq(&next, &successor(&one)));
    drop(next);
    assert_eq!(successor::cache_info().len, 1);
    assert_eq!((successor::sweep(), Interned::strong_count(&one)), (1, 1));

    // Documented: what is kept holds its own key.
    strongly(&one);
    assert_eq!((Interned::strong_count(&one), strongly::sweep()), (2, 0));
    strongly::cache_clear();
    assert_eq!(Interned::strong_count(&one), 1);
}

#[test]
fn errors_predicates_and_single_flight_are_as_ever() {
    counters!(RUNS);
    #[memoize(weak_key(node), err_ttl = "1s", single_flight = false)]
    fn checked(node: &Node) -> Result<i64, String> {
        RUNS.fetch_add(1, Relaxed);
        match **node {
            Expr::Num(n) if n < -12 => Ok(n),
            _ => Err("no".into()),
        }
    }
    #[memoize(weak_key(node), cache_if = |size| *size > 0)]
    fn positive(node: &Node) -> usize {
        RUNS.fetch_add(1, Relaxed);
        usize::from(matches!(**node, Expr::Add(..)))
    }
    let (bad, good) = (Expr::num(-12), Expr::num(-13));
    for _ in 0..2 {
        assert_eq!((checked(&good), checked(&bad)), (Ok(-13), Err("no".into())));
    }
    assert_eq!(RUNS.swap(0, Relaxed), 2);
    assert_eq!((positive(&good), positive(&good), RUNS.load(Relaxed)), (0, 0, 2));
    assert_eq!((positive::cache_info().len, Interned::weak_count(&good)), (0, 1));
}

#[test]
fn beside_times_and_caches_in_values() {
    #[derive(Default)]
    struct Checker {
        runs: AtomicU32,
        memo: weakcache::Memo,
    }

    #[memoize]
    impl Checker {
        #[memoize(in(self.memo), weak_key(node))]
        fn check(&self, node: &Node) -> u32 {
            let _ = node;
            self.runs.fetch_add(1, Relaxed)
        }
    }

    #[memoize(weak_key(node), ttl_of = |node: &Node, _: &u32| match &**node {
        Expr::Num(_) => Duration::from_secs(1),
        Expr::Add(..) => Duration::from_secs(100),
    })]
    fn timed(node: &Node) -> u32 {
        counters!(RUNS);
        let _ = node;
        RUNS.fetch_add(1, Relaxed)
    }

    #[memoize(weak_key(node), ttl = "100s", refresh_after = "10s", jitter = 0.1)]
    fn renewed(node: &Node) -> Result<u32, String> {
        counters!(RUNS);
        match &**node {
            Expr::Num(n) if *n > 0 => Err("positive".into()),
            _ => Ok(RUNS.fetch_add(1, Relaxed)),
        }
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let (checkers, node) = ([Checker::default(), Checker::default()], Expr::num(-19));
    let sum = Expr::add(&node, &node);
    for checker in &checkers {
        assert_eq!((checker.check(&node), checker.check(&sum), checker.check(&node)), (0, 1, 0));
    }
    assert_eq!((timed(&node), timed(&sum), renewed(&node), renewed(&sum)), (0, 1, Ok(0), Ok(1)));
    clock.advance(Duration::from_secs(20));
    assert_eq!((timed(&node), timed(&sum)), (2, 1));
    assert_eq!((renewed(&sum), renewed(&sum)), (Ok(2), Ok(2)));
    assert_eq!(Interned::strong_count(&sum), 1);
    drop(sum);
    assert_eq!(checkers.each_ref().map(Checker::check_sweep), [1, 1]);
    assert_eq!((timed::sweep(), renewed::sweep()), (1, 1));
    drop(checkers);
    assert_eq!((Interned::strong_count(&node), Interned::weak_count(&node)), (1, 2));
}

#[test]
fn renewed_in_the_background() {
    use std::sync::Mutex;

    type Future = std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>>;
    static SPAWNED: Mutex<Vec<Future>> = Mutex::new(Vec::new());
    fn spawn(future: impl std::future::Future<Output = ()> + Send + 'static) {
        SPAWNED.lock().unwrap().push(Box::pin(future));
    }
    counters!(RUNS);

    #[memoize(ttl = "1h", refresh_after = "10s", spawn = spawn, weak_key(node, lent, both))]
    async fn renewed(
        node: &Node,
        lent: InternedRef<'_, Expr>,
        both: &InternedRef<'_, Expr>,
        text: &str,
    ) -> Result<u32, String> {
        assert!(lent == *both && Interned::borrow(node) != lent && text == "x");
        Ok(RUNS.fetch_add(1, Relaxed))
    }

    let clock = Mock::new();
    let _installed = clock.install();
    let (one, two) = (Expr::num(-20), Expr::num(-21));
    let lent = Interned::borrow(&two);
    let ask = || now(renewed(&one, lent, &lent, "x"));
    assert_eq!((ask(), ask()), (Ok(0), Ok(0)));
    clock.advance(Duration::from_secs(20));
    assert_eq!(ask(), Ok(0));
    let spawned: Vec<_> = std::mem::take(&mut *SPAWNED.lock().unwrap());
    assert_eq!(spawned.len(), 1);
    spawned.into_iter().for_each(now);
    assert_eq!((ask(), Interned::strong_count(&one)), (Ok(1), 1));
}
