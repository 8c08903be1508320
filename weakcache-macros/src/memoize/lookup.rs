//! What asks the cache: a request, with the kind of the result and the key of the call. Both types are
//! inferred, and so is that of the cache.

use super::cache::{scope, with_cache};
use super::expand::memo;
use super::key::{Maker, Part};
use super::model::{Errors, Key, Model};
use crate::signature::Parameter;
use crate::types::{self, plain};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Receiver, ReceiverKind, Type};

/// A span in the code that is expanded, shown at `span`.
pub(super) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Statements that make a request, where the arguments stand as references. They end in the answer.
pub(super) fn ask(model: &Model, request: &TokenStream) -> TokenStream {
    let (memo, scope) = (memo(model), scope(model));
    let output = &model.output;
    let (checks, shape, key) = (checks(model), shape(model), key(model));
    let span = at(output.span());
    let assert = Ident::new(&format!("assert_{}", keep(model)), span);
    let keep = format_ident!("__weakcache_{}", keep(model));
    // An error about the shape is one about the type of the result.
    let found = Ident::new("__weakcache_shape", span);
    let reference = quote_spanned!(span=> &#found);
    let ask = with_cache(model, |cache| {
        quote! {
            #memo::Request::<#output, #scope>::ask(#request, #cache, (&&&#memo::Keep(#found)).#keep(), #key)
        }
    });
    let ask = types::hashing(model.hasher.as_ref(), ask);
    quote! {
        use #memo::look_up::*;
        #checks
        let #found = #shape;
        #memo::#assert(#reference);
        #ask
    }
}

/// Arguments as a request takes them: as references.
pub(super) struct Lent {
    pub(super) parameter: TokenStream,
    pub(super) argument: TokenStream,
}

/// `self`, if it has a part in the key.
pub(super) fn lent_receiver(model: &Model) -> Option<Lent> {
    let receiver = model.parameters.receiver.as_ref()?;
    if model.skipped.iter().any(|name| name == "self") {
        return None;
    }
    let Receiver { self_token: own, kind, .. } = receiver;
    let (parameter, argument) = match kind {
        ReceiverKind::Reference(_, _, None) => (quote!(&#own), quote!(#own)),
        ReceiverKind::Reference(..) => (quote!(&#own), quote!(&*#own)),
        ReceiverKind::Typed(_, ty) => {
            let (ty, argument) = lend(ty, own);
            (quote!(#own: #ty), argument)
        }
        _ => (quote!(&#own), quote!(&#own)),
    };
    Some(Lent { parameter, argument })
}

/// A reference to `self`, where the other arguments stand as references.
fn own(model: &Model) -> Option<TokenStream> {
    match &model.controls {
        // It is lent to a function of its own.
        Some(_) => model.parameters.receiver.as_ref().map(|receiver| receiver.self_token.to_token_stream()),
        None => lent_receiver(model).map(|lent| lent.argument),
    }
}

/// The other arguments that have a part in the key.
pub(super) fn lent(model: &Model) -> impl Iterator<Item = Lent> {
    lent_parameters(model).map(|Parameter { name, ty, .. }| {
        let (ty, argument) = lend(ty, name);
        Lent { parameter: quote!(#name: #ty), argument }
    })
}

/// The same, as statements that let references stand for them.
pub(super) fn lent_in_place(model: &Model) -> TokenStream {
    let lent = lent_parameters(model).map(|Parameter { name, ty, .. }| {
        let (_, argument) = lend(ty, name);
        quote! {
            #[allow(unused_variables)]
            let #name = #argument;
        }
    });
    lent.collect()
}

fn lent_parameters(model: &Model) -> impl Iterator<Item = &Parameter> {
    model.parameters.others.iter().filter(|parameter| !model.skipped.contains(&parameter.name))
}

/// The type and the expression of a reference to `name`; to what it refers to, if it is a reference.
fn lend(ty: &Type, name: &impl ToTokens) -> (TokenStream, TokenStream) {
    match plain(ty) {
        Type::Reference(reference) if reference.mutability.is_some() => {
            let referent = &reference.elem;
            (quote!(&#referent), quote!(&*#name))
        }
        Type::Reference(reference) => (reference.to_token_stream(), name.to_token_stream()),
        ty @ (Type::ImplTrait(_) | Type::TraitObject(_)) => (quote!(&(#ty)), quote!(&#name)),
        ty => (quote!(&#ty), quote!(&#name)),
    }
}

/// Checks of types, each an error of its own; what stands elsewhere takes them for granted.
fn checks(model: &Model) -> TokenStream {
    let memo = memo(model);
    let local = if model.local { "local_" } else { "" };
    let parts = match &model.key {
        Key::Parts(parts) => parts.as_slice(),
        Key::Whole(_) => &[],
    };
    let parts = parts.iter().map(|Part { maker, ty, .. }| {
        let what = match maker {
            Maker::Value => "value",
            Maker::Ref | Maker::Option => "referent",
            Maker::Receiver => "receiver",
        };
        let assert = format_ident!("assert_{local}{what}");
        quote!(#memo::#assert::<#ty>();)
    });
    let output = &model.output;
    let is_result =
        (!matches!(model.errors, Errors::Returned)).then(|| quote!(#memo::assert_result::<#output>();));
    quote! {
        #(#parts)*
        #is_result
    }
}

/// How a result is kept, by the name of a method of the runtime's.
fn keep(model: &Model) -> &'static str {
    match (model.local, model.weak) {
        (false, false) => "strong",
        (false, true) => "weak",
        (true, false) => "local_strong",
        (true, true) => "local_weak",
    }
}

/// The shape of the result: found by its type, so that an alias of `Result` is one.
fn shape(model: &Model) -> TokenStream {
    let memo = memo(model);
    let output = &model.output;
    let span = at(output.span());
    let method = match model.errors {
        Errors::Returned => "__weakcache_shape",
        Errors::Kept | Errors::KeptFor(_) => "__weakcache_err_too",
    };
    let method = Ident::new(method, span);
    quote_spanned!(span=> (&&&#memo::Probe::<#output>::new()).#method())
}

/// The key of a call, out of the arguments.
fn key(model: &Model) -> TokenStream {
    let memo = memo(model);
    let local = if model.local { "local_" } else { "" };
    match &model.key {
        Key::Parts(parts) => parts.iter().rev().fold(quote!(()), |rest, Part { maker, argument, ty }| {
            let function = match maker {
                Maker::Option => quote!(option),
                Maker::Value | Maker::Ref | Maker::Receiver => quote!(part),
            };
            let what = match maker {
                Maker::Value => "value",
                Maker::Ref | Maker::Option | Maker::Receiver => "referent",
            };
            let method = format_ident!("__weakcache_{local}{what}");
            let argument = argument.clone().or_else(|| own(model));
            quote!((#memo::#function(#argument, (&&&#memo::Type::<#ty>::new()).#method()), #rest))
        }),
        Key::Whole(expr) => {
            let span = at(expr.span());
            let patterns = model.parameters.others.iter().filter(|parameter| parameter.is_pattern());
            let patterns = patterns.map(|Parameter { pat, name, .. }| {
                quote! {
                    #[allow(unused_variables)]
                    let #pat = #name;
                }
            });
            let assert = format_ident!("assert_{local}whole");
            let method = format_ident!("__weakcache_{local}whole");
            let value = Ident::new("__weakcache_value", span);
            quote_spanned! {span=>
                {
                    let #value = {
                        #(#patterns)*
                        #expr
                    };
                    #memo::#assert(&#value);
                    (&&#memo::Type::of(&#value)).#method(#value)
                }
            }
        }
    }
}
