//! From a [`Model`] to code. Cannot fail.
//!
//! The function keeps its signature, and its body becomes a look-up. What was its body is a function of its
//! own beside it, `uncached`. Where nothing can stand beside it, it is a closure in its place.

use super::asking::{again, ask, begins_again};
use super::background::background;
use super::batched;
use super::body::{Runner, body, run, uncached};
use super::cache::slot_static;
use super::controls;
use super::lookup::{access, ask_in_place};
use super::model::{Body, Model};
use super::spell::{
    allowed, allowed_by, cfgs, is_async, many_arguments, memo, namespace, of_one_thread, own_braces,
    plain_signature, quiet, silence_lifetimes, uncached_name, visibility,
};
use super::subtrait::{Declaration, Subtrait};
use super::tagging;
use crate::fingerprint::{fingerprinted, stand_in};
use crate::names::internal;
use crate::signature::param_name;
use crate::types::mentions;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Generics, ImplItem, ItemImpl};

/// A function with the attribute, and its controls beside it.
pub(super) fn function(model: &Model) -> TokenStream {
    let function = memoized(model);
    let fingerprint = fingerprint(model);
    let Some(name) = &model.controls else { return quote!(#function #fingerprint) };
    let (name, vis) = (quiet(name), visibility(model));
    let cfgs = cfgs(model);
    let doc = format!(" Controls of the cache of the function `{}`.", model.function.sig.ident.unraw());
    let (uncached, controls, lints) =
        (uncached(model), controls::expand(model), allowed_by(&model.function.attrs));
    let slot = slot_static(model);
    let controls = imported(model, &quote!(#(#cfgs)*), &quote!(#slot #lints impl #name { #controls }));
    quote! {
        #function

        #(#cfgs)*
        #[doc = #doc]
        #vis enum #name {}

        #(#cfgs)*
        impl #name {
            #uncached
        }

        #controls

        #fingerprint
    }
}

/// That of the function, by a type of its name: that of the controls, where they have it.
fn fingerprint(model: &Model) -> Option<TokenStream> {
    let (name, cfgs) = (&model.function.sig.ident, cfgs(model));
    let (code, cfgs) = (model.dependable.as_ref()?, quote!(#(#cfgs)*));
    let has_type = model.controls.as_ref().is_some_and(|controls| controls == name);
    let stand_in = (!has_type).then(|| stand_in(name, &model.function.vis, &cfgs));
    let fingerprinted = fingerprinted(name, &Generics::default(), code, &model.paths);
    let fingerprinted = imported(model, &cfgs, &fingerprinted);
    Some(quote!(#stand_in #fingerprinted))
}

/// Items with the import that their paths begin with. With one for all, a crate that is not found is one error.
fn imported(model: &Model, cfgs: &TokenStream, items: &TokenStream) -> TokenStream {
    let import = &model.import;
    quote! {
        #cfgs
        const _: () = {
            #import
            #items
        };
    }
}

/// An item of a block.
pub(super) enum Item {
    Memoized(Box<Model>),
    Other(TokenStream),
}

/// An impl block with its memoized functions, and their controls.
pub(super) fn block(header: &ItemImpl, items: &[Item], subtrait: Option<&Subtrait>) -> TokenStream {
    let models = || {
        items.iter().filter_map(|item| match item {
            Item::Memoized(model) => Some(&**model),
            Item::Other(_) => None,
        })
    };
    let functions = items.iter().map(|item| match item {
        Item::Memoized(model) => memoized(model),
        Item::Other(tokens) => tokens.clone(),
    });
    let cfgs: Vec<&Attribute> = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let (cfgs, lints) = (quote!(#(#cfgs)*), allowed_by(&header.attrs));
    let moved: Vec<&Model> = models().filter(|model| model.body == Body::Beside).collect();
    let mut block = header.clone();
    block.items = vec![ImplItem::Verbatim(functions.collect())];
    let beside = (!moved.is_empty()).then(|| {
        // Lints that were expected of the block may come of the bodies.
        let attrs = block.attrs.iter().map(allowed).map(|attr| syn::parse_quote!(#attr));
        block.attrs = attrs.collect();
        let levels = block.attrs.iter().filter(|attr| is_lint_level(attr));
        let attrs = quote!(#cfgs #(#levels)*);
        let bodies: TokenStream = moved.iter().map(|model| uncached(model)).collect();
        match subtrait {
            None => inherent(header, &attrs, &bodies),
            Some(subtrait) => {
                let declarations: Vec<_> = moved.iter().map(|model| declaration(model)).collect();
                subtrait.expand(header, &declarations, &bodies, &attrs)
            }
        }
    });
    // In general they are of one crate path.
    let mut controls: Vec<(&Model, TokenStream, TokenStream)> = Vec::new();
    for model in models().filter(|model| model.controls.is_some()) {
        let (own, slot) = (controls::expand(model), slot_static(model).unwrap_or_default());
        let alike = |(other, ..): &&mut (&Model, _, _)| other.import.to_string() == model.import.to_string();
        match controls.iter_mut().find(alike) {
            Some((_, controls, slots)) => {
                controls.extend(own);
                slots.extend(slot);
            }
            None => controls.push((model, own, slot)),
        }
    }
    let controls = controls.into_iter().map(|(model, controls, slots)| {
        let block = of_controls(header, subtrait, model, &controls);
        imported(model, &cfgs, &quote!(#slots #lints #block))
    });
    quote! {
        #block
        #beside
        #(#controls)*
    }
}

/// The bodies of an inherent impl, in another of the same. Among the functions, what is said of those that are
/// not used would be said of these, and so of none.
fn inherent(header: &ItemImpl, attrs: &TokenStream, bodies: &TokenStream) -> TokenStream {
    let (generics, self_ty) = (&header.generics, &header.self_ty);
    let (impl_generics, _, clause) = generics.split_for_impl();
    quote! {
        #attrs
        impl #impl_generics #self_ty #clause {
            #bodies
        }
    }
}

fn is_lint_level(attr: &Attribute) -> bool {
    ["allow", "warn", "deny", "forbid"].iter().any(|level| attr.path().is_ident(level))
}

/// The declaration of a function whose body is in the impl of the trait beside.
fn declaration(model: &Model) -> Declaration {
    let mut sig = plain_signature(model, &model.function.sig);
    sig.ident = uncached_name(model);
    let (cfgs, many) = (cfgs(model), many_arguments(&sig));
    Declaration { attrs: quote!(#(#cfgs)* #many), sig }
}

/// The controls in an impl of their own, without the trait if there is one.
fn of_controls(
    header: &ItemImpl,
    subtrait: Option<&Subtrait>,
    model: &Model,
    controls: &TokenStream,
) -> TokenStream {
    let mut generics = header.generics.clone();
    silence_lifetimes(&mut generics);
    if let Some((subtrait, unbound)) = subtrait.zip(model.place.unbound()) {
        subtrait.add_elided(&mut generics, controls);
        // What the type does not mention, the controls take themselves.
        let unbound: Vec<_> = unbound.params.iter().map(param_name).collect();
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
    quote! {
        impl #impl_generics #self_ty #where_clause {
            #controls
        }
    }
}

/// The function under its own name. It says `return`, for those who want that to be said.
fn memoized(model: &Model) -> TokenStream {
    let function = &model.function;
    let (vis, defaultness) = (&function.vis, &function.defaultness);
    let sig = plain_signature(model, &function.sig);
    let attrs = function.attrs.iter().map(|attr| match model.body {
        Body::Closure => attr.to_token_stream(),
        Body::Beside | Body::Nested => allowed(attr),
    });
    let namespace = namespace(model);
    let nested = (model.body == Body::Nested).then(|| uncached(model));
    let call = match &model.batch {
        Some(batch) => batched::call(model, batch, &namespace),
        None => call(model, &namespace),
    };
    let import = &model.import;
    let braces = own_braces(&function.body, quote!(#import #nested #call));
    let stays = of_one_thread(model);
    quote! {
        #(#attrs)*
        #stays
        #vis #defaultness #sig #braces
    }
}

/// A call: statements that end in `return`.
fn call(model: &Model, namespace: &TokenStream) -> TokenStream {
    let (memo, core) = (memo(model), &model.paths.core);
    let request = if is_async(model) { quote!(#memo::EnterAsync) } else { quote!(#memo::Enter) };
    let call = match &model.controls {
        Some(_) => access(model, namespace, &request),
        None => ask_in_place(model, &request),
    };
    let [entered, ticket, value] = ["call", "ticket", "value"].map(internal);
    let (drive, run) = run(model, Runner::Call, &ticket, &body(model, namespace));
    let tagged = tagging::with_ticket(model, &ticket, namespace);
    let background = background(model, &ticket, namespace);
    let asked = ask(model, Runner::Call, &ticket, namespace, |value| quote!(return #value));
    let calls = if is_async(model) {
        // Statements, not nested matches: what is matched lives as long as the match does, and a result that
        // is held across the `await` would have to be `Send`.
        quote! {
            let #entered = match #call {
                #core::Result::Ok(#value) => return #value,
                #core::Result::Err(#entered) => #entered,
            };
            let #ticket = match #entered.await {
                #memo::Call::Ready(#value) => return #value,
                #memo::Call::Run(#ticket) => #ticket,
            };
            #tagged
            #background
            #asked
            #drive
            return #run
        }
    } else {
        let run = match (&tagged, &asked) {
            (None, None) => quote!(#run,),
            _ => quote!({ #tagged #asked #run }),
        };
        quote! {
            return match #call {
                #memo::Call::Ready(#value) => #value,
                #memo::Call::Run(#ticket) => #run
            }
        }
    };
    if !begins_again(model) {
        return calls;
    }
    let again = again();
    quote! {
        let mut #again = false;
        loop { #calls }
    }
}
