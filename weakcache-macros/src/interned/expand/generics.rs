//! Generics and where clauses.

use super::super::model::Model;
use proc_macro2::TokenStream;
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
