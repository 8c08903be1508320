//! `#[memoize]`.

mod cache;
mod configured;
mod controls;
mod expand;
mod key;
mod lookup;
mod model;
mod validate;

use crate::diag::Diagnostics;
use crate::function::{Function, ImplBlock, ImplBlockItem};
use crate::options::{MemoizeBlockOptions, MemoizeOptions, Options, once};
use crate::recover::without_attributes;
use configured::Variant;
use expand::Item;
use model::{Model, Place};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
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
    errors.is_empty().then(|| models.iter().map(expand::function).collect())
}

/// The function in each case that there is of its arguments. A fault that all have in common is one.
fn models(
    function: Function,
    options: impl Fn(&mut Diagnostics) -> MemoizeOptions,
    place: impl Fn(&Function, &MemoizeOptions) -> Place,
    errors: &mut Diagnostics,
) -> Vec<Model> {
    let mut found = Diagnostics::default();
    let variants = configured::variants(function, errors).into_iter();
    let models = variants.filter_map(|Variant { function, absent }| {
        let mut own = Diagnostics::default();
        let mut options = options(&mut own);
        if let Some(skip) = &mut options.skip {
            skip.value.0.retain(|name| !absent.contains(name));
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
    let block = errors.ok(ImplBlock::parse(item))?;
    once(&block.header.attrs, ATTRIBUTE, errors);
    let is_memoized = |item: &&ImplBlockItem| match item {
        ImplBlockItem::Function(function) => function.attrs.iter().any(|attr| is_ours(attr.path())),
        ImplBlockItem::Other(_) => false,
    };
    let memoized = block.items.iter().filter(is_memoized).count();
    let place = validate::block(&block, memoized, block_options, errors);
    let mut items = Vec::new();
    let mut names = Vec::new();
    let ImplBlock { header, items: written } = block;
    for item in written {
        match item {
            ImplBlockItem::Function(mut function) => {
                let (ours, others): (Vec<_>, Vec<_>) =
                    function.attrs.into_iter().partition(|attr| is_ours(attr.path()));
                function.attrs = others;
                // Of two under a condition there may be one.
                if !function.attrs.iter().any(|attr| attr.path().is_ident("cfg")) {
                    names.push(function.sig.ident.clone());
                }
                if ours.is_empty() {
                    items.push(Item::Other(function.into_token_stream()));
                    continue;
                }
                let place = |_: &_, _: &_| Place::Block(place.clone());
                let models = models(function, |errors| options_of(&ours, errors), place, errors);
                items.extend(models.into_iter().map(|model| Item::Memoized(Box::new(model))));
            }
            ImplBlockItem::Other(tokens) => items.push(Item::Other(tokens)),
        }
    }
    if memoized == 0 && errors.is_empty() {
        errors.error(
            header.impl_token,
            "no function in this block is memoized",
            "write `#[memoize]` on the functions in it, with their options",
        );
    }
    if header.trait_.is_none() {
        distinct_names(&items, &names, errors);
    }
    // With an error in one of them the block stays as it was: half of it would only add errors.
    errors.is_empty().then(|| expand::block(&header, &items))
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

/// Reports functions of the block that are called as a control of another.
fn distinct_names(items: &[Item], names: &[Ident], errors: &mut Diagnostics) {
    for item in items {
        let Item::Memoized(model) = item else { continue };
        for control in controls::names(model) {
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
