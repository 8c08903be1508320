//! Generics and where clauses, and what they mean by `Self`.

use super::super::model::Model;
use crate::recover::with_content;
use crate::types::mentions;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The generics as an impl has them, as the type has them, and the predicates of the expansion.
pub(super) fn generics(model: &Model) -> (TokenStream, TokenStream, TokenStream) {
    let Model { generics, bounds, .. } = model;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let own = where_clause.iter().flat_map(|clause| &clause.predicates);
    let where_clause = where_clause_of(quote!(#(#own,)* #(#bounds,)*));
    (impl_generics.to_token_stream(), ty_generics.to_token_stream(), where_clause)
}

pub(super) fn where_clause_of(predicates: TokenStream) -> TokenStream {
    if predicates.is_empty() { predicates } else { quote!(where #predicates) }
}

/// The tokens of the type outside of it, where `Self` would be another.
pub(super) fn spelt_out(model: &Model, tokens: TokenStream) -> TokenStream {
    if mentions(&tokens, "Self") { without_self(model, tokens) } else { tokens }
}

/// The tokens with the type for `Self`, which in the key would be another type.
pub(super) fn without_self(model: &Model, tokens: TokenStream) -> TokenStream {
    let ident = &model.ident;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    with_this(tokens, &quote!(#ident #ty_generics), !model.generics.params.is_empty())
}

/// `is_generic`: then constants in types, which are the lengths of arrays and arguments in braces, stay as they are. They may not name
/// `Self`, and the compiler says so of the type itself; spelt as a type it would be another error, or no expression.
fn with_this(tokens: TokenStream, this: &TokenStream, is_generic: bool) -> TokenStream {
    let mut before = None;
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        let is_argument = is_generic && matches!(before, Some('<' | ','));
        before = punct(&token);
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_path = tokens.peek().is_some_and(
                    |next| matches!(next, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint),
                );
                replaced.extend(if is_path { quote!(<#this>) } else { this.clone() });
            }
            TokenTree::Group(group) if !(is_argument && group.delimiter() == Delimiter::Brace) => {
                let mut length = group.stream().into_iter().peekable();
                let keeps_length = is_generic && group.delimiter() == Delimiter::Bracket;
                let inner = std::iter::from_fn(|| {
                    length.next_if(|token| !(keeps_length && punct(token) == Some(';')))
                });
                let mut inner = with_this(inner.collect(), this, is_generic);
                inner.extend(length);
                replaced.extend([TokenTree::Group(with_content(&group, inner))]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

fn punct(token: &TokenTree) -> Option<char> {
    if let TokenTree::Punct(punct) = token { Some(punct.as_char()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::with_this;
    use quote::quote;

    #[test]
    fn self_is_spelt_out() {
        let types = quote!(Option<Self>: Into<(Self::Item, [u8; Self::N], Row<u8, { Self::N }>)>);
        let this = quote!(List);
        let expected = quote!(Option<List>: Into<(<List>::Item, [u8; <List>::N], Row<u8, { <List>::N }>)>);
        assert_eq!(with_this(types.clone(), &this, false).to_string(), expected.to_string());
        let this = quote!(List<T>);
        let expected = quote!(Option<#this>: Into<(<#this>::Item, [u8; Self::N], Row<u8, { Self::N }>)>);
        assert_eq!(with_this(types, &this, true).to_string(), expected.to_string());
    }
}
