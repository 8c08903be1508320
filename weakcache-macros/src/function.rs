//! Functions and impl blocks whose bodies stay tokens.
//!
//! An attribute rewrites signatures and wraps bodies; it never looks into them. Not parsing them is
//! quicker, and a body that is half typed still expands.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, ImplItem, ItemImpl, Signature, Token, Visibility};

/// A function with a body in braces.
pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            attrs: Attribute::parse_outer(input)?,
            vis: input.parse()?,
            defaultness: input.parse()?,
            sig: input.parse()?,
            body: braces(input)?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, defaultness, sig, body } = self;
        tokens.append_all(attrs);
        vis.to_tokens(tokens);
        defaultness.to_tokens(tokens);
        sig.to_tokens(tokens);
        body.to_tokens(tokens);
    }
}

/// An impl block: its header, with no items in it, and its items.
pub(crate) struct ImplBlock {
    pub(crate) header: ItemImpl,
    pub(crate) items: Vec<ImplBlockItem>,
}

pub(crate) enum ImplBlockItem {
    Function(Function),
    /// Anything else, and whatever comes behind the first item that does not parse.
    Other(TokenStream),
}

impl ImplBlock {
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let Some(TokenTree::Group(body)) = tokens.pop() else {
            return Err(syn::Error::new_spanned(tokens.last(), "expected an impl block"));
        };
        let mut empty = Group::new(body.delimiter(), TokenStream::new());
        empty.set_span(body.span());
        tokens.push(TokenTree::Group(empty));
        let header = syn::parse2(tokens.into_iter().collect())?;
        let items = items.parse2(body.stream())?;
        Ok(Self { header, items })
    }
}

fn items(input: ParseStream) -> syn::Result<Vec<ImplBlockItem>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        if let Ok(function) = ahead.parse() {
            input.advance_to(&ahead);
            items.push(ImplBlockItem::Function(function));
            continue;
        }
        let ahead = input.fork();
        if let Ok(item) = ahead.parse::<ImplItem>() {
            input.advance_to(&ahead);
            items.push(ImplBlockItem::Other(item.into_token_stream()));
        } else {
            items.push(ImplBlockItem::Other(input.parse()?));
        }
    }
    Ok(items)
}

fn braces(input: ParseStream) -> syn::Result<Group> {
    if !input.peek(syn::token::Brace) {
        return Err(input.error("expected `{`"));
    }
    input.parse()
}
