//! Interning with weak references and memoization, by attribute.
#![forbid(unsafe_code)]

#[doc(inline)]
pub use weakcache_macros::{interned, memoize};
#[doc(inline)]
pub use weakcache_runtime::*;

#[doc(hidden)]
pub mod __private {
    pub use weakcache_macros::__Interned;
    pub use weakcache_runtime::__private::*;
}
