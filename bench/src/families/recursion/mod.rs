//! Recursions as they are defined, each result remembered, beside tables by hand.

pub(crate) mod distance;
