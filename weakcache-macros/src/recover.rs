//! The user's item, always emitted: editors and later passes go on working beside an error.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// `item` without the attributes called `name` in it.
///
/// It works on tokens, so it takes items that do not parse as well. `depth` says how many levels of
/// braces and parentheses may hold such attributes: deeper ones belong to items in function bodies.
pub(crate) fn without_attributes(item: TokenStream, name: &str, depth: usize) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = item.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let next = match tokens.peek() {
            Some(TokenTree::Group(group)) => Some(group),
            _ => None,
        };
        match token {
            TokenTree::Punct(ref pound)
                if pound.as_char() == '#' && next.is_some_and(|g| is_call(g, name)) =>
            {
                tokens.next();
            }
            TokenTree::Group(group) if depth > 0 && group.delimiter() != Delimiter::Bracket => {
                let mut inner =
                    Group::new(group.delimiter(), without_attributes(group.stream(), name, depth - 1));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            other => kept.extend([other]),
        }
    }
    kept
}

/// Whether `[…]` is `[name]`, `[name(…)]` or `[some::path::name(…)]`.
fn is_call(attribute: &Group, name: &str) -> bool {
    attribute.delimiter() == Delimiter::Bracket
        && attribute
            .stream()
            .into_iter()
            .take_while(|token| match token {
                TokenTree::Ident(_) => true,
                TokenTree::Punct(punct) => punct.as_char() == ':',
                _ => false,
            })
            .last()
            .is_some_and(|last| matches!(last, TokenTree::Ident(ident) if ident == name))
}

#[cfg(test)]
mod tests {
    use super::without_attributes;
    use quote::quote;

    #[test]
    fn strips_to_the_given_depth() {
        let item = quote! {
            #[interned]
            #[derive(Debug)]
            struct S {
                #[weakcache::interned(skip)]
                #[doc = "kept"]
                field: [u8; { #[interned] struct Inner; 1 }],
            }
        };
        let expected = quote! {
            #[derive(Debug)]
            struct S {
                #[doc = "kept"]
                field: [u8; { #[interned] struct Inner; 1 }],
            }
        };
        assert_eq!(without_attributes(item, "interned", 1).to_string(), expected.to_string());
    }

    #[test]
    fn takes_what_does_not_parse() {
        let item = quote! { impl S { #[interned(by(x))] fn f -> . } };
        assert_eq!(
            without_attributes(item, "interned", 1).to_string(),
            quote! { impl S { fn f -> . } }.to_string()
        );
    }
}
