//! Asking the second tier of a function.

use super::body::Runner;
use super::model::Model;
use super::spell::{is_async, memo};
use super::tagging;
use crate::names::internal;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Whether a call may have to ask its cache twice: what comes from the store may be due.
pub(super) fn begins_again(model: &Model) -> bool {
    model.store.is_some() && model.refresh_after.is_some()
}

/// The statements that ask, between a ticket and the body. Where the store has the result, `ready` is done with it; where that
/// is due, and this a call in a loop, the call begins again.
pub(super) fn ask(
    model: &Model,
    runner: Runner,
    ticket: &Ident,
    namespace: &TokenStream,
    ready: impl FnOnce(&Ident) -> TokenStream,
) -> Option<TokenStream> {
    model.store.as_ref()?;
    let memo = memo(model);
    let value = internal("value");
    let (method, wait) = match (runner, is_async(model)) {
        (Runner::Call | Runner::Background, false) => (quote!(ask), None),
        (Runner::Call | Runner::Background, true) => (quote!(ask_async), Some(quote!(.await))),
        (Runner::Refresh, false) => (quote!(claim), None),
        (Runner::Refresh, true) => (quote!(claim_async), Some(quote!(.await))),
    };
    let tags = if model.tags.is_empty() { quote!([]) } else { tagging::evaluated(model, namespace) };
    let ready = ready(&value);
    let found = match begins_again(model) && runner == Runner::Call {
        true => quote! {
            #memo::Asked::Ready(#value) => #ready,
            #memo::Asked::Due(_) => continue,
        },
        false => quote!(#memo::Asked::Ready(#value) | #memo::Asked::Due(#value) => #ready,),
    };
    Some(quote! {
        let #ticket = match #ticket.#method(|| #tags) #wait {
            #found
            #memo::Asked::Run(#ticket) => #ticket,
        };
    })
}
