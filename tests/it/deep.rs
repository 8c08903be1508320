//! Dropping what is nested deeply does not recurse.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use weakcache::{Interned, interned};

/// Much less than as many frames take.
const STACK: usize = 256 << 10;

fn on_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(f).unwrap().join().unwrap();
}

#[test]
fn a_chain_through_two_types_and_boxes() {
    #[interned(hasher = std::collections::hash_map::RandomState)]
    struct Even {
        number: u32,
        next: Option<Interned<Odd>>,
    }
    #[interned]
    struct Odd {
        next: Box<Interned<Even>>,
    }

    on_small_stack(|| {
        let mut chain = Even::new(0, None);
        for number in 1..100_000 {
            chain = Even::new(number, Some(Odd::new(Box::new(chain))));
        }
        drop(chain);
        assert_eq!((Even::registry().len(), Odd::registry().len()), (0, 0));
    });
}

#[test]
fn a_wide_graph() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[interned]
    struct Node {
        children: Vec<Interned<Node>>,
        number: usize,
    }
    impl Drop for Node {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }

    on_small_stack(|| {
        let mut layer: Vec<_> = (0..1000).map(|number| Node::new(vec![], number)).collect();
        for depth in 1..50 {
            // Each node has twenty children, each child twenty parents.
            layer = (0..1000)
                .map(|i| {
                    let children = (0..20).map(|k| layer[(i + k * 37) % 1000].clone()).collect::<Vec<_>>();
                    Node::new(children, depth * 1000 + i)
                })
                .collect();
        }
        let top = Node::new(&layer, usize::MAX);
        drop(layer);
        assert_eq!(Node::registry().len(), 50_001);
        drop(top);
        assert_eq!(Node::registry().len(), 0);
        assert_eq!(DROPPED.load(Relaxed), 50_001);
    });
}

#[test]
fn nested_values_are_dropped_before_the_outermost_drop_returns() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[interned]
    struct Node {
        inner: Option<Interned<Node>>,
    }
    impl Drop for Node {
        fn drop(&mut self) {
            if let Some(inner) = self.inner.take() {
                drop(inner);
                // Gone at once, though its own drop comes later.
                assert!(Node::get(None).is_none());
            }
            DROPPED.fetch_add(1, Relaxed);
        }
    }

    let inner = Node::new(None);
    drop(Node::new(Some(inner)));
    assert_eq!(DROPPED.load(Relaxed), 2);
    assert!(Node::registry().is_empty());
}

#[test]
fn handles_in_thread_locals_are_dropped_at_the_end_of_the_thread() {
    use std::cell::RefCell;

    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    #[interned]
    struct Node {
        number: u32,
        inner: Option<Interned<Node>>,
    }
    impl Drop for Node {
        fn drop(&mut self) {
            if self.number < 1000 {
                // Interning from the destructor of a thread-local works as well.
                assert!(Node::new(self.number + 1000, None).inner.is_none());
                DROPPED.fetch_add(1, Relaxed);
            }
        }
    }
    thread_local! {
        static HELD: RefCell<Vec<Interned<Node>>> = const { RefCell::new(Vec::new()) };
    }

    thread::spawn(|| {
        HELD.with_borrow_mut(|held| held.push(Node::new(1, Some(Node::new(2, None)))));
    })
    .join()
    .unwrap();
    assert_eq!(DROPPED.load(Relaxed), 2);
    assert!(Node::registry().is_empty());
}

/// At the end of a process, statics keep their handles, and thread-locals of the main thread drop theirs.
#[test]
fn a_process_ends_with_handles_in_statics_and_thread_locals() {
    use std::cell::RefCell;
    use std::process::{Command, exit};
    use std::sync::Mutex;

    const CHILD: &str = "WEAKCACHE_EXIT";
    static KEPT: Mutex<Vec<Interned<Node>>> = Mutex::new(Vec::new());

    #[interned]
    struct Node {
        number: u32,
        inner: Option<Interned<Node>>,
    }
    impl Drop for Node {
        fn drop(&mut self) {
            assert!(self.number > 0 || self.inner.is_none());
        }
    }
    thread_local! {
        static HELD: RefCell<Vec<Interned<Node>>> = const { RefCell::new(Vec::new()) };
    }

    if std::env::var_os(CHILD).is_some() {
        let shared = Node::new(1, None);
        KEPT.lock().unwrap().push(Node::new(2, Some(shared.clone())));
        HELD.with_borrow_mut(|held| held.extend([shared, Node::new(3, None)]));
        exit(0);
    }
    let exe = std::env::current_exe().unwrap();
    let test = "deep::a_process_ends_with_handles_in_statics_and_thread_locals";
    let output = Command::new(exe).args(["--exact", test, "--nocapture"]).env(CHILD, "1").output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
