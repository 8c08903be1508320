//! What is known of the code of a function: for its results in a store, and for those who depend on it.

use super::model::Place;
use crate::code::Code;
use crate::diag::Diagnostics;
use crate::fingerprint;
use crate::function::Function;
use crate::options::{Assigned, Exprs, Given, MemoizeOptions, Names, once};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::{Attribute, Path};

/// The code of what is stored. `dependable` says what else the function depends on. Where options were not read for a fault
/// in them, one of them may have been `store`.
pub(super) fn stored(
    options: &MemoizeOptions,
    is_read: bool,
    function: &Function,
    dependable: Option<&Code>,
    errors: &mut Diagnostics,
) -> Option<Code> {
    let MemoizeOptions { store, depends, version, fingerprint, .. } = options;
    if store.is_none() {
        let names = [
            depends.as_ref().map(|given| &given.name),
            version.as_ref().map(|given| &given.name),
            fingerprint.as_ref().map(|given| &given.name),
        ];
        for name in names.into_iter().flatten().filter(|_| is_read) {
            let message = format_args!("`{name}` is about what is stored, and there is no `store`");
            errors.error(name, message, format_args!("add `store = EXPR`, or leave `{name}` out"));
        }
        return None;
    }
    for path in depends.iter().flat_map(|given| &given.value.0) {
        let is_parameter = |name: &Ident| path.is_ident(name);
        if let Some(name) =
            function.sig.generics.type_params().map(|param| &param.ident).find(|name| is_parameter(name))
        {
            let help = "leave it out: instances are told apart by their types";
            errors.error(path, format_args!("the type parameter `{name}` has no code of its own"), help);
        }
    }
    let version = version.as_ref().map(|given| given.value.0.0.clone());
    if fingerprint.as_ref().is_some_and(|given| !given.value.0.value) {
        return Some(Code { tokens: None, depends: Vec::new(), version });
    }
    let (function, options) = (fingerprint::of_function(function), telling(options));
    let tokens = Some(fingerprint::tokens::hash(quote!(#function #options)));
    let of_function = dependable.into_iter().flat_map(|code| &code.depends);
    let depends = together(depends.iter().flat_map(|given| &given.value.0).chain(of_function));
    Some(Code { tokens, depends, version })
}

/// Each path once.
fn together<'a>(paths: impl Iterator<Item = &'a Path>) -> Vec<Path> {
    let mut known = HashSet::new();
    paths.filter(|path| known.insert(path.to_token_stream().to_string())).cloned().collect()
}

/// What options say of which results there are under which keys. (The others that do are refused beside a store.)
fn telling(options: &MemoizeOptions) -> TokenStream {
    let MemoizeOptions { skip, key, cache_if, tags, .. } = options;
    let skip = skip.as_ref().map(|Given { name, value: Names(names) }| quote!((#name #(#names),*)));
    let key = key.as_ref().map(|Given { name, value: Assigned(key) }| quote!((#name #key)));
    let cache_if = cache_if.as_ref().map(|Given { name, value: Assigned(keep) }| quote!((#name #keep)));
    let tags = tags.as_ref().map(|Given { name, value: Exprs(tags) }| quote!((#name #(#tags),*)));
    quote!(#skip #key #cache_if #tags)
}

/// The code of the function for those who depend on it: of its `#[fingerprint]`, taken from it, which would see no more than
/// what it is made into.
pub(super) fn dependable(
    options: &MemoizeOptions,
    function: &mut Function,
    place: &Place,
    errors: &mut Diagnostics,
) -> Option<Code> {
    let is_ours = |attr: &Attribute| fingerprint::is_called(attr, fingerprint::ATTRIBUTE);
    let at = function.attrs.iter().position(is_ours)?;
    let attr = function.attrs.remove(at);
    once(&function.attrs, fingerprint::ATTRIBUTE, errors);
    function.attrs.retain(|attr| !is_ours(attr));
    if place.is_block() || function.sig.receiver().is_some() {
        fingerprint::of_a_type(function, errors);
    }
    let own = fingerprint::options(&attr.meta, errors);
    // Who depends on it, depends on what its results do.
    let depends = together(own.depends.iter().chain(&options.depends).flat_map(|given| &given.value.0));
    let version = options.version.as_ref().map(|given| given.value.0.0.clone());
    Some(Code {
        tokens: Some(fingerprint::tokens::hash(fingerprint::of_function(function))),
        depends,
        version,
    })
}
