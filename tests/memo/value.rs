//! Caches that lie in a value.

// Written out, as lifetimes are what is tested.
#![allow(clippy::needless_lifetimes, clippy::elidable_lifetime_names, clippy::declare_interior_mutable_const)]

use crate::support::{on_threads, watched};
use crate::tasks::{finish, yields};
use std::cell::Cell;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Memo, memoize};

#[derive(Debug, Default)]
struct Repo {
    base: u64,
    ran: AtomicU32,
    memo: Memo,
}

#[memoize]
impl Repo {
    #[memoize(in(self.memo), lru = 2)]
    fn note(&self, id: u64) -> u64 {
        self.ran.fetch_add(1, Relaxed);
        self.base + id
    }

    #[memoize(in(self.memo), ttl = "1m")]
    fn title(&self, name: &str) -> Result<String, u64> {
        self.ran.fetch_add(1, Relaxed);
        if name.is_empty() { Err(self.base) } else { Ok(format!("{name}{}", self.base)) }
    }

    #[memoize(in(self.memo), skip(by), cache_if = |sum| *sum > 3)]
    fn add(&mut self, by: &mut u64, x: u64) -> u64 {
        *by += 1;
        self.base += 1;
        self.base + x
    }

    #[memoize(in(self.memo), key = (self.base, *x))]
    fn keyed(&self, x: u64) -> u64 {
        self.ran.fetch_add(1, Relaxed);
        self.base * x
    }

    #[memoize(in(self.memo), lru = 4)]
    async fn later(&self, id: u64) -> u64 {
        self.ran.fetch_add(1, Relaxed);
        yields(2).await;
        self.base + id
    }

    #[memoize(in(self.memo))]
    fn generic<T: Default + 'static + std::fmt::Debug>(&self, x: u8) -> String {
        format!("{:?}{x}", T::default())
    }

    #[memoize(in(self.memo), tags(("base", self.base), *x))]
    fn tagged(&self, x: u64) -> u64 {
        self.base + x
    }

    #[memoize(in(self.memo), controls = false)]
    fn quiet(&self, x: u64) -> u64 {
        self.ran.fetch_add(1, Relaxed);
        x
    }

    #[memoize(in(self.memo), weak)]
    fn shared(&self, x: u64) -> Arc<u64> {
        Arc::new(x)
    }

    #[memoize(in(self.memo), controls(vis = "pub(crate)", name = "total"))]
    fn sum(&self) -> u64 {
        (0..3).map(|id| self.note(id)).sum()
    }
}

impl Repo {
    fn of(base: u64) -> Self {
        Self { base, ..Self::default() }
    }

    /// The attribute alone.
    #[memoize(in(self.memo))]
    fn alone(&self, x: u64) -> u64 {
        self.ran.fetch_add(1, Relaxed);
        self.base - x
    }
}

#[test]
fn each_value_has_caches_of_its_own() {
    let (one, ten) = (Repo::of(1), Repo::of(10));
    assert_eq!((one.note(1), one.note(1), ten.note(1)), (2, 2, 11));
    assert_eq!((one.title("a").unwrap(), ten.title("a").unwrap()), ("a1".into(), "a10".into()));
    assert_eq!((one.alone(1), one.alone(1), one.quiet(5), one.quiet(5)), (0, 0, 5, 5));
    assert_eq!((one.ran.load(Relaxed), ten.ran.load(Relaxed)), (4, 2));
    assert_eq!((one.note_cache_info().hits, ten.note_cache_info().hits), (1, 0));
    assert_eq!((one.sum(), one.total_cache_info().misses), (6, 1));
    assert_eq!(one.note_cache_info().evictions, 1);
}

#[test]
fn controls_take_self() {
    let mut repo = Repo::of(1);
    assert_eq!(
        (repo.note_peek(1), repo.note_invalidate(1), repo.note_cache_info().capacity),
        (None, false, Some(2))
    );
    repo.note_prime(1, 77);
    assert_eq!((repo.note(1), repo.note_refresh(1), repo.note(1), repo.note_uncached(3)), (77, 2, 2, 4));
    assert!(repo.note_invalidate(1));
    assert_eq!(repo.note_retain(|_, _| false), 0);
    (0..4).for_each(|id| {
        repo.note(id);
    });
    assert_eq!(repo.note_retain(|id, value| *id == 3 && *value == 4), 1);
    repo.note_cache_clear();
    assert_eq!((repo.note_cache_info().len, repo.note_capacity()), (0, Some(2)));
    assert_eq!(repo.title("").unwrap_err(), 1);
    repo.title("a").unwrap();
    assert_eq!(repo.title_retain(|name: &String, title| name == "a" && title == "a1"), 0);
    assert_eq!((repo.title_peek("a"), repo.title_sweep()), (Some(Ok("a1".into())), 0));
    let mut by = 0;
    assert_eq!((repo.add(&mut by, 1), repo.add(&mut by, 1)), (3, 4), "3 is not kept");
    assert_eq!((repo.add(&mut by, 1), by), (4, 2));
    assert_eq!(
        (repo.add_peek(1), repo.add_refresh(&mut by, 1), repo.add_uncached(&mut by, 0)),
        (Some(4), 5, 5)
    );
    assert!(repo.add_invalidate(1));
    assert_eq!((repo.generic::<u8>(1), repo.generic::<String>(1)), ("01".into(), "\"\"1".into()));
    assert_eq!((repo.generic_cache_info::<u8>().misses, repo.generic_cache_info::<u64>().misses), (1, 0));
    let shared = repo.shared(1);
    assert!(Arc::ptr_eq(&shared, &repo.shared(1)));
    drop(shared);
    assert_eq!(repo.shared_peek(1), None);
}

#[test]
fn a_key_may_name_self_too() {
    let mut repo = Repo::of(2);
    assert_eq!((repo.keyed(3), repo.keyed(3), repo.ran.load(Relaxed)), (6, 6, 1));
    repo.base = 5;
    assert_eq!((repo.keyed(3), repo.keyed_peek(3), repo.ran.load(Relaxed)), (15, Some(15), 2));
    repo.base = 2;
    assert_eq!((repo.keyed(3), repo.ran.load(Relaxed)), (6, 2));
}

#[test]
fn tags_may_name_self_too() {
    let (one, two) = (Repo::of(11), Repo::of(12));
    for repo in [&one, &two] {
        assert_eq!(repo.tagged(901), repo.base + 901);
        repo.tagged_prime(902, 3);
    }
    weakcache::invalidate_tag(&("base", 11u64));
    assert_eq!((one.tagged_peek(901), one.tagged_peek(902)), (None, None));
    assert_eq!((two.tagged_peek(901), two.tagged_peek(902)), (Some(913), Some(3)));
    weakcache::invalidate_tag(&901u64);
    assert_eq!((two.tagged_peek(901), two.tagged_peek(902)), (None, Some(3)));
}

#[test]
fn capacities_are_a_values_own_too() {
    let (one, two) = (Repo::of(1), Repo::of(2));
    one.note_set_capacity(1);
    assert_eq!((one.note_capacity(), two.note_capacity()), (Some(1), Some(2)));
    (0..3).for_each(|id| {
        one.note(id);
        two.note(id);
    });
    assert_eq!((one.note_cache_info().len, two.note_cache_info().len), (1, 2));
    // At the address of a slot that had another.
    for _ in 0..8 {
        let repo = Repo::of(1);
        assert_eq!(repo.note_capacity(), Some(2));
        repo.note_set_capacity(5);
        assert_eq!(repo.note_capacity(), Some(5));
    }
}

#[test]
fn derives_stand() {
    #[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
    struct Plain {
        x: u32,
        memo: Memo,
    }
    #[memoize]
    impl Plain {
        #[memoize(in(self.memo))]
        fn double(&self) -> u32 {
            self.x * 2
        }
    }
    fn is_all<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    is_all::<Memo>();
    const MEMO: Memo = Memo::new();
    let hash = |plain: &Plain| {
        let mut hasher = DefaultHasher::new();
        plain.hash(&mut hasher);
        hasher.finish()
    };
    let one = Plain { x: 1, memo: MEMO };
    assert_eq!(one.double(), 2);
    let clone = one.clone();
    assert_eq!((clone.double_cache_info().len, one.double_cache_info().len), (0, 1), "a clone is empty");
    assert_eq!((&one, hash(&one), one.cmp(&clone)), (&clone, hash(&clone), std::cmp::Ordering::Equal));
    assert!(one < Plain { x: 2, memo: Memo::new() });
    let mut alone = DefaultHasher::new();
    1u32.hash(&mut alone);
    assert_eq!(hash(&one), alone.finish(), "it hashes to nothing");
    assert_eq!(format!("{one:?}"), "Plain { x: 1, memo: Memo { .. } }");
}

struct Lent<'a, T> {
    text: &'a str,
    more: T,
    inner: Inner,
}

#[derive(Default)]
struct Inner {
    memo: Arc<Memo>,
}

impl Inner {
    fn memo(&self) -> &Memo {
        &self.memo
    }
}

#[memoize]
impl<'a, T: AsRef<str> + 'static> Lent<'a, T> {
    #[memoize(in(self.inner.memo))]
    fn len(&self, by: usize) -> usize {
        (self.text.len() + self.more.as_ref().len()) * by
    }

    #[memoize(in(self.inner.memo()), lru = 3)]
    async fn word<'b>(&self, word: &'b str) -> String {
        yields(1).await;
        format!("{}{word}", self.text)
    }
}

trait Named {
    fn name(&self, at: usize) -> String;
    fn memo(&self) -> &Memo;

    /// In the field that an implementor names.
    #[memoize(in(self.memo()))]
    fn provided(&self, x: usize) -> String
    where
        Self: Sized + 'static,
    {
        self.name(x)
    }
}

#[memoize]
impl<'a, T: AsRef<str> + 'static> Named for Lent<'a, T> {
    #[memoize(in(self.inner.memo))]
    fn name(&self, at: usize) -> String {
        self.text[at..].to_owned()
    }

    fn memo(&self) -> &Memo {
        &self.inner.memo
    }
}

#[test]
fn of_values_with_lifetimes_in_trait_impls_and_paths() {
    let text = String::from("text");
    let lent = Lent { text: &text, more: "more", inner: Inner::default() };
    let owned = Lent { text: &text, more: String::new(), inner: Inner::default() };
    assert_eq!((lent.len(1), owned.len(1), lent.len(1)), (8, 4, 8));
    assert_eq!((lent.len_cache_info().hits, owned.len_cache_info().hits), (1, 0));
    assert_eq!(finish(async { lent.word("x").await + &lent.word("x").await }), "textxtextx");
    assert_eq!((lent.word_cache_info().misses, lent.word_peek("x")), (1, Some("textx".into())));
    assert_eq!((lent.name(1), lent.name(1)), ("ext".into(), "ext".into()));
    assert_eq!((lent.name_cache_info().hits, owned.name_cache_info().misses), (1, 0));
    assert!(lent.name_invalidate(1));
    let owned = Lent { text: "static", more: String::new(), inner: Inner::default() };
    assert_eq!(
        (owned.provided(2), owned.provided(2), owned.name_cache_info().misses),
        ("atic".into(), "atic".into(), 1)
    );
}

#[test]
fn awaits_and_shares() {
    let repo = Repo::of(1);
    let (a, b) = finish(async { futures_util::future::join(repo.later(1), repo.later(1)).await });
    assert_eq!((a, b, repo.ran.load(Relaxed)), (2, 2, 1));
    assert_eq!(finish(repo.later_refresh(1)), 2);
    // Cancelled while it computes.
    {
        let mut first = Box::pin(repo.later(2));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(first.as_mut().poll(&mut context).is_pending());
        let mut second = Box::pin(repo.later(2));
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        assert_eq!(finish(second), 3);
    }
    // The future is `Send`.
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let shared = Arc::new(Repo::of(3));
    let own = shared.clone();
    let task = is_send(async move { own.later(1).await });
    drop(shared);
    assert_eq!(finish(task), 4);
}

#[test]
fn one_thread_computes_and_the_others_wait() {
    watched(|| {
        for round in 0..20 {
            let repo = Repo::of(round);
            on_threads(4, |_| {
                (0..10).for_each(|id| assert_eq!(repo.alone(id.min(round)), round - id.min(round)));
                repo.title("a").unwrap();
            });
            assert_eq!(repo.ran.load(Relaxed), u32::try_from(round.min(9)).unwrap() + 2);
        }
    });
}

/// Counts its drops, and may hold an instance that is dropped with it.
struct Held<'a>(&'a AtomicUsize);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[test]
fn is_dropped_with_its_owner() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    #[derive(Default)]
    struct Owner {
        memo: Memo,
    }
    #[memoize]
    impl Owner {
        #[memoize(in(self.memo))]
        fn held(&self, _x: u32) -> Arc<Held<'static>> {
            Arc::new(Held(&DROPS))
        }
        #[memoize(in(self.memo))]
        fn other(&self, _x: u32) -> Arc<Held<'static>> {
            Arc::new(Held(&DROPS))
        }
    }
    let owner = Owner::default();
    (0..5).for_each(|x| {
        owner.held(x);
        owner.other(x);
    });
    let kept = owner.held(0);
    assert_eq!(DROPS.load(Relaxed), 0);
    drop(owner);
    assert_eq!(DROPS.load(Relaxed), 9);
    drop(kept);
    assert_eq!(DROPS.load(Relaxed), 10);
}

/// The last handle on an instance lies in its own cache.
#[test]
fn an_instance_is_dropped_by_its_own_evicted_value() {
    static ALIVE: AtomicUsize = AtomicUsize::new(0);
    #[derive(Default)]
    struct Cyclic {
        this: Mutex<Weak<Cyclic>>,
        memo: Memo,
    }
    impl Drop for Cyclic {
        fn drop(&mut self) {
            ALIVE.fetch_sub(1, Relaxed);
        }
    }
    #[memoize]
    impl Cyclic {
        #[memoize(in(self.memo), lru = 1)]
        fn this(&self, _x: u32) -> Option<Arc<Self>> {
            self.this.lock().unwrap().upgrade()
        }
        #[memoize(in(self.memo), lru = 1)]
        async fn later(&self, x: u32) -> Option<Arc<Self>> {
            if x == 0 { self.this.lock().unwrap().upgrade() } else { None }
        }
    }
    fn new() -> Arc<Cyclic> {
        ALIVE.fetch_add(1, Relaxed);
        let this = Arc::new(Cyclic::default());
        *this.this.lock().unwrap() = Arc::downgrade(&this);
        this
    }
    watched(|| {
        // By eviction, in the middle of a call through the only other handle.
        let this = new();
        this.this(0);
        let weak = Arc::downgrade(&this);
        drop(this);
        assert_eq!(ALIVE.load(Relaxed), 1, "it holds itself");
        weak.upgrade().unwrap().this_prime(1, None);
        assert_eq!(ALIVE.load(Relaxed), 0);
        // By each of the controls.
        for by in 0..5 {
            let this = new();
            this.this(0);
            let weak = Arc::downgrade(&this);
            drop(this);
            let this = weak.upgrade().unwrap();
            match by {
                0 => assert!(this.this_invalidate(0)),
                1 => this.this_cache_clear(),
                2 => assert_eq!(this.this_retain(|_, _| false), 1),
                3 => this.this_set_capacity(0),
                _ => {
                    finish(this.later(0));
                    this.this_cache_clear();
                    finish(this.later(1));
                }
            }
            drop(this);
            assert_eq!(ALIVE.load(Relaxed), 0, "{by}");
        }
    });
}

/// A value in the cache of another instance drops that, in the middle of a call of it.
#[test]
fn an_instance_goes_while_its_method_is_evaluated_elsewhere() {
    #[derive(Default)]
    struct Node {
        ran: AtomicU32,
        memo: Memo,
    }
    #[memoize]
    impl Node {
        #[memoize(in(self.memo), lru = 1)]
        fn child(&self, x: u32) -> Arc<Node> {
            self.ran.fetch_add(1, Relaxed);
            let _ = x;
            Arc::default()
        }
    }
    watched(|| {
        let root = Arc::new(Node::default());
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    barrier.wait();
                    for x in 0..500 {
                        // Evicts the other thread's, which works with it.
                        root.child(x % 3).child(x % 2).child(1);
                    }
                });
            }
        });
        assert!(root.ran.load(Relaxed) > 2);
    });
}

#[test]
fn a_panic_leaves_the_caches_whole() {
    // What is in a static is not dropped.
    static KEPT: OnceLock<Arc<Loud>> = OnceLock::new();
    thread_local!(static PANICS: Cell<bool> = const { Cell::new(true) });
    #[derive(Default)]
    struct Faulty {
        memo: Memo,
    }
    #[memoize]
    impl Faulty {
        #[memoize(in(self.memo))]
        fn get(&self, x: u32) -> u32 {
            assert!(!PANICS.get(), "on purpose");
            x
        }
    }
    let faulty = Faulty::default();
    assert!(catch_unwind(|| faulty.get(1)).is_err());
    PANICS.set(false);
    assert_eq!((faulty.get(1), faulty.get(1), faulty.get_cache_info().misses), (1, 1, 2));
    // A value whose drop panics, of a value that goes.
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    #[derive(Default)]
    struct Owner {
        memo: Memo,
    }
    #[memoize]
    impl Owner {
        #[memoize(in(self.memo))]
        fn loud(&self) -> Arc<Loud> {
            Arc::new(Loud)
        }
    }
    let owner = Owner::default();
    assert!(KEPT.set(owner.loud()).is_ok());
    drop(owner);
    let owner = Owner::default();
    drop(owner.loud());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(owner))).is_err());
}

#[test]
fn many_methods_in_any_order() {
    macro_rules! methods {
        ($($name:ident $by:literal)*) => {
            #[derive(Default)]
            struct Many {
                memo: Memo,
            }
            #[memoize]
            impl Many {
                $(
                    #[memoize(in(self.memo))]
                    fn $name(&self, x: u32) -> u32 {
                        x * $by
                    }
                )*
            }
            watched(|| {
                for _ in 0..20 {
                    let many = Many::default();
                    on_threads(4, |thread| {
                        let calls: [(u32, &dyn Fn(u32) -> u32); 12] = [$(($by, &|x| many.$name(x))),*];
                        for at in 0..24 {
                            let (by, call) = calls[(at * (thread + 1) + thread) % 12];
                            assert_eq!(call(7), 7 * by);
                        }
                    });
                    $(assert!(many.$name(7) == 7 * $by);)*
                }
            });
        };
    }
    methods!(a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8 i 9 j 10 k 11 l 12);
}

#[test]
fn expires_on_its_own() {
    let clock = Mock::new();
    let _installed = clock.install();
    let (early, late) = (Repo::of(1), Repo::of(2));
    early.title("a").unwrap();
    clock.advance(Duration::from_secs(40));
    late.title("a").unwrap();
    clock.advance(Duration::from_secs(30));
    assert_eq!((early.title_peek("a"), late.title_peek("a").is_some()), (None, true));
}
