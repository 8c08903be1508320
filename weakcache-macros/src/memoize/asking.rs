//! Asking the second tier of a function.

use super::model::Model;
use super::spell::{is_async, memo};
use super::tagging;
use crate::names::internal;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) enum Ask {
    /// An entry.
    Entry,
    /// The right to store one.
    Claim,
}

/// The statements that ask, between a ticket and the body. Where the store has the result, `ready` is done with it.
pub(super) fn ask(
    model: &Model,
    ask: Ask,
    ticket: &Ident,
    namespace: &TokenStream,
    ready: impl FnOnce(&Ident) -> TokenStream,
) -> Option<TokenStream> {
    model.store.as_ref()?;
    let memo = memo(model);
    let value = internal("value");
    let (method, wait) = match (ask, is_async(model)) {
        (Ask::Entry, false) => (quote!(ask), None),
        (Ask::Entry, true) => (quote!(ask_async), Some(quote!(.await))),
        (Ask::Claim, false) => (quote!(claim), None),
        (Ask::Claim, true) => (quote!(claim_async), Some(quote!(.await))),
    };
    let tags = if model.tags.is_empty() { quote!([]) } else { tagging::evaluated(model, namespace) };
    let ready = ready(&value);
    Some(quote! {
        let #ticket = match #ticket.#method(|| #tags) #wait {
            #memo::Asked::Ready(#value) => #ready,
            #memo::Asked::Run(#ticket) => #ticket,
        };
    })
}
