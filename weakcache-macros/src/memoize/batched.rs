//! The code of a function of many elements at once.

use super::body::pinned;
use super::key::Hold;
use super::lookup::{access, ask_in_place};
use super::model::{Batch, Key, Model};
use super::spell::{ends, is_async, memo, passed, spanned, uncached_call_with};
use crate::names::internal;
use crate::types::plain;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{ReceiverKind, Type};

/// A call: statements that end in `return`.
pub(super) fn call(model: &Model, batch: &Batch, namespace: &TokenStream) -> TokenStream {
    let memo = memo(model);
    let name = internal("batch");
    let (elements, one) = (elements(model, batch), one(model, batch));
    let ask = |request: TokenStream| match &model.controls {
        Some(_) => access(model, namespace, &request),
        None => ask_in_place(model, &request),
    };
    let (enter, again) = (ask(quote!(#memo::EnterAsync)), ask(quote!(#memo::Hit)));
    let lead = match is_key(model) {
        true => quote!(#name.ask(|#one| #enter);),
        false => {
            let flights = ask(quote!(#memo::Flights));
            quote!(#name.ask_by_key(|#one| #enter, |#one| #flights);)
        }
    };
    let run = run(model, batch, &name, namespace);
    let wait = if is_async(model) { quote!(#name.waiting().await) } else { quote!(#name.wait()) };
    let finish = finish(model, batch, &name);
    quote! {
        let mut #name = #memo::Batch::new(#elements);
        #lead
        loop {
            #run
            if !#name.waits() {
                break;
            }
            #wait;
        }
        #name.again(|#one| #again);
        return #finish
    }
}

/// The control `refresh`.
pub(super) fn refresh(model: &Model, batch: &Batch) -> TokenStream {
    let memo = memo(model);
    let name = internal("batch");
    let (elements, one) = (elements(model, batch), one(model, batch));
    let namespace = quote!(Self);
    let refresh = access(model, &namespace, &quote!(#memo::Refresh));
    let lead = match is_key(model) {
        true => quote!(#name.refresh(|#one| #refresh);),
        false => {
            let flights = access(model, &namespace, &quote!(#memo::Flights));
            quote!(#name.refresh_by_key(|#one| #refresh, |#one| #flights);)
        }
    };
    let (run, finish) = (run(model, batch, &name, &namespace), finish(model, batch, &name));
    quote! {
        let mut #name = #memo::Batch::new(#elements);
        #lead
        #run
        #finish
    }
}

/// Whether elements are equal where their keys are.
fn is_key(model: &Model) -> bool {
    match &model.key {
        Key::Parts(parts) => parts.iter().all(|part| matches!(part.hold, Hold::Strongly)),
        Key::Whole(_) => false,
    }
}

/// What the slice is called.
fn elements(model: &Model, batch: &Batch) -> Ident {
    passed(model, &model.parameters.others[batch.at])
}

/// The pattern of a closure for one element, which has the name of the slice.
fn one(model: &Model, batch: &Batch) -> TokenStream {
    let name = elements(model, batch);
    if batch.lent { quote!(&#name) } else { name.into_token_stream() }
}

/// Runs the body for what is missing and nobody computes, and stores what it gives.
fn run(model: &Model, batch: &Batch, name: &Ident, namespace: &TokenStream) -> TokenStream {
    let (memo, core) = (memo(model), &model.paths.core);
    let [missing, own, output, values, error, value] =
        ["missing", "own", "output", "values", "error", "value"].map(internal);
    let body = body(model, batch, &missing, namespace);
    let run = if is_async(model) {
        let pinned = pinned(model, &body);
        quote!(let (#own, #output) = #own.drive(#pinned).await;)
    } else {
        quote!(let (#own, #output) = #own.run(|| #body);)
    };
    let unwrap = batch.may_fail.then(|| {
        quote! {
            let #output = match #output {
                #core::Result::Ok(#output) => #output,
                #core::Result::Err(#error) => {
                    #core::drop(#own);
                    return #core::Result::Err(#memo::after(#error, (#missing, #name)));
                }
            };
        }
    });
    let one = one(model, batch);
    let (values_of, next) = if batch.ordered {
        (
            quote!(let mut #values = #memo::in_order(#missing.len(), #output);),
            quote!(|_| #core::Iterator::next(&mut #values)),
        )
    } else {
        let name = elements(model, batch);
        (quote!(let mut #values = #output;), quote!(|#one| #values.remove(#name)))
    };
    let keep = match &model.cache_if {
        Some(predicate) => {
            let output = &model.output;
            quote!(|#value: &#output| #memo::holds(#value, #predicate))
        }
        None => quote!(#memo::always),
    };
    quote! {
        if let #core::Option::Some((#missing, #own)) = #name.own() {
            #run
            #unwrap
            #values_of
            #name.settle(#own, #next, #keep);
        }
    }
}

/// A call of the body for the missing elements. It may be made again, so what is not lent is cloned.
fn body(model: &Model, batch: &Batch, missing: &Ident, namespace: &TokenStream) -> TokenStream {
    let (memo, core) = (memo(model), &model.paths.core);
    let receiver = model.parameters.receiver.as_ref().map(|receiver| {
        let own = &receiver.self_token;
        match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => own.to_token_stream(),
            ReceiverKind::Reference(..) => quote!(&mut *#own),
            _ => quote!(#core::Clone::clone(&#own)),
        }
    });
    let others = model.parameters.others.iter().enumerate().map(|(at, parameter)| {
        let name = passed(model, parameter);
        match plain(&parameter.ty) {
            _ if at == batch.at => quote!(&#missing),
            Type::Reference(reference) if reference.mutability.is_some() => quote!(&mut *#name),
            Type::Reference(_) => name.into_token_stream(),
            ty => {
                // An error that it cannot be is one about its type.
                let (first, last) = ends(&ty.to_token_stream());
                let again = spanned(quote!(#memo::again), first);
                quote_spanned!(last=> #again(&#name))
            }
        }
    });
    uncached_call_with(model, namespace, receiver.into_iter().chain(others))
}

/// The result, of all elements.
fn finish(model: &Model, batch: &Batch, name: &Ident) -> TokenStream {
    let core = &model.paths.core;
    let all = if batch.ordered {
        quote!(#name.into_vec())
    } else {
        let (one, element) = (one(model, batch), elements(model, batch));
        quote!(#name.into_map(|#one| #core::ToOwned::to_owned(#element)))
    };
    if batch.may_fail { quote!(#core::Result::Ok(#all)) } else { all }
}
