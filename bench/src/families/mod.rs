//! One module a family of figures.

pub(crate) mod hashcons;
pub(crate) mod interned;
