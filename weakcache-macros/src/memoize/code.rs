//! What is known of the code of a function: for its results in a store, and for those who depend on it.

use super::model::{Dependable, Place};
use crate::code::Code;
use crate::configured::configured_attributes;
use crate::diag::Diagnostics;
use crate::fingerprint;
use crate::function::Function;
use crate::options::{Assigned, Exprs, Given, MemoizeOptions, Names};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::{Attribute, Meta, Path, parse_quote};

/// The code of what is stored. `dependable` says what else the function depends on. Where options were not read for a fault
/// in them, one of them may have been `store`.
pub(super) fn stored(
    options: &MemoizeOptions,
    is_read: bool,
    function: &Function,
    dependable: &[Dependable],
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
    let of_function = dependable.iter().filter(|dependable| dependable.conditions.is_empty());
    let of_function = of_function.flat_map(|dependable| &dependable.code.depends);
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

/// Takes `#[fingerprint]` from the function, of which it would see no more than what it was made into.
pub(super) fn dependable(
    options: &MemoizeOptions,
    function: &mut Function,
    place: &Place,
    errors: &mut Diagnostics,
) -> Vec<Dependable> {
    let mut found = Vec::new();
    let attrs = std::mem::take(&mut function.attrs).into_iter();
    function.attrs = attrs.filter_map(|attr| without_fingerprint(attr, &mut found)).collect();
    let always = found.iter().filter(|(conditions, _)| conditions.is_empty());
    if let Some((_, again)) = always.clone().nth(1) {
        let help = "write all options in one of them";
        errors.error(again.path(), "`#[fingerprint]` is given twice", help);
    }
    if found.is_empty() {
        return Vec::new();
    }
    if place.is_block() || function.sig.receiver().is_some() {
        fingerprint::of_a_type(function, errors);
    }
    let number = fingerprint::tokens::hash(fingerprint::of_function(function));
    let dependable = found.into_iter().map(|(conditions, meta)| {
        let own = fingerprint::options(&meta, errors);
        // Who depends on it, depends on what its results do.
        let depends = together(own.depends.iter().chain(&options.depends).flat_map(|given| &given.value.0));
        let version = options.version.as_ref().map(|given| given.value.0.0.clone());
        Dependable { conditions, code: Code { tokens: Some(number), depends, version } }
    });
    dependable.collect()
}

/// The attribute without `#[fingerprint]`, which it may be, or have in it under conditions.
fn without_fingerprint(mut attr: Attribute, found: &mut Vec<(Vec<Meta>, Meta)>) -> Option<Attribute> {
    attr.meta = without_fingerprint_in(attr.meta, &mut Vec::new(), found)?;
    Some(attr)
}

fn without_fingerprint_in(
    meta: Meta,
    conditions: &mut Vec<Meta>,
    found: &mut Vec<(Vec<Meta>, Meta)>,
) -> Option<Meta> {
    if meta.path().segments.last().is_some_and(|last| last.ident == fingerprint::ATTRIBUTE) {
        found.push((conditions.clone(), meta));
        return None;
    }
    let Some((condition, attrs)) = configured_attributes(&meta) else { return Some(meta) };
    conditions.push(condition.clone());
    let before = found.len();
    let others: Vec<Meta> =
        attrs.into_iter().filter_map(|meta| without_fingerprint_in(meta, conditions, found)).collect();
    conditions.pop();
    match (found.len() == before, others.is_empty()) {
        (true, _) => Some(meta),
        (false, true) => None,
        (false, false) => Some(parse_quote!(cfg_attr(#condition, #(#others),*))),
    }
}
