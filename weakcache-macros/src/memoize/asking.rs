//! Asking the second tier of a function.

use super::body::Runner;
use super::model::Model;
use super::spell::{is_async, memo};
use super::tagging;
use crate::names::internal;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// Whether a call may have to ask its cache twice: what comes from the store may be due.
pub(super) fn begins_again(model: &Model) -> bool {
    model.store.is_some() && model.refresh_after.is_some()
}

/// Whether a call is at it for the second time, where it may have to be: a variable outside its loop.
pub(super) fn again() -> Ident {
    internal("again")
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
    let again = (begins_again(model) && runner == Runner::Call).then(again);
    let wait = is_async(model).then(|| quote!(.await));
    let method = match (runner, &again) {
        (Runner::Refresh, _) => "claim",
        (Runner::Call | Runner::Background, Some(_)) => "ask_again",
        (Runner::Call | Runner::Background, None) => "ask",
    };
    let method = if wait.is_some() { format_ident!("{method}_async") } else { format_ident!("{method}") };
    let is_again = again.iter();
    let tags = if model.tags.is_empty() { quote!([]) } else { tagging::evaluated(model, namespace) };
    let ready = ready(&value);
    let found = match &again {
        Some(again) => quote! {
            #memo::Asked::Ready(#value) => #ready,
            #memo::Asked::Due(_) => {
                #again = true;
                continue;
            }
        },
        None => quote!(#memo::Asked::Ready(#value) | #memo::Asked::Due(#value) => #ready,),
    };
    Some(quote! {
        let #ticket = match #ticket.#method(#(#is_again,)* || #tags) #wait {
            #found
            #memo::Asked::Run(#ticket) => #ticket,
        };
    })
}
