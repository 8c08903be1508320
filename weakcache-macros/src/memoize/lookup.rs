//! What asks the cache: a request, with the kind of the result and the key of the call. Both types are
//! inferred, and so is that of the cache.

use super::cache::{scope, with_cache};
use super::expiry;
use super::key::{Hold, Maker, Part, is_option_of_reference};
use super::model::{Errors, Key, Model};
use super::second;
use super::shown::shape;
use super::spell::{
    assertion, cfgs, ends, handed_on, hidden, is_passed_by_name, key_generics, memo, passed, silent, spanned,
};
use super::tags;
use crate::loans::borrows;
use crate::names::internal;
use crate::signature::{Parameter, parameter_names, turbofish};
use crate::types::{self, plain};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Receiver, ReceiverKind, Type};

/// Statements that make a request, where the arguments stand as references. They end in the answer.
fn ask(model: &Model, request: &TokenStream) -> TokenStream {
    let (memo, scope) = (memo(model), scope(model));
    let output = &model.output;
    let (checks, shape, key) = (checks(model), shape(model), key(model));
    let (first, last) = ends(&output.to_token_stream());
    let assert = match model.store {
        Some(_) => Ident::new("assert_tiered_strong", last),
        None => Ident::new(&format!("assert_{}", keep(model)), last),
    };
    let assert = spanned(quote!(#memo::), first).into_iter().chain(assert.into_token_stream());
    let assert: TokenStream = assert.collect();
    let stored = model.store.as_ref().map(|_| {
        let assert = Ident::new("assert_stored_result", last);
        let assert = spanned(quote!(#memo::), first).into_iter().chain(assert.into_token_stream());
        let assert: TokenStream = assert.collect();
        let reference = {
            let found = Ident::new("__weakcache_shape", last);
            let and = quote_spanned!(first=> &);
            quote_spanned!(last=> (#and #found))
        };
        quote!(#assert #reference;)
    });
    let keep = format_ident!("__weakcache_{}", keep(model));
    // An error about the shape is one about the type of the result.
    let found = Ident::new("__weakcache_shape", last);
    let and = quote_spanned!(first=> &);
    let reference = quote_spanned!(last=> (#and #found));
    let kind = tags::kind(model, quote!((&&&#memo::Keep(#found)).#keep()));
    // Closures are shown what these are of: they have to be there first.
    let (shown, kind, key) = match model.shows() || model.store.is_some() {
        true => {
            let [known_kind, known_key] = ["kind", "key"].map(|name| internal(name).into_token_stream());
            let types = model.shows().then(|| {
                let types = expiry::types();
                quote!(let #types = #memo::types(&#known_key, &#known_kind);)
            });
            let coded = second::coded(model, &known_key, &known_kind);
            let shown = quote! {
                let #known_kind = #kind;
                let #known_key = #key;
                #types
                #coded
            };
            (Some(shown), known_kind, known_key)
        }
        false => (None, kind, key),
    };
    let ask = with_cache(model, |cache| {
        quote! {
            #memo::Request::<#output, #scope>::ask(#request, #cache, #kind, #key)
        }
    });
    let ask = types::hashing(model.hasher.as_ref(), ask);
    quote! {
        use #memo::look_up::*;
        #checks
        let #found = #shape;
        #assert #reference;
        #stored
        #shown
        #ask
    }
}

/// Arguments as a request takes them: as references.
pub(super) struct Lent {
    pub(super) parameter: TokenStream,
    pub(super) argument: TokenStream,
}

/// `self`, if it has a part in the key.
fn lent_receiver(model: &Model) -> Option<Lent> {
    let receiver = model.parameters.receiver.as_ref().filter(|_| model.keeps_receiver)?;
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

/// What has a part in the key, `self` first. Many are one in a tuple, of which clippy does not count the parts.
fn lent(model: &Model) -> Vec<Lent> {
    lent_as(model, |parameter| name_in_key(model, parameter))
}

/// The same by other names.
pub(super) fn lent_as(model: &Model, name: impl Fn(&Parameter) -> Ident) -> Vec<Lent> {
    let others = model.kept().map(|parameter| {
        let (name, lent) = (name(parameter), passed(model, parameter));
        let (ty, argument) = lend_argument(model, &parameter.ty, &lent);
        (name, ty, argument)
    });
    let others: Vec<_> = others.collect();
    let mut lent: Vec<Lent> = lent_receiver(model).into_iter().collect();
    if others.len() < 6 {
        let one = |(name, ty, argument)| Lent { parameter: quote!(#name: #ty), argument };
        lent.extend(others.into_iter().map(one));
    } else {
        let (names, types): (Vec<_>, Vec<_>) = others.iter().map(|(name, ty, _)| (name, ty)).unzip();
        let arguments = others.iter().map(|(.., argument)| argument);
        let (parameter, argument) = (quote!((#(#names),*): (#(#types),*)), quote!((#(#arguments),*)));
        lent.push(Lent { parameter, argument });
    }
    lent
}

/// The arguments, as statements that let references stand for them.
fn lent_in_place(model: &Model) -> TokenStream {
    let lent = model.kept().filter_map(|parameter| {
        let (name, lent) = (name_in_key(model, parameter), passed(model, parameter));
        let (_, argument) = lend_argument(model, &parameter.ty, &lent);
        // A reference that has the user's name already.
        let is_users = matches!(model.key, Key::Whole(_)) && is_passed_by_name(model, parameter);
        let is_there = is_users && name == argument.to_string();
        (!is_there).then(|| quote!(let #name = #argument;))
    });
    lent.collect()
}

/// What an argument is called where the key is made.
fn name_in_key(model: &Model, parameter: &Parameter) -> Ident {
    match model.key {
        // The user's expression names it.
        Key::Whole(_) if !parameter.is_pattern() => parameter.name.clone(),
        _ => handed_on(&model.parameters, parameter),
    }
}

/// The one function that knows how to find the cache, the kind of the result and the key of a call.
pub(super) fn access_function(model: &Model) -> TokenStream {
    let memo = memo(model);
    let name = hidden(model, "access");
    let generics = key_generics(model);
    let params = generics.params.iter();
    let clause = &generics.where_clause;
    let (output, scope) = (&model.output, scope(model));
    // Spelt out: without weakcache, the short form of the answer is an error of its own.
    let asks = quote!(#memo::Request<#output, #scope>);
    let parameters = lent(model).into_iter().map(|lent| lent.parameter);
    let request = internal("request");
    let ask = ask(model, &request.to_token_stream());
    let cfgs = cfgs(model);
    quote! {
        #(#cfgs)*
        #[inline]
        fn #name<#(#params,)* __WeakcacheR: #asks>(
            #(#parameters,)*
            #request: __WeakcacheR,
        ) -> <__WeakcacheR as #asks>::Answer #clause {
            #ask
        }
    }
}

/// A request by way of that function.
pub(super) fn access(model: &Model, namespace: &TokenStream, request: &TokenStream) -> TokenStream {
    let name = hidden(model, "access");
    let generics = key_generics(model);
    let names: Vec<_> = parameter_names(&generics).map(ToTokens::to_token_stream).collect();
    // With the type of the request, which is inferred.
    let names = if names.is_empty() { names } else { [names, vec![quote!(_)]].concat() };
    let turbofish = turbofish(&names);
    let arguments = lent(model).into_iter().map(|lent| lent.argument);
    quote!(#namespace::#name #turbofish(#(#arguments,)* #request))
}

/// A request in the place of the function.
pub(super) fn ask_in_place(model: &Model, request: &TokenStream) -> TokenStream {
    let (lent, ask) = (lent_in_place(model), ask(model, request));
    quote! {
        {
            #lent
            #ask
        }
    }
}

/// The type and the expression of what stands for an argument where the key is made.
pub(super) fn lend_argument(model: &Model, ty: &Type, name: &Ident) -> (TokenStream, TokenStream) {
    match model.key {
        Key::Parts(_) if borrows(ty) && is_option_of_reference(ty) => {
            (ty.to_token_stream(), name.to_token_stream())
        }
        // Another word for `&`: clippy has an opinion on references to these, wherever they come from.
        _ if is_option_of_reference(ty) || has_borrowed_form(ty) => {
            let memo = memo(model);
            (quote!(#memo::Lent<'_, #ty>), quote!(&#name))
        }
        // The same of an element: the user has spelt the slice.
        _ => match plain(ty) {
            Type::Reference(one) if model.batch.is_some() && has_borrowed_form(&one.elem) => {
                let (memo, elem) = (memo(model), &one.elem);
                (quote!(#memo::Lent<'_, #elem>), name.to_token_stream())
            }
            ty => lend(ty, name),
        },
    }
}

/// Whether the type, by its name, has another that stands for a borrow of it.
fn has_borrowed_form(ty: &Type) -> bool {
    const NAMES: [&str; 4] = ["Cow", "PathBuf", "String", "Vec"];
    let Type::Path(path) = plain(ty) else { return false };
    path.path.segments.last().is_some_and(|last| NAMES.iter().any(|name| last.ident == name))
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
    let parts = match &model.key {
        Key::Parts(parts) => checks_of_parts(model, asked(model), parts),
        Key::Whole(_) => TokenStream::new(),
    };
    let output = &model.output;
    let is_result = (model.stale_if_error.is_some() || !matches!(model.errors, Errors::Returned))
        .then(|| assertion(model, "assert_result", &output.to_token_stream()));
    let stored = second::checks(model);
    quote! {
        #parts
        #is_result
        #stored
    }
}

/// What is asked of types, by the name of an assertion of the runtime's.
fn asked(model: &Model) -> &'static str {
    match (model.local, &model.store) {
        (true, _) => "local_",
        (false, Some(_)) => "tiered_",
        (false, None) => "",
    }
}

fn checks_of_parts(model: &Model, asked: &str, parts: &[Part]) -> TokenStream {
    let checks = parts.iter().map(|Part { maker, ty, hold, .. }| {
        let what = match maker {
            Maker::Value => "value",
            Maker::Ref | Maker::Option => "referent",
            Maker::Receiver => "receiver",
            Maker::Tuple(parts) => return checks_of_parts(model, asked, parts),
        };
        match hold {
            Hold::Strongly => assertion(model, &format!("assert_{asked}{what}"), ty),
            Hold::Weakly => assertion(model, &format!("assert_{asked}weak_key"), ty),
            Hold::WeaklyIfHandle => {
                let (first, last) = ends(ty);
                let memo = spanned(memo(model).to_token_stream(), first);
                let method = Ident::new(&format!("__weakcache_assert_{asked}{what}"), last);
                quote_spanned!(first=> (&&#memo::Type::<#ty>::new()).#method();)
            }
        }
    });
    checks.collect()
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

/// The key of a call, out of the arguments.
fn key(model: &Model) -> TokenStream {
    let memo = memo(model);
    let local = if model.local { "local_" } else { "" };
    match &model.key {
        Key::Parts(parts) => key_of_parts(model, local, parts),
        Key::Whole(expr) => {
            let (first, last) = ends(&expr.to_token_stream());
            let patterns = model.kept().filter(|parameter| parameter.is_pattern());
            let patterns = patterns.map(|parameter| {
                let (pat, name) = (
                    silent(parameter.pat.to_token_stream(), &expr.to_token_stream()),
                    name_in_key(model, parameter),
                );
                quote!(let #pat = #name;)
            });
            let assert = Ident::new(&format!("assert_{}whole", asked(model)), first);
            let method = format_ident!("__weakcache_{local}whole");
            let value = Ident::new("__weakcache_value", last);
            let and = quote_spanned!(first=> &);
            let stored =
                model.store.as_ref().map(|_| quote_spanned!(first=> #memo::assert_stored_key(#and #value);));
            quote_spanned! {first=>
                {
                    let #value = {
                        #(#patterns)*
                        #expr
                    };
                    #memo::#assert(#and #value);
                    #stored
                    (&&&#memo::Type::of(&#value)).#method(#value)
                }
            }
        }
    }
}

fn key_of_parts(model: &Model, local: &str, parts: &[Part]) -> TokenStream {
    let memo = memo(model);
    parts.iter().rev().fold(quote!(()), |rest, Part { maker, argument, ty, hold }| {
        let (function, what) = match maker {
            Maker::Option => (quote!(option), "referent"),
            Maker::Value => (quote!(part), "value"),
            Maker::Ref | Maker::Receiver => (quote!(part), "referent"),
            Maker::Tuple(parts) => {
                let parts = key_of_parts(model, local, parts);
                return quote!((#memo::group(#parts), #rest));
            }
        };
        let method = format_ident!("__weakcache_{local}{what}");
        let part = quote!((&&&#memo::Type::<#ty>::new()).#method());
        let weak_or = |other| {
            let method = format_ident!("__weakcache_{local}weak_or");
            quote!((&&#memo::Type::<#ty>::new()).#method(#other))
        };
        let part = match hold {
            Hold::Strongly => part,
            Hold::Weakly => weak_or(quote!(#memo::Unfit)),
            Hold::WeaklyIfHandle => weak_or(part),
        };
        let argument = argument.clone().or_else(|| own(model));
        quote!((#memo::#function(#argument, #part), #rest))
    })
}
