//! From a [`Model`] to the code that stands beside the item. Cannot fail.

mod fields;
mod functions;
mod key_fields;

use super::model::{Field, Model};
use crate::names::internal;
use crate::types;
use fields::{binding, equals, hash, key_of, pattern, stored_key};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let import = &model.import;
    if model.is_stub {
        let functions = functions::stubs(model);
        return quote! {
            const _: () = {
                #import
                #functions
            };
        };
    }
    let (intern, functions, key_fields) =
        (intern(model), functions::expand(model), key_fields::expand(model));
    // In a `const`, the import and the struct of key fields are hidden from the module.
    quote! {
        const _: () = {
            #import
            #intern
            #functions
            #key_fields
        };
    }
}

/// `impl Intern`.
fn intern(model: &Model) -> TokenStream {
    let Model { paths, cfgs, ident, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let hasher = types::hasher(hasher.as_ref(), paths);
    let registry = registry(model);
    let mut own = ident.clone();
    own.set_span(model.guilty.unwrap_or(ident.span()).resolved_at(ident.span()));
    let (state, other) = (internal("state"), internal("other"));
    let (hash, eq) = if model.is_enum {
        (enum_hash(model, &state), enum_eq(model, &other))
    } else {
        (struct_hash(model, &state), struct_eq(model, &other))
    };
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #private::Intern for #own #ty_generics #where_clause {
            type Hasher = #hasher;

            #[inline]
            fn registry() -> &'static #private::Registry<Self> {
                #registry
            }

            #[inline]
            fn hash_key<__WeakcacheH: #core::hash::Hasher>(&self, #state: &mut __WeakcacheH) {
                #hash
            }

            #[inline]
            fn eq_key(&self, #other: &Self) -> bool {
                #eq
            }
        }
    }
}

/// A static of the type's own, or for a generic type a directory of its instantiations.
fn registry(model: &Model) -> TokenStream {
    let Model { paths, ident, label, shards, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let label = label.as_ref().map(ToTokens::to_token_stream);
    let new = |label| match shards {
        None => quote!(#private::Registry::new(#label)),
        Some(shards) => quote!(#private::Registry::with_shards(#label, #shards)),
    };
    if model.generics.params.is_empty() {
        let path = || quote!(#core::concat!(#core::module_path!(), "::", #core::stringify!(#ident)));
        let label = label.unwrap_or_else(path);
        let new = new(label);
        let ty = types::with_hasher(hasher.as_ref(), quote!(#private::Registry<#ident>), paths);
        quote! {
            static __WEAKCACHE_REGISTRY: #ty = #new;
            &__WEAKCACHE_REGISTRY
        }
    } else {
        let label = label.unwrap_or_else(|| quote!(#core::any::type_name::<Self>()));
        let new = new(label);
        quote! {
            static __WEAKCACHE_DIRECTORY: #private::Directory = #private::Directory::new();
            __WEAKCACHE_DIRECTORY.get_or_init(|| -> #private::Registry<Self> { #new })
        }
    }
}

fn struct_hash(model: &Model, state: &Ident) -> TokenStream {
    let hash = model
        .shapes
        .iter()
        .map(|shape| hash(model, shape, state, |field| key_of(model, field, &quote!(self))));
    hash.collect()
}

fn struct_eq(model: &Model, other: &Ident) -> TokenStream {
    let (this, other) = (quote!(self), quote!(#other));
    let key = |value| move |field: &Field| key_of(model, field, value);
    model.shapes.iter().map(|shape| equals(model, shape, key(&this), key(&other))).collect()
}

fn enum_hash(model: &Model, state: &Ident) -> TokenStream {
    if model.shapes.is_empty() {
        return quote!(match *self {});
    }
    let arms = model.shapes.iter().map(|shape| {
        let pattern = pattern(shape, "self");
        let hash = hash(model, shape, state, |field| stored_key(model, field, binding(field, "self")));
        quote!(#pattern => { #hash })
    });
    quote!(match self { #(#arms)* })
}

fn enum_eq(model: &Model, other: &Ident) -> TokenStream {
    if model.shapes.is_empty() {
        return quote!(match *self {});
    }
    let arms = model.shapes.iter().map(|shape| {
        let (left, right) = (pattern(shape, "self"), pattern(shape, "other"));
        let key = |prefix| move |field: &Field| stored_key(model, field, binding(field, prefix));
        let eq = equals(model, shape, key("self"), key("other"));
        quote!((#left, #right) => #eq,)
    });
    let rest = other_variants(model);
    quote!(match (self, #other) { #(#arms)* #rest })
}

/// The arm for the variants that are not matched.
fn other_variants(model: &Model) -> Option<TokenStream> {
    (model.shapes.len() > 1).then(|| quote!(_ => false,))
}

/// The generics as an impl has them, as the type has them, and the predicates of the expansion.
fn generics(model: &Model) -> (TokenStream, TokenStream, TokenStream) {
    let Model { generics, bounds, .. } = model;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let own = where_clause.iter().flat_map(|clause| &clause.predicates);
    let where_clause = where_clause_of(quote!(#(#own,)* #(#bounds,)*));
    (impl_generics.to_token_stream(), ty_generics.to_token_stream(), where_clause)
}

fn where_clause_of(predicates: TokenStream) -> TokenStream {
    if predicates.is_empty() { predicates } else { quote!(where #predicates) }
}
