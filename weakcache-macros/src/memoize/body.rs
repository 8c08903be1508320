//! The body of a function, and running it.

use super::model::{Body, Model};
use super::spell::{
    allowed, is_async, is_rebound, many_arguments, memo, of_one_thread, passed, quiet_braces,
    silence_lifetimes, spanned, uncached_call, uncached_name, visibility,
};
use super::subtrait::Subtrait;
use crate::names::internal;
use crate::paths::Paths;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Token};

/// The function as it was written, under another name.
///
/// Its head is spelt as ours: what is to be said of that is said of the memoized function. Patterns, types and
/// the body are the user's.
pub(super) fn uncached(model: &Model) -> TokenStream {
    let function = &model.function;
    let body = match model.place.subtrait().and_then(Subtrait::import) {
        Some(import) => {
            let body = quiet_braces(&function.body);
            quote!({ #import #body })
        }
        None => function.body.to_token_stream(),
    };
    let is_control = model.controls.is_some() && model.place.subtrait().is_none();
    let vis = is_control.then(|| visibility(model));
    let doc = is_control.then(|| quote!(#[doc = #UNCACHED]));
    let mut sig = function.sig.clone();
    sig.ident = uncached_name(model);
    silence_lifetimes(&mut sig.generics);
    let at = |span: Span| Span::call_site().located_at(span);
    sig.fn_token = Token![fn](at(sig.fn_token.span));
    sig.asyncness = sig.asyncness.map(|token| Token![async](at(token.span)));
    if let syn::Safety::Unsafe(token) = &mut sig.safety {
        token.span = at(token.span);
    }
    let attrs = function.attrs.iter().filter(|attr| is_for_body(attr)).map(allowed);
    let (many, stays) = (many_arguments(&sig), of_one_thread(model));
    quote! {
        #(#attrs)*
        #many
        #stays
        #doc
        #vis #sig #body
    }
}

/// The documentation of that as a control.
pub(super) const UNCACHED: &str =
    " The function as it was written: runs its body, and neither reads nor changes the cache.";

/// Attributes that are about a body, or about the item as a whole.
fn is_for_body(attr: &Attribute) -> bool {
    const NAMES: &[&str] = &[
        "cfg",
        "cfg_attr",
        "allow",
        "expect",
        "warn",
        "deny",
        "forbid",
        "must_use",
        "track_caller",
        "target_feature",
    ];
    NAMES.iter().any(|name| attr.path().is_ident(name))
}

/// The body, as an expression in the memoized function.
pub(super) fn body(model: &Model, namespace: &TokenStream) -> TokenStream {
    match model.body {
        Body::Beside | Body::Nested => uncached_call(model, namespace),
        Body::Closure => in_place(model),
    }
}

/// The body in a closure, so that `return` and `?` know where they are.
fn in_place(model: &Model) -> TokenStream {
    let memo = memo(model);
    let output = &model.output;
    let body = &model.function.body;
    // Outside of the user's braces, where nothing in them can hide what a type means.
    let rebound =
        model.parameters.others.iter().filter(|parameter| is_rebound(model, parameter)).map(|parameter| {
            let (pat, name) = (&parameter.pat, passed(model, parameter));
            let ty = match &parameter.ty {
                syn::Type::ImplTrait(_) => None,
                ty => Some(quote!(: #ty)),
            };
            // Out of the place that it was captured in: a pattern may borrow of it to change it.
            let value = if parameter.is_pattern() { quote!({ #name }) } else { name.to_token_stream() };
            quote!(let #pat #ty = #value;)
        });
    let rebound: TokenStream = rebound.collect();
    let inner = quiet_braces(body);
    if is_async(model) {
        // A type error in what an async closure ends in points at the attribute, one in a `let` at the body.
        // The branch is for a body that never ends: behind it, nothing would be reached.
        let value = internal("value");
        return quote! {
            #memo::body_async(async move || -> #output {
                #rebound
                let #value: #output = if #memo::ALWAYS #inner else { #memo::never() };
                #value
            })
        };
    }
    let braces = if rebound.is_empty() { quote!(#body) } else { quote!({ #rebound #inner }) };
    quote!(#memo::body(move || -> #output #braces))
}

/// Who runs the body.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Runner {
    /// A call.
    Call,
    /// The control `refresh`.
    Refresh,
    /// A task in the background, which has nobody to return to.
    Background,
}

/// Running the body with a ticket: statements, if need be, and an expression.
pub(super) fn run(
    model: &Model,
    runner: Runner,
    ticket: &Ident,
    body: &TokenStream,
) -> (TokenStream, TokenStream) {
    let memo = memo(model);
    let output = &model.output;
    let keep = model.cache_if.as_ref().map(|predicate| {
        let result = internal("result");
        quote!(|#result: &#output| #memo::holds(#result, #predicate))
    });
    let (finish, keep) = match (model.renews(), keep) {
        (true, keep) => {
            let finish = match runner {
                Runner::Call | Runner::Background => quote!(finish_or_stored),
                Runner::Refresh => quote!(finish_or_leave),
            };
            (finish, Some(keep.unwrap_or_else(|| quote!(#memo::always))))
        }
        (false, Some(keep)) => (quote!(finish_if), Some(keep)),
        (false, None) => (quote!(finish), None),
    };
    let arguments = |output: TokenStream| [output].into_iter().chain(keep);
    if is_async(model) {
        let (running, value) = (internal("running"), internal("value"));
        let arguments = arguments(value.to_token_stream());
        let pinned = pinned(model, body);
        let drive = quote! {
            let #running = #pinned;
            let (#ticket, #value) = #ticket.drive(#running).await;
        };
        let finished = quote!(#ticket.#finish(#(#arguments),*));
        if model.store.is_none() {
            return (drive, finished);
        }
        // Statements, as in a call.
        let putting = internal("putting");
        let done = match runner {
            Runner::Call | Runner::Refresh => quote!(#memo::Finished::Done(#value) => return #value),
            Runner::Background => quote!(#memo::Finished::Done(_) => return),
        };
        let drive = quote! {
            #drive
            let #putting = match #finished {
                #done,
                #memo::Finished::Putting(#putting) => #putting,
            };
        };
        (drive, quote!(#putting.await))
    } else {
        let arguments = arguments(body.clone());
        (TokenStream::new(), quote!(#ticket.start().#finish(#(#arguments),*)))
    }
}

/// The body of an `async fn`, in a place of its own. All of the call is spelt as if the user had written it, and so the path
/// is whole: clippy knows the `unsafe` in `pin!` for the standard library's by that, and would take it for the user's in
/// an expansion of ours.
pub(super) fn pinned(model: &Model, body: &TokenStream) -> TokenStream {
    let core = &model.paths.core;
    let asyncness = model.function.sig.asyncness.as_ref();
    let here = Span::call_site();
    let span = asyncness.map_or(here, |asyncness| here.resolved_at(asyncness.span));
    let mut value = Group::new(Delimiter::Parenthesis, quote!(#core::Option::Some(#body)));
    value.set_span(span);
    let whole = Paths::new(model.krate.as_ref()).private;
    let pin = spanned(quote!(#whole::memo::pin!), span);
    quote!(#pin #value)
}
