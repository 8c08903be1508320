//! Functions and impl blocks whose bodies stay tokens.
//!
//! An attribute rewrites signatures and wraps bodies; it never looks into them. Not parsing them is
//! quicker, and a body that is half typed still expands.

use crate::recover::with_content;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{AttrStyle, Attribute, ImplItem, ItemImpl, Signature, Token, Visibility};

/// A function with a body in braces.
#[derive(Clone)]
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

impl Function {
    /// Moves the attributes from inside the body, `#![…]`, to before the function: a closure has no place
    /// for them.
    pub(crate) fn hoist_attributes(&mut self) {
        let split = |body: ParseStream| Ok((Attribute::parse_inner(body)?, body.parse::<TokenStream>()?));
        // A body that does not parse even so far is the compiler's to report.
        if let Ok((inner, rest)) = split.parse2(self.body.stream())
            && !inner.is_empty()
        {
            self.attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
            self.body = with_content(&self.body, rest);
        }
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

#[expect(clippy::large_enum_variant, reason = "there are few at a time, and they are moved once")]
pub(crate) enum ImplBlockItem {
    Function(Function),
    /// Anything else, and whatever comes behind the first item that does not parse.
    Other(TokenStream),
}

impl ImplBlock {
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let body = match tokens.pop() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => body,
            other => return Err(syn::Error::new_spanned(other, "expected an impl block")),
        };
        tokens.push(TokenTree::Group(with_content(&body, TokenStream::new())));
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
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) => match plain_braces(group) {
            Some(braces) => Ok((braces, rest)),
            None => Err(cursor.error("expected `{`")),
        },
        _ => Err(cursor.error("expected `{`")),
    })
}

/// Braces, also as a macro by example hands on a `$body:block`.
fn plain_braces(group: Group) -> Option<Group> {
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => match group.stream().into_iter().next()? {
            TokenTree::Group(inner) => plain_braces(inner),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, ImplBlock, ImplBlockItem};
    use proc_macro2::{Delimiter, Group};
    use quote::{ToTokens, quote};
    use syn::parse_quote;

    #[test]
    fn inner_attributes_come_before_the_function() {
        let mut function: Function = parse_quote! { #[inline] fn f() { #![allow(dead_code)] 1 } };
        function.hoist_attributes();
        let expected = quote! { #[inline] #[allow(dead_code)] fn f() { 1 } };
        assert_eq!(function.to_token_stream().to_string(), expected.to_string());
    }

    /// Of which a group without delimiters is one that parsers look through.
    #[test]
    fn what_stands_behind_a_block_is_not_its_body() {
        let behind = Group::new(Delimiter::None, quote!(()));
        for item in
            [quote!(impl u8 { fn f() {} } ()), quote!(impl u8 { fn f() {} } #behind), quote!(impl u8;)]
        {
            assert!(ImplBlock::parse(item.clone()).is_err(), "{item}");
        }
    }

    #[test]
    fn a_block_parses_up_to_what_does_not() {
        let block = ImplBlock::parse(quote! {
            impl<T> Type<T> where T: Copy {
                const A: u8 = { 1 };
                pub(crate) const unsafe fn half_typed(self) -> u8 { let x = self. }
                type B = u8;
                call! {}
                default fn g() {}
                fn -> what
                fn unseen() {}
            }
        });
        let block = block.unwrap();
        assert_eq!(block.header.to_token_stream().to_string(), "impl < T > Type < T > where T : Copy { }");
        let kinds: Vec<_> = block
            .items
            .iter()
            .map(|item| match item {
                ImplBlockItem::Function(function) => function.sig.ident.to_string(),
                ImplBlockItem::Other(tokens) => tokens.to_string(),
            })
            .collect();
        let rest = "fn -> what fn unseen () { }";
        assert_eq!(kinds[..2], ["const A : u8 = { 1 } ;", "half_typed"]);
        assert_eq!(kinds[2..], ["type B = u8 ;", "call ! { }", "g", rest]);
    }
}
