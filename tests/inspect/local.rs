//! Caches and registries of one thread.

use crate::{alone, named, report};
use std::sync::mpsc::channel;
use std::thread;
use weakcache::{CacheKind, clear_all, interned, memoize};

#[memoize(local)]
fn square(n: u64) -> u64 {
    n * n
}

#[memoize(local)]
fn of<T: 'static>(n: usize) -> usize {
    n * size_of::<T>()
}

#[interned(local)]
struct Symbol(String);
const SYMBOL: u32 = line!() - 2;

#[test]
fn a_thread_sees_what_it_has() {
    let _alone = alone();
    square(1);
    square(1);
    of::<u8>(1);
    of::<u16>(1);
    let x = Symbol::new("x");

    let (is_there, there) = channel();
    let (go_on, wait) = channel::<()>();
    let other = thread::spawn(move || {
        let before = report("::square");
        assert_eq!((before.instances, before.len, before.hits), (1, 0, 0), "none of its own");
        square(1);
        square(2);
        let held = (Symbol::new("x"), Symbol::new("y"));
        assert_eq!((report("::square").instances, report("::square").len), (2, 2));
        assert_eq!((report("::local::Symbol").instances, report("::local::Symbol").len), (2, 2));
        clear_all();
        assert_eq!(report("::square").len, 0);
        is_there.send(()).unwrap();
        wait.recv().unwrap();
        drop(held);
    });
    there.recv().unwrap();
    let squares = report("::square");
    assert_eq!((squares.kind, squares.instances), (CacheKind::Memo, 2));
    assert_eq!(
        (squares.len, squares.hits, squares.misses),
        (1, 1, 1),
        "the other thread has emptied its own alone"
    );
    let symbols = report("::local::Symbol");
    assert_eq!((symbols.kind, symbols.instances, symbols.len), (CacheKind::Registry, 2, 1));
    assert_eq!((symbols.file, symbols.line), (file!(), SYMBOL));
    assert!(symbols.bytes > 0 && squares.bytes > 0);
    assert_eq!((named("::of::<u8>").len(), named("::of::<u16>").len()), (1, 1));

    go_on.send(()).unwrap();
    other.join().unwrap();
    assert_eq!((report("::square").instances, report("::local::Symbol").instances), (1, 1));
    clear_all();
    assert_eq!(report("::square").len, 0);
    drop(x);
}

#[test]
fn with_its_last_thread_it_leaves_the_list() {
    let _alone = alone();
    #[memoize(local)]
    fn gone(n: u64) -> u64 {
        n
    }
    #[interned(local)]
    struct Gone(u8);

    thread::spawn(|| {
        gone(1);
        drop(Gone::new(1));
        assert_eq!((report("::gone").instances, report("::Gone").instances), (1, 1));
    })
    .join()
    .unwrap();
    assert_eq!((named("::gone"), named("::Gone")), (vec![], vec![]));
}
