//! What a function is called, in reports and in a store.

use super::model::{Model, Place};
use super::spell::memo;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

/// The label that was given, or the function's path: an expression of type `&'static str`.
pub(super) fn name(model: &Model) -> TokenStream {
    if let Some(label) = &model.label {
        return label.to_token_stream();
    }
    let core = &model.paths.core;
    let name = model.function.sig.ident.unraw().to_string();
    let owner = match &model.place {
        Place::Block(block) => format!("{}::", block.self_name),
        _ => String::new(),
    };
    let path = format!("::{owner}{name}");
    quote!(#core::concat!(#core::module_path!(), #path))
}

/// What its entries in a store are called.
pub(super) fn namespace(model: &Model) -> TokenStream {
    let (memo, name) = (memo(model), name(model));
    quote!(#memo::Namespace::new(#name, #memo::Code::UNKNOWN.text(#name).at(|| ()).id()))
}
