//! One module a family of figures.

pub(crate) mod interned;
pub(crate) mod memo;
