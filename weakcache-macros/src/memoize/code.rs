//! What is known of the code of a function: for those who depend on it.

use super::model::{Dependable, Place};
use crate::code::Code;
use crate::configured::configured_attributes;
use crate::diag::Diagnostics;
use crate::fingerprint;
use crate::function::Function;
use syn::{Attribute, Meta, parse_quote};

/// Takes `#[fingerprint]` from the function, of which it would see no more than what it was made into.
pub(super) fn dependable(
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
    if !found.is_empty() && (place.is_block() || function.sig.receiver().is_some()) {
        fingerprint::of_a_type(function, errors);
    }
    let number = fingerprint::tokens::hash(fingerprint::of_function(function));
    let dependable = found.into_iter().map(|(conditions, meta)| {
        let options = fingerprint::options(&meta, errors);
        let depends = options.depends.map_or_else(Vec::new, |given| given.value.0);
        Dependable { conditions, code: Code { tokens: Some(number), depends, version: None } }
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
