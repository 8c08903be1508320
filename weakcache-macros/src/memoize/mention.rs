//! What names are meant in tokens that are not parsed.

use crate::types::is_punct;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lit;
use syn::ext::IdentExt;

/// Whether the name is meant by itself in the tokens: as a variable, a type, or the beginning of a path, be it
/// in the text of a `format!`.
pub(super) fn names(tokens: TokenStream, name: &Ident) -> bool {
    let text = name.unraw().to_string();
    any(tokens, &|tokens, at| match &tokens[at] {
        TokenTree::Ident(ident) => ident == name && is_free(tokens, at),
        TokenTree::Literal(literal) => {
            matches!(Lit::new(literal.clone()), Lit::Str(literal) if in_format(&literal.value(), &text))
        }
        _ => false,
    })
}

/// Whether a path begins with the name, and does not end behind it in one of `others`.
pub(super) fn begins_path(tokens: TokenStream, name: &Ident, others: &[&str]) -> bool {
    any(tokens, &|tokens, at| {
        matches!(&tokens[at], TokenTree::Ident(ident) if ident == name)
            && is_free(tokens, at)
            && is_punct(tokens, at + 1, ':')
            && is_punct(tokens, at + 2, ':')
            && matches!(tokens.get(at + 3), Some(TokenTree::Ident(item)) if !others.iter().any(|other| item == other))
    })
}

/// The names in a pattern; some of paths and fields may be among them.
pub(super) fn idents(tokens: impl ToTokens) -> Vec<Ident> {
    let mut found = Vec::new();
    for token in tokens.to_token_stream() {
        match token {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => found.extend(idents(group.stream())),
            _ => {}
        }
    }
    found
}

fn any(tokens: TokenStream, found: &dyn Fn(&[TokenTree], usize) -> bool) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    (0..tokens.len()).any(|at| match &tokens[at] {
        TokenTree::Group(group) => any(group.stream(), found),
        _ => found(&tokens, at),
    })
}

/// Whether the identifier is neither inside of a path, nor a field or method, nor a lifetime.
fn is_free(tokens: &[TokenTree], at: usize) -> bool {
    let before = |back, c| at.checked_sub(back).is_some_and(|at| is_punct(tokens, at, c));
    !(before(1, ':') && before(2, ':') || before(1, '.') && !before(2, '.') || before(1, '\''))
}

/// Whether the name stands in braces in the text.
fn in_format(text: &str, name: &str) -> bool {
    let mut inside = text.split('{').skip(1).filter_map(|part| part.split('}').next());
    inside.any(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name))
}

#[cfg(test)]
mod tests {
    use super::{begins_path, names};
    use proc_macro2::TokenStream;
    use quote::{format_ident, quote};

    fn named(tokens: TokenStream) -> bool {
        names(tokens, &format_ident!("x"))
    }

    #[test]
    fn variables_and_types_by_name() {
        assert!(named(quote!((*x, y))));
        assert!(named(quote!(0..x)));
        assert!(named(quote!(format!("{x:?} {}", y))));
        assert!(named(quote!(format!("{y:x$}"))));
        assert!(named(quote!(f(&[x.len()]))));
        assert!(named(quote!(Vec<x::Y>)));
        assert!(!named(quote!(self.x + y::x + format!("x {{}}"))));
        assert!(!named(quote!(&'x str)));
    }

    #[test]
    fn paths_by_their_beginning() {
        let begins = |tokens| begins_path(tokens, &format_ident!("x"), &["peek"]);
        assert!(begins(quote!({ x::Y::new() })));
        assert!(!begins(quote!(y::x::Y::new())));
        assert!(!begins(quote!(x::peek(1) + x::<u8>(2) + x(3))));
    }
}
