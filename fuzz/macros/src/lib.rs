//! The files of `weakcache-macros`, but for its `lib.rs`, and what they make of tokens.
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "what only `lib.rs` calls")]

#[path = "../../../weakcache-macros/src/amounts.rs"]
mod amounts;
#[path = "../../../weakcache-macros/src/code.rs"]
mod code;
#[path = "../../../weakcache-macros/src/configured.rs"]
mod configured;
#[path = "../../../weakcache-macros/src/diag.rs"]
mod diag;
#[path = "../../../weakcache-macros/src/fingerprint/mod.rs"]
mod fingerprint;
#[path = "../../../weakcache-macros/src/function.rs"]
mod function;
#[path = "../../../weakcache-macros/src/interned/mod.rs"]
mod interned;
#[path = "../../../weakcache-macros/src/loans.rs"]
mod loans;
#[path = "../../../weakcache-macros/src/manifest.rs"]
mod manifest;
#[path = "../../../weakcache-macros/src/memoize/mod.rs"]
mod memoize;
#[path = "../../../weakcache-macros/src/names.rs"]
mod names;
#[path = "../../../weakcache-macros/src/options.rs"]
mod options;
#[path = "../../../weakcache-macros/src/paths.rs"]
mod paths;
#[path = "../../../weakcache-macros/src/recover.rs"]
mod recover;
#[path = "../../../weakcache-macros/src/signature.rs"]
mod signature;
#[path = "../../../weakcache-macros/src/types.rs"]
mod types;
#[path = "../../../weakcache-macros/src/values.rs"]
mod values;

use amounts::{Capacity, Lru, Weight};
use proc_macro2::TokenStream;
use std::time::Duration;
use syn::parse::{Parse, Parser};
use values::{Fraction, Later, Span, Waiting};

/// `#[interned(options)] item`.
pub fn interned(options: TokenStream, item: TokenStream) -> TokenStream {
    with_crate("interned", interned::attribute, options, item)
}

/// `#[derive(__Interned)] item`.
pub fn derive_interned(item: TokenStream) -> TokenStream {
    interned::derive(item)
}

/// `#[memoize(options)] item`.
pub fn memoize(options: TokenStream, item: TokenStream) -> TokenStream {
    with_crate("memoize", memoize::attribute, options, item)
}

/// `#[fingerprint(options)] item`.
pub fn fingerprint(options: TokenStream, item: TokenStream) -> TokenStream {
    with_crate("fingerprint", fingerprint::attribute, options, item)
}

/// As `expand` in `lib.rs` does it.
fn with_crate(
    name: &str,
    attribute: fn(TokenStream, TokenStream) -> TokenStream,
    options: TokenStream,
    item: TokenStream,
) -> TokenStream {
    match manifest::with_crate(&options, name) {
        None => attribute(options, item),
        Some((options, error)) => {
            let mut expansion = attribute(options, item);
            expansion.extend(error);
            expansion
        }
    }
}

/// What stands behind `ttl =`: a duration, or `None` for an expression.
///
/// # Errors
///
/// If it is neither, with the text of the error.
pub fn duration(tokens: TokenStream) -> Result<Option<Duration>, String> {
    Ok(match parse::<Span>(tokens)? {
        Span::Literal(duration) => Some(duration),
        Span::Expr(_) => None,
    })
}

/// What stands behind `weight =`: bytes, or `None` for an expression.
///
/// # Errors
///
/// If it is neither, with the text of the error.
pub fn weight(tokens: TokenStream) -> Result<Option<u64>, String> {
    Ok(match parse::<Weight>(tokens)? {
        Weight::Bytes(bytes) => Some(bytes),
        Weight::Expr(_) => None,
    })
}

/// What stands behind each other option with an amount: whether it is one.
pub fn amounts(tokens: &TokenStream) -> [Result<(), String>; 5] {
    [
        parse::<Lru>(tokens.clone()).map(drop),
        parse::<Capacity>(tokens.clone()).map(drop),
        parse::<Fraction>(tokens.clone()).map(drop),
        parse::<Later>(tokens.clone()).map(drop),
        parse::<Waiting>(tokens.clone()).map(drop),
    ]
}

fn parse<T: Parse>(tokens: TokenStream) -> Result<T, String> {
    T::parse.parse2(tokens).map_err(|error| error.to_string())
}
