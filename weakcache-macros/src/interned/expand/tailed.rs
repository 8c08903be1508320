//! Structs whose last field has no fixed size.
//!
//! Such a value is made in two parts, which the runtime moves to one place: a *head*, a struct of the same fields that
//! has an empty array in the place of the last one, and what that last field, the *tail*, is made of. Both the struct and its
//! head have `repr(C)`, so the fields lie in both at the same places.

use super::super::model::{Field, Model, Shape, Style};
use super::fields::{argument, key_of, member};
use super::generics::{where_clause_of, without_self};
use super::key_fields;
use crate::names::internal;
use crate::types::{is_tail_by_name, mentions};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::Attribute;
use syn::ext::IdentExt;

/// What is to stand before the struct, so that its layout is known: nothing if that says so by itself.
pub(crate) fn repr(attrs: &[Attribute]) -> Option<TokenStream> {
    let says_so = attrs.iter().any(|attr| says(attr, "C") || says(attr, "transparent"));
    (!says_so).then(|| quote!(#[repr(C)]))
}

/// Whether the attribute is a `repr` with this word.
fn says(attr: &Attribute, word: &str) -> bool {
    attr.path().is_ident("repr") && attr.meta.require_list().is_ok_and(|list| mentions(&list.tokens, word))
}

/// The head, and how it and the tail lie in a value.
pub(super) fn expand(model: &Model, tail: &Field) -> TokenStream {
    let Model { paths, ident, generics, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    // No more than the struct asks: who has a handle need not say more to reach the value.
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let own = where_clause.iter().flat_map(|clause| &clause.predicates);
    let predicates = where_clause_of(quote!(#(#own),*));
    let this = quote!(#ident #ty_generics);
    let spell_out = |tokens: TokenStream| {
        if key_fields::names_self(model) { without_self(tokens, &this) } else { tokens }
    };
    let name = head_name(model);
    let shape = &model.shapes[0];
    let fields = shape.fields.iter().map(|field| {
        let ty = spell_out(field.ty.to_token_stream());
        let ty = match &field.ty {
            // By its name alone; if that is another type's, this is not where it is said.
            ty if field.is_tail() && is_tail_by_name(ty) => quote!([#core::primitive::u8; 0]),
            _ if field.is_tail() => quote!([<#ty as #private::Tail>::Element; 0]),
            _ => ty,
        };
        match shape.style {
            Style::Named => {
                let member = member(field);
                quote!(#member: #ty)
            }
            _ => ty,
        }
    });
    let of_head = spell_out(predicates.clone());
    let item = match shape.style {
        Style::Named => quote!(pub struct #name #impl_generics #of_head { #(#fields),* }),
        _ => quote!(pub struct #name #impl_generics (#(#fields),*) #of_head;),
    };
    // Of one field beside others that take no room, the layout is the same.
    let own_repr: Vec<_> = model.repr.iter().filter(|attr| !says(attr, "transparent")).collect();
    let repr = (!own_repr.iter().any(|attr| says(attr, "C"))).then(|| quote!(#[repr(C)]));
    let (member, ty) = (member(tail), &tail.ty);
    let parameter = internal("tail");
    // The one thing that is `unsafe`: to promise that the layout is this one.
    quote! {
        #repr
        #(#own_repr)*
        #item

        #[doc(hidden)]
        unsafe impl #impl_generics #private::Stored for #ident #ty_generics #predicates {
            type Head = #name #ty_generics;
            type Tail = #ty;
            const TAIL_AT: #core::primitive::usize = #core::mem::offset_of!(#name #ty_generics, #member);

            #[inline]
            fn from_tail(#parameter: *const #ty) -> *const Self {
                #parameter as *const Self
            }
        }
    }
}

/// The compiler may show this name, so it is one to read.
pub(super) fn head_name(model: &Model) -> Ident {
    format_ident!("Head_of_{}", model.ident.unraw(), span = Span::mixed_site())
}

/// The arguments, or the pattern of them: the last one apart from the rest.
pub(super) fn arguments(shape: &Shape, tail: &Field) -> TokenStream {
    let rest = shape.arguments().filter(|field| !field.is_tail()).map(argument);
    let tail = argument(tail);
    quote!((#(#rest,)*), #tail)
}

/// The key of a head and a tail, as a closure.
pub(super) fn key_of_parts(model: &Model, shape: &Shape, tail: &Field) -> TokenStream {
    let (head, last) = (internal("head"), argument(tail));
    let key = key_fields::literal(model, shape, |field| {
        if field.is_tail() { last.to_token_stream() } else { key_of(model, field, &head) }
    });
    quote!(|#head, #last| #key)
}
