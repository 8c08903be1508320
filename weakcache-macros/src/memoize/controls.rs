//! The controls of a memoized function: a function each, beside it.

use super::expand::{
    cache_async, cache_type, call_in, capacity, cfgs, hidden, is_async, is_generic, memo, new_cache,
    plain_signature, run_ticket, selecting, selecting_generics, slot, uncached_body,
};
use super::lookup::{key, kind};
use super::model::{Model, Place};
use crate::names::internal;
use crate::types;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{FnArg, Generics, Safety, Signature, Visibility};

/// All controls but `uncached`, and the hidden functions that they share.
pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [
        slot_function(model),
        cache_function(model),
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
        #[automatically_derived]
        #[allow(
            dead_code, unreachable_pub, unused_lifetimes, unused_variables, clippy::all, clippy::pedantic,
            clippy::nursery, clippy::missing_docs_in_private_items
        )]
    }
}

/// The attributes of a generated function: the conditions under which the user's is there.
fn attributes(model: &Model) -> TokenStream {
    let cfgs = cfgs(model);
    quote!(#(#cfgs)*)
}

fn slot_function(model: &Model) -> TokenStream {
    let memo = memo(model);
    let (core, std) = (&model.paths.core, &model.paths.std);
    let name = hidden(model, "slot");
    let (declaration, found) = slot(model);
    let generics = selecting_generics(model);
    let clause = &generics.where_clause;
    let params = &generics.params;
    let attributes = attributes(model);
    let (output, found) = match (model.local, is_generic(model)) {
        (false, false) => (quote!(&'static #memo::Slot), quote!(&#found)),
        (false, true) => (quote!(&'static #memo::Slot), found),
        (true, true) => {
            let found = quote!(#memo::in_thread(&__WEAKCACHE_SLOT, |slots| slots #found));
            (quote!(#std::rc::Rc<#memo::LocalSlot>), found)
        }
        // What a thread keeps can be lent only.
        (true, false) => {
            let work = quote!(work: impl #core::ops::FnOnce(&#memo::LocalSlot) -> __WeakcacheR);
            return quote! {
                #attributes
                #[inline]
                fn #name<__WeakcacheR>(#work) -> __WeakcacheR {
                    #declaration
                    #memo::in_thread(&__WEAKCACHE_SLOT, work)
                }
            };
        }
    };
    quote! {
        #attributes
        #[inline]
        fn #name<#params>() -> #output #clause {
            #declaration
            #found
        }
    }
}

/// The expression that works with the slot, for those who need no types.
fn with_slot(model: &Model, work: &TokenStream) -> TokenStream {
    let name = hidden(model, "slot");
    let names = selecting(model);
    if model.local && !is_generic(model) {
        quote!(Self::#name(|slot| slot #work))
    } else {
        quote!(Self::#name::<#(#names),*>() #work)
    }
}

fn cache_function(model: &Model) -> TokenStream {
    let memo = memo(model);
    let (core, std) = (&model.paths.core, &model.paths.std);
    let name = hidden(model, "cache");
    let generics = selecting_generics(model);
    let params = generics.params.iter();
    let clause = &generics.where_clause;
    let cache = cache_type(model, &quote!(__WeakcacheK), &quote!(__WeakcacheO));
    let new = new_cache(model);
    let get = with_slot(model, &quote!(.get_or_init(|| #new)));
    let (output, bounds, kind) = if model.local {
        (quote!(#std::rc::Rc<#cache>), quote!(#core::cmp::Eq + 'static), quote!(Kind))
    } else {
        let bounds = quote!(#core::cmp::Eq + #core::marker::Send + #core::marker::Sync + 'static);
        (quote!(&'static #cache), bounds, quote!(SharedKind))
    };
    let attributes = attributes(model);
    let at_hasher = |code| types::hashing(model.hasher.as_ref(), code);
    let (output, body) = (at_hasher(output), at_hasher(quote!({ #get })));
    quote! {
        #attributes
        #[inline]
        fn #name<#(#params,)* __WeakcacheK: #bounds, __WeakcacheO: #memo::#kind>() -> #output #clause #body
    }
}

/// A control of the signature given.
fn control(model: &Model, sig: &Signature, doc: &str, body: &TokenStream) -> TokenStream {
    let vis = visibility(model);
    let attributes = attributes(model);
    let doc = format!(" {doc}");
    quote! {
        #[doc = #doc]
        #attributes
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

fn cache(model: &Model) -> TokenStream {
    call_in(&quote!(Self), model, "cache")
}

fn cache_info(model: &Model) -> TokenStream {
    let memo = memo(model);
    let mut sig = bare_signature(model, "cache_info");
    sig.output = syn::parse_quote!(-> #memo::CacheInfo);
    let capacity = capacity(model);
    let body = with_slot(model, &quote!(.info(#capacity)));
    control(model, &sig, "A snapshot of the counters.", &body)
}

fn cache_clear(model: &Model) -> TokenStream {
    let sig = bare_signature(model, "cache_clear");
    let body = with_slot(model, &quote!(.clear()));
    control(model, &sig, "Drops all entries and resets the counters.", &body)
}

fn peek(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let output = &model.output;
    let mut sig = signature(model, "peek");
    sig.output = syn::parse_quote!(-> #core::option::Option<#output>);
    let (cache, kind, key) = (cache(model), kind(model), key(model));
    let doc = "The stored result for these arguments. No effect on order, counters or idle time.";
    control(model, &sig, doc, &quote!(#cache.peek(#kind, #key)))
}

fn invalidate(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    let mut sig = signature(model, "invalidate");
    sig.output = syn::parse_quote!(-> #core::primitive::bool);
    let (cache, kind, key) = (cache(model), kind(model), key(model));
    let doc = "Drops the entry for these arguments, and says whether there was one that had not expired.";
    control(model, &sig, doc, &quote!(#cache.invalidate(#kind, #key)))
}

fn refresh(model: &Model) -> TokenStream {
    let mut sig = signature(model, "refresh");
    sig.safety = model.function.sig.safety.clone();
    sig.asyncness = model.function.sig.asyncness;
    let (cache, kind, key) = (cache(model), kind(model), key(model));
    let (found, ticket) = (internal("cache"), internal("ticket"));
    let run = run_ticket(model, &ticket, &uncached_body(model, &quote!(Self)));
    let doc = "Runs the body and stores its result in the place of an older one, which is served meanwhile, \
               and stays if the body panics or its result is not kept.";
    let begin = if is_async(model) {
        let (memo, cache) = (memo(model), cache_async(model, &cache));
        quote! {
            let #found = #cache;
            let #ticket = #memo::refresh_async(#found, #kind, #key);
        }
    } else {
        quote! {
            let #found = #cache;
            let #ticket = #found.refresh(#kind, #key);
        }
    };
    let body = quote! {
        #begin
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
    let (cache, kind, key) = (cache(model), kind(model), key(model));
    let doc = "Stores `value` for these arguments, as if it had been computed now.";
    control(model, &sig, doc, &quote!(#cache.prime(#kind, #key, #value);))
}
