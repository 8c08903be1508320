//! One module a family of figures.

pub mod interned;
