//! The attributes of weakcache.
#![forbid(unsafe_code)]

mod diag;
mod function;
mod interned;
mod memoize;
mod names;
mod options;
mod paths;
mod recover;
mod signature;
mod values;

use proc_macro::TokenStream;

/// Interns.
#[proc_macro_attribute]
pub fn interned(options: TokenStream, item: TokenStream) -> TokenStream {
    interned::attribute(options.into(), item.into()).into()
}

/// The second half of [`macro@interned`] for items with configured parts. Not for use by hand.
#[doc(hidden)]
#[proc_macro_derive(__Interned, attributes(__weakcache_interned))]
pub fn derive_interned(input: TokenStream) -> TokenStream {
    interned::derive(input.into()).into()
}

/// Remembers results.
#[proc_macro_attribute]
pub fn memoize(options: TokenStream, item: TokenStream) -> TokenStream {
    memoize::attribute(options.into(), item.into()).into()
}
