//! Structs whose last field has no fixed size.
//!
//! Such a value is made in two parts, which the runtime moves to one place: a *head*, a struct of the same fields that
//! has an empty array in the place of the last one, and what that last field, the *tail*, is made of. Both the struct and its
//! head have `repr(C)`, so the fields lie in both at the same places.

use super::super::model::{Field, Model, Role, Shape, Style, Taken};
use super::fields::{argument, key_of, member};
use super::generics::{where_clause_of, without_self};
use super::key_fields;
use crate::names::internal;
use crate::types::mentions;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
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
    let spell_out = |tokens: TokenStream| {
        if key_fields::names_self(model) { without_self(model, tokens) } else { tokens }
    };
    let name = head_name(model);
    let shape = &model.shapes[0];
    let fields = shape.fields.iter().map(|field| {
        let ty = spell_out(field.ty.to_token_stream());
        let ty = match &field.ty {
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
    let is_alike = is_alike(model, shape, &name);
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

            #is_alike
        }
    }
}

/// That the struct is what this attribute saw, with that layout: another attribute may change it afterwards.
fn is_alike(model: &Model, shape: &Shape, head: &Ident) -> TokenStream {
    let (private, core, generics) =
        (&model.paths.private, &model.paths.core, model.generics.split_for_impl().1);
    let (value, part) = (internal("value"), internal("head"));
    let (mut own, mut of_head, mut types, mut places) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (i, field) in shape.fields.iter().enumerate() {
        let (member, ty) = (member(field), &field.ty);
        let (value, part) = (internal(&format!("value_{i}")), internal(&format!("head_{i}")));
        own.push(quote!(#member: #value));
        if field.is_tail() {
            of_head.push(quote!(#member: _));
            let ty = quote!(#core::marker::PhantomData::<*mut #ty>);
            types.push(quote!(#private::alike(#private::type_of(#value), #ty);));
        } else {
            of_head.push(quote!(#member: #part));
            types.push(quote!(#private::alike(#private::type_of(#value), #private::type_of(#part));));
            places.push(quote!(&& #core::ptr::eq(#value, #part)));
        }
    }
    quote! {
        #[inline]
        fn is_alike(#value: &Self, #part: &#head #generics) -> #core::primitive::bool {
            // All fields, and no others.
            let Self { #(#own),* } = #value;
            let #head { #(#of_head),* } = #part;
            #(#types)*
            true #(#places)*
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

/// That it can be read by its fields, where the feature `serde` is on; `intern` is made of the arguments by their names.
pub(super) fn read(model: &Model, shape: &Shape, intern: &TokenStream) -> TokenStream {
    let Model { paths, ident, bounds, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, _) = model.generics.split_for_impl();
    let params = impl_generics.to_token_stream().into_iter();
    let params: TokenStream = inside_angles(params);
    let interned = model.interned(private);
    let own = model.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let self_type = Ident::new("Self", Span::call_site());
    let own_names: Vec<_> =
        [Some(ident), Some(&self_type), model.handle.as_ref().map(|handle| &handle.ident)]
            .into_iter()
            .flatten()
            .collect();
    let mut fields = quote!(());
    let mut pattern = quote!(());
    let mut names = Vec::new();
    let mut readable = Vec::new();
    for field in shape.fields.iter().rev() {
        let ty = &field.ty;
        let (ty, binding) = match field.role {
            Role::Key(Taken::Tail) => {
                (quote!(<#ty as #private::Tail>::Owned), argument(field).to_token_stream())
            }
            Role::Key(_) => (ty.to_token_stream(), argument(field).to_token_stream()),
            _ => (quote!(#private::Ignored), quote!(_)),
        };
        // What is made of the type itself can be read if the rest can. The bound has a lifetime of the impl's, so the
        // compiler does not ask before somebody reads.
        let is_of_itself = own_names.iter().any(|name| mentions(&field.ty, *name));
        if matches!(field.role, Role::Key(_)) && !is_of_itself {
            readable.push(quote!(#ty: #private::serde::Deserialize<'__weakcache_de>));
        }
        fields = quote!((#ty, #fields));
        pattern = quote!((#binding, #pattern));
        names.push(field.argument.unraw().to_string());
    }
    names.reverse();
    let name = ident.unraw().to_string();
    let is_tuple = shape.style == Style::Tuple;
    quote! {
        #private::__weakcache_read! {
            [#params] #ident #ty_generics, #interned<#ident #ty_generics>,
            [#(#own,)* #(#bounds,)* #(#readable,)*], #name, #is_tuple,
            [#(#names)*], #fields, #pattern, #intern
        }
    }
}

/// The parameters between `<` and `>`.
fn inside_angles(generics: impl Iterator<Item = TokenTree>) -> TokenStream {
    let mut tokens: Vec<_> = generics.collect();
    if tokens.is_empty() {
        return TokenStream::new();
    }
    tokens.pop();
    tokens.into_iter().skip(1).collect()
}
