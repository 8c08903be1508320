//! The inherent functions: constructors, look-ups, the registry.

use super::super::model::{Field, Model, Role, Shape, Style, Taken};
use super::fields::{argument, argument_key, binding, value};
use super::generics::generics;
use super::handle::{returned, wrapped};
use super::{key_fields, tailed};
use crate::names::internal;
use crate::types::hashing;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

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
    let registry = if model.is_local() {
        let reach = model.reach();
        quote! {
            /// The registry of this type and this thread: all its values that live.
            #[must_use]
            #vis fn registry() -> #reach::LocalRegistry<Self> {
                <Self as #reach::InternLocal>::registry()
            }
        }
    } else {
        quote! {
            /// The registry of this type: all its values that live.
            #[inline]
            #[must_use]
            #vis fn registry() -> &'static #private::Registry<Self> {
                #private::registry::<Self>()
            }
        }
    };
    quote! {
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*

            #registry
        }
    }
}

/// Of a type that was refused, what calls need in order not to be errors as well.
pub(super) fn stubs(model: &Model) -> TokenStream {
    let Model { paths, vis, ident, generics, .. } = model;
    let core = &paths.core;
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let functions = model.shapes.iter().map(|shape| {
        let parameters = parameters(model, shape);
        let stub = |name: &Option<Ident>, output: TokenStream| {
            name.as_ref().map(|name| quote!(#vis fn #name(#(#parameters),*) -> #output { loop {} }))
        };
        let handle = returned(model);
        let new = stub(&shape.new, handle.clone());
        let is_new = stub(&shape.is_new, quote!((#handle, #core::primitive::bool)));
        let get = stub(&shape.get, quote!(#core::option::Option<#handle>));
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
pub(super) enum Wanted {
    Handle,
    /// And whether this call registered the value.
    IsNew,
}

/// The value of the arguments, which are in scope by their names.
pub(super) fn find_or_make(model: &Model, shape: &Shape, wanted: Wanted) -> TokenStream {
    let (reach, hasher) = (model.reach(), &model.hasher);
    let make = make(model, shape);
    // Not `intern`: a value that is not needed would be dropped, and the user's `Drop` would run on a hit.
    let key = key_fields::literal(model, shape, |field| argument_key(model, field));
    let is_tailed = shape.tail().is_some();
    let function = match wanted {
        Wanted::Handle if is_tailed => quote!(find_or_make_tailed),
        Wanted::IsNew if is_tailed => quote!(find_or_make_tailed_is_new),
        Wanted::Handle => quote!(find_or_make),
        Wanted::IsNew => quote!(find_or_make_is_new),
    };
    let find = match shape.tail() {
        Some(tail) => {
            let args = tailed::arguments(shape, tail);
            let same = tailed::key_of_parts(model, shape, tail);
            quote!(#function::<Self, _, _>(#args, |#args| #key, |#args| { #make }, #same))
        }
        None => {
            let arguments = shape.arguments().map(argument);
            let args = quote!((#(#arguments,)*));
            quote!(#function::<Self, _>(#args, |#args| #key, |#args| { #make }))
        }
    };
    hashing(hasher.as_ref(), quote!(#reach::#find))
}

/// A constructor of a struct or of a variant.
fn new(model: &Model, shape: &Shape, name: &Ident, wanted: Wanted) -> TokenStream {
    let Model { paths, vis, .. } = model;
    let core = &paths.core;
    let parameters = parameters(model, shape);
    let arguments: Vec<_> = shape.arguments().map(argument).collect();
    let find = find_or_make(model, shape, wanted);
    let what = describe(model, shape);
    let handle = returned(model);
    let (output, more, body) = match wanted {
        Wanted::Handle => (handle, "", wrapped(model, find)),
        Wanted::IsNew => {
            let body = if model.handle.is_some() {
                let [handle, is_new] = ["handle", "is_new"].map(internal);
                let own = wrapped(model, quote!(#handle));
                quote!({
                    let (#handle, #is_new) = #find;
                    (#own, #is_new)
                })
            } else {
                find
            };
            (quote!((#handle, #core::primitive::bool)), " Says whether this very call registered it.", body)
        }
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
    let (private, core, reach) = (&paths.private, &paths.core, model.reach());
    let parameters = parameters(model, shape);
    let arguments: Vec<_> = shape.arguments().map(argument).collect();
    let key = key_fields::literal(model, shape, |field| argument_key(model, field));
    let find = match shape.tail() {
        Some(tail) => {
            let args = tailed::arguments(shape, tail);
            quote!(find_tailed::<Self, _, _>(#args, |#args| #key))
        }
        None => quote!(find::<Self, _>((#(#arguments,)*), |(#(#arguments,)*)| #key)),
    };
    let find = hashing(hasher.as_ref(), quote!(#reach::#find));
    let handle = returned(model);
    let body = if model.handle.is_some() {
        quote!(#core::option::Option::map(#find, #private::Newtype::new))
    } else {
        find
    };
    let what = describe(model, shape);
    let doc = format!(" {what}, if one lives.");
    let allow = allow_many(&arguments);
    quote! {
        #[doc = #doc]
        #allow
        #[inline]
        #[must_use]
        #vis fn #name(#(#parameters),*) -> #core::option::Option<#handle> {
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
        } else if field.is_tail() {
            quote!(#argument: impl #private::TailArg<#ty>)
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
            let place = if field.is_tail() { quote!(*#argument) } else { argument.into_token_stream() };
            quote!(let ref #name = #place;)
        });
        Some(quote! {
            let #local: #ty = {
                #(#names)*
                #value
            };
        })
    });
    let of = shape.tail().map_or_else(|| quote!(Self), |_| tailed::head_name(model).into_token_stream());
    let value = value(&of, shape, |field| match field.role {
        Role::Init { .. } => Err(binding(field, "init")),
        Role::Key(Taken::Tail) => Ok(quote!([])),
        _ => Err(argument(field)),
    });
    quote!(#(#own)* #(#init)* #value)
}
