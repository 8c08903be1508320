//! The hashes of what has left a cache, for a while.
#![forbid(unsafe_code)]

use std::{fmt, mem};

/// Remembers about as many hashes as it is asked to, the last that it was given.
///
/// A word each, and nothing else: a hash has its place in one of many short rows, where it drives out the one that came
/// first. So a few go before their time, where more than a row's worth fall together. No queue through all of them is
/// kept, nor a table that finds them: over the traces that the policy was chosen by, it makes no difference.
pub(super) struct Ghost {
    rows: Box<[Row]>,
}

/// A part of each hash, the last that came first. 0 stands for none: it was taken, or never there.
type Row = [u32; WORDS];
const WORDS: usize = 8;

impl Ghost {
    pub(super) fn new() -> Self {
        Self { rows: Box::default() }
    }

    /// Forgets a hash, and says whether it was remembered.
    #[inline]
    pub(super) fn take(&mut self, hash: u64) -> bool {
        if self.rows.is_empty() {
            return false;
        }
        let (word, row) = (word(hash), self.row(hash));
        // All at once: which of them it is, or whether any, no processor can predict.
        let same = row.iter().rev().fold(0_u8, |same, other| same << 1 | u8::from(*other == word));
        match row.get_mut(same.trailing_zeros() as usize) {
            Some(found) => {
                *found = 0;
                true
            }
            None => false,
        }
    }

    /// Remembers a hash, of about `most` in all.
    #[inline]
    pub(super) fn insert(&mut self, hash: u64, most: usize) {
        let (least, most) = (most.div_ceil(WORDS), most.div_ceil(WORDS * 2) * 4);
        if !(least..=most).contains(&self.rows.len()) {
            self.resize(least);
        }
        let row = self.row(hash);
        row.copy_within(..WORDS - 1, 1);
        row[0] = word(hash);
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows)
    }

    #[inline]
    fn row(&mut self, hash: u64) -> &mut Row {
        // The highest bit of all is the same in each.
        let fraction = hash << 1 >> 32;
        &mut self.rows[((fraction * self.rows.len() as u64) >> 32) as usize]
    }

    /// Changes the number of rows, at least to this. A row is where it was, as a part of the whole.
    #[expect(clippy::cast_possible_truncation, reason = "less than there were")]
    #[cold]
    fn resize(&mut self, rows: usize) {
        // Where the bound is one of weight, the number of entries wavers.
        let rows = (rows + rows / 8).max(1);
        let before = mem::take(&mut self.rows);
        let at = |at: usize| (at as u64 * before.len() as u64 / rows as u64) as usize;
        self.rows = (0..rows).map(|row| before.get(at(row)).copied().unwrap_or_default()).collect();
    }
}

/// What tells a hash from others of its row: of all bits, since hashers may leave the lower ones the same.
#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
#[inline]
fn word(hash: u64) -> u32 {
    ((hash ^ hash >> 32) as u32).max(1)
}

impl fmt::Debug for Ghost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ghost").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}
