//! The fields of a struct or a variant as the parts of generated functions.

use super::super::model::{Field, Model, Role, Shape, Style};
use crate::names::{internal, unlinted};
use crate::paths::Paths;
use crate::types::{Borrowed, around, borrowed};
use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Index, Member, Type};

/// The type that is hashed and compared for a field.
pub(super) fn key_type(model: &Model, field: &Field) -> TokenStream {
    let Paths { private, core, std } = &model.paths;
    let ty = &field.ty;
    // Spelt out where it can be, and not by way of the owned type: if that is not what its name says,
    // each mention would be one error more.
    match borrowed(ty).filter(|_| field.is_borrowed()) {
        None => ty.to_token_stream(),
        Some(Borrowed::Str) => quote!(#core::primitive::str),
        Some(Borrowed::Path) => quote!(#std::path::Path),
        Some(Borrowed::OsStr) => quote!(#std::ffi::OsStr),
        Some(Borrowed::CStr) => quote!(#std::ffi::CStr),
        Some(Borrowed::Slice(_)) => {
            let (open, borrowed) = around(ty, "Borrowed");
            quote!(#open #ty as #private::KeyField>::#borrowed)
        }
    }
}

/// A reference to the key that is stored in a field, from a reference to the field.
pub(super) fn stored_key(model: &Model, field: &Field, stored: impl ToTokens) -> TokenStream {
    let (private, ty) = (&model.paths.private, &field.ty);
    if !field.is_borrowed() {
        return stored.into_token_stream();
    }
    call(ty, &quote!(#ty as #private::KeyField), "as_borrowed", quote!(#stored))
}

/// The same, of a field of the struct `value`.
pub(super) fn key_of(model: &Model, field: &Field, value: &Ident) -> TokenStream {
    let member = member(field);
    stored_key(model, field, quote!(&#value.#member))
}

/// A reference to the key that an argument is, from a reference to the argument.
pub(super) fn argument_key(model: &Model, field: &Field) -> TokenStream {
    let (private, ty) = (&model.paths.private, &field.ty);
    let argument = argument(field);
    if field.is_by_ref() {
        return quote!(#private::RefArg::<#ty>::as_key(#argument));
    }
    if !field.is_borrowed() {
        return argument.into_token_stream();
    }
    call(ty, &quote!(#ty as #private::KeyField), "of_argument", argument.into_token_stream())
}

/// Feeds a key into `state`, and the variant that it belongs to.
pub(super) fn hash(
    model: &Model,
    shape: &Shape,
    state: &Ident,
    key: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let (private, index) = (&model.paths.private, shape.index);
    let variant = (model.shapes.len() > 1).then(|| quote!(#private::Key::hash_into(&#index, #state);));
    let fields = shape.keys().map(|field| {
        let (ty, key) = (key_type(model, field), key(field));
        let hash = call(&field.ty, &quote!(#ty as #private::Key), "hash_into", quote!(#key, #state));
        quote!(#hash;)
    });
    quote!(#variant #(#fields)*)
}

/// Compares the keys that `left` and `right` make of the fields.
pub(super) fn equals(
    model: &Model,
    shape: &Shape,
    left: impl Fn(&Field) -> TokenStream,
    right: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let private = &model.paths.private;
    let fields = shape.keys().map(|field| {
        let (ty, left, right) = (key_type(model, field), left(field), right(field));
        call(&field.ty, &quote!(#ty as #private::Key), "equals", quote!(#left, #right))
    });
    fields.reduce(|all, next| quote!(#all && #next)).unwrap_or_else(|| quote!(true))
}

/// `Self { … }`, where `of` is `Self`, from what `local` says of each field: its value, or a variable that has it.
pub(super) fn value(
    of: &TokenStream,
    shape: &Shape,
    local: impl Fn(&Field) -> Result<TokenStream, Ident>,
) -> TokenStream {
    let path = path(of, shape);
    match shape.style {
        Style::Unit => path,
        Style::Tuple => {
            let fields =
                shape.fields.iter().map(|field| local(field).unwrap_or_else(ToTokens::into_token_stream));
            quote!(#path(#(#fields),*))
        }
        Style::Named => {
            let fields = shape.fields.iter().map(|field| match (member(field), local(field)) {
                (Member::Named(name), Err(local)) if name == local => quote!(#local),
                (member, Err(local)) => quote!(#member: #local),
                (member, Ok(value)) => quote!(#member: #value),
            });
            quote!(#path { #(#fields),* })
        }
    }
}

/// The pattern that binds each key field of a variant of `this` to its [`binding`].
pub(super) fn pattern(this: &TokenStream, shape: &Shape, prefix: &str) -> TokenStream {
    let path = path(this, shape);
    match shape.style {
        Style::Unit => path,
        Style::Tuple => {
            let is_key = |field: &Field| matches!(field.role, Role::Key(_));
            let name =
                |field| if is_key(field) { binding(field, prefix).to_token_stream() } else { quote!(_) };
            let fields = shape.fields.iter().map(name);
            quote!(#path(#(#fields),*))
        }
        Style::Named => {
            let fields = shape.keys().map(|field| {
                let (member, binding) = (member(field), binding(field, prefix));
                quote!(#member: #binding,)
            });
            quote!(#path { #(#fields)* .. })
        }
    }
}

/// A name for the field that no user code has.
pub(super) fn binding(field: &Field, prefix: &str) -> Ident {
    let name = field.argument.unraw().to_string();
    internal(&format!("{prefix}_{}", name.trim_start_matches('_')))
}

/// The parameter for the field, of which no lint is to speak: that it shadows, or begins with an underscore.
pub(super) fn argument(field: &Field) -> Ident {
    unlinted(&field.argument)
}

/// The field in generated code, of which no lint is to say that it is deprecated.
pub(super) fn member(field: &Field) -> Member {
    match &field.member {
        Member::Named(name) => Member::Named(unlinted(name)),
        Member::Unnamed(index) => Member::Unnamed(Index { index: index.index, span: argument(field).span() }),
    }
}

/// The struct or the variant.
pub(super) fn path(this: &TokenStream, shape: &Shape) -> TokenStream {
    let variant = shape.variant.as_ref().map(unlinted).into_iter();
    quote!(#this #(::#variant)*)
}

/// `<trait_of_type>::method(arguments)`, spanned at the field's type: if that lacks the trait, all uses are
/// one error, there.
fn call(ty: &Type, trait_of_type: &TokenStream, method: &str, arguments: TokenStream) -> TokenStream {
    let (open, method) = around(ty, method);
    let mut arguments = Group::new(Delimiter::Parenthesis, arguments);
    arguments.set_span(method.span());
    quote!(#open #trait_of_type>::#method #arguments)
}
