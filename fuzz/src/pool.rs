//! Pools beside a model: who is idle, in which order, and what is counted.

use arbitrary::{Arbitrary, Result, Unstructured};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use weakcache::pool::{OwnedPooled, Pool, Pooled};
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_fuzz::purpose::{caught, fail};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let Ok(config) = Config::arbitrary(&mut source) else { return };
    let Ok(steps) = steps(&mut source) else { return };
    weakcache_fuzz::show(&(&config, &steps));
    check(&config, &steps);
    assert_eq!(live(), 0, "objects that are never dropped");
}

#[derive(Arbitrary, Debug)]
struct Config {
    size: u8,
    max_idle: Option<u8>,
    max_live: Option<u8>,
    /// Bits of the numbers of objects that are refused on their way out, and whose reset panics.
    refused: u8,
    panics: u8,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Acquire(bool),
    Drop(usize),
    /// The holder panics.
    Panic(usize),
    Detach(usize),
}

fn steps(source: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while steps.len() < 60 && !source.is_empty() {
        let guard = source.int_in_range(0..=7)?;
        steps.push(match source.int_in_range(0..=7)? {
            0..=3 => Step::Acquire(source.arbitrary()?),
            4..=5 => Step::Drop(guard),
            6 => Step::Panic(guard),
            _ => Step::Detach(guard),
        });
    }
    Ok(steps)
}

struct Object {
    number: u32,
    uses: u32,
    _counted: Counted,
}

impl Object {
    fn new(number: u32) -> Self {
        Self { number, uses: 0, _counted: Counted::default() }
    }
}

enum Guard<'a> {
    Borrowed(Pooled<'a, Object>),
    Owned(OwnedPooled<Object>),
}

impl Guard<'_> {
    fn object(&mut self) -> &mut Object {
        match self {
            Self::Borrowed(guard) => guard,
            Self::Owned(guard) => guard,
        }
    }
}

#[derive(Default)]
struct Model {
    /// The last returned last. By number, and how often each was used.
    idle: Vec<(u32, u32)>,
    live: usize,
    created: u64,
    reused: u64,
    discarded: u64,
}

fn check(config: &Config, steps: &[Step]) {
    let (refused, panics) = (config.refused, config.panics);
    let is_in = |mask: u8, number: u32, uses: u32| mask >> ((number + uses) % 8) & 1 == 1;
    let numbers = AtomicU32::new(0);
    let size = usize::from(config.size % 5);
    let max_live = config.max_live.map(|most| usize::from(most % 8)).filter(|most| *most >= size.max(1));
    let max_idle = config.max_idle.map(|most| usize::from(most % 6));
    let mut builder = Pool::builder(move || Object::new(numbers.fetch_add(1, SeqCst)))
        .size(size)
        .reset(move |object: &mut Object| {
            object.uses += 1;
            if is_in(panics, object.number, object.uses) {
                fail();
            }
        })
        .validate(move |object: &Object| !is_in(refused, object.number, object.uses));
    if let Some(most) = max_live {
        builder = builder.max_live(most);
    }
    if let Some(most) = max_idle {
        builder = builder.max_idle(most);
    }
    let pool = Arc::new(builder.build());
    let mut next = u32::try_from(size).unwrap_or(0);
    let mut model = Model { live: size, created: size as u64, ..Model::default() };
    model.idle = (0..next).map(|number| (number, 0)).collect();
    let mut guards: Vec<(Guard<'_>, u32, u32)> = Vec::new();
    for step in steps {
        match *step {
            Step::Acquire(owned) => {
                // What fails is dropped, and another taken.
                let mut fresh = true;
                while let Some((number, uses)) = model.idle.last().copied() {
                    if is_in(refused, number, uses) {
                        model.idle.pop();
                        model.live -= 1;
                        model.discarded += 1;
                        continue;
                    }
                    fresh = false;
                    break;
                }
                let has_room = max_live.is_none_or(|most| model.live < most);
                let got = if owned && (!fresh || has_room) {
                    Some(Guard::Owned(Pool::acquire_owned(&pool)))
                } else {
                    pool.try_acquire().map(Guard::Borrowed)
                };
                let expected = match (fresh, has_room) {
                    (false, _) => {
                        model.reused += 1;
                        let is_queue = is_planted(Fault::PoolOrder);
                        Some(model.idle.remove(if is_queue { 0 } else { model.idle.len() - 1 }))
                    }
                    (true, true) => {
                        let number = next;
                        next += 1;
                        model.live += 1;
                        model.created += 1;
                        Some((number, 0))
                    }
                    (true, false) => None,
                };
                let got = got.map(|mut guard| {
                    let Object { number, uses, .. } = *guard.object();
                    (guard, number, uses)
                });
                assert_eq!(got.as_ref().map(|(_, number, uses)| (*number, *uses)), expected, "{config:?}");
                guards.extend(got);
            }
            Step::Drop(at) if at < guards.len() => {
                let (guard, number, uses) = guards.swap_remove(at);
                let uses = uses + 1;
                let has_panicked = caught(|| drop(guard)).is_none();
                assert_eq!(has_panicked, is_in(panics, number, uses), "whether the reset of {number} panics");
                if has_panicked || max_idle.is_some_and(|most| model.idle.len() >= most) {
                    model.live -= 1;
                    model.discarded += 1;
                } else {
                    model.idle.push((number, uses));
                }
            }
            Step::Panic(at) if at < guards.len() => {
                let (guard, _, _) = guards.swap_remove(at);
                let returned = caught(|| {
                    let _guard = guard;
                    fail()
                });
                assert!(returned.is_none());
                model.live -= usize::from(!is_planted(Fault::PoolPanic));
                model.discarded += 1;
            }
            Step::Detach(at) if at < guards.len() => match guards.swap_remove(at) {
                (Guard::Borrowed(guard), number, _) => {
                    assert_eq!(Pooled::detach(guard).number, number);
                    model.live -= 1;
                }
                owned => guards.push(owned),
            },
            _ => {}
        }
        let info = pool.info();
        let counted = (info.idle, info.live, info.created, info.reused, info.discarded, info.waits);
        let expected = (model.idle.len(), model.live, model.created, model.reused, model.discarded, 0);
        assert_eq!(counted, expected, "after {step:?}, {config:?}");
    }
    // A reset that panics comes out of a drop, one at a time.
    for (guard, _, _) in guards {
        caught(|| drop(guard));
    }
}
