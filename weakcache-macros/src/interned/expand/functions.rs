//! The inherent functions: constructors, look-ups, the registry.

use super::super::model::{Field, Model, Role, Shape, Style, Taken};
use super::fields::{argument, argument_key, binding, value};
use super::generics::generics;
use super::key_fields;
use crate::types::hashing;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { paths, vis, ident, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let functions = model.shapes.iter().map(|shape| {
        let make = |name: &Option<Ident>, wanted| name.as_ref().map(|name| new(model, shape, name, wanted));
        let (new, is_new) = (make(&shape.new, Wanted::Handle), make(&shape.is_new, Wanted::IsNew));
        let get = shape.get.as_ref().map(|name| get(model, shape, name));
        quote!(#new #is_new #get)
    });
    quote! {
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
    let Model { paths, vis, ident, generics, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let functions = model.shapes.iter().map(|shape| {
        let parameters = parameters(model, shape);
        let stub = |name: &Option<Ident>, output: TokenStream| {
            name.as_ref().map(|name| quote!(#vis fn #name(#(#parameters),*) -> #output { loop {} }))
        };
        let new = stub(&shape.new, quote!(#private::Interned<Self>));
        let is_new = stub(&shape.is_new, quote!((#private::Interned<Self>, #core::primitive::bool)));
        let get = stub(&shape.get, quote!(#core::option::Option<#private::Interned<Self>>));
        quote!(#new #is_new #get)
    });
    quote! {
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*
        }
    }
}

/// What a constructor is to return.
#[derive(Clone, Copy)]
enum Wanted {
    Handle,
    /// And whether this call registered the value.
    IsNew,
}

/// A constructor of a struct or of a variant.
fn new(model: &Model, shape: &Shape, name: &Ident, wanted: Wanted) -> TokenStream {
    let Model { paths, vis, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let parameters = parameters(model, shape);
    let arguments: Vec<_> = shape.arguments().map(argument).collect();
    let make = make(model, shape);
    let make = quote!(|(#(#arguments,)*)| { #make });
    // Not `intern`: a value that is not needed would be dropped, and the user's `Drop` would run on a hit.
    let key = key_fields::literal(model, shape, |field| argument_key(model, field));
    let function = match (&key, wanted) {
        (None, Wanted::Handle) => quote!(find_only_or_make),
        (None, Wanted::IsNew) => quote!(find_only_or_make_is_new),
        (Some(_), Wanted::Handle) => quote!(find_or_make),
        (Some(_), Wanted::IsNew) => quote!(find_or_make_is_new),
    };
    let key = key.map(|key| quote!(|(#(#arguments,)*)| #key,));
    let body =
        hashing(hasher.as_ref(), quote!(#private::#function::<Self, _>((#(#arguments,)*), #key #make)));
    let what = describe(model, shape);
    let (output, more) = match wanted {
        Wanted::Handle => (quote!(#private::Interned<Self>), ""),
        Wanted::IsNew => (
            quote!((#private::Interned<Self>, #core::primitive::bool)),
            " Says whether this very call registered it.",
        ),
    };
    let doc = format!(" {what}: the one that lives, or else a new one.{more}");
    let allow = allow_many(&arguments);
    quote! {
        #[doc = #doc]
        #allow
        #[inline]
        #[must_use]
        #vis fn #name(#(#parameters),*) -> #output {
            #body
        }
    }
}

/// The look-up of a struct or of a variant.
fn get(model: &Model, shape: &Shape, name: &Ident) -> TokenStream {
    let Model { paths, vis, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let parameters = parameters(model, shape);
    let arguments: Vec<_> = shape.arguments().map(argument).collect();
    let find = match key_fields::literal(model, shape, |field| argument_key(model, field)) {
        Some(key) => quote!(find::<Self, _>((#(#arguments,)*), |(#(#arguments,)*)| #key)),
        None => quote!(find_only::<Self>()),
    };
    let body = hashing(hasher.as_ref(), quote!(#private::#find));
    let what = describe(model, shape);
    let doc = format!(" {what}, if one lives.");
    let allow = allow_many(&arguments);
    quote! {
        #[doc = #doc]
        #allow
        #[inline]
        #[must_use]
        #vis fn #name(#(#parameters),*) -> #core::option::Option<#private::Interned<Self>> {
            #body
        }
    }
}

/// As many parameters as there are fields. Clippy reports that of macros too, so this is the one lint that
/// takes an `allow`, which itself is a fault where the lint is forbidden: so only where there are so many.
fn allow_many(arguments: &[Ident]) -> Option<TokenStream> {
    const CLIPPY_ALLOWS: usize = 7;
    (arguments.len() > CLIPPY_ALLOWS).then(|| quote!(#[allow(clippy::too_many_arguments)]))
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
        let (argument, ty) = (argument(field), &field.ty);
        if field.is_borrowed() {
            quote!(#argument: impl #private::KeyArg<#ty>)
        } else if field.is_by_ref() {
            quote!(#argument: impl #private::RefArg<#ty>)
        } else {
            quote!(#argument: #ty)
        }
    };
    shape.arguments().map(parameter).collect()
}

/// Makes the value from the arguments, on a miss.
fn make(model: &Model, shape: &Shape) -> TokenStream {
    let private = &model.paths.private;
    let own = shape.arguments().filter_map(|field| {
        let (argument, ty) = (argument(field), &field.ty);
        let taken = match field.role {
            Role::Key(Taken::Borrowed) => quote!(KeyArg),
            Role::Key(Taken::ByRef) => quote!(RefArg),
            _ => return None,
        };
        Some(quote!(let #argument = #private::#taken::<#ty>::into_key(#argument);))
    });
    let init = shape.fields.iter().filter_map(|field| {
        let Role::Init { value, at } = &field.role else { return None };
        let (local, ty) = (binding(field, "init"), &field.ty);
        let names = shape.arguments().map(|field| {
            let (argument, name) = (argument(field), &field.argument);
            // `_0` is spelt by us and by the user: it is the user's hygiene that counts.
            let is_tuple = shape.style == Style::Tuple;
            let name = if is_tuple { &Ident::new(&name.to_string(), *at) } else { name };
            // `ref` is of the macro, and so the pattern is: no lint says that it is unused.
            quote!(let ref #name = #argument;)
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
        _ => argument(field),
    });
    quote!(#(#own)* #(#init)* #value)
}
