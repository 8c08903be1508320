//! What a call hands to the runtime: the kind of its result, and its key. Both types are inferred.

use super::expand::memo;
use super::key::{Maker, Part};
use super::model::{Errors, Key, Model};
use crate::signature::Parameter;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

/// A span in the code that is expanded, shown at `span`.
pub(super) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Checks of types, each an error of its own; what stands elsewhere takes them for granted.
pub(super) fn checks(model: &Model) -> TokenStream {
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
    let span = at(output.span());
    let assert = Ident::new(&format!("assert_{}", keep(model)), span);
    let shape = shape(model);
    let shape = quote_spanned! {span=>
        {
            use #memo::look_up::*;
            #shape
        }
    };
    quote! {
        #(#parts)*
        #is_result
        #memo::#assert(#shape);
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

/// The kind of the cache.
pub(super) fn kind(model: &Model) -> TokenStream {
    let memo = memo(model);
    let shape = shape(model);
    let method = format_ident!("__weakcache_{}", keep(model));
    quote! {
        {
            use #memo::look_up::*;
            (&&#memo::Keep(#shape)).#method()
        }
    }
}

/// The key of a call, out of the arguments.
pub(super) fn key(model: &Model) -> TokenStream {
    let memo = memo(model);
    let local = if model.local { "local_" } else { "" };
    match &model.key {
        // In a block it would be a unit that clippy has something to say about.
        Key::Parts(parts) if parts.is_empty() => quote!(()),
        Key::Parts(parts) => {
            let list = parts.iter().rev().fold(quote!(()), |rest, Part { maker, argument, ty }| {
                let function = match maker {
                    Maker::Option => quote!(option),
                    Maker::Value | Maker::Ref | Maker::Receiver => quote!(part),
                };
                let what = match maker {
                    Maker::Value => "value",
                    Maker::Ref | Maker::Option | Maker::Receiver => "referent",
                };
                let method = format_ident!("__weakcache_{local}{what}");
                quote!((#memo::#function(#argument, (&&#memo::Type::<#ty>::new()).#method()), #rest))
            });
            quote! {
                {
                    use #memo::look_up::*;
                    #list
                }
            }
        }
        Key::Whole(expr) => {
            let span = at(expr.span());
            let bindings = model.parameters.others.iter().map(|parameter| binding(parameter, span));
            let assert = format_ident!("assert_{local}whole");
            let method = format_ident!("__weakcache_{local}whole");
            let value = Ident::new("__weakcache_value", span);
            quote_spanned! {span=>
                {
                    use #memo::look_up::*;
                    let #value = {
                        #(#bindings)*
                        #expr
                    };
                    #memo::#assert(&#value);
                    (&&#memo::Type::of(&#value)).#method(#value)
                }
            }
        }
    }
}

/// An argument as a reference, for an expression at `span` that is not to move it.
fn binding(parameter: &Parameter, span: Span) -> TokenStream {
    let Parameter { pat, name, ty, .. } = parameter;
    let mut name = name.clone();
    name.set_span(name.span().located_at(span));
    let value = match ty {
        syn::Type::Reference(reference) if reference.mutability.is_some() => quote_spanned!(span=> &*#name),
        syn::Type::Reference(_) => quote!(#name),
        _ => quote_spanned!(span=> &#name),
    };
    let pat = if parameter.is_pattern() { pat.to_token_stream() } else { name.to_token_stream() };
    quote! {
        #[allow(unused_variables)]
        let #pat = #value;
    }
}
