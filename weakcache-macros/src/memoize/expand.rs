//! From a [`Model`] to code. Cannot fail.
//!
//! The function keeps its signature, and its body becomes a look-up. What was its body is a function of its
//! own among the controls, `uncached`; without controls it is a closure in its place, since nothing can
//! stand beside the function then.

use super::controls;
use super::lookup::{at, checks, key, kind};
use super::model::{Errors, Model, Place};
use crate::names::internal;
use crate::recover::with_content;
use crate::signature::{Parameter, mentions, param_name, parameter_names, turbofish};
use crate::types;
use crate::values;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericParam, Generics, ImplItem, ItemImpl, Meta, Pat, ReceiverKind, Safety, Signature,
};

/// A function with the attribute, and its controls beside it.
pub(super) fn function(model: &Model) -> TokenStream {
    let function = memoized(model);
    let Some(namespace) = &model.controls else { return function };
    let vis = &model.function.vis;
    let cfgs = cfgs(model);
    let doc = format!(" Controls of the cache of the function `{}`.", model.function.sig.ident.unraw());
    let (uncached, controls, silence) = (uncached(model), controls::expand(model), controls::silence());
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
    if let Some((trait_, _)) = &header.trait_ {
        let others = items.iter().filter_map(|item| match item {
            Item::Other(tokens) => associated_type(tokens),
            Item::Memoized(_) => None,
        });
        let types: Vec<Ident> = others.collect();
        uncached = qualified(uncached, trait_, &types);
        controls = qualified(controls, trait_, &types);
    }
    let cfgs: Vec<&Attribute> = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let mut generics = header.generics.clone();
    // What the type does not mention, the controls take themselves.
    if let Some(Place::Block(place)) = with_controls().next().map(|model| &model.place) {
        let unbound: Vec<_> = place.unbound.params.iter().map(param_name).collect();
        let params = generics.params.into_iter();
        generics.params = params.filter(|param| !unbound.contains(&param_name(param))).collect();
        if let Some(clause) = &mut generics.where_clause {
            let predicates = std::mem::take(&mut clause.predicates).into_iter();
            let about = |predicate: &_| unbound.iter().any(|name| mentions(predicate, name));
            clause.predicates = predicates.filter(|predicate| !about(predicate)).collect();
        }
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let self_ty = &header.self_ty;
    let silence = controls::silence();
    quote! {
        #block

        #(#cfgs)*
        impl #impl_generics #self_ty #where_clause {
            #uncached
        }

        #(#cfgs)*
        #silence
        impl #impl_generics #self_ty #where_clause {
            #controls
        }
    }
}

/// The function under its own name.
fn memoized(model: &Model) -> TokenStream {
    let function = &model.function;
    let (vis, defaultness) = (&function.vis, &function.defaultness);
    let sig = plain_signature(model);
    let attrs = function.attrs.iter().map(|attr| allowed(model, attr));
    let checks = checks(model);
    let call = if is_async(model) { call_async(model) } else { call_sync(model) };
    // The future of a `local` function stays in its thread: that was asked for.
    let stays = (is_async(model) && model.local).then(|| quote!(#[allow(clippy::future_not_send)]));
    // An argument that the body does not use is part of the key all the same.
    let underscored = |parameter: &Parameter| parameter.name.to_string().starts_with('_');
    let uses = model
        .parameters
        .others
        .iter()
        .any(underscored)
        .then(|| quote!(#[allow(clippy::used_underscore_binding)]));
    quote! {
        #(#attrs)*
        #stays
        #uses
        #vis #defaultness #sig {
            #checks
            #call
        }
    }
}

fn call_sync(model: &Model) -> TokenStream {
    let memo = memo(model);
    let (ticket, value) = (internal("ticket"), internal("value"));
    let (cache, kind, key) = (cache(model), kind(model), key(model));
    let run = run_ticket(model, &ticket, &body(model));
    quote! {
        match #cache.enter(#kind, #key) {
            #memo::Call::Ready(#value) => #value,
            #memo::Call::Run(#ticket) => #run,
        }
    }
}

/// A hit returns before anything is awaited, so that a result is no part of the future; and each step is a
/// statement of its own, so that nothing is held across an `await` that is not needed behind it.
fn call_async(model: &Model) -> TokenStream {
    let memo = memo(model);
    let core = &model.paths.core;
    let [found, call, ticket, value] = ["cache", "call", "ticket", "value"].map(internal);
    let (cache, kind, key) = (cache_async(model, &cache(model)), kind(model), key(model));
    let run = run_ticket(model, &ticket, &body(model));
    quote! {
        let #found = #cache;
        let #call = match #memo::enter_async(#found, #kind, #key) {
            #core::result::Result::Ok(#value) => return #value,
            #core::result::Result::Err(#call) => #call,
        };
        let #ticket = match #call.await {
            #memo::Call::Ready(#value) => return #value,
            #memo::Call::Run(#ticket) => #ticket,
        };
        #run
    }
}

/// The cache as a future may hold it.
pub(super) fn cache_async(model: &Model, cache: &TokenStream) -> TokenStream {
    let memo = memo(model);
    if model.local { cache.clone() } else { quote!(#memo::erase(#cache)) }
}

pub(super) fn is_async(model: &Model) -> bool {
    model.function.sig.asyncness.is_some()
}

/// The cache, as a call sees it.
fn cache(model: &Model) -> TokenStream {
    match &model.controls {
        Some(_) => call(model, "cache"),
        None => cache_in_place(model),
    }
}

/// The body: as a closure, or of an `async fn` as a future.
fn body(model: &Model) -> TokenStream {
    match &model.controls {
        Some(_) => uncached_body(model, &namespace(model)),
        None => body_in_place(model),
    }
}

pub(super) fn uncached_body(model: &Model, namespace: &TokenStream) -> TokenStream {
    let call = uncached_call(namespace, model);
    if is_async(model) { call } else { quote!(move || #call) }
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
            clippy::missing_const_for_fn, clippy::needless_pass_by_value
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

/// `Self::Item` as `<Self as Trait>::Item`, in the impl of a trait: for what goes into an inherent impl, in
/// which the short form means nothing.
fn qualified(tokens: TokenStream, trait_: &syn::Path, types: &[Ident]) -> TokenStream {
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

/// A hidden function of the cache's, such as `cache`, with the parameters that select a cache.
pub(super) fn hidden(model: &Model, what: &str) -> Ident {
    match model.place {
        Place::Block(_) => {
            let name = model.controls.as_ref().unwrap_or(&model.function.sig.ident);
            internal(&format!("{}_{what}", name.unraw()))
        }
        _ => internal(what),
    }
}

/// Where the controls stand, seen from the function.
fn namespace(model: &Model) -> TokenStream {
    match (&model.place, &model.controls) {
        // As a type, so that a module of that name is one error more, and not one for each function.
        (Place::Free, Some(name)) => quote!(<#name>),
        _ => quote!(Self),
    }
}

/// A call of a hidden function, with the last two type parameters inferred.
fn call(model: &Model, what: &str) -> TokenStream {
    let namespace = namespace(model);
    call_in(&namespace, model, what)
}

pub(super) fn call_in(namespace: &TokenStream, model: &Model, what: &str) -> TokenStream {
    let name = hidden(model, what);
    let names = selecting(model);
    types::hashing(model.hasher.as_ref(), quote!(#namespace::#name::<#(#names,)* _, _>()))
}

/// The names of the parameters that select a cache, those of a block included that its type does not
/// mention.
pub(super) fn selecting(model: &Model) -> Vec<&Ident> {
    let unbound = match &model.place {
        Place::Block(block) => Some(&block.unbound),
        _ => None,
    };
    unbound.into_iter().flat_map(parameter_names).chain(&model.selecting).collect()
}

fn uncached_call(namespace: &TokenStream, model: &Model) -> TokenStream {
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
    let result = internal("result");
    let keep = |predicate| quote!(|#result: &#output| #memo::holds(#result, #predicate));
    let predicate = model.cache_if.as_ref().map(keep);
    if !is_async(model) {
        return match predicate {
            Some(predicate) => quote!(#ticket.run_if(#body, #predicate)),
            None => quote!(#ticket.run(#body)),
        };
    }
    let (running, value) = (internal("running"), internal("value"));
    let finish = match predicate {
        Some(predicate) => quote!(#ticket.finish_if(#value, #predicate)),
        None => quote!(#ticket.finish(#value)),
    };
    quote! {
        let #running = #core::pin::pin!(#core::option::Option::Some(#body));
        let (#ticket, #value) = #ticket.drive(#running).await;
        #finish
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
    if is_async(model) {
        // A closure, so that `return` and `?` know the type. Of what a closure ends in, the compiler says only
        // that it is wrong, and not where: so the body is the value of a statement.
        let (memo, value) = (memo(model), internal("value"));
        return quote! {
            #memo::body(async move || -> #output {
                #(#rebound)*
                let #value: #output = #body;
                #[allow(unreachable_code)]
                return #value;
            })
        };
    }
    let mut rebound = rebound.peekable();
    if rebound.peek().is_none() {
        return quote!(move || -> #output #body);
    }
    quote!(move || -> #output { #(#rebound)* #body })
}

/// The type of the cache, of the keys and kind given.
pub(super) fn cache_type(model: &Model, key: &TokenStream, kind: &TokenStream) -> TokenStream {
    let memo = memo(model);
    let cache = cache_name(model);
    let expiry = match model {
        Model { idle: Some(_), .. } => quote!(Idle),
        model if expires(model) => quote!(Ttl),
        _ => quote!(Never),
    };
    let private = &model.paths.private;
    let given = model.hasher.as_ref();
    let hasher = given.map_or_else(|| quote!(#private::DefaultHashBuilder), ToTokens::to_token_stream);
    let cache = quote!(#cache<#key, #kind, #memo::#expiry, #hasher>);
    types::with_hasher(given, cache, &model.paths)
}

fn cache_name(model: &Model) -> TokenStream {
    let memo = memo(model);
    let name = if model.local {
        quote!(LocalCache)
    } else if model.lru.is_some() {
        quote!(BoundedCache)
    } else {
        quote!(UnboundedCache)
    };
    quote!(#memo::#name)
}

/// A new cache, of a type that is known from elsewhere.
pub(super) fn new_cache(model: &Model) -> TokenStream {
    let (cache, options) = (cache_name(model), options(model));
    quote!(#cache::new(#options))
}

/// Whether entries have a time to live.
fn expires(model: &Model) -> bool {
    model.ttl.is_some() || matches!(model.errors, Errors::KeptFor(_))
}

/// `Some(N)` or `None`.
pub(super) fn capacity(model: &Model) -> TokenStream {
    let core = &model.paths.core;
    match &model.lru {
        Some(lru) => {
            let span = at(lru.span());
            quote_spanned!(span=> #core::option::Option::Some::<#core::primitive::usize>(const { #lru }))
        }
        None => quote!(#core::option::Option::None),
    }
}

/// The options, as the runtime takes them.
fn options(model: &Model) -> TokenStream {
    let memo = memo(model);
    let core = &model.paths.core;
    let option = |span: Option<&values::Span>| match span {
        Some(span) => {
            let span = span.expand(&model.paths);
            quote!(#core::option::Option::Some(#span))
        }
        None => quote!(#core::option::Option::None),
    };
    let err_ttl = match &model.errors {
        Errors::KeptFor(span) => Some(span),
        Errors::Kept | Errors::Returned => None,
    };
    let (ttl, err_ttl) = (option(model.ttl.as_ref()), option(err_ttl));
    let expiry = match &model.idle {
        Some(idle) => {
            let idle = idle.expand(&model.paths);
            quote!(#memo::Idle::new(#idle, #ttl, #err_ttl))
        }
        None if expires(model) => quote!(#memo::Ttl::new(#ttl, #err_ttl)),
        None => quote!(#memo::Never),
    };
    let label = match &model.label {
        Some(label) => label.to_token_stream(),
        None => {
            let name = model.function.sig.ident.unraw().to_string();
            let owner = match &model.place {
                Place::Block(block) => format!("{}::", block.self_name),
                _ => String::new(),
            };
            let path = format!("::{owner}{name}");
            quote!(#core::concat!(#core::module_path!(), #path))
        }
    };
    let capacity = capacity(model);
    let single_flight = model.single_flight;
    quote! {
        #memo::Options { name: #label, capacity: #capacity, expiry: #expiry, single_flight: #single_flight }
    }
}

/// Whether one static stands for many caches, as far as can be seen.
pub(super) fn is_generic(model: &Model) -> bool {
    match &model.place {
        Place::Alone => true,
        Place::Free => !model.selecting.is_empty(),
        Place::Block(block) => block.is_generic || !model.selecting.is_empty(),
    }
}

/// The static that leads to the cache, and the expression that finds its slot in it. For a `local`
/// function the expression is a closure that takes the work to be done with the slot.
pub(super) fn slot(model: &Model) -> (TokenStream, TokenStream) {
    let memo = memo(model);
    let std = &model.paths.std;
    // A closure has another type in each instantiation.
    let (ty, of) = match (is_generic(model), model.local) {
        (false, false) => (quote!(Slot), TokenStream::new()),
        (true, false) => (quote!(Slots), quote!(.of(|| ()))),
        (false, true) => (quote!(LocalSlot), TokenStream::new()),
        (true, true) => (quote!(LocalSlots), quote!(.of(|| ()))),
    };
    if model.local {
        let declaration = quote! {
            #std::thread_local! {
                static __WEAKCACHE_SLOT: #memo::#ty = const { #memo::#ty::new() };
            }
        };
        (declaration, of)
    } else {
        let declaration = quote!(static __WEAKCACHE_SLOT: #memo::#ty = #memo::#ty::new(););
        (declaration, quote!(__WEAKCACHE_SLOT #of))
    }
}

/// The cache of a function that stands alone.
fn cache_in_place(model: &Model) -> TokenStream {
    let memo = memo(model);
    let (declaration, slot) = slot(model);
    let (cache, new) = (cache_type(model, &quote!(_), &quote!(_)), new_cache(model));
    let init = types::hashing(model.hasher.as_ref(), quote!(|| -> #cache { #new }));
    let found = if model.local {
        quote!(#memo::in_thread(&__WEAKCACHE_SLOT, |slot| slot #slot.get_or_init(#init)))
    } else {
        quote!(#slot.get_or_init(#init))
    };
    quote! {
        {
            #declaration
            #found
        }
    }
}

/// The generics of hidden functions: those that select a cache, with their bounds unless these mention
/// others.
pub(super) fn selecting_generics(model: &Model) -> Generics {
    let names = selecting(model);
    let all = controls::generics(model);
    if names.len() == parameter_names(&all).count() {
        return all;
    }
    let mut generics = Generics::default();
    for param in all.params {
        if names.contains(&param_name(&param)) {
            let core = &model.paths.core;
            generics.params.push(match param {
                GenericParam::Type(param) => {
                    let name = param.ident;
                    syn::parse_quote!(#name: ?#core::marker::Sized)
                }
                other => other,
            });
        }
    }
    generics
}
