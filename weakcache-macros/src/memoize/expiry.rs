//! When entries expire, as the runtime takes it: a type, and a value of it.

use super::model::{Errors, Model};
use super::second;
use super::spell::memo;
use crate::names::internal;
use crate::values::{Fraction, Span};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Whether entries have a time to live, or could be given one.
fn expires(model: &Model) -> bool {
    model.ttl.is_some()
        || model.ttl_of.is_some()
        || model.renews()
        || matches!(model.errors, Errors::KeptFor(_))
}

/// The type of the expiry.
pub(super) fn ty(model: &Model) -> TokenStream {
    let memo = memo(model);
    let vary = model.jitter.as_ref().map(|_| quote!(<#memo::Jitter>));
    let expiry = match model {
        Model { idle: Some(_), .. } => quote!(#memo::Idle #vary),
        model if expires(model) => quote!(#memo::Ttl #vary),
        _ => quote!(#memo::Never),
    };
    // From the inside out, as the values are made.
    let expiry = match &model.ttl_of {
        Some(_) => quote!(#memo::OwnTtl<#expiry, #memo::TtlOf<_, _>>),
        None => expiry,
    };
    let expiry = if model.renews() { quote!(#memo::Renewed<#expiry>) } else { expiry };
    let expiry = match &model.weigh {
        Some(_) => quote!(#memo::Weighed<#expiry, #memo::WeighOf<_, _>>),
        None => expiry,
    };
    let expiry = match &model.on_evict {
        Some(_) => quote!(#memo::Heeded<#expiry, #memo::OnEvict<_, _>>),
        None => expiry,
    };
    match &model.store {
        Some(_) => quote!(#memo::Tiered<#expiry>),
        None => expiry,
    }
}

/// What stands for the types of a key and a value as they are shown.
pub(super) fn types() -> Ident {
    internal("types")
}

/// The expiry.
pub(super) fn value(model: &Model) -> TokenStream {
    let memo = memo(model);
    let core = &model.paths.core;
    let option = |span: Option<&Span>| match span {
        Some(span) => {
            let span = span.expand(&model.paths);
            quote!(#core::Option::Some(#span))
        }
        None => quote!(#core::Option::None),
    };
    let err_ttl = match &model.errors {
        Errors::KeptFor(span) => Some(span),
        Errors::Kept | Errors::Returned => None,
    };
    let (ttl, err_ttl) = (option(model.ttl.as_ref()), option(err_ttl));
    let jitter = model.jitter.as_ref().map(|jitter| {
        let jitter = Fraction::expand(jitter, &model.paths);
        quote!(.jitter(#jitter))
    });
    let expiry = match &model.idle {
        Some(idle) => {
            let idle = idle.expand(&model.paths);
            quote!(#memo::Idle::new(#idle, #ttl, #err_ttl) #jitter)
        }
        None if expires(model) => quote!(#memo::Ttl::new(#ttl, #err_ttl) #jitter),
        None => quote!(#memo::Never),
    };
    let types = types();
    let expiry = match &model.ttl_of {
        Some(of) => quote!(#memo::ttl_of(#types, #expiry, #of)),
        None => expiry,
    };
    let expiry = if model.renews() {
        let (refresh_after, stale_if_error) =
            (option(model.refresh_after.as_ref()), option(model.stale_if_error.as_ref()));
        quote!(#memo::Renewed::new(#expiry, #refresh_after, #stale_if_error))
    } else {
        expiry
    };
    let expiry = match (&model.weight, &model.weigh) {
        (Some(weight), Some(weigh)) => {
            let weight = weight.expand(memo, core);
            quote!(#memo::weighed(#types, #expiry, #weight, #weigh))
        }
        _ => expiry,
    };
    let expiry = match &model.on_evict {
        Some(tell) => quote!(#memo::on_evict(#types, #expiry, #tell)),
        None => expiry,
    };
    match second::tier(model) {
        Some(tier) => {
            let codec = second::codec();
            quote!(#memo::tiered(#expiry, #tier, #codec))
        }
        None => expiry,
    }
}
