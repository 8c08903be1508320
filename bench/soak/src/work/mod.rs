//! What the threads do, one file a part of the library. A step may panic as planned; whoever calls it survives that.

pub(crate) mod interning;
pub(crate) mod memoizing;
pub(crate) mod pooling;
pub(crate) mod tasking;
pub(crate) mod weakly;

use crate::chaos::survive;
use crate::random::below;

/// What a thread holds, and lets go at random.
pub(crate) struct Bag<H> {
    held: Vec<H>,
    most: usize,
}

impl<H> Bag<H> {
    pub(crate) const fn new(most: usize) -> Self {
        Self { held: Vec::new(), most }
    }

    /// Keeps `handle`, for which another has to go where there are many.
    pub(crate) fn keep(&mut self, handle: H) {
        if self.held.len() >= self.most {
            self.lose();
        }
        self.held.push(handle);
    }

    /// One of them.
    pub(crate) fn any(&self) -> Option<&H> {
        let len = self.held.len();
        (len > 0).then(|| &self.held[index(len)])
    }

    /// Drops one of them.
    pub(crate) fn lose(&mut self) {
        let len = self.held.len();
        if len > 0 {
            drop(self.held.swap_remove(index(len)));
        }
    }

    pub(crate) fn empty(&mut self) {
        while let Some(handle) = self.held.pop() {
            survive(|| drop(handle));
        }
        self.held.shrink_to_fit();
    }
}

fn index(len: usize) -> usize {
    usize::try_from(below(len as u64)).expect("below a usize")
}
