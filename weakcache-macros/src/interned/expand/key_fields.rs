//! The struct that holds a reference to each key field of a struct under the field's name.
//!
//! `get` looks up by it, and so does `by(…)` on a constructor: the attribute there sees no fields, and
//! leaves it to the compiler to tell which are missing and which are none.

use super::super::model::{Field, Model, Shape};
use super::fields::{hash, key_type};
use super::functions::equals_stored;
use super::{generics, where_clause_of};
use crate::names::internal;
use crate::recover::with_content;
use crate::types::{hashing, mentions};
use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Lifetime, LifetimeParam};

pub(super) fn expand(model: &Model) -> Option<TokenStream> {
    let Model { paths, cfgs, ident, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics(model);
    if model.is_enum {
        return Some(quote! {
            #(#cfgs)*
            #[automatically_derived]
            impl #impl_generics #private::KeyFields for #ident #ty_generics #where_clause {
                type Fields<'__weakcache> = #private::EnumsHaveNoKeyFields;
            }
        });
    }
    let shape = model.shapes.first().filter(|shape| has_key_fields(shape))?;
    let name = name(model);
    let lifetime = Lifetime::new("'__weakcache", Span::mixed_site());
    let mut with_lifetime = model.generics.clone();
    with_lifetime.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
    let (params, args, _) = with_lifetime.split_for_impl();
    // No more than a reference to each field takes, so that `by` may stand in an impl with few bounds.
    let own = model.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let types = model.generics.type_params().map(|param| &param.ident);
    let few_bounds = where_clause_of(quote!(#(#own,)* #(#types: 'static,)*));

    let this = quote!(#ident #ty_generics);
    let struct_where = without_self(few_bounds.clone(), &this);
    let struct_bounds = without_self(where_clause, &this);
    let fields = fields(model, shape, &this);
    let fields = fields.iter().map(|(name, ty)| {
        let borrow = quote_spanned!(ty.span()=> &);
        quote!(pub #name: #borrow #lifetime #ty)
    });

    let (state, that) = (internal("state"), internal("that"));
    let key = |field: &Field| {
        let name = field_name(field);
        quote!(self.#name)
    };
    let hash = without_self(hash(model, shape, &state, key), &this);
    let eq = without_self(equals_stored(model, shape, &that, key), &this);
    let closures = quote!(|#state| { #hash }, |#that| #eq);
    let find = hashing(hasher.as_ref(), quote!(#private::find::<#this>(#closures)));
    Some(quote! {
        #(#cfgs)*
        pub struct #name #params #struct_where { #(#fields),* }

        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #private::KeyFields for #ident #ty_generics #few_bounds {
            type Fields<#lifetime> = #name #args;
        }

        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated)]
        impl #params #private::Find<#this> for #name #args #struct_bounds {
            #[inline]
            fn find(self) -> #core::option::Option<#private::Interned<#this>> {
                #find
            }
        }
    })
}

/// The look-up by the struct, of a type that has one.
pub(super) fn find(model: &Model, shape: &Shape, key: impl Fn(&Field) -> TokenStream) -> Option<TokenStream> {
    if !has_key_fields(shape) {
        return None;
    }
    let (private, name) = (&model.paths.private, name(model));
    let fields = shape.keys().map(|field| {
        let (name, key) = (field_name(field), key(field));
        quote!(#name: #key)
    });
    Some(quote!(#private::Find::find(#name { #(#fields),* })))
}

/// A variant has none: its name would have to be given as well.
fn has_key_fields(shape: &Shape) -> bool {
    shape.variant.is_none() && shape.keys().next().is_some()
}

/// The compiler shows this name where `by(…)` does not fit, so it is one to read.
fn name(model: &Model) -> Ident {
    format_ident!("Key_fields_of_{}", model.ident.unraw(), span = Span::mixed_site())
}

/// Not where the user's field stands: an editor is to show that one alone.
fn field_name(field: &Field) -> Ident {
    let mut name = field.argument.clone();
    name.set_span(Span::call_site().resolved_at(name.span()));
    name
}

fn fields(model: &Model, shape: &Shape, this: &TokenStream) -> Vec<(Ident, TokenStream)> {
    let (private, core) = (&model.paths.private, &model.paths.core);
    let mut fields: Vec<_> =
        shape.keys().map(|field| (field_name(field), without_self(key_type(model, field), this))).collect();
    // A struct must use all its parameters.
    let unused: Vec<_> = model
        .generics
        .type_params()
        .map(|param| &param.ident)
        .filter(|param| !fields.iter().any(|(_, ty)| mentions(ty, *param)))
        .collect();
    if let (false, Some((_, ty))) = (unused.is_empty(), fields.first_mut()) {
        *ty = quote!(<#ty as #private::Same<(#(#core::marker::PhantomData<#unused>,)*)>>::Type);
    }
    fields
}

/// The tokens with `this` for `Self`, which in the struct would be another type.
fn without_self(tokens: TokenStream, this: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_path = tokens.peek().is_some_and(
                    |next| matches!(next, TokenTree::Punct(p) if p.as_char() == ':' && p.spacing() == Spacing::Joint),
                );
                replaced.extend(if is_path { quote!(<#this>) } else { this.clone() });
            }
            TokenTree::Group(group) => {
                let inner = without_self(group.stream(), this);
                replaced.extend([TokenTree::Group(with_content(&group, inner))]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}

#[cfg(test)]
mod tests {
    use super::without_self;
    use quote::quote;

    #[test]
    fn self_is_spelt_out() {
        let replaced = without_self(quote!(Option<Self>: Into<(Self::Item, [u8; Self::N])>), &quote!(List));
        let expected = quote!(Option<List>: Into<(<List>::Item, [u8; <List>::N])>);
        assert_eq!(replaced.to_string(), expected.to_string());
    }
}
