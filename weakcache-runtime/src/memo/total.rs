//! What the entries of a table weigh together, for those that have a weight.
#![forbid(unsafe_code)]

/// A sum of weights, of which nothing is left where entries have none.
pub trait Total: Default {
    fn add(&mut self, weight: usize);

    fn subtract(&mut self, weight: usize);

    /// The sum, in a type in which there is room for one more: the bound may be the largest `usize`.
    fn get(&self) -> u128;
}

impl Total for () {
    #[inline]
    fn add(&mut self, _: usize) {}

    #[inline]
    fn subtract(&mut self, _: usize) {}

    #[inline]
    fn get(&self) -> u128 {
        0
    }
}

/// The sum of weights.
#[derive(Debug, Default)]
pub struct Sum(u128);

impl Total for Sum {
    #[inline]
    fn add(&mut self, weight: usize) {
        self.0 += weight as u128;
    }

    #[inline]
    fn subtract(&mut self, weight: usize) {
        self.0 -= weight as u128;
    }

    #[inline]
    fn get(&self) -> u128 {
        self.0
    }
}
