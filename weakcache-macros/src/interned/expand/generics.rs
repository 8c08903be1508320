//! Generics and where clauses, and what they mean by `Self`.

use super::super::model::Model;
use crate::recover::with_content;
use crate::types::mentions;
use proc_macro2::{Spacing, TokenStream, TokenTree};
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
    let ident = &model.ident;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    if mentions(&tokens, "Self") { without_self(tokens, &quote!(#ident #ty_generics)) } else { tokens }
}

/// The tokens with `this` for `Self`, which in the key would be another type.
pub(super) fn without_self(tokens: TokenStream, this: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_path = tokens.peek().is_some_and(
                    |next| matches!(next, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint),
                );
                replaced.extend(if is_path { quote!(<#this>) } else { this.clone() });
            }
            TokenTree::Group(group) => {
                let inner = without_self(group.stream(), this);
                replaced.extend([TokenTree::Group(with_content(&group, inner))]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::without_self;
    use quote::quote;

    #[test]
    fn self_is_spelt_out() {
        let replaced = without_self(quote!(Option<Self>: Into<(Self::Item, [u8; Self::N])>), &quote!(List));
        let expected = quote!(Option<List>: Into<(<List>::Item, [u8; <List>::N])>);
        assert_eq!(replaced.to_string(), expected.to_string());
    }
}
