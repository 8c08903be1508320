//! The inherent functions: constructors, look-ups, the registry.

use super::super::model::{Field, Model, Role, Shape, Style};
use super::fields::{argument_key, binding, equals, hash, key_of, pattern, stored_key, value};
use super::{generics, key_fields, other_variants};
use crate::names::internal;
use crate::types::hashing;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { paths, cfgs, vis, ident, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let functions = model.shapes.iter().map(|shape| {
        let new = shape.new.as_ref().map(|name| new(model, shape, name));
        let get = shape.get.as_ref().map(|name| get(model, shape, name));
        quote!(#new #get)
    });
    quote! {
        #(#cfgs)*
        // Other lints have nothing to say about code from a macro.
        #[allow(
            deprecated, // what the user deprecates is to go on working
            clippy::too_many_arguments, // as many as there are fields
            clippy::used_underscore_binding // `_0`
        )]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*

            /// The registry of this type: all its values that live.
            #[inline]
            #[must_use]
            #vis fn registry() -> &'static #private::Registry<Self> {
                #private::registry::<Self>()
            }
        }
    }
}

/// Of a type that was refused, what calls need in order not to be errors as well.
pub(super) fn stubs(model: &Model) -> TokenStream {
    let Model { paths, cfgs, vis, ident, generics, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let functions = model.shapes.iter().map(|shape| {
        let parameters = parameters(model, shape);
        let stub = |name: &Option<Ident>, output: TokenStream| {
            name.as_ref().map(|name| quote!(#vis fn #name(#(#parameters),*) -> #output { loop {} }))
        };
        let new = stub(&shape.new, quote!(#private::Interned<Self>));
        let get = stub(&shape.get, quote!(#core::option::Option<#private::Interned<Self>>));
        quote!(#new #get)
    });
    quote! {
        #(#cfgs)*
        #[allow(dead_code, unused_variables)]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*
        }
    }
}

/// The constructor of a struct or of a variant.
fn new(model: &Model, shape: &Shape, name: &Ident) -> TokenStream {
    let Model { paths, vis, hasher, .. } = model;
    let private = &paths.private;
    let parameters = parameters(model, shape);
    // Not `intern`: a value that is not needed would be dropped, and the user's `Drop` would run on a hit.
    let find = if shape.is_plain() { quote!(find_or_place) } else { quote!(find_or_make) };
    let (state, that) = (internal("state"), internal("that"));
    let key = |field: &Field| argument_key(model, field, &field.argument);
    let (hash, eq, make) =
        (hash(model, shape, &state, key), equals_stored(model, shape, &that, key), make(model, shape));
    let arguments: Vec<_> = shape.arguments().map(|field| &field.argument).collect();
    let allow = allow_unused(shape);
    let closures = quote! {
        (#(#arguments,)*),
        |(#(#arguments,)*), #state| { #hash },
        |(#(#arguments,)*), #that| #eq,
        |(#(#arguments,)*)| { #make },
    };
    let body = hashing(hasher.as_ref(), quote!(#private::#find::<Self, _>(#closures)));
    let what = describe(model, shape);
    let doc = format!(" {what}: the one that lives, or else a new one.");
    quote! {
        #[doc = #doc]
        #[inline]
        #allow
        #vis fn #name(#(#parameters),*) -> #private::Interned<Self> {
            #body
        }
    }
}

/// The look-up of a struct or of a variant.
fn get(model: &Model, shape: &Shape, name: &Ident) -> TokenStream {
    let Model { paths, vis, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let parameters = parameters(model, shape);
    let key = |field: &Field| argument_key(model, field, &field.argument);
    let find = key_fields::find(model, shape, key).unwrap_or_else(|| {
        let (state, that) = (internal("state"), internal("that"));
        let (hash, eq) = (hash(model, shape, &state, key), equals_stored(model, shape, &that, key));
        let closures = quote!(|#state| { #hash }, |#that| #eq);
        hashing(hasher.as_ref(), quote!(#private::find::<Self>(#closures)))
    });
    let arguments: Vec<_> = shape.arguments().map(|field| &field.argument).collect();
    let body = quote!(#private::look_up((#(#arguments,)*), |(#(#arguments,)*)| #find));
    let allow = allow_unused(shape);
    let what = describe(model, shape);
    let doc = format!(" {what}, if one lives.");
    quote! {
        #[doc = #doc]
        #[inline]
        #[must_use]
        #allow
        #vis fn #name(#(#parameters),*) -> #core::option::Option<#private::Interned<Self>> {
            #body
        }
    }
}

/// A field at fault is a parameter and no key.
fn allow_unused(shape: &Shape) -> Option<TokenStream> {
    let is_broken = shape.fields.iter().any(|field| matches!(field.role, Role::Broken));
    is_broken.then(|| quote!(#[allow(unused_variables)]))
}

fn describe(model: &Model, shape: &Shape) -> String {
    match &shape.variant {
        None => "The value of this key".into(),
        Some(variant) if shape.style == Style::Unit => format!("The `{}::{variant}`", model.ident),
        Some(variant) => format!("The `{}::{variant}` of these fields", model.ident),
    }
}

/// The parameters: each named and typed as its field is.
fn parameters(model: &Model, shape: &Shape) -> Vec<TokenStream> {
    let private = &model.paths.private;
    let parameter = |field: &Field| {
        let Field { argument, ty, .. } = field;
        if field.is_borrowed() {
            quote!(#argument: impl #private::KeyArg<#ty>)
        } else {
            quote!(#argument: #ty)
        }
    };
    shape.arguments().map(parameter).collect()
}

/// Compares the fields of the value `that` with the keys that `key` makes.
pub(super) fn equals_stored(
    model: &Model,
    shape: &Shape,
    that: &Ident,
    key: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    if shape.variant.is_none() {
        return equals(model, shape, |field| key_of(model, field, &quote!(#that)), key);
    }
    let eq = equals(model, shape, |field| stored_key(model, field, binding(field, "that")), key);
    let (pattern, rest) = (pattern(shape, "that"), other_variants(model));
    quote!(match #that { #pattern => #eq, #rest })
}

/// Makes the value from the arguments, on a miss.
fn make(model: &Model, shape: &Shape) -> TokenStream {
    let private = &model.paths.private;
    let own = shape.arguments().filter(|field| field.is_borrowed()).map(|field| {
        let Field { argument, ty, .. } = field;
        quote!(let #argument = #private::KeyArg::<#ty>::into_key(#argument);)
    });
    let init = shape.fields.iter().filter_map(|field| {
        let Role::Init { value, at } = &field.role else { return None };
        let (local, ty) = (binding(field, "init"), &field.ty);
        let names = shape.arguments().map(|field| {
            let argument = &field.argument;
            // `_0` is spelt by us and by the user: it is the user's hygiene that counts.
            let is_tuple = shape.style == Style::Tuple;
            let name = if is_tuple { &Ident::new(&argument.to_string(), *at) } else { argument };
            quote! {
                #[allow(unused_variables, clippy::no_effect_underscore_binding)]
                let #name = &#argument;
            }
        });
        Some(quote! {
            let #local: #ty = {
                #(#names)*
                #value
            };
        })
    });
    let value = value(shape, |field| match field.role {
        Role::Init { .. } => binding(field, "init"),
        _ => field.argument.clone(),
    });
    quote!(#(#own)* #(#init)* #value)
}
