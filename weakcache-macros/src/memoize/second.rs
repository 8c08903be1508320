//! The second tier of a function: which it is, and what it asks of keys and results.

use super::key::{Maker, Part};
use super::model::{Key, Model, Store};
use super::namespace;
use super::spell::{assertion, bare_generics, cfgs, ends, hidden, is_async, memo, spanned};
use crate::names::internal;
use crate::signature::parameter_names;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The tier, made at first use: an expression, anywhere but among the controls.
fn in_place(model: &Model) -> Option<TokenStream> {
    let Store { expr: store, code } = model.store.as_ref()?;
    let memo = memo(model);
    let (first, last) = ends(&store.to_token_stream());
    let given = Ident::new("__weakcache_store", last);
    let and = quote_spanned!(first=> &);
    let assert = spanned(quote!(#memo::assert_store), first);
    let method = if is_async(model) { "__weakcache_store_async" } else { "__weakcache_store" };
    let method = Ident::new(method, last);
    let namespace = namespace::namespace(model, code);
    let new = if model.label.is_some() { quote!(named) } else { quote!(new) };
    Some(quote! {
        {
            static __WEAKCACHE_TIERS: #memo::Tiers = #memo::Tiers::#new();
            __WEAKCACHE_TIERS.of(
                || (),
                || #namespace,
                || {
                    let #given = #store;
                    #assert(#and #given);
                    {
                        use #memo::look_up::*;
                        (&&&#memo::Type::of(&#given)).#method(#given)
                    }
                },
            )
        }
    })
}

/// The function that leads to it, for a function that has controls.
pub(super) fn tier_function(model: &Model) -> Option<TokenStream> {
    let tier = in_place(model)?;
    let (memo, name, generics) = (memo(model), hidden(model, "tier"), bare_generics(model));
    let (params, clause) = (&generics.params, &generics.where_clause);
    let cfgs = cfgs(model);
    Some(quote! {
        #(#cfgs)*
        fn #name<#params>() -> &'static #memo::Tier #clause {
            #tier
        }
    })
}

/// The tier, from where the cache is made, or from a control.
pub(super) fn tier(model: &Model) -> Option<TokenStream> {
    if model.controls.is_none() {
        return in_place(model);
    }
    let generics = bare_generics(model);
    let names: Vec<_> = parameter_names(&generics).collect();
    let name = hidden(model, "tier");
    model.store.as_ref().map(|_| quote!(Self::#name::<#(#names),*>()))
}

/// The statement that makes what stands for the types of a key and a kind.
pub(super) fn coded(model: &Model, key: &TokenStream, kind: &TokenStream) -> Option<TokenStream> {
    let (memo, coded) = (memo(model), internal("coded"));
    model.store.as_ref().map(|_| quote!(let #coded = #memo::coded(&#key, &#kind);))
}

/// How keys and results are written, found by that.
pub(super) fn codec() -> TokenStream {
    let coded = internal("coded");
    quote!((&&#coded).__weakcache_codec())
}

/// What a store asks of arguments, each an error of its own.
pub(super) fn checks(model: &Model) -> Option<TokenStream> {
    let Key::Parts(parts) = &model.key else { return None };
    model.store.as_ref().map(|_| checks_of_parts(model, parts))
}

fn checks_of_parts(model: &Model, parts: &[Part]) -> TokenStream {
    let checks = parts.iter().map(|Part { maker, ty, .. }| match maker {
        Maker::Value => assertion(model, "assert_stored_value", ty),
        Maker::Ref | Maker::Option | Maker::Receiver => assertion(model, "assert_stored_referent", ty),
        Maker::Tuple(parts) => checks_of_parts(model, parts),
    });
    checks.collect()
}
