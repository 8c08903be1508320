//! The user's item, always emitted: editors and later passes go on working beside an error.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// `item` without the attributes called `name` in it.
pub(crate) fn without_attributes(item: TokenStream, name: &str, depth: usize) -> TokenStream {
    map_attributes(item, depth, &|attribute| (!is_called(&attribute, name)).then_some(attribute))
}

/// `item` with each attribute `[…]` in it replaced by what `map` makes of it, if anything.
///
/// It works on tokens, so it takes items that do not parse as well. `depth` says how many levels of
/// braces and parentheses may hold such attributes: deeper ones belong to items in function bodies.
pub(crate) fn map_attributes(
    item: TokenStream,
    depth: usize,
    map: &dyn Fn(Group) -> Option<Group>,
) -> TokenStream {
    let mut mapped = TokenStream::new();
    let mut tokens = item.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(pound) if pound.as_char() == '#' => match tokens.next_if(is_in_brackets) {
                Some(TokenTree::Group(attribute)) => {
                    let attribute = map(attribute).map(TokenTree::Group);
                    mapped.extend(attribute.into_iter().flat_map(|group| [pound.clone().into(), group]));
                }
                _ => mapped.extend([TokenTree::Punct(pound)]),
            },
            TokenTree::Group(group) if depth > 0 && group.delimiter() != Delimiter::Bracket => {
                let inner = map_attributes(group.stream(), depth - 1, map);
                mapped.extend([TokenTree::Group(with_content(&group, inner))]);
            }
            other => mapped.extend([other]),
        }
    }
    mapped
}

fn is_in_brackets(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket)
}

/// The delimiters of `group` around `content`.
pub(crate) fn with_content(group: &Group, content: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), content);
    new.set_span(group.span());
    new
}

/// Whether `[…]` is `[name]`, `[name(…)]` or `[some::path::name(…)]`.
pub(crate) fn is_called(attribute: &Group, name: &str) -> bool {
    let path = attribute.stream().into_iter().take_while(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    });
    path.last().is_some_and(|last| matches!(last, TokenTree::Ident(ident) if ident == name))
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
