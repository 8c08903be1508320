//! From a [`Model`] to the code that stands beside the item. Cannot fail.

mod fields;
mod functions;
mod generics;
mod handle;
mod key_fields;
mod tailed;

use super::model::Model;
use crate::signature::parameter_names;
use crate::types;
use generics::generics;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
pub(crate) use tailed::repr;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let Model { import, attrs, .. } = model;
    let items = if model.is_stub {
        functions::stubs(model)
    } else {
        let tailed = model.tail().map(|tail| {
            let shape = &model.shapes[0];
            let intern = functions::find_or_make(model, shape, functions::Wanted::Handle);
            let (parts, read) = (tailed::expand(model, tail), tailed::read(model, shape, &intern));
            quote!(#parts #read)
        });
        let parts = [intern(model), functions::expand(model), key_fields::expand(model)];
        parts.into_iter().chain(tailed).collect()
    };
    let numbered = model.numbered.then(|| numbered(model));
    let (handle, impls) = model.handle.as_ref().map(|handle| handle::expand(model, handle)).unzip();
    // In a `const`, the import and the struct of key fields are hidden from the module.
    quote! {
        #handle

        #(#attrs)*
        const _: () = {
            #import
            #items
            #numbered
            #impls
        };
    }
}

/// `impl Intern`.
fn intern(model: &Model) -> TokenStream {
    let Model { paths, ident: name, hasher, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let hasher = types::hasher(hasher.as_ref(), paths);
    let (reach, registry) = (model.reach(), registry(model));
    let name_of_trait = ident(if model.is_local() { "InternLocal" } else { "Intern" });
    let mut own = name.clone();
    own.set_span(model.guilty.unwrap_or(name.span()).resolved_at(name.span()));
    // Users see these names in their documentation.
    let (state, other) = (ident("state"), ident("other"));
    let is_taken = parameter_names(&model.generics).any(|param| param == "H");
    let state_type = ident(if is_taken { "__WeakcacheH" } else { "H" });
    let (hash, eq) = (key_fields::hash_value(model, &state), key_fields::eq_value(model, &other));
    let core = &paths.core;
    let is_numbered = model.numbered.then(|| quote!(const NUMBERED: #core::primitive::bool = true;));
    quote! {
        impl #impl_generics #reach::#name_of_trait for #own #ty_generics #where_clause {
            type Hasher = #hasher;
            #is_numbered

            #registry

            #[inline]
            fn hash_key<#state_type: #private::Hasher>(&self, #state: &mut #state_type) {
                #hash
            }

            #[inline]
            fn eq_key(&self, #other: &Self) -> bool {
                #eq
            }
        }
    }
}

/// `impl Numbered`.
fn numbered(model: &Model) -> TokenStream {
    let Model { paths, ident, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    quote!(impl #impl_generics #private::Numbered for #ident #ty_generics #where_clause {})
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Where the registry is found: of a thread, or of all.
fn registry(model: &Model) -> TokenStream {
    let Model { paths, label, .. } = model;
    let (private, core, std) = (&paths.private, &paths.core, &paths.std);
    if !model.is_local() {
        let registry = shared_registry(model);
        return quote! {
            #[inline]
            fn registry() -> &'static #private::Registry<Self> {
                #registry
            }
        };
    }
    let reach = model.reach();
    let name = label.as_ref().map(|label| {
        quote! {
            fn name() -> &'static #core::primitive::str {
                #label
            }
        }
    });
    quote! {
        #[inline]
        fn slot() -> &'static #std::thread::LocalKey<#reach::ThreadSlot> {
            #std::thread_local! {
                static __WEAKCACHE_SLOT: #reach::ThreadSlot = const { #reach::ThreadSlot::new() };
            }
            &__WEAKCACHE_SLOT
        }
        #name
    }
}

/// A static of the type's own, or for a generic type a directory of its instantiations.
fn shared_registry(model: &Model) -> TokenStream {
    let Model { paths, ident, label, shards, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let label = label.as_ref().map(ToTokens::to_token_stream);
    let new = |label| match shards {
        None => quote!(#private::Registry::new(#label)),
        Some(shards) => quote!(#private::Registry::with_shards(#label, #shards)),
    };
    if model.generics.params.is_empty() {
        let of_module = format!("::{ident}");
        let path = || quote!(#core::concat!(#core::module_path!(), #of_module));
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
