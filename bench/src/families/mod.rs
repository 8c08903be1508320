//! One module a family of figures.

pub(crate) mod cache;
pub(crate) mod capacity;
pub(crate) mod hashcons;
pub(crate) mod interned;
pub(crate) mod memo;
pub(crate) mod pool;
pub(crate) mod recursion;
pub(crate) mod replay;
pub(crate) mod sizes;
pub(crate) mod tasks;
pub(crate) mod weak;
