//! From a [`Model`] to code. Cannot fail.
//!
//! The function keeps its signature, and its body becomes a look-up. What was its body is a function of its
//! own beside it, `uncached`. Where nothing can stand beside it, it is a closure in its place.

use super::body::{body, run, uncached};
use super::controls;
use super::lookup::{access, ask_in_place};
use super::model::{Body, Model};
use super::spell::{
    allowed, allowed_by, cfgs, is_async, many_arguments, memo, namespace, of_one_thread, own_braces,
    plain_signature, quiet, quiet_visibility, uncached_name,
};
use super::subtrait::{Declaration, Subtrait};
use crate::names::internal;
use crate::signature::param_name;
use crate::types::mentions;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, ImplItem, ItemImpl};

/// A function with the attribute, and its controls beside it.
pub(super) fn function(model: &Model) -> TokenStream {
    let function = memoized(model);
    let Some(name) = &model.controls else { return function };
    let (name, vis) = (quiet(name), quiet_visibility(&model.function.vis));
    let cfgs = cfgs(model);
    let doc = format!(" Controls of the cache of the function `{}`.", model.function.sig.ident.unraw());
    let (controls, allowed) = (controls::expand(model), allowed_by(&model.function.attrs));
    quote! {
        #function

        #(#cfgs)*
        #[doc = #doc]
        #vis enum #name {}

        #(#cfgs)*
        #allowed
        impl #name {
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
    let controls = models().filter(|model| model.controls.is_some()).map(controls::expand);
    let mut block = header.clone();
    let Some(subtrait) = subtrait else {
        let hidden =
            models().filter(|model| model.body == Body::Beside && model.controls.is_none()).map(uncached);
        block.items = vec![ImplItem::Verbatim(functions.chain(controls).chain(hidden).collect())];
        return block.into_token_stream();
    };
    block.items = vec![ImplItem::Verbatim(functions.collect())];
    let controls: TokenStream = controls.collect();
    let moved: Vec<&Model> = models().filter(|model| model.body == Body::Beside).collect();
    if moved.is_empty() {
        return block.into_token_stream();
    }
    let declarations: Vec<Declaration> = moved.iter().map(|model| declaration(model)).collect();
    let bodies: TokenStream = moved.iter().map(|model| uncached(model)).collect();
    // Lints that were expected of the block may come of the bodies.
    let attrs = block.attrs.iter().map(allowed).map(|attr| syn::parse_quote!(#attr));
    block.attrs = attrs.collect();
    let cfgs: Vec<&Attribute> = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let lints = allowed_by(&header.attrs);
    let beside =
        subtrait.expand(header, &declarations, &bodies, &quote!(#(#cfgs)* #lints), &moved[0].paths.core);
    let controls = (!controls.is_empty()).then(|| of_trait(header, subtrait, moved[0], &controls));
    quote! {
        #block
        #beside
        #controls
    }
}

/// The declaration of a function whose body is in the impl of the trait beside.
fn declaration(model: &Model) -> Declaration {
    let mut sig = plain_signature(model, &model.function.sig);
    sig.ident = uncached_name(model);
    let (cfgs, many) = (cfgs(model), many_arguments(&sig));
    Declaration { attrs: quote!(#(#cfgs)* #many), sig }
}

/// The controls of a trait's impl, in one without it.
fn of_trait(header: &ItemImpl, subtrait: &Subtrait, model: &Model, controls: &TokenStream) -> TokenStream {
    let mut generics = header.generics.clone();
    subtrait.add_elided(&mut generics, controls);
    // What the type does not mention, the controls take themselves.
    if let Some(unbound) = model.place.unbound() {
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
    let cfgs: Vec<&Attribute> = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
    let lints = allowed_by(&header.attrs);
    quote! {
        #(#cfgs)*
        #lints
        impl #impl_generics #self_ty #where_clause {
            #controls
        }
    }
}

/// The function under its own name. It says `return`, for those who want that to be said.
fn memoized(model: &Model) -> TokenStream {
    let (memo, core) = (memo(model), &model.paths.core);
    let function = &model.function;
    let (vis, defaultness) = (&function.vis, &function.defaultness);
    let sig = plain_signature(model, &function.sig);
    let attrs = function.attrs.iter().map(|attr| match model.body {
        Body::Closure => attr.to_token_stream(),
        Body::Beside | Body::Nested => allowed(attr),
    });
    let request = if is_async(model) { quote!(#memo::EnterAsync) } else { quote!(#memo::Enter) };
    let namespace = namespace(model);
    let call = match &model.controls {
        Some(_) => access(model, &namespace, &request),
        None => ask_in_place(model, &request),
    };
    let nested = (model.body == Body::Nested).then(|| uncached(model));
    let [entered, ticket, value] = ["call", "ticket", "value"].map(internal);
    let (drive, run) = run(model, &ticket, &body(model, &namespace));
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
            #drive
            return #run
        }
    } else {
        quote! {
            return match #call {
                #memo::Call::Ready(#value) => #value,
                #memo::Call::Run(#ticket) => #run,
            }
        }
    };
    let braces = own_braces(&function.body, quote!(#nested #call));
    let stays = of_one_thread(model);
    quote! {
        #(#attrs)*
        #stays
        #vis #defaultness #sig #braces
    }
}
