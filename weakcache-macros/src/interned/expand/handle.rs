//! The handle of the user's own: a newtype beside the type, and what generated functions return.

use super::super::model::{Model, OwnHandle};
use super::generics::spelt_out;
use proc_macro2::TokenStream;
use quote::quote;
use syn::GenericParam;

/// The newtype, and what it has.
pub(super) fn expand(model: &Model, handle: &OwnHandle) -> (TokenStream, TokenStream) {
    let Model { paths, attrs, vis, ident, generics, .. } = model;
    let OwnHandle { ident: name, docs, private: outside } = handle;
    let private = &paths.private;
    let (outside, inside) = (model.interned(outside), model.interned(private));
    let (_, ty_generics, where_clause) = generics.split_for_impl();
    // Where the user's clause says `Self`, it means the type.
    let spell_out = |tokens| spelt_out(model, tokens);
    let where_clause = spell_out(quote!(#where_clause));
    let definition = quote! {
        #(#docs)*
        #(#attrs)*
        #vis struct #name #generics #where_clause {
            __weakcache_inner: #outside<#ident #ty_generics>,
        }
    };
    let params = generics.params.iter().cloned().map(|mut param| {
        match &mut param {
            GenericParam::Type(param) => param.default = None,
            GenericParam::Const(param) => param.default = None,
            GenericParam::Lifetime(_) => {}
        }
        param
    });
    let own = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let bounds = spell_out(quote!(#(#own,)*));
    let this = quote!(#ident #ty_generics);
    let impls = quote! {
        #private::__weakcache_handle! {
            [#(#params),*] #name #ty_generics, #inside<#this>, #this, [#bounds]
        }
    };
    (definition, impls)
}

/// What constructors return, made of the handle in it.
pub(super) fn wrapped(model: &Model, inner: TokenStream) -> TokenStream {
    match &model.handle {
        None => inner,
        Some(_) => {
            let private = &model.paths.private;
            quote!(#private::Newtype::new(#inner))
        }
    }
}

/// What constructors return.
pub(super) fn returned(model: &Model) -> TokenStream {
    match &model.handle {
        None => {
            let interned = model.interned(&model.paths.private);
            quote!(#interned<Self>)
        }
        Some(OwnHandle { ident, .. }) => {
            let (_, ty_generics, _) = model.generics.split_for_impl();
            quote!(#ident #ty_generics)
        }
    }
}
