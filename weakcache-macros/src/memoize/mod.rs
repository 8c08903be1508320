//! `#[memoize]`.

mod controls;
mod expand;
mod key;
mod lookup;
mod model;
mod validate;

use crate::diag::Diagnostics;
use crate::function::{Function, ImplBlock, ImplBlockItem};
use crate::options::{MemoizeBlockOptions, MemoizeOptions, Options};
use crate::recover::without_attributes;
use expand::Item;
use model::Place;
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Meta;

/// The name of the attribute, which the functions of a block carry too.
const ATTRIBUTE: &str = "memoize";

/// Expands the attribute: the item, memoized, or as it was with what is wrong beside it.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let expansion = match keyword(&item).as_deref() {
        Some("impl") => block(options, item.clone(), &mut errors),
        Some("fn") => function(options, item.clone(), &mut errors),
        _ => {
            let help = "put it on a function, a method, or an impl block with `#[memoize]` functions";
            errors.error(first_line(&item), "`#[memoize]` does not fit here", help);
            None
        }
    };
    let item = expansion.unwrap_or_else(|| without_attributes(item, ATTRIBUTE, 1));
    quote!(#item #errors)
}

fn function(options: TokenStream, item: TokenStream, errors: &mut Diagnostics) -> Option<TokenStream> {
    let options = MemoizeOptions::read(options, errors);
    if let Some(TokenTree::Punct(end)) = item.clone().into_iter().last() {
        let help = "put `#[memoize]` on the functions of the impls, or give this one a body";
        errors.error(end, "a function without a body cannot be memoized", help);
        return None;
    }
    let function: Function = errors.ok(syn::parse2(item))?;
    let place = Place::of_function(&function, &options);
    let model = validate::validate(function, options, place, errors)?;
    Some(expand::function(&model))
}

fn block(options: TokenStream, item: TokenStream, errors: &mut Diagnostics) -> Option<TokenStream> {
    let block_options = MemoizeBlockOptions::read(options, errors);
    let block = errors.ok(ImplBlock::parse(item))?;
    let place = validate::block(&block, block_options, errors);
    let mut items = Vec::new();
    let mut any = false;
    let ImplBlock { header, items: written } = block;
    for item in written {
        match item {
            ImplBlockItem::Function(mut function) => {
                let (ours, others): (Vec<_>, Vec<_>) =
                    function.attrs.into_iter().partition(|attr| is_ours(attr.path()));
                function.attrs = others;
                if ours.is_empty() {
                    items.push(Item::Other(function.into_token_stream()));
                    continue;
                }
                let mut options = MemoizeOptions::default();
                for attr in ours {
                    match attr.meta {
                        Meta::Path(_) => {}
                        Meta::List(list) => options.read_more(list.tokens, errors),
                        Meta::NameValue(meta) => errors.error(
                            meta,
                            "`#[memoize]` takes its options in parentheses",
                            "write `#[memoize]` or `#[memoize(lru = 128)]`",
                        ),
                    }
                }
                any = true;
                let model = validate::validate(function, options, Place::Block(place.clone()), errors);
                items.extend(model.map(|model| Item::Memoized(Box::new(model))));
            }
            ImplBlockItem::Other(tokens) => items.push(Item::Other(tokens)),
        }
    }
    if !any && errors.is_empty() {
        errors.error(
            header.impl_token,
            "no function in this block is memoized",
            "write `#[memoize]` on the functions in it, with their options",
        );
    }
    // With an error in one of them the block stays as it was: half of it would only add errors.
    errors.is_empty().then(|| expand::block(&header, &items))
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
