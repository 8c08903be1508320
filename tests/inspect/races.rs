//! Registering while listing while dying.

use crate::{alone, named, report};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use weakcache::pool::Pool;
use weakcache::{Cache, Memo, caches, clear_all, memoize, sweep_all};
use weakcache_inspect::{Inspect, Report, register};

#[derive(Default)]
struct Short(Memo);

#[memoize]
impl Short {
    #[memoize(in(self.0))]
    fn lived(&self, n: u32) -> u32 {
        n
    }
}

#[memoize(local)]
fn of_thread(n: u32) -> u32 {
    n
}

#[test]
fn lists_while_caches_come_and_go() {
    let _alone = alone();
    static OVER: AtomicBool = AtomicBool::new(false);
    static ROUNDS: AtomicUsize = AtomicUsize::new(0);
    OVER.store(false, Relaxed);
    let kept = Short::default();
    kept.lived(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !OVER.load(Relaxed) {
                    let shorts = [(); 8].map(|()| Short::default());
                    for (n, short) in (0..).zip(&shorts) {
                        assert_eq!(short.lived(n), n);
                    }
                    let cache: Cache<u32, String> = Cache::builder().name("racing").build();
                    cache.insert(1, "x".into());
                    let pool = Pool::builder(String::new).name("racing").build();
                    drop(pool.acquire());
                    thread::spawn(|| of_thread(1)).join().unwrap();
                    ROUNDS.fetch_add(1, Relaxed);
                }
            });
        }
        scope.spawn(|| {
            while !OVER.load(Relaxed) {
                clear_all();
                sweep_all();
            }
        });
        let end = Instant::now() + Duration::from_secs(20); // for a machine that hardly runs
        for _ in 0..200 {
            for cache in caches().filter(|cache| cache.name.ends_with("::Short::lived")) {
                assert!((1..=17).contains(&cache.instances), "{cache:?}");
                assert!(cache.len <= cache.instances);
            }
        }
        while ROUNDS.load(Relaxed) < 20 && Instant::now() < end {
            drop(caches());
        }
        OVER.store(true, Relaxed);
    });
    assert_eq!(report("::Short::lived").instances, 1);
    drop(kept);
    assert_eq!((named("::Short::lived"), named("racing"), named("::of_thread")), (vec![], vec![], vec![]));
}

#[test]
fn a_listing_ends_where_it_began() {
    let _alone = alone();
    #[derive(Clone)]
    struct Fertile;
    static MADE: AtomicUsize = AtomicUsize::new(0);
    static BORN: Mutex<Vec<Cache<u8, Fertile>>> = Mutex::new(Vec::new());
    fn bear() {
        let cache: Cache<u8, Fertile> = Cache::builder().on_evict(|_, _, _| bear()).name("born").build();
        cache.insert(1, Fertile);
        MADE.fetch_add(1, Relaxed);
        BORN.lock().unwrap().push(cache);
    }
    bear();
    clear_all();
    assert_eq!(MADE.load(Relaxed), 2, "one more for the one that was emptied, and no end of them else");
    let born = std::mem::take(&mut *BORN.lock().unwrap());
    drop(born);
}

/// Says something only when it is told to.
struct Slow {
    asked: Mutex<mpsc::Sender<()>>,
    told: Mutex<mpsc::Receiver<()>>,
}

impl Inspect for Slow {
    fn report(&self) -> Option<Report> {
        self.asked.lock().unwrap().send(()).unwrap();
        // Longer than anybody waits who needs not.
        self.told.lock().unwrap().recv_timeout(Duration::from_mins(1)).unwrap();
        None
    }
}

/// While one cache is asked, nothing is locked: neither the list nor any other cache.
#[test]
fn nobody_waits_for_who_is_asked() {
    let _alone = alone();
    #[memoize(name = "used before")]
    fn before(n: u32) -> u32 {
        n
    }
    #[memoize(name = "used meanwhile")]
    fn meanwhile(n: u32) -> u32 {
        n
    }
    before(1);
    let short = Short::default();
    short.lived(1);
    let ((asked, is_asked), (tell, told)) = (mpsc::channel(), mpsc::channel());
    let slow: Arc<dyn Inspect> = Arc::new(Slow { asked: Mutex::new(asked), told: Mutex::new(told) });
    let registration = register(Arc::downgrade(&slow));
    let (done, is_done) = mpsc::channel();
    let lister = thread::spawn(|| caches().len());
    is_asked.recv().unwrap();
    let user = thread::spawn(move || {
        assert_eq!((before(1), before(2), meanwhile(1)), (1, 2, 1));
        assert_eq!(short.lived(1) + Short::default().lived(2), 3);
        let cache: Cache<u32, u32> = Cache::builder().name("made meanwhile").build();
        cache.insert(1, 1);
        let of_list = weakcache_inspect::all().count();
        drop(cache);
        assert_eq!(weakcache_inspect::all().count(), of_list - 1);
        clear_all();
        sweep_all();
        done.send(()).unwrap();
    });
    let in_time = is_done.recv_timeout(Duration::from_secs(50));
    tell.send(()).unwrap();
    lister.join().unwrap();
    user.join().unwrap();
    assert_eq!(in_time, Ok(()), "somebody waited");
    drop(registration);
}

#[test]
fn ten_thousand_are_listed_at_once() {
    let _alone = alone();
    let before = caches().len();
    let make = |n: usize| Cache::<usize, usize>::builder().lru(10).name(format!("cache {n}")).build();
    let many: Vec<_> = (0..10_000).map(make).collect();
    for (n, cache) in many.iter().enumerate() {
        cache.insert(n, n);
    }
    let mut least = Duration::MAX;
    for _ in 0..10 {
        let start = Instant::now();
        let listed = caches();
        least = least.min(start.elapsed());
        assert_eq!(listed.len(), before + 10_000);
        assert!(listed.skip(before).all(|cache| cache.len == 1));
    }
    println!("10,000 caches are listed in {least:?}");
    // What is promised is told of an optimised program: there the example `inspect` is held to it as well.
    assert!(least < Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 5 }), "{least:?}");
}
