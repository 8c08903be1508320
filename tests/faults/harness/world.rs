//! A container, what is done to it, and what has to hold afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::allocator::{self, Outcome, failing, is_child, leave};
use crate::user::{Injected, arm, disarm, living};

/// A container with something in it.
pub(crate) trait World: Sized + 'static {
    /// For errors.
    const NAME: &'static str;

    fn new() -> Self;

    /// That it works, and has what it has to have, whatever became of the operation.
    fn check(&self);

    /// What is done to it.
    fn operations() -> Vec<Operation<Self>>;
}

/// A name, and what is done.
pub(crate) type Operation<W> = (&'static str, fn(&W));

/// A world of any type.
pub(crate) struct Tested {
    panic_everywhere: fn() -> u32,
    fail_everywhere: fn() -> Outcome,
}

impl Tested {
    pub(crate) const fn new<W: World>() -> Self {
        Self { panic_everywhere: panic_everywhere::<W>, fail_everywhere: fail_everywhere::<W> }
    }

    /// Says how many panics there were.
    pub(crate) fn panic_everywhere(&self) -> u32 {
        (self.panic_everywhere)()
    }

    pub(crate) fn fail_everywhere(&self) -> Outcome {
        (self.fail_everywhere)()
    }
}

/// More calls than these no operation makes.
const MOST: u32 = 10_000;

fn panic_everywhere<W: World>() -> u32 {
    let (mut panics, mut wrong) = (0, Vec::new());
    for (name, operation) in W::operations() {
        for n in 1.. {
            assert!(n < MOST, "{}: {name} does not end", W::NAME);
            let before = living();
            let world = W::new();
            arm(n);
            let outcome = catch_unwind(AssertUnwindSafe(|| operation(&world)));
            let place = disarm();
            let finished = finish(world, before);
            let Some(place) = place else {
                // That was all.
                outcome.unwrap_or_else(|panic| resume_unwind(panic));
                finished.unwrap_or_else(|error| panic!("{}: {name}: {error}", W::NAME));
                break;
            };
            panics += 1;
            let another = outcome.is_err_and(|panic| !panic.is::<Injected>());
            let error = finished.err().or_else(|| another.then(|| "another panic comes out".into()));
            if let Some(error) = error {
                wrong.push(format!("{name}: after panic {n}, in {place}: {error}"));
                break;
            }
        }
    }
    assert_eq!(wrong, [""; 0], "{}", W::NAME);
    panics
}

/// The world works, and with it goes all that is in it. Or what is wrong.
fn finish<W: World>(world: W, before: isize) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        world.check();
        drop(world);
    }));
    outcome.map_err(|panic| message(&*panic))?;
    match living() - before {
        0 => Ok(()),
        more => Err(format!("{more} more live than before")),
    }
}

fn fail_everywhere<W: World>() -> Outcome {
    let mut all = Outcome::default();
    for (name, operation) in W::operations() {
        let before = living();
        let world = W::new();
        let outcome = catch_unwind(AssertUnwindSafe(|| failing(|| operation(&world))));
        if is_child() {
            // A panic is what the operation may say of it; what it leaves has to be whole.
            leave(finish(world, before).err().as_deref());
        }
        outcome.unwrap_or_else(|panic| resume_unwind(panic));
        finish(world, before).unwrap_or_else(|error| panic!("{}: {name}: {error}", W::NAME));
        let outcome = allocator::outcome();
        assert_eq!(outcome.wrong, [""; 0], "{}: {name}", W::NAME);
        all.failed += outcome.failed;
        all.aborted += outcome.aborted;
    }
    all
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").into()
}

/// The operations of a list, by the names that they have there.
macro_rules! operations {
    ($($name:literal => $operation:expr),* $(,)?) => {
        vec![$(($name, $operation as fn(&Self))),*]
    };
}

pub(crate) use operations;
