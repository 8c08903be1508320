//! What a function is called, in reports and in a store.

use super::key::{Maker, Part};
use super::model::{Key, Model, Place};
use super::shown::shape;
use super::spell::memo;
use crate::code::Code;
use crate::loans::for_ever;
use crate::signature::param_name;
use crate::types::mentions;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::GenericParam;
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

/// What its entries in a store are called: by the code of what is stored, and by which function and instance it is of. No
/// constant, as it has names of types in it.
///
/// Without a label the path alone does not tell functions apart: that of a module does not name the functions, the traits and
/// the instances that one may stand in.
pub(super) fn namespace(model: &Model, code: &Code) -> TokenStream {
    let (memo, name) = (memo(model), name(model));
    let code = code.expand(&model.outside.generics, &model.paths);
    let labelled = model.label.is_some();
    let of_self = match &model.place {
        // What is around it is not known but by the compiler.
        Place::Alone if labelled => Some(quote!(.at_instance(|| ()))),
        Place::Alone => Some(quote!(.at(|| ()))),
        // That it is in a module is seen by its path.
        Place::Free => {
            let paths = &model.paths.core;
            (!labelled).then(|| quote!(.of_item::<Self>(#paths::module_path!())))
        }
        Place::Block(block) => (!labelled || block.is_generic).then(|| quote!(.of::<Self>())),
    };
    let of_trait = model.place.subtrait().filter(|_| !labelled).map(|subtrait| {
        let path = subtrait.path().to_token_stream().to_string().replace(' ', "");
        quote!(.text(#path))
    });
    let unbound = model.place.unbound().into_iter().flat_map(|generics| &generics.params);
    let own =
        model.outside.generics.params.iter().filter(|param| model.selecting.contains(param_name(param)));
    let params = unbound.chain(own).filter(|_| !matches!(model.place, Place::Alone));
    let instance = params.filter_map(|param| match param {
        GenericParam::Type(param) => {
            let name = &param.ident;
            Some(quote!(.of::<#name>()))
        }
        GenericParam::Const(param) => {
            let name = &param.ident;
            Some(quote!(.of_constant(&#name)))
        }
        GenericParam::Lifetime(_) => None,
    });
    let (keys, shape) = (keys(model), shape(model));
    quote! {
        {
            use #memo::look_up::*;
            #memo::Namespace::new(
                #name,
                #memo::code_of_result(
                    const { #code.text(#memo::FORMAT) }.text(#name) #of_self #of_trait #(#instance)* #keys,
                    &#shape,
                )
                .id(),
            )
        }
    }
}

/// The types of what is in a key, which a name in the tokens need not mean for ever.
fn keys(model: &Model) -> TokenStream {
    match &model.key {
        Key::Parts(parts) => of_parts(parts),
        // That of the expression is not known but by the compiler, those of the arguments in it are.
        Key::Whole(_) => {
            let types = model.kept().map(|parameter| parameter.ty.to_token_stream());
            let types = types.filter(|ty| !mentions(ty, "impl")).map(for_ever);
            quote!(#(.of::<#types>())*)
        }
    }
}

fn of_parts(parts: &[Part]) -> TokenStream {
    let types = parts.iter().map(|Part { maker, ty, .. }| match maker {
        Maker::Tuple(parts) => of_parts(parts),
        Maker::Value | Maker::Ref | Maker::Option | Maker::Receiver => {
            let ty = for_ever(ty.clone());
            quote!(.of::<#ty>())
        }
    });
    types.collect()
}
