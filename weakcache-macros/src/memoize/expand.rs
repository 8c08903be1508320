//! From a [`Model`] to code. Cannot fail.
//!
//! The function keeps its signature, and its body becomes a look-up. What was its body is a function of its
//! own among the controls, `uncached`; without controls it is a closure in its place, since nothing can
//! stand beside the function then.

use super::cache::hidden;
use super::controls;
use super::lookup::{ask, lent, lent_in_place, lent_receiver};
use super::model::{Model, Place};
use crate::names::internal;
use crate::recover::with_content;
use crate::signature::{Parameter, param_name, parameter_names, turbofish};
use crate::types::mentions;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{
    Attribute, FnArg, GenericParam, ImplItem, ItemImpl, Lifetime, LifetimeParam, Meta, Pat, ReceiverKind,
    Safety, Signature,
};

/// A function with the attribute, and its controls beside it.
pub(super) fn function(model: &Model) -> TokenStream {
    let function = memoized(model);
    let Some(namespace) = &model.controls else { return function };
    let vis = &model.function.vis;
    let cfgs = cfgs(model);
    let doc = format!(" Controls of the cache of the function `{}`.", model.function.sig.ident.unraw());
    let (uncached, controls) = (uncached(model), controls::expand(model));
    let (silence, allowed) = (controls::silence(), allowed_by(&model.function.attrs));
    quote! {
        #function

        #(#cfgs)*
        #[doc = #doc]
        #[allow(non_camel_case_types, unreachable_pub, dead_code, clippy::exhaustive_enums)]
        #vis enum #namespace {}

        #(#cfgs)*
        impl #namespace {
            #uncached
        }

        #(#cfgs)*
        #silence
        #allowed
        impl #namespace {
            #controls
        }
    }
}

/// An item of a block.
pub(super) enum Item {
    Memoized(Box<Model>),
    Other(TokenStream),
}

/// An impl block with its memoized functions, and their controls.
pub(super) fn block(header: &ItemImpl, items: &[Item]) -> TokenStream {
    let functions = items.iter().map(|item| match item {
        Item::Memoized(model) => memoized(model),
        Item::Other(tokens) => tokens.clone(),
    });
    let mut block = header.clone();
    block.items = vec![ImplItem::Verbatim(functions.collect())];
    let with_controls = || {
        items.iter().filter_map(|item| match item {
            Item::Memoized(model) if model.controls.is_some() => Some(&**model),
            _ => None,
        })
    };
    if with_controls().next().is_none() {
        return block.into_token_stream();
    }
    let mut uncached: TokenStream = with_controls().map(uncached).collect();
    let mut controls: TokenStream = with_controls().map(controls::expand).collect();
    let mut generics = header.generics.clone();
    if let Some((trait_, _)) = &header.trait_ {
        let others = items.iter().filter_map(|item| match item {
            Item::Other(tokens) => associated_type(tokens),
            Item::Memoized(_) => None,
        });
        let types: Vec<Ident> = others.collect();
        let elided = Lifetime::new("'__weakcache_elided", Span::mixed_site());
        let trait_ = with_lifetimes(trait_.to_token_stream(), &elided);
        uncached = qualified(uncached, &trait_, &types);
        controls = qualified(controls, &trait_, &types);
        if mentions([&uncached, &controls].into_iter().cloned().collect::<TokenStream>(), &elided.ident) {
            let elided = GenericParam::Lifetime(LifetimeParam::new(elided));
            generics.params.insert(0, elided);
        }
    }
    let cfgs: Vec<&Attribute> = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    // What the type does not mention, the controls take themselves.
    if let Some(Place::Block(place)) = with_controls().next().map(|model| &model.place) {
        let unbound: Vec<_> = place.unbound.params.iter().map(param_name).collect();
        let params = generics.params.into_iter();
        generics.params = params.filter(|param| !unbound.contains(&param_name(param))).collect();
        if let Some(clause) = &mut generics.where_clause {
            let predicates = std::mem::take(&mut clause.predicates).into_iter();
            let about = |predicate: &_| unbound.iter().any(|name| mentions(predicate, *name));
            clause.predicates = predicates.filter(|predicate| !about(predicate)).collect();
        }
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let self_ty = &header.self_ty;
    let silence = controls::silence();
    let of_block = allowed_by(&header.attrs);
    let of_functions = allowed_by(with_controls().flat_map(|model| &model.function.attrs));
    quote! {
        #block

        #(#cfgs)*
        #of_block
        impl #impl_generics #self_ty #where_clause {
            #uncached
        }

        #(#cfgs)*
        #silence
        #of_block
        #of_functions
        impl #impl_generics #self_ty #where_clause {
            #controls
        }
    }
}

/// The function under its own name.
fn memoized(model: &Model) -> TokenStream {
    let (memo, core) = (memo(model), &model.paths.core);
    let function = &model.function;
    let (vis, defaultness) = (&function.vis, &function.defaultness);
    let sig = plain_signature(model);
    let attrs = function.attrs.iter().map(|attr| allowed(model, attr));
    // The future of a `local` function stays in its thread: that was asked for.
    let stays = (is_async(model) && model.local).then(|| quote!(#[allow(clippy::future_not_send)]));
    // An argument that the body does not use is part of the key all the same.
    let underscored = |parameter: &Parameter| parameter.name.to_string().starts_with('_');
    let uses = model.parameters.others.iter().any(underscored);
    let uses = uses.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
    let request = if is_async(model) { quote!(#memo::EnterAsync) } else { quote!(#memo::Enter) };
    let (call, body) = match &model.controls {
        Some(_) => {
            let namespace = namespace(model);
            (access(model, &namespace, &request), uncached_call(model, &namespace))
        }
        None => (ask_in_place(model, &request), body_in_place(model)),
    };
    let [entered, ticket, value] = ["call", "ticket", "value"].map(internal);
    let run = run_ticket(model, &ticket, &body);
    let call = if is_async(model) {
        // Statements, not nested matches: what is matched lives as long as the match does, and a result that
        // is held across the `await` would have to be `Send`.
        quote! {
            let #entered = match #call {
                #core::result::Result::Ok(#value) => return #value,
                #core::result::Result::Err(#entered) => #entered,
            };
            let #ticket = match #entered.await {
                #memo::Call::Ready(#value) => return #value,
                #memo::Call::Run(#ticket) => #ticket,
            };
            #run
        }
    } else {
        quote! {
            match #call {
                #memo::Call::Ready(#value) => #value,
                #memo::Call::Run(#ticket) => #run,
            }
        }
    };
    quote! {
        #(#attrs)*
        #stays
        #uses
        #vis #defaultness #sig {
            #call
        }
    }
}

fn is_async(model: &Model) -> bool {
    model.function.sig.asyncness.is_some()
}

/// A request by way of the hidden function that makes them all, `access`.
pub(super) fn access(model: &Model, namespace: &TokenStream, request: &TokenStream) -> TokenStream {
    let name = hidden(model, "access");
    let generics = controls::generics(model);
    let names: Vec<_> = parameter_names(&generics).map(ToTokens::to_token_stream).collect();
    // With the type of the request, which is inferred.
    let names = if names.is_empty() { names } else { [names, vec![quote!(_)]].concat() };
    let turbofish = turbofish(&names);
    let arguments = lent_receiver(model).into_iter().chain(lent(model)).map(|lent| lent.argument);
    quote!(#namespace::#name #turbofish(#(#arguments,)* #request))
}

/// A request in the place of the function.
fn ask_in_place(model: &Model, request: &TokenStream) -> TokenStream {
    let (lent, ask) = (lent_in_place(model), ask(model, request));
    quote! {
        {
            #lent
            #ask
        }
    }
}

/// The function as it was written, under the name of its control.
fn uncached(model: &Model) -> TokenStream {
    let function = &model.function;
    let body = &function.body;
    let vis = controls::visibility(model);
    let mut sig = function.sig.clone();
    sig.ident = controls::name(model, "uncached");
    sig.generics = controls::generics(model);
    let attrs = function.attrs.iter().filter(|attr| is_for_body(attr)).map(|attr| allowed(model, attr));
    quote! {
        #(#attrs)*
        /// The function as it was written: runs its body, and neither reads nor changes the cache.
        #[allow(
            dead_code, unreachable_pub, clippy::must_use_candidate, clippy::missing_errors_doc,
            clippy::missing_panics_doc, clippy::missing_safety_doc, clippy::missing_docs_in_private_items,
            clippy::missing_const_for_fn, clippy::needless_pass_by_value, clippy::extra_unused_type_parameters
        )]
        #vis #sig #body
    }
}

/// The name of the associated type that an item of a block is, if it is one.
fn associated_type(item: &TokenStream) -> Option<Ident> {
    let mut tokens = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    });
    if tokens.next()? == "type" { tokens.next() } else { None }
}

/// `&T` and `&'_ T` as `&'elided T`: the short forms stand in the header of an impl, and not in bounds.
fn with_lifetimes(tokens: TokenStream, elided: &Lifetime) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut spelt = TokenStream::new();
    while let Some(token) = tokens.next() {
        let tick = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
        match token {
            TokenTree::Punct(and) if and.as_char() == '&' && !tick => spelt.extend(quote!(#and #elided)),
            TokenTree::Punct(tick)
                if tick.as_char() == '\''
                    && matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "_") =>
            {
                tokens.next();
                elided.to_tokens(&mut spelt);
            }
            TokenTree::Group(group) => {
                let content = with_lifetimes(group.stream(), elided);
                spelt.extend([TokenTree::Group(with_content(&group, content))]);
            }
            other => spelt.extend([other]),
        }
    }
    spelt
}

/// `Self::Item` as `<Self as Trait>::Item`, in the impl of a trait: for what goes into an inherent impl, in
/// which the short form means nothing.
fn qualified(tokens: TokenStream, trait_: &TokenStream, types: &[Ident]) -> TokenStream {
    let mut qualified = TokenStream::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let content = self::qualified(group.stream(), trait_, types);
                qualified.extend([TokenTree::Group(with_content(group, content))]);
            }
            TokenTree::Ident(own)
                if own == "Self"
                    && is_colon(at + 1)
                    && is_colon(at + 2)
                    && matches!(tokens.get(at + 3), Some(TokenTree::Ident(item)) if types.contains(item)) =>
            {
                let span = own.span();
                qualified.extend(quote_spanned!(span=> <#own as #trait_>));
            }
            other => qualified.extend([other.clone()]),
        }
    }
    qualified
}

/// An attribute as it stands on what the function is split into: lints that were expected of the whole may
/// come of one part, or of none, and are allowed in both.
fn allowed(model: &Model, attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) if model.controls.is_some() && list.path.is_ident("expect") => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attr.to_token_stream(),
    }
}

/// What `attrs` allow, and expect, for what is generated of the item that they are on.
fn allowed_by<'a>(attrs: impl IntoIterator<Item = &'a Attribute>) -> TokenStream {
    let lints = attrs.into_iter().filter_map(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => Some(&list.tokens),
        _ => None,
    });
    quote!(#(#[allow(#lints)])*)
}

/// Attributes that are about a body, or about the item as a whole.
fn is_for_body(attr: &Attribute) -> bool {
    const NAMES: &[&str] =
        &["cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid", "track_caller", "target_feature"];
    NAMES.iter().any(|name| attr.path().is_ident(name))
}

pub(super) fn cfgs(model: &Model) -> Vec<&Attribute> {
    model.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
}

/// The signature with a name for each argument.
pub(super) fn plain_signature(model: &Model) -> Signature {
    let mut sig = model.function.sig.clone();
    let others = model.parameters.others.iter();
    let typed = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    });
    for (input, parameter) in typed.zip(others) {
        let name = &parameter.name;
        *input.pat = Pat::Verbatim(quote!(#name));
    }
    for input in &mut sig.inputs {
        if let FnArg::Receiver(receiver) = input
            && !matches!(receiver.kind, ReceiverKind::Reference(..))
        {
            receiver.mutability = None;
        }
    }
    sig
}

pub(super) fn memo(model: &Model) -> TokenStream {
    let private = &model.paths.private;
    quote!(#private::memo)
}

/// Where the controls stand, seen from the function.
fn namespace(model: &Model) -> TokenStream {
    match (&model.place, &model.controls) {
        // As a type, so that a module of that name is one error more, and not one for each function.
        (Place::Free, Some(name)) => quote!(<#name>),
        _ => quote!(Self),
    }
}

pub(super) fn uncached_call(model: &Model, namespace: &TokenStream) -> TokenStream {
    let name = controls::name(model, "uncached");
    let generics = controls::generics(model);
    let names: Vec<&Ident> = parameter_names(&generics).collect();
    let turbofish = turbofish(&names);
    let receiver = model.parameters.receiver.iter().map(|receiver| receiver.self_token.to_token_stream());
    let others = model.parameters.others.iter().map(|parameter| parameter.name.to_token_stream());
    let arguments = receiver.chain(others);
    let call = quote!(#namespace::#name #turbofish(#(#arguments),*));
    match model.function.sig.safety {
        // Its contract is that of the function it is called from.
        Safety::Unsafe(_) => quote!(unsafe { #call }),
        _ => call,
    }
}

/// Running the body with a ticket.
pub(super) fn run_ticket(model: &Model, ticket: &Ident, body: &TokenStream) -> TokenStream {
    let memo = memo(model);
    let core = &model.paths.core;
    let output = &model.output;
    let (finish, keep) = match &model.cache_if {
        Some(predicate) => {
            let result = internal("result");
            (quote!(finish_if), Some(quote!(|#result: &#output| #memo::holds(#result, #predicate))))
        }
        None => (quote!(finish), None),
    };
    let arguments = |output: TokenStream| [output].into_iter().chain(keep);
    if is_async(model) {
        let (running, value) = (internal("running"), internal("value"));
        let arguments = arguments(value.to_token_stream());
        quote! {
            let #running = #core::pin::pin!(#core::option::Option::Some(#body));
            let (#ticket, #value) = #ticket.drive(#running).await;
            #ticket.#finish(#(#arguments),*)
        }
    } else {
        let arguments = arguments(body.clone());
        quote!(#ticket.start().#finish(#(#arguments),*))
    }
}

/// The body, in the place of the function.
fn body_in_place(model: &Model) -> TokenStream {
    let body = &model.function.body;
    let output = &model.output;
    let rebound = model.parameters.others.iter().filter_map(|parameter| {
        let Parameter { pat, name, ty, .. } = parameter;
        let needed = parameter.is_pattern() || matches!(pat, Pat::Ident(pat) if pat.mutability.is_some());
        let ty = (!matches!(ty, syn::Type::ImplTrait(_))).then(|| quote!(: #ty));
        needed.then(|| quote!(let #pat #ty = #name;))
    });
    let memo = memo(model);
    // Inside of the user's braces: within others, they would look needless.
    let mut statements: TokenStream = rebound.collect();
    statements.extend(body.stream());
    let body = with_content(body, statements);
    // A closure, so that `return` and `?` know where they are.
    if !is_async(model) {
        return quote!(#memo::body(move || -> #output #body));
    }
    // A type error in what an async closure ends in points at the attribute, one in a `let` at the body.
    let value = internal("value");
    quote! {
        #memo::body_async(async move || -> #output {
            let #value: #output = #body;
            #[allow(unreachable_code)]
            return #value;
        })
    }
}
