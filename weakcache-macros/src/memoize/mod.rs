//! `#[memoize]`.
//!
//! From the lowest file up, each of which imports from those before it: what names are meant (`mention`), arguments
//! as parts of the key (`key`), the trait beside a trait impl (`subtrait`), the `model`, and how what is generated
//! is spelt (`spell`, `shown`); then `tags`, `times`, `bounds`, `batch`, `code` and `validate`, which makes a model; then `namespace`, `second`, `expiry`, `cache`, `lookup`, `body`,
//! `tagging`, `asking`, `background`, `batched`, `controls` and `expand`, which make code of it. What is around a function is read
//! in its file (`around`).

mod around;
mod asking;
mod background;
mod batch;
mod batched;
mod body;
mod bounds;
mod cache;
mod code;
mod controls;
mod expand;
mod expiry;
mod key;
mod lookup;
mod mention;
mod model;
mod namespace;
mod second;
mod shown;
mod spell;
mod subtrait;
mod tagging;
mod tags;
mod times;
mod validate;

use crate::configured::{self, Variant};
use crate::diag::Diagnostics;
use crate::function::{Function, ImplBlock, ImplBlockItem};
use crate::options::{MemoizeBlockOptions, MemoizeOptions, Options, once};
use crate::recover::without_attributes;
use expand::Item;
use model::{Model, Place};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::{Attribute, MacroDelimiter, Meta};

/// The name of the attribute, which the functions of a block carry too.
const ATTRIBUTE: &str = "memoize";

/// Expands the attribute: the item, memoized, or as it was with what is wrong beside it.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let expansion = match keyword(&item).as_deref() {
        Some("impl") => block(options, item.clone(), &mut errors),
        Some("fn") => function(options, item.clone(), &mut errors),
        keyword => {
            let help = match keyword {
                Some("struct" | "enum") => {
                    "put it on a function or an impl block; to share values of a type there is `#[interned]`"
                }
                Some("trait") => "put it on the functions in it that have a body, or on the impl blocks",
                _ => "put it on a function that computes something, or on an impl block with such functions",
            };
            errors.error(first_line(&item), "`#[memoize]` stands on a function or an impl block", help);
            None
        }
    };
    let item = expansion.unwrap_or_else(|| without_attributes(item, ATTRIBUTE, 1));
    quote!(#item #errors)
}

fn function(options: TokenStream, item: TokenStream, errors: &mut Diagnostics) -> Option<TokenStream> {
    if let Some(TokenTree::Punct(end)) = item.clone().into_iter().last() {
        let help =
            "give it a body, or put `#[memoize]` on the functions that have one: in the impls of a trait";
        MemoizeOptions::read(options, errors);
        errors.error(end, "a function without a body cannot be memoized", help);
        return None;
    }
    let function: Function = errors.ok(syn::parse2(item))?;
    once(&function.attrs, ATTRIBUTE, errors);
    let place = |function: &Function, options: &MemoizeOptions| Place::of_function(function, options);
    let models = models(function, |errors| MemoizeOptions::read(options.clone(), errors), place, errors);
    if errors.is_empty()
        && let Some(model) = models.iter().find(|model| model.place.is_free())
    {
        around::beside(&model.function.sig.ident, errors);
    }
    errors.is_empty().then(|| models.iter().map(expand::function).collect())
}

/// The function in each case that there is of its arguments. A fault that all have in common is one.
fn models(
    mut function: Function,
    options: impl Fn(&mut Diagnostics) -> MemoizeOptions,
    place: impl Fn(&Function, &MemoizeOptions) -> Place,
    errors: &mut Diagnostics,
) -> Vec<Model> {
    function.hoist_attributes();
    let mut found = Diagnostics::default();
    let variants = configured::variants(function, errors).into_iter();
    let models = variants.filter_map(|Variant { function, absent }| {
        let mut own = Diagnostics::default();
        let mut options = options(&mut own);
        let skip = options.skip.as_mut().map(|skip| &mut skip.value.0);
        let weak_key = options.weak_key.as_mut().and_then(|weak_key| weak_key.value.0.as_mut());
        for names in [skip, weak_key].into_iter().flatten() {
            names.retain(|name| !absent.contains(name));
        }
        let place = place(&function, &options);
        let model = validate::validate(function, options, place, &mut own);
        found.or(own);
        model
    });
    let models = models.collect();
    errors.append(found);
    models
}

fn block(options: TokenStream, item: TokenStream, errors: &mut Diagnostics) -> Option<TokenStream> {
    let block_options = MemoizeBlockOptions::read(options, errors);
    let mut block = errors.ok(ImplBlock::parse(item))?;
    once(&block.header.attrs, ATTRIBUTE, errors);
    block.header.attrs.retain(|attr| !is_ours(attr.path()));
    let in_each_case = |item| match item {
        ImplBlockItem::Function(function) => {
            let functions = configured::by_attributes(function, ATTRIBUTE, errors);
            functions.into_iter().map(ImplBlockItem::Function).collect()
        }
        other @ ImplBlockItem::Other(_) => vec![other],
    };
    block.items = block.items.into_iter().flat_map(in_each_case).collect();
    let memoized = memoized(&block.items);
    if memoized == 0 {
        errors.error(
            block.header.impl_token,
            "no function in this block is memoized",
            "write `#[memoize]` on the functions in it, with their options",
        );
    }
    let place = validate::block(&block, memoized, block_options, errors);
    let ImplBlock { header, items } = block;
    let names = if header.trait_.is_none() { names(&items) } else { Vec::new() };
    let items = items.into_iter().flat_map(|item| match item {
        ImplBlockItem::Function(function) => in_block(function, &place, &names, errors),
        ImplBlockItem::Other(tokens) => vec![Item::Other(without_attributes(tokens, ATTRIBUTE, 0))],
    });
    let items: Vec<Item> = items.collect();
    let has_controls = |item: &Item| matches!(item, Item::Memoized(model) if model.controls.is_some());
    if header.trait_.is_some() && items.iter().any(has_controls) {
        let mut foreign = Diagnostics::default();
        validate::home(&header, &mut foreign);
        if !foreign.is_empty() {
            errors.append(foreign);
            return None;
        }
    }
    Some(expand::block(&header, &items, place.subtrait.as_ref()))
}

/// A function of a block, memoized in each case of its arguments, or as it was, and its errors.
fn in_block(
    mut function: Function,
    place: &model::Block,
    names: &[Ident],
    errors: &mut Diagnostics,
) -> Vec<Item> {
    let (ours, others): (Vec<_>, Vec<_>) = function.attrs.into_iter().partition(|attr| is_ours(attr.path()));
    function.attrs = others;
    let as_it_was = function.to_token_stream();
    if ours.is_empty() {
        return vec![Item::Other(as_it_was)];
    }
    let cfgs: Vec<_> = function.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect();
    let mut own = Diagnostics::default();
    let options = |errors: &mut Diagnostics| options_of(&ours, errors);
    let models = models(function, options, |_, _| Place::Block(Box::new(place.clone())), &mut own);
    for model in &models {
        distinct_names(model, names, &mut own);
    }
    if own.is_empty() {
        return models.into_iter().map(|model| Item::Memoized(Box::new(model))).collect();
    }
    // The others are memoized all the same.
    errors.append(own.under(&cfgs));
    vec![Item::Other(as_it_was)]
}

/// The names of the functions in a block; of two under a condition there may be one.
fn names(items: &[ImplBlockItem]) -> Vec<Ident> {
    let names = items.iter().filter_map(|item| match item {
        ImplBlockItem::Function(function)
            if !function.attrs.iter().any(|attr| attr.path().is_ident("cfg")) =>
        {
            Some(function.sig.ident.clone())
        }
        _ => None,
    });
    names.collect()
}

/// How many functions are memoized, in whichever cases.
fn memoized(items: &[ImplBlockItem]) -> usize {
    let names = items.iter().filter_map(|item| match item {
        ImplBlockItem::Function(function) if function.attrs.iter().any(|attr| is_ours(attr.path())) => {
            Some(&function.sig.ident)
        }
        _ => None,
    });
    names.collect::<HashSet<_>>().len()
}

/// The options in the attributes of a function of a block.
fn options_of(attrs: &[Attribute], errors: &mut Diagnostics) -> MemoizeOptions {
    let mut options = MemoizeOptions::default();
    for attr in attrs {
        match &attr.meta {
            Meta::Path(_) => {}
            Meta::List(list) if matches!(list.delimiter, MacroDelimiter::Paren(_)) => {
                options.read_more(list.tokens.clone(), errors);
            }
            meta => errors.error(
                meta,
                "`#[memoize]` takes its options in parentheses",
                "write `#[memoize]` or `#[memoize(lru = 128)]`",
            ),
        }
    }
    options
}

/// Reports functions of the block that are called as a control of this one.
fn distinct_names(model: &Model, names: &[Ident], errors: &mut Diagnostics) {
    for control in spell::control_names(model) {
        if let Some(name) = names.iter().find(|name| **name == control) {
            let memoized = &model.function.sig.ident;
            errors.error(
                name,
                format_args!("`{name}` is the name of a control of `{memoized}`"),
                format_args!("choose another name, or write `controls = \"name\"` on `{memoized}`"),
            );
        }
    }
}

fn is_ours(path: &syn::Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == ATTRIBUTE)
}

/// The keyword that says what an item is.
fn keyword(item: &TokenStream) -> Option<String> {
    const KEYWORDS: &[&str] =
        &["fn", "impl", "struct", "enum", "union", "trait", "mod", "static", "type", "use"];
    item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()).filter(|name| KEYWORDS.contains(&name.as_str())),
        _ => None,
    })
}

/// The tokens to point at when the whole item is wrong: those before its body.
fn first_line(item: &TokenStream) -> TokenStream {
    let mut tokens = item.clone().into_iter().peekable();
    // Past the attributes.
    while matches!(tokens.peek(), Some(TokenTree::Punct(pound)) if pound.as_char() == '#') {
        tokens.next();
        tokens.next();
    }
    tokens.take_while(|token| !matches!(token, TokenTree::Group(_) | TokenTree::Punct(_))).collect()
}
