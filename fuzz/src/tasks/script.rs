//! What is done, and what bodies do, as the input says it.

use super::{KEYS, TASKS};
use arbitrary::{Arbitrary, Result, Unstructured};

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A task calls for a key; its body, if it comes to one, does this.
    Call(u8, Script),
    /// Of a batch: for several.
    CallAll(Vec<u8>, Script),
    Refresh(u8, Script),
    /// A task is polled, whether it was woken or not.
    Poll(usize),
    /// All that were woken are.
    PollWoken,
    Cancel(usize),
    /// A body that waits is told to go on.
    Go(usize),
    Prime(u8),
    Invalidate(u8),
    Tag(u8),
    Retain(u8),
    Clear,
    Sweep,
    SetCapacity(u8),
    Advance(u8),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Script {
    /// How often it waits.
    pub(super) waits: u8,
    /// What it asks for after that.
    pub(super) asks: Option<u8>,
    pub(super) ends: Ends,
}

#[derive(Arbitrary, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    Value,
    Error,
    Panic,
}

impl Script {
    pub(super) const PLAIN: Self = Self { waits: 0, asks: None, ends: Ends::Value };

    fn some(source: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self {
            waits: source.int_in_range(0..=2)?,
            asks: source.ratio(1, 5)?.then(|| source.int_in_range(0..=KEYS - 1)).transpose()?,
            ends: if source.ratio(1, 2)? { Ends::Value } else { source.arbitrary()? },
        })
    }
}

pub(super) fn steps(source: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while steps.len() < 60 && !source.is_empty() {
        let key = source.int_in_range(0..=KEYS - 1)?;
        let task = source.int_in_range(0..=TASKS - 1)?;
        steps.push(match source.int_in_range(0..=23)? {
            0..=5 => Step::Call(key, Script::some(source)?),
            6 => {
                let mut keys = vec![key];
                for _ in 0..source.int_in_range(0..=3)? {
                    keys.push(source.int_in_range(0..=KEYS - 1)?);
                }
                Step::CallAll(keys, Script::some(source)?)
            }
            7 => Step::Refresh(key, Script::some(source)?),
            8..=10 => Step::Poll(task),
            11 => Step::PollWoken,
            12..=13 => Step::Cancel(task),
            14..=15 => Step::Go(task),
            16 => Step::Prime(key),
            17 => Step::Invalidate(key),
            18 => Step::Tag(key % 2),
            19 => Step::Retain(source.arbitrary()?),
            20 if source.ratio(1, 2)? => Step::Clear,
            20 => Step::Sweep,
            21 => Step::SetCapacity(source.int_in_range(0..=3)?),
            _ => Step::Advance(source.int_in_range(0..=4)?),
        });
    }
    Ok(steps)
}
