//! Memoized functions with a file behind them.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use weakcache::memoize;
use weakcache_redb::Redb;

use crate::support::{Place, child, told};

static RUNS: AtomicU32 = AtomicU32::new(0);

#[memoize(store = Redb::at(told().unwrap()))]
fn square(number: u64) -> u64 {
    RUNS.fetch_add(1, Relaxed);
    number * number
}

#[memoize(store = Redb::at(told().unwrap()))]
fn cube(number: u64) -> Result<u64, String> {
    RUNS.fetch_add(1, Relaxed);
    if number == 13 { Err("unlucky".to_owned()) } else { Ok(number * number * number) }
}

#[memoize(store = Redb::at(told().unwrap()))]
async fn text(number: u64) -> String {
    RUNS.fetch_add(1, Relaxed);
    number.to_string()
}

#[test]
fn another_process_finds_what_one_has_computed() {
    if told().is_some() {
        for number in 0..20 {
            assert_eq!(square(number), number * number);
            assert_eq!(cube(number).is_err(), number == 13);
            let mut future = std::pin::pin!(text(number));
            let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
            assert!(
                matches!(future.as_mut().poll(context), std::task::Poll::Ready(text) if text == number.to_string())
            );
        }
        println!("\nran {}, found {}", RUNS.load(Relaxed), square::cache_info().store_hits);
        return;
    }
    let place = Place::new();
    let run = || {
        let path = place.path();
        let test = "memoized::another_process_finds_what_one_has_computed";
        let mut child = child(test, path.to_str().unwrap());
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(child.wait().unwrap().success(), "{said}");
        said
    };
    assert!(run().contains("\nran 60, found 0\n"));
    // All but the error.
    assert!(run().contains("\nran 1, found 20\n"));
    // Without its file it computes, and makes one.
    fs::remove_file(place.path()).unwrap();
    assert!(run().contains("\nran 60, found 0\n"));
    // Over a file that is none, it computes.
    fs::write(place.path(), b"something else").unwrap();
    assert!(run().contains("\nran 60, found 0\n"));
    assert_eq!(fs::read(place.path()).unwrap(), b"something else");
}

#[test]
fn a_file_that_cannot_be_opened_is_a_count() {
    static PATH: OnceLock<PathBuf> = OnceLock::new();

    #[memoize(lru = 1, store = Redb::at(PATH.get().unwrap()))]
    fn twice(number: u32) -> u32 {
        number * 2
    }

    let place = Place::new();
    fs::create_dir(place.path()).unwrap();
    PATH.set(place.path()).unwrap();
    for number in 0..10 {
        assert_eq!(twice(number), number * 2);
    }
    let info = twice::cache_info();
    assert_eq!((info.misses, info.store_hits), (10, 0));
    assert!(info.store_failures > 0);
}

#[test]
fn a_clear_and_an_invalidation_reach_the_file() {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 1, store = Redb::at(PATH.get().unwrap()), tags(number % 2))]
    fn twice(number: u32) -> u32 {
        RUNS.fetch_add(1, Relaxed);
        number * 2
    }

    fn ran(what: impl FnOnce()) -> u32 {
        let before = RUNS.load(Relaxed);
        what();
        (0..4).for_each(|number| assert_eq!(twice(number), number * 2));
        RUNS.load(Relaxed) - before
    }

    let place = Place::new();
    PATH.set(place.path()).unwrap();
    assert_eq!(ran(|| ()), 4);
    assert_eq!(ran(|| ()), 0);
    assert_eq!(ran(|| assert!(twice::invalidate(3))), 1);
    assert_eq!(ran(|| weakcache::invalidate_tag(&1_u32)), 2);
    assert_eq!(ran(twice::cache_clear), 4);
    assert_eq!(ran(|| ()), 0);
    let store = Redb::open(place.path()).unwrap();
    assert_eq!(store.info().entries - store.sweep().unwrap() as u64, 4);
}

#[test]
fn a_result_of_64_mib_of_arguments_of_1_mib() {
    static STORE: OnceLock<Redb> = OnceLock::new();
    static RUNS: AtomicU32 = AtomicU32::new(0);

    #[memoize(lru = 1, store = STORE.get().unwrap())]
    fn text(argument: &str, times: usize) -> String {
        RUNS.fetch_add(1, Relaxed);
        argument.repeat(times)
    }

    let place = Place::new();
    STORE.set(Redb::builder().timeout(Duration::from_mins(1)).open(place.path()).unwrap()).unwrap();
    let argument: String = ('a'..='p').cycle().take(1 << 20).collect();
    let other = format!("{}.", &argument[1..]);
    for is_stored in [false, true] {
        for (argument, times) in [(&argument, 64), (&other, 1)] {
            assert!(text(argument, times) == argument.repeat(times), "of {times} MiB");
        }
        // The first tier holds one.
        let info = text::cache_info();
        assert_eq!((info.store_hits, info.store_failures), (if is_stored { 2 } else { 0 }, 0), "{info:?}");
    }
    assert_eq!(RUNS.load(Relaxed), 2);
}
