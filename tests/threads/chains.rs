//! Dropping a long chain does not recurse.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use weakcache::{Interned, Strong, interned};

/// Ten million where it is optimised; a tenth is as much too deep for the stack, and takes a second and not twenty.
const LEN: usize = if cfg!(debug_assertions) { 1_000_000 } else { 10_000_000 };

/// Much less than that many frames take.
const STACK: usize = 256 << 10;

fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(f).unwrap().join().unwrap();
}

#[test]
fn a_chain_of_millions_is_dropped_on_a_small_stack() {
    #[interned]
    struct Link {
        number: usize,
        next: Option<Interned<Link>>,
    }

    on_a_small_stack(|| {
        let mut chain = None;
        for number in 0..LEN {
            chain = Some(Link::new(number, chain));
        }
        assert_eq!(Link::registry().len(), LEN);
        drop(chain);
        assert_eq!(Link::registry().len(), 0);
    });
}

#[test]
fn a_chain_of_millions_of_deaths_runs_on_a_small_stack() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    /// A list, a death each node.
    struct Chain(#[expect(dead_code)] Option<Strong<Chain>>);

    impl Drop for Chain {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }

    on_a_small_stack(|| {
        let mut chain = None;
        for _ in 0..LEN {
            chain = Some(Strong::new(Chain(chain)));
        }
        drop(chain);
        assert_eq!(DROPPED.load(Relaxed), LEN);
    });
}
