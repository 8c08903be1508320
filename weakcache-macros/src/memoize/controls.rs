//! The controls of a memoized function: a function each, beside it.

use super::asking::ask;
use super::batched;
use super::body::{Runner, UNCACHED, run};
use super::cache::{capacity, capacity_function, slot_function, with_slot};
use super::lookup::{access, access_function};
use super::model::Model;
use super::second;
use super::shown;
use super::spell::{
    allowed_by, bare_generics, cfgs, control_name, generics, is_async, key_generics, many_arguments, memo,
    of_one_thread, plain_signature, uncached_call, visibility,
};
use super::tagging;
use crate::names::internal;
use crate::types::mentions;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{FnArg, Safety, Signature, Token};

/// All controls but `uncached`, and the hidden functions that they share. Their paths begin with the import.
pub(super) fn expand(model: &Model) -> TokenStream {
    let uncached = model.place.subtrait().map_or_else(none, |_| forward(model));
    let parts = [
        uncached,
        slot_function(model),
        capacity_function(model),
        access_function(model),
        tagging::tags_function(model).unwrap_or_default(),
        second::tier_function(model).unwrap_or_default(),
        cache_info(model),
        cache_clear(model),
        peek(model),
        invalidate(model),
        refresh(model),
        prime(model),
        sweep(model),
        retain(model),
        capacity_control(model),
        set_capacity(model),
    ];
    parts.into_iter().collect()
}

/// A control of the signature given.
fn control(
    model: &Model,
    sig: &Signature,
    doc: &str,
    attrs: &TokenStream,
    body: &TokenStream,
) -> TokenStream {
    let vis = visibility(model);
    let cfgs = cfgs(model);
    let allowed = model.place.is_block().then(|| allowed_by(&model.function.attrs));
    let many = many_arguments(sig);
    quote! {
        #[doc = #doc]
        #(#cfgs)*
        #allowed
        #many
        #attrs
        #[inline]
        #vis #sig { #body }
    }
}

/// The signature of a control.
fn bare(model: &Model, control: &str) -> Signature {
    named(model, control, &model.outside)
}

fn named(model: &Model, control: &str, sig: &Signature) -> Signature {
    let mut sig = plain_signature(model, sig);
    sig.ident = control_name(model, control);
    sig.fn_token = Token![fn](Span::call_site());
    sig.constness = None;
    sig.asyncness = None;
    sig.safety = Safety::Default;
    sig
}

/// The signature of a control without arguments.
fn without_arguments(model: &Model, control: &str) -> Signature {
    let mut sig = bare(model, control);
    sig.generics = bare_generics(model);
    sig.inputs = within(model).into_iter().collect();
    sig.output = syn::ReturnType::Default;
    sig
}

/// The signature of a control that takes what is in the key.
fn of_key(model: &Model, control: &str) -> Signature {
    let mut sig = bare(model, control);
    sig.generics = key_generics(model);
    let mut others = model.parameters.others.iter();
    let inputs = std::mem::take(&mut sig.inputs).into_iter().filter(|input| match input {
        FnArg::Receiver(_) => model.keeps_receiver && model.within.is_none(),
        FnArg::Typed(_) => others.next().is_some_and(|parameter| model.kept.contains(&parameter.name)),
    });
    sig.inputs = within(model).into_iter().chain(inputs).collect();
    sig
}

/// The receiver of a control whose cache lies in a value.
fn within(model: &Model) -> Option<FnArg> {
    let own = model.parameters.receiver.as_ref().filter(|_| model.within.is_some())?.self_token;
    Some(syn::parse_quote!(&#own))
}

/// The signature of a control that runs the body.
fn of_body(model: &Model, control: &str) -> Signature {
    let mut sig = named(model, control, model.batch.as_ref().map_or(&model.outside, |batch| &batch.sig));
    sig.generics = generics(model);
    sig.safety = match model.function.sig.safety {
        Safety::Unsafe(_) => Safety::Unsafe(Token![unsafe](Span::call_site())),
        _ => Safety::Default,
    };
    sig.asyncness = model.function.sig.asyncness.map(|_| Token![async](Span::call_site()));
    sig
}

/// What a control that takes a key does.
fn request(model: &Model, request: &TokenStream) -> TokenStream {
    let memo = memo(model);
    access(model, &quote!(Self), &quote!(#memo::#request))
}

fn must_use() -> TokenStream {
    quote!(#[must_use])
}

fn none() -> TokenStream {
    TokenStream::new()
}

fn cache_info(model: &Model) -> TokenStream {
    let memo = memo(model);
    let mut sig = without_arguments(model, "cache_info");
    sig.output = syn::parse_quote!(-> #memo::CacheInfo);
    let capacity = capacity(model);
    let body = with_slot(model, |slot| quote!(#slot.info(#capacity)));
    control(model, &sig, " A snapshot of the counters.", &must_use(), &body)
}

fn cache_clear(model: &Model) -> TokenStream {
    let sig = without_arguments(model, "cache_clear");
    let body = with_slot(model, |slot| match second::tier(model) {
        Some(tier) => quote!(#slot.clear_both(#tier)),
        None => quote!(#slot.clear()),
    });
    control(model, &sig, " Drops all entries and resets the counters.", &none(), &body)
}

fn sweep(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = without_arguments(model, "sweep");
    sig.output = syn::parse_quote!(-> #core::usize);
    let body = with_slot(model, |slot| quote!(#slot.sweep()));
    let doc = " Drops what has expired or died, and gives back memory that is not needed. Says how many entries went.";
    control(model, &sig, doc, &none(), &body)
}

fn retain(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = without_arguments(model, "retain");
    sig.output = syn::parse_quote!(-> #core::usize);
    let (value, clause) = shown::value(model);
    let key = shown::key(model).unwrap_or_else(|| {
        let key = internal("Key");
        sig.generics.params.push(syn::parse_quote!(#key: 'static));
        key.to_token_stream()
    });
    let clauses = shown::clauses(model);
    let clauses: syn::WhereClause = syn::parse_quote!(where #clauses #clause);
    if !clauses.predicates.is_empty() {
        sig.generics.make_where_clause().predicates.extend(clauses.predicates);
    }
    let keep = Ident::new("keep", Span::mixed_site());
    let input: FnArg = syn::parse_quote!(#keep: impl #core::FnMut(&#key, &#value) -> #core::bool);
    sig.inputs.push(input);
    let body = with_slot(model, |slot| quote!(#slot.retain(#keep)));
    let doc = " Drops the entries of which `keep`, shown key and value, says `false`, and says how many those were. It is shown \
               what could be served at the beginning, with no lock held; a result that is stored meanwhile stays.";
    control(model, &sig, doc, &none(), &body)
}

fn capacity_control(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = without_arguments(model, "capacity");
    sig.output = syn::parse_quote!(-> #core::Option<#core::usize>);
    let capacity = capacity(model);
    let body = with_slot(model, |slot| quote!(#slot.capacity(#capacity)));
    control(model, &sig, " How many entries there may be, if there is a bound.", &must_use(), &body)
}

/// Where there is a bound to be set.
fn set_capacity(model: &Model) -> TokenStream {
    if model.most().is_none() {
        return none();
    }
    let core = &model.paths.core;
    let mut sig = without_arguments(model, "set_capacity");
    let capacity = Ident::new("capacity", Span::mixed_site());
    let input: FnArg = syn::parse_quote!(#capacity: #core::usize);
    sig.inputs.push(input);
    let body = with_slot(model, |slot| quote!(#slot.set_capacity(#capacity)));
    let doc =
        " Sets how many entries there may be; those that are too many are evicted. With 0 nothing is kept.";
    control(model, &sig, doc, &none(), &body)
}

fn peek(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let output = &model.output;
    let mut sig = of_key(model, "peek");
    sig.output = syn::parse_quote!(-> #core::Option<#output>);
    let doc = " The stored result for these arguments. No effect on order, counters or idle time.";
    control(model, &sig, doc, &must_use(), &request(model, &quote!(Peek)))
}

fn invalidate(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = of_key(model, "invalidate");
    sig.output = syn::parse_quote!(-> #core::bool);
    let doc = " Drops the entry for these arguments, and says whether there was one that had not expired.";
    control(model, &sig, doc, &none(), &request(model, &quote!(Invalidate)))
}

/// The attribute that makes panics point to the caller, where the function has it.
fn track_caller(model: &Model) -> TokenStream {
    let attrs = model.function.attrs.iter().filter(|attr| mentions(attr, "track_caller"));
    quote!(#(#attrs)*)
}

fn refresh(model: &Model) -> TokenStream {
    let sig = of_body(model, "refresh");
    if let Some(batch) = &model.batch {
        let doc = " Runs the body for all elements and stores its results in the place of older ones, which are served \
                   meanwhile, and stay if the body panics or a result is not kept.";
        let (track_caller, stays) = (track_caller(model), of_one_thread(model));
        return control(model, &sig, doc, &quote!(#track_caller #stays), &batched::refresh(model, batch));
    }
    let ticket = internal("ticket");
    let begin = request(model, &quote!(Refresh));
    let tagged = tagging::with_ticket(model, &ticket, &quote!(Self));
    let asked = ask(model, Runner::Refresh, &ticket, &quote!(Self), |value| quote!(return #value));
    let (drive, run) = run(model, Runner::Refresh, &ticket, &uncached_call(model, &quote!(Self)));
    let doc = " Runs the body and stores its result in the place of an older one, which is served meanwhile, \
               and stays if the body panics or its result is not kept.";
    let body = quote! {
        let #ticket = #begin;
        #tagged
        #asked
        #drive
        #run
    };
    let (track_caller, stays) = (track_caller(model), of_one_thread(model));
    control(model, &sig, doc, &quote!(#track_caller #stays), &body)
}

/// `uncached`, where the body is in an impl of another trait.
fn forward(model: &Model) -> TokenStream {
    let sig = of_body(model, "uncached");
    let call = uncached_call(model, &quote!(Self));
    let call = if is_async(model) { quote!(#call.await) } else { call };
    let must_use = model.function.attrs.iter().filter(|attr| attr.path().is_ident("must_use"));
    let track_caller = track_caller(model);
    control(model, &sig, UNCACHED, &quote!(#(#must_use)* #track_caller), &call)
}

fn prime(model: &Model) -> TokenStream {
    let mut sig = of_key(model, "prime");
    sig.output = syn::ReturnType::Default;
    // Of the expansion's own: an argument may be called `value` too.
    let value = Ident::new("value", Span::mixed_site());
    let output = &model.output;
    let input: FnArg = syn::parse_quote!(#value: #output);
    sig.inputs.push(input);
    let doc = " Stores `value` for these arguments, as if it had been computed now.";
    control(model, &sig, doc, &none(), &request(model, &tagging::prime(model, &value)))
}
