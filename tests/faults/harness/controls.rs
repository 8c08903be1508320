//! Containers that are wrong, which the harness has to find.

use std::cell::{Cell, RefCell};
use std::mem;
use std::panic::catch_unwind;

use crate::user::{User, user};
use crate::world::{Operation, Tested, World, operations};

/// Runs `test`, which has to fail, and gives what it says.
fn found(test: impl FnOnce() + Send + 'static) -> String {
    let _alone = crate::alone();
    // A thread of its own, since what was leaked is counted by thread.
    let panic =
        std::thread::spawn(|| catch_unwind(std::panic::AssertUnwindSafe(test)).unwrap_err()).join().unwrap();
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap()
}

/// Takes what it has out while it calls user code, and forgets it where that panics.
struct Leaks(RefCell<Vec<User>>);

impl World for Leaks {
    const NAME: &'static str = "a list that leaks";

    fn new() -> Self {
        Self(RefCell::new(vec![user(1), user(2)]))
    }

    fn check(&self) {}

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "insert" => |list| {
                let mut taken = mem::ManuallyDrop::new(list.0.take());
                let new = user(3);
                if !taken.contains(&new) {
                    taken.push(new);
                }
                list.0.replace(mem::ManuallyDrop::into_inner(taken));
            },
        ]
    }
}

/// Says that it is at work, and goes on saying so after a panic.
struct Poisoned(Cell<bool>, User);

impl World for Poisoned {
    const NAME: &'static str = "a cell that is poisoned";

    fn new() -> Self {
        Self(Cell::new(false), user(1))
    }

    fn check(&self) {
        assert!(!self.0.get(), "at work for ever");
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "compare" => |cell| {
                cell.0.set(true);
                assert_eq!(cell.1, user(1));
                cell.0.set(false);
            },
        ]
    }
}

#[test]
fn a_leak_is_found() {
    let said = found(|| _ = Tested::new::<Leaks>().panic_everywhere());
    assert!(
        said.contains("a list that leaks")
            && said.contains("insert: after panic 1, in eq: 2 more live than before"),
        "{said}"
    );
}

#[test]
fn a_container_that_is_poisoned_is_found() {
    let said = found(|| _ = Tested::new::<Poisoned>().panic_everywhere());
    assert!(said.contains("at work for ever"), "{said}");
}

/// Asks for memory in a way that may be refused, and takes it that it was not.
#[cfg(target_os = "linux")]
struct Careless(RefCell<Vec<u32>>);

#[cfg(target_os = "linux")]
impl World for Careless {
    const NAME: &'static str = "a list that does not look";

    fn new() -> Self {
        Self(RefCell::default())
    }

    fn check(&self) {
        assert_eq!(self.0.borrow().len(), self.0.borrow().capacity().min(1), "wrong after a failure");
    }

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "half an insertion" => |list| {
                let mut list = list.0.borrow_mut();
                let _ = list.try_reserve_exact(1);
                if list.capacity() > 0 {
                    list.push(1);
                }
                if Vec::<u64>::new().try_reserve(1000).is_err() {
                    list.clear();
                }
            },
        ]
    }
}

/// Does not bear it that there is no memory.
#[cfg(target_os = "linux")]
struct Fragile;

#[cfg(target_os = "linux")]
impl World for Fragile {
    const NAME: &'static str = "a list that is fragile";

    fn new() -> Self {
        Self
    }

    fn check(&self) {}

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "crash" => |_| {
                if Vec::<u64>::new().try_reserve(1000).is_err() {
                    crate::allocator::crash();
                }
            },
        ]
    }
}

/// Waits until there is memory again, which is never.
#[cfg(target_os = "linux")]
struct Hangs;

#[cfg(target_os = "linux")]
impl World for Hangs {
    const NAME: &'static str = "a list that hangs";

    fn new() -> Self {
        Self
    }

    fn check(&self) {}

    fn operations() -> Vec<Operation<Self>> {
        operations![
            "wait" => |_| while Vec::<u64>::new().try_reserve(1000).is_err() || crate::allocator::is_child() {},
        ]
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_wrong_result_after_a_failure_is_found() {
    let said = found(|| drop(Tested::new::<Careless>().fail_everywhere()));
    assert!(said.contains("wrong after a failure"), "{said}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_crash_and_a_hang_are_found() {
    let said = found(|| drop(Tested::new::<Fragile>().fail_everywhere()));
    assert!(said.contains("a list that is fragile: crash") && said.contains("status 0xb"), "{said}");
    let said = found(|| {
        crate::allocator::PATIENCE.set(1);
        drop(Tested::new::<Hangs>().fail_everywhere());
    });
    assert!(said.contains("a list that hangs") && said.contains("status 0xe"), "{said}");
}
