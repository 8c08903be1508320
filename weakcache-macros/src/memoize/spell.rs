//! What the parts of an expansion are called, and how they are spelt.
//!
//! A lint is silent about code whose span lies in a macro of another crate. So what is generated, and whatever
//! would be reported twice, is spelt with such spans, which show the place of the user's tokens all the same:
//! [`quiet`] and [`at`]. No `allow` is needed then, which a crate may forbid.

use super::mention::names;
use super::model::{Body, Model, Place};
use crate::names::internal;
use crate::paths::Prefix;
use crate::signature::{Parameter, Parameters, param_name, parameter_names, turbofish};
use crate::types::{mentions, mentions_any};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{
    Attribute, FnArg, GenericParam, Generics, Meta, Pat, ReceiverKind, Safety, Signature, TypeParamBound,
    Visibility, WherePredicate,
};

/// A span in the code that is expanded, shown at `span`.
pub(super) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// The name as a token of ours. It means what it meant where the attribute stands.
pub(super) fn quiet(name: &Ident) -> Ident {
    let mut quiet = name.clone();
    quiet.set_span(Span::call_site().located_at(name.span()));
    quiet
}

/// The pattern, in which no lint sees a name that the code does not use.
pub(super) fn silent(pat: TokenStream, code: &TokenStream) -> TokenStream {
    let tokens = pat.into_iter().map(|token| match token {
        TokenTree::Ident(name) if !names(code.clone(), &name) => TokenTree::Ident(quiet(&name)),
        TokenTree::Group(group) => {
            let mut new = Group::new(group.delimiter(), silent(group.stream(), code));
            new.set_span(group.span());
            TokenTree::Group(new)
        }
        other => other,
    });
    tokens.collect()
}

/// The braces as ours, around what the user wrote in them.
pub(super) fn quiet_braces(body: &Group) -> Group {
    let mut quiet = body.clone();
    quiet.set_span(Span::call_site().located_at(body.span()));
    quiet
}

/// The braces of a function, around code of ours: with these the function as a whole is the user's, and lints
/// say of it what they say of any.
pub(super) fn own_braces(body: &Group, code: TokenStream) -> TokenTree {
    let mut own = Group::new(body.delimiter(), code);
    own.set_span(body.span());
    TokenTree::Group(own)
}

/// The module in which the runtime of memoized functions is.
pub(super) fn memo(model: &Model) -> &Prefix {
    &model.paths.private
}

/// A call of an assertion about `subject`, with its caret under the whole of that.
pub(super) fn assertion(model: &Model, assert: &str, subject: &TokenStream) -> TokenStream {
    let (first, last) = ends(subject);
    let (memo, assert) = (memo(model), Ident::new(assert, first));
    let path = spanned(quote!(#memo::#assert), first);
    let open = quote_spanned!(first=> ::<);
    let close = quote_spanned!(last=> >());
    quote!(#path #open #subject #close;)
}

/// The spans of the first and the last token, as places of ours.
pub(super) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut tokens = tokens.clone().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    (at(first), at(last))
}

/// The tokens at another place.
pub(super) fn spanned(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

pub(super) fn is_async(model: &Model) -> bool {
    model.function.sig.asyncness.is_some()
}

/// Of too many arguments there is something to be said once, of the function itself.
pub(super) fn many_arguments(sig: &Signature) -> Option<TokenStream> {
    (sig.inputs.len() > 7).then(|| quote!(#[cfg_attr(clippy, allow(clippy::too_many_arguments))]))
}

/// The future of a `local` function stays in its thread: that was asked for.
pub(super) fn of_one_thread(model: &Model) -> Option<TokenStream> {
    (is_async(model) && model.local).then(|| quote!(#[cfg_attr(clippy, allow(clippy::future_not_send))]))
}

pub(super) fn cfgs(model: &Model) -> Vec<&Attribute> {
    model.function.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
}

/// What `attrs` allow, and expect, for what is generated of the item that they are on.
pub(super) fn allowed_by<'a>(attrs: impl IntoIterator<Item = &'a Attribute>) -> TokenStream {
    let lints = attrs.into_iter().filter_map(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => Some(&list.tokens),
        _ => None,
    });
    quote!(#(#[allow(#lints)])*)
}

/// An attribute as it stands on what an item is split into: lints that were expected of the whole may come of
/// one part, or of none, and are allowed in both.
pub(super) fn allowed(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("expect") => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attr.to_token_stream(),
    }
}

/// The name of a control: with the function's name before it where they stand in a type of the user's.
pub(super) fn control_name(model: &Model, control: &str) -> Ident {
    let span =
        Span::call_site().located_at(model.controls.as_ref().unwrap_or(&model.function.sig.ident).span());
    match (&model.place, &model.controls) {
        (Place::Block(_), Some(prefix)) => format_ident!("{}_{control}", prefix.unraw(), span = span),
        _ => Ident::new(control, span),
    }
}

/// What the controls are called.
pub(super) const CONTROLS: [&str; 11] = [
    "cache_info",
    "cache_clear",
    "peek",
    "invalidate",
    "refresh",
    "prime",
    "uncached",
    "sweep",
    "retain",
    "capacity",
    SET_CAPACITY,
];

/// The one that only a function with a bound has.
const SET_CAPACITY: &str = "set_capacity";

/// The names of all controls, if there are any.
pub(super) fn control_names(model: &Model) -> impl Iterator<Item = Ident> {
    let controls = CONTROLS.iter().filter(|control| model.most().is_some() || **control != SET_CAPACITY);
    controls.filter(|_| model.controls.is_some()).map(|control| control_name(model, control))
}

/// A hidden function of the cache's, such as `slot`.
pub(super) fn hidden(model: &Model, what: &str) -> Ident {
    match model.place {
        Place::Block(_) => {
            let name = model.controls.as_ref().unwrap_or(&model.function.sig.ident);
            internal(&format!("{}_{what}", name.unraw()))
        }
        _ => internal(what),
    }
}

/// The function as it was written, beside the memoized one.
pub(super) fn uncached_name(model: &Model) -> Ident {
    match (&model.place, &model.controls) {
        // In a trait of its own.
        (Place::Block(block), _) if block.subtrait.is_some() => hidden(model, "uncached"),
        (_, Some(_)) => control_name(model, "uncached"),
        (_, None) => hidden(model, "uncached"),
    }
}

/// The visibility of the controls: the function's, if no other is given. In a trait impl that is not to be seen, and the type's
/// own is the bound.
pub(super) fn visibility(model: &Model) -> TokenStream {
    let of_block = match &model.place {
        Place::Block(block) => block.vis.as_ref(),
        _ => None,
    };
    if let Some(vis) = model.vis.as_ref().or(of_block) {
        return quiet_visibility(vis);
    }
    match (&model.place, &model.function.vis) {
        (Place::Block(block), Visibility::Inherited) if block.subtrait.is_some() => quote!(pub),
        (_, vis) => quiet_visibility(vis),
    }
}

pub(super) fn quiet_visibility(vis: &Visibility) -> TokenStream {
    let tokens = vis.to_token_stream().into_iter().map(|token| match token {
        TokenTree::Ident(word) => TokenTree::Ident(quiet(&word)),
        other => other,
    });
    tokens.collect()
}

/// The generics of `refresh` and `uncached`: the function's, after those of a trait impl that its type leaves
/// open.
pub(super) fn generics(model: &Model) -> Generics {
    let mut generics = model.outside.generics.clone();
    silence_lifetimes(&mut generics);
    if let Place::Block(block) = &model.place {
        let own = std::mem::take(&mut generics.params);
        generics.params = block.unbound.params.iter().cloned().chain(own).collect();
        if let Some(clause) = &block.unbound.where_clause {
            generics.make_where_clause().predicates.extend(clause.predicates.iter().cloned());
        }
    }
    generics
}

/// Lints about lifetimes are about where these are declared.
pub(super) fn silence_lifetimes(generics: &mut Generics) {
    for param in generics.lifetimes_mut() {
        param.lifetime.set_span(Span::call_site().located_at(param.lifetime.ident.span()));
    }
}

/// Those of what knows no more than the key: without what only the other arguments mention.
pub(super) fn key_generics(model: &Model) -> Generics {
    let mut generics = generics(model);
    for name in &model.selecting {
        require_static(&mut generics, name);
    }
    let gone: Vec<String> = model.skipped_params.iter().map(|name| name.unraw().to_string()).collect();
    if gone.is_empty() {
        return generics;
    }
    let stays = |param: &GenericParam| !model.skipped_params.contains(param_name(param));
    generics.params = std::mem::take(&mut generics.params).into_iter().filter(stays).collect();
    for param in &mut generics.params {
        if let GenericParam::Type(param) = param {
            let stays = |bound: &TypeParamBound| !mentions_any(bound, &gone);
            param.bounds = std::mem::take(&mut param.bounds).into_iter().filter(stays).collect();
        }
    }
    if let Some(clause) = &mut generics.where_clause {
        let stays = |predicate: &WherePredicate| !mentions_any(predicate, &gone);
        clause.predicates = std::mem::take(&mut clause.predicates).into_iter().filter(stays).collect();
    }
    generics
}

/// Says that a type parameter is `'static`, as it has to be: where it is not, that is one error, at the call.
fn require_static(generics: &mut Generics, name: &Ident) {
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let said = predicates
        .filter(|predicate| mentions(predicate, name))
        .any(|predicate| mentions(predicate, "static"));
    let param = generics.type_params_mut().find(|param| param.ident == *name);
    if let Some(param) = param.filter(|param| !said && !mentions(&**param, "static")) {
        param.bounds.push(syn::parse_quote!('static));
    }
}

/// Those of what takes no arguments: the lifetimes of these are of no use to it.
pub(super) fn bare_generics(model: &Model) -> Generics {
    let mut generics = key_generics(model);
    let lifetimes: Vec<String> =
        generics.lifetimes().map(|param| param.lifetime.ident.unraw().to_string()).collect();
    let bound = generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_)));
    if !bound.into_iter().any(|param| mentions_any(param, &lifetimes))
        && !mentions_any(&generics.where_clause, &lifetimes)
    {
        let stays = |param: &GenericParam| !matches!(param, GenericParam::Lifetime(_));
        generics.params = std::mem::take(&mut generics.params).into_iter().filter(stays).collect();
    }
    generics
}

/// Whether the body, in a closure, binds the argument once more.
pub(super) fn is_rebound(model: &Model, parameter: &Parameter) -> bool {
    match &parameter.pat {
        Pat::Ident(_) if says_unused(parameter) => names(model.function.body.stream(), &parameter.name),
        Pat::Ident(pat) if pat.mutability.is_some() => true,
        _ => parameter.is_pattern(),
    }
}

/// Whether the name says that the argument is not used. As part of the key it is.
fn says_unused(parameter: &Parameter) -> bool {
    !parameter.is_pattern() && parameter.name.to_string().starts_with('_')
}

/// The name by which an argument is taken and handed on.
pub(super) fn passed(model: &Model, parameter: &Parameter) -> Ident {
    if is_passed_by_name(model, parameter) {
        parameter.name.clone()
    } else {
        handed_on(&model.parameters, parameter)
    }
}

/// Whether that is the name as the user wrote it: the body names it itself.
pub(super) fn is_passed_by_name(model: &Model, parameter: &Parameter) -> bool {
    model.body == Body::Closure && !is_rebound(model, parameter) && !says_unused(parameter)
}

/// The name of an argument as a token of ours. Of two that a macro by example gave one name, one has another.
pub(super) fn handed_on(parameters: &Parameters, parameter: &Parameter) -> Ident {
    let earlier = parameters.others.iter().take_while(|other| !std::ptr::eq(*other, parameter));
    let twins = earlier.filter(|other| other.name == parameter.name).count();
    match twins {
        0 => quiet(&parameter.name),
        _ => internal(&format!("{}_{twins}", parameter.name.unraw())),
    }
}

/// The signature with a name for each argument, as a caller sees it.
pub(super) fn plain_signature(model: &Model, sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    let others = model.parameters.others.iter();
    let typed = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    });
    for (input, parameter) in typed.zip(others) {
        let name = passed(model, parameter);
        *input.pat = Pat::Verbatim(quote!(#name));
    }
    // A body in a closure, which nothing can be bound for that is called `self`, changes this one.
    let is_changed = model.body == Body::Closure;
    for input in &mut sig.inputs {
        if let FnArg::Receiver(receiver) = input
            && !matches!(receiver.kind, ReceiverKind::Reference(..))
            && !is_changed
        {
            receiver.mutability = None;
        }
    }
    sig
}

/// Where the hidden functions stand, seen from the function.
pub(super) fn namespace(model: &Model) -> TokenStream {
    match (&model.place, &model.controls) {
        // As a type, so that a module of that name is one error more, and not one for each function.
        (Place::Free, Some(name)) => {
            let name = quiet(name);
            quote!(<#name>)
        }
        _ => quote!(Self),
    }
}

/// A call of the function as it was written, with all arguments handed on.
pub(super) fn uncached_call(model: &Model, from: &TokenStream) -> TokenStream {
    let receiver = model.parameters.receiver.as_ref().map(|receiver| receiver.self_token.to_token_stream());
    uncached_call_of(model, from, receiver)
}

/// The same with another `self`.
pub(super) fn uncached_call_of(
    model: &Model,
    from: &TokenStream,
    receiver: Option<TokenStream>,
) -> TokenStream {
    let others = model.parameters.others.iter().map(|parameter| passed(model, parameter).to_token_stream());
    uncached_call_with(model, from, receiver.into_iter().chain(others))
}

/// The same with other arguments, `self` first.
pub(super) fn uncached_call_with(
    model: &Model,
    from: &TokenStream,
    arguments: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let name = uncached_name(model);
    let path = match (model.place.subtrait(), model.body) {
        (Some(subtrait), _) => {
            let of_self = subtrait.of_self();
            quote!(#of_self::#name)
        }
        (None, Body::Nested) => name.to_token_stream(),
        (None, _) => quote!(#from::#name),
    };
    let names: Vec<&Ident> = parameter_names(&model.outside.generics).collect();
    let turbofish = turbofish(&names);
    let call = quote!(#path #turbofish(#(#arguments),*));
    match model.function.sig.safety {
        // Its contract is that of the function it is called from.
        Safety::Unsafe(_) => quote!(unsafe { #call }),
        _ => call,
    }
}
