//! The controls of a memoized function: a function each, beside it.

use super::cache::{capacity, hidden, scope, slot_function, with_slot};
use super::expand::{access, cfgs, memo, plain_signature, run_ticket, uncached_call};
use super::lookup::{ask, lent, lent_receiver};
use super::model::{Model, Place};
use crate::names::internal;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Generics, Safety, Signature, Visibility};

/// All controls but `uncached`, and the hidden functions that they share.
pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [
        slot_function(model),
        access_function(model),
        cache_info(model),
        cache_clear(model),
        peek(model),
        invalidate(model),
        refresh(model),
        prime(model),
    ];
    parts.into_iter().collect()
}

/// The name of a control: with the function's name before it where they stand in a type of the user's.
pub(super) fn name(model: &Model, control: &str) -> Ident {
    let span = model.controls.as_ref().unwrap_or(&model.function.sig.ident).span();
    match (&model.place, &model.controls) {
        (Place::Block(_), Some(prefix)) => format_ident!("{}_{control}", prefix.unraw(), span = span),
        _ => Ident::new(control, Span::call_site().located_at(span)),
    }
}

/// The names of all controls, if there are any.
pub(super) fn names(model: &Model) -> impl Iterator<Item = Ident> {
    const CONTROLS: [&str; 7] =
        ["cache_info", "cache_clear", "peek", "invalidate", "refresh", "prime", "uncached"];
    CONTROLS.iter().filter(|_| model.controls.is_some()).map(|control| name(model, control))
}

/// The visibility of the controls: the function's. In a trait impl that is not to be seen, and the type's
/// own is the bound.
pub(super) fn visibility(model: &Model) -> TokenStream {
    match (&model.place, &model.function.vis) {
        (Place::Block(block), Visibility::Inherited) if block.is_trait => quote!(pub),
        (_, vis) => vis.to_token_stream(),
    }
}

/// The generics of the controls: the function's, after those of a trait impl that its type leaves open.
pub(super) fn generics(model: &Model) -> Generics {
    let mut generics = model.function.sig.generics.clone();
    if let Place::Block(block) = &model.place {
        let own = std::mem::take(&mut generics.params);
        generics.params = block.unbound.params.iter().cloned().chain(own).collect();
        if let Some(clause) = &block.unbound.where_clause {
            generics.make_where_clause().predicates.extend(clause.predicates.iter().cloned());
        }
    }
    generics
}

/// On the impl that the controls are in: silence for lints that see the user's tokens in it.
pub(super) fn silence() -> TokenStream {
    quote! {
        #[allow(
            dead_code, unreachable_pub, unused_lifetimes, unused_variables, clippy::all, clippy::pedantic,
            clippy::nursery, clippy::missing_docs_in_private_items
        )]
    }
}

/// The one function that knows how to find the cache, the kind of the result and the key of a call.
fn access_function(model: &Model) -> TokenStream {
    let memo = memo(model);
    let name = hidden(model, "access");
    let generics = generics(model);
    let params = generics.params.iter();
    let clause = &generics.where_clause;
    let (output, scope) = (&model.output, scope(model));
    let parameters = lent_receiver(model).into_iter().chain(lent(model)).map(|lent| lent.parameter);
    let request = internal("request");
    let ask = ask(model, &request.to_token_stream());
    let cfgs = cfgs(model);
    quote! {
        #(#cfgs)*
        #[inline]
        fn #name<#(#params,)* __WeakcacheR: #memo::Request<#output, #scope>>(
            #(#parameters,)*
            #request: __WeakcacheR,
        ) -> __WeakcacheR::Answer #clause {
            #ask
        }
    }
}

/// A control of the signature given.
fn control(model: &Model, sig: &Signature, doc: &str, body: &TokenStream) -> TokenStream {
    let vis = visibility(model);
    let cfgs = cfgs(model);
    let doc = format!(" {doc}");
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #[inline]
        #vis #sig { #body }
    }
}

/// The signature of a control that takes the function's arguments.
fn signature(model: &Model, control: &str) -> Signature {
    let mut sig = plain_signature(model);
    sig.ident = name(model, control);
    sig.generics = generics(model);
    sig.safety = Safety::Default;
    sig.asyncness = None;
    sig
}

/// The signature of a control without arguments.
fn bare_signature(model: &Model, control: &str) -> Signature {
    let mut sig = signature(model, control);
    sig.inputs.clear();
    sig.output = syn::ReturnType::Default;
    sig
}

/// What a control that takes the function's arguments does.
fn request(model: &Model, request: &TokenStream) -> TokenStream {
    let memo = memo(model);
    access(model, &quote!(Self), &quote!(#memo::#request))
}

fn cache_info(model: &Model) -> TokenStream {
    let memo = memo(model);
    let mut sig = bare_signature(model, "cache_info");
    sig.output = syn::parse_quote!(-> #memo::CacheInfo);
    let capacity = capacity(model);
    let body = with_slot(model, |slot| quote!(#slot.info(#capacity)));
    control(model, &sig, "A snapshot of the counters.", &body)
}

fn cache_clear(model: &Model) -> TokenStream {
    let sig = bare_signature(model, "cache_clear");
    let body = with_slot(model, |slot| quote!(#slot.clear()));
    control(model, &sig, "Drops all entries and resets the counters.", &body)
}

fn peek(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let output = &model.output;
    let mut sig = signature(model, "peek");
    sig.output = syn::parse_quote!(-> #core::option::Option<#output>);
    let doc = "The stored result for these arguments. No effect on order, counters or idle time.";
    control(model, &sig, doc, &request(model, &quote!(Peek)))
}

fn invalidate(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = signature(model, "invalidate");
    sig.output = syn::parse_quote!(-> #core::primitive::bool);
    let doc = "Drops the entry for these arguments, and says whether there was one that had not expired.";
    control(model, &sig, doc, &request(model, &quote!(Invalidate)))
}

fn refresh(model: &Model) -> TokenStream {
    let mut sig = signature(model, "refresh");
    sig.safety = model.function.sig.safety.clone();
    sig.asyncness = model.function.sig.asyncness;
    let ticket = internal("ticket");
    let (begin, run) =
        (request(model, &quote!(Refresh)), run_ticket(model, &ticket, &uncached_call(model, &quote!(Self))));
    let doc = "Runs the body and stores its result in the place of an older one, which is served meanwhile, \
               and stays if the body panics or its result is not kept.";
    let body = quote! {
        let #ticket = #begin;
        #run
    };
    control(model, &sig, doc, &body)
}

fn prime(model: &Model) -> TokenStream {
    let mut sig = signature(model, "prime");
    sig.output = syn::ReturnType::Default;
    // Of the expansion's own: an argument may be called `value` too.
    let value = Ident::new("value", Span::mixed_site());
    let output = &model.output;
    let input: FnArg = syn::parse_quote!(#value: #output);
    sig.inputs.push(input);
    let doc = "Stores `value` for these arguments, as if it had been computed now.";
    control(model, &sig, doc, &request(model, &quote!(Prime(#value))))
}
