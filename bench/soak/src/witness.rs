//! Handles that threads leave for each other: two living ones of one key have to be the same.

use std::sync::{Mutex, PoisonError};

use crate::chaos::survive;
use crate::random::once_in;

const PLACES: usize = 512;

pub(crate) struct Witness<H> {
    places: [Mutex<Option<(u64, H)>>; PLACES],
    same: fn(&H, &H) -> bool,
}

impl<H: Clone> Witness<H> {
    pub(crate) const fn new(same: fn(&H, &H) -> bool) -> Self {
        Self { places: [const { Mutex::new(None) }; PLACES], same }
    }

    /// Compares with what was left for `key`, and leaves `handle` where nothing was. Now and then it takes it away.
    pub(crate) fn meet(&self, key: u64, handle: &H) {
        // Whatever is taken out dies with the lock released.
        let _gone = {
            let number = usize::try_from(key % PLACES as u64).expect("below a usize");
            let mut place = self.places[number].lock().unwrap_or_else(PoisonError::into_inner);
            match &*place {
                Some((other, held)) if *other == key => {
                    assert!((self.same)(handle, held), "two living values of key {key}");
                    if once_in(4) { place.take() } else { None }
                }
                _ => place.replace((key, handle.clone())),
            }
        };
    }

    /// Drops all that is left.
    pub(crate) fn clear(&self) {
        for place in &self.places {
            let gone = place.lock().unwrap_or_else(PoisonError::into_inner).take();
            survive(|| drop(gone));
        }
    }
}
