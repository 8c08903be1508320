//! The key of a value as a struct of references, one to each key field, under the field's name; of an enum,
//! an enum of such.
//!
//! Whatever is looked up, hashed or compared is one of these, so each type says once how. `by(…)` on a
//! constructor makes one too: the attribute there sees no fields, and leaves it to the compiler to tell which
//! are missing and which are none.

use super::super::model::{Field, Model, Shape};
use super::fields::{binding, equals, hash, key_of, key_type, path, pattern, stored_key};
use super::generics::{generics, where_clause_of, without_self};
use super::handle::returned;
use crate::names::{internal, unlinted};
use crate::types::{around, mentions};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericParam, Lifetime, LifetimeParam};

/// What the keys of a type are.
enum Keys {
    /// Of one value at most, or of none.
    None,
    /// Variants without key fields: the place among them is the whole key.
    Variants,
    Fields,
}

impl Keys {
    fn of(model: &Model) -> Self {
        if model.shapes.iter().any(|shape| shape.keys().next().is_some()) {
            Self::Fields
        } else if model.is_enum && !model.shapes.is_empty() {
            Self::Variants
        } else {
            Self::None
        }
    }
}

/// The key as a type, and what can be done with it.
pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { paths, ident, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let lifetime = Lifetime::new("'__weakcache", Span::mixed_site());
    let mut with_lifetime = model.generics.clone();
    with_lifetime.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
    let (params, args, _) = with_lifetime.split_for_impl();
    let handle = returned(model);
    // No more than a reference to each field takes, so that `by` may stand in an impl with few bounds.
    let own = model.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let types = model.generics.type_params().map(|param| &param.ident);
    let few_bounds = where_clause_of(quote!(#(#own,)* #(#types: 'static,)*));

    let this = quote!(#ident #ty_generics);
    let names_self = names_self(model);
    let spell_out = |tokens| if names_self { without_self(model, tokens) } else { tokens };
    let (value, that, state) = (internal("value"), internal("that"), internal("state"));
    let (item, key, hash, eq) = match Keys::of(model) {
        Keys::None => {
            return quote! {
                #[doc(hidden)]
                impl #impl_generics #private::KeyFields for #ident #ty_generics #few_bounds {
                    type Handle = #handle;
                    type Key<#lifetime> = #private::NoKey;
                    type Fields<#lifetime> = #private::NoKey;
                }
            };
        }
        Keys::Variants => {
            let hash = quote!(#private::Key::hash_into(&self.0, #state));
            let eq = quote!(self.0 == <#private::Variant as #private::KeyOf<#this>>::of(#that).0);
            (TokenStream::new(), quote!(#private::Variant), hash, eq)
        }
        Keys::Fields => {
            let few_bounds = spell_out(few_bounds.clone());
            let item = item(model, &lifetime, (&quote!(#params), &few_bounds), &spell_out);
            let name = name(model);
            (item, quote!(#name #args), hash_key(model, &state), eq_key(model, &that))
        }
    };
    let [of, hash, eq, bounds] = [of(model, &value), hash, eq, where_clause].map(spell_out);
    let tail_len = model.tail().map(|tail| {
        let (name, ty) = (field_name(tail), spell_out(tail.ty.to_token_stream()));
        let (open, elements) = around(&tail.ty, "elements");
        quote! {
            #[inline]
            fn tail_len(&self) -> #core::primitive::usize {
                #open #ty as #private::Tail>::#elements(self.#name).len()
            }
        }
    });
    // Where the variant is known, as in its constructor, nothing is left of the match on it; but only then, and the
    // compiler does not take the chance by itself.
    let inline = if model.shapes.len() > 1 { quote!(#[inline(always)]) } else { quote!(#[inline]) };
    let fields = if model.is_enum { quote!(#private::EnumsHaveNoKeyFields) } else { key.clone() };
    quote! {
        #item

        // Of no use to users, whose documentation is not to show it.
        #[doc(hidden)]
        impl #impl_generics #private::KeyFields for #ident #ty_generics #few_bounds {
            type Handle = #handle;
            type Key<#lifetime> = #key;
            type Fields<#lifetime> = #fields;
        }

        impl #params #private::KeyOf<#lifetime, #this> for #key #bounds {
            #[inline]
            fn of(#value: &#lifetime #this) -> Self {
                #of
            }
            #inline
            fn hash<__WeakcacheH: #private::Hasher>(&self, #state: &mut __WeakcacheH) {
                #hash
            }
            #tail_len
            #inline
            fn eq(&self, #that: &#this) -> bool {
                #eq
            }
        }
    }
}

/// The key that has `key` of each field.
pub(super) fn literal(model: &Model, shape: &Shape, key: impl Fn(&Field) -> TokenStream) -> TokenStream {
    let (private, index) = (&model.paths.private, shape.index);
    match Keys::of(model) {
        Keys::None => quote!(#private::NoKey {}),
        Keys::Variants => quote!(#private::Variant(#index)),
        Keys::Fields => {
            let name = name(model);
            let path = path(&quote!(#name), shape);
            let fields = shape.keys().map(|field| {
                let (name, key) = (field_name(field), key(field));
                quote!(#name: #key)
            });
            quote!(#path { #(#fields),* })
        }
    }
}

/// Feeds the key of `self`, a value, into `state`.
pub(super) fn hash_value(model: &Model, state: &Ident) -> TokenStream {
    let private = &model.paths.private;
    match Keys::of(model) {
        Keys::None if model.is_enum => quote!(match *self {}),
        Keys::None => TokenStream::new(),
        _ => quote!(#private::hash_key(self, #state);),
    }
}

/// Compares the keys of the values `self` and `other`.
pub(super) fn eq_value(model: &Model, other: &Ident) -> TokenStream {
    let private = &model.paths.private;
    match Keys::of(model) {
        Keys::None if model.is_enum => quote!(match *self {}),
        Keys::None => quote!(true),
        _ => quote!(#private::eq_key(self, #other)),
    }
}

/// The compiler shows this name where `by(…)` does not fit, so it is one to read.
fn name(model: &Model) -> Ident {
    format_ident!("Key_fields_of_{}", model.ident.unraw(), span = Span::mixed_site())
}

/// The struct or enum of key fields, whose `generics` are its parameters and its where clause.
fn item(
    model: &Model,
    lifetime: &Lifetime,
    (params, where_clause): (&TokenStream, &TokenStream),
    spell_out: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let name = name(model);
    let (private, core) = (&model.paths.private, &model.paths.core);
    let field = |field| (field_name(field), spell_out(key_type(model, field)));
    let mut shapes: Vec<Vec<_>> =
        model.shapes.iter().map(|shape| shape.keys().map(field).collect()).collect();
    // It must use all its parameters.
    let is_unused = |param: &&Ident| !shapes.iter().flatten().any(|(_, ty)| mentions(ty, *param));
    let unused: Vec<_> = model.generics.type_params().map(|param| &param.ident).filter(is_unused).collect();
    if let (false, Some((_, ty))) = (unused.is_empty(), shapes.iter_mut().flatten().next()) {
        *ty = quote!(<#ty as #private::Same<(#(#core::marker::PhantomData<#unused>,)*)>>::Type);
    }
    let vis = (!model.is_enum).then(|| quote!(pub));
    let bodies = shapes.iter().map(|fields| {
        let fields = fields.iter().map(|(name, ty)| {
            let borrow = quote_spanned!(ty.span()=> &);
            // Clippy calls `pub _0` a contradiction.
            let hidden = name.to_string().starts_with('_').then(|| quote!(#[doc(hidden)]));
            quote!(#hidden #vis #name: #borrow #lifetime #ty)
        });
        quote!({ #(#fields),* })
    });
    if model.is_enum {
        let variants = model.shapes.iter().filter_map(|shape| shape.variant.as_ref()).map(unlinted);
        quote!(pub enum #name #params #where_clause { #(#variants #bodies),* })
    } else {
        quote!(pub struct #name #params #where_clause #(#bodies)*)
    }
}

/// Makes the key of `value`.
fn of(model: &Model, value: &Ident) -> TokenStream {
    if !model.is_enum {
        let key = |shape| literal(model, shape, |field| key_of(model, field, value));
        return model.shapes.iter().map(key).collect();
    }
    let ident = &model.ident;
    let arms = model.shapes.iter().map(|shape| {
        let pattern = pattern(&quote!(#ident), shape, "of");
        let key = literal(model, shape, |field| stored_key(model, field, binding(field, "of")));
        quote!(#pattern => #key)
    });
    quote!(match #value { #(#arms),* })
}

/// Feeds the key `self` into `state`.
fn hash_key(model: &Model, state: &Ident) -> TokenStream {
    if !model.is_enum {
        return model.shapes.iter().map(|shape| hash(model, shape, state, of_self)).collect();
    }
    let arms = model.shapes.iter().map(|shape| {
        let pattern = key_pattern(model, shape);
        let hash = hash(model, shape, state, |field| binding(field, "self").to_token_stream());
        quote!(#pattern => { #hash })
    });
    quote!(match self { #(#arms)* })
}

/// Compares the key `self` with that of the value `that`.
fn eq_key(model: &Model, that: &Ident) -> TokenStream {
    if !model.is_enum {
        let eq = |shape| equals(model, shape, |field| key_of(model, field, that), of_self);
        return model.shapes.iter().map(eq).collect();
    }
    let ident = &model.ident;
    let arms = model.shapes.iter().map(|shape| {
        let (left, right) = (key_pattern(model, shape), pattern(&quote!(#ident), shape, "that"));
        let stored = |field: &Field| stored_key(model, field, binding(field, "that"));
        let eq = equals(model, shape, stored, |field| binding(field, "self").to_token_stream());
        quote!((#left, #right) => #eq,)
    });
    let rest = (model.shapes.len() > 1).then(|| quote!(_ => false,));
    quote!(match (self, #that) { #(#arms)* #rest })
}

fn of_self(field: &Field) -> TokenStream {
    let name = field_name(field);
    quote!(self.#name)
}

/// The pattern of a variant of the key.
fn key_pattern(model: &Model, shape: &Shape) -> TokenStream {
    let name = name(model);
    let path = path(&quote!(#name), shape);
    let fields = shape.keys().map(|field| {
        let (name, binding) = (field_name(field), binding(field, "self"));
        quote!(#name: #binding)
    });
    quote!(#path { #(#fields),* })
}

/// Not where the user's field stands: an editor is to show that one alone.
fn field_name(field: &Field) -> Ident {
    let mut name = field.argument.clone();
    name.set_span(Span::mixed_site());
    name
}

/// Whether a type of a field or a bound is made of `Self`.
pub(super) fn names_self(model: &Model) -> bool {
    let mut fields = model.shapes.iter().flat_map(|shape| &shape.fields);
    fields.any(|field| mentions(&field.ty, "Self")) || mentions(&model.generics.where_clause, "Self")
}
