//! How an argument becomes part of the key, by its type as it is written.

use crate::diag::Diagnostics;
use crate::signature::{borrows, mentions, plain_type, receiver_type};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Index, PathArguments, Receiver, Type};

/// A part of the key.
pub(crate) struct Part {
    pub(crate) maker: Maker,
    /// What the maker is called with.
    pub(crate) argument: TokenStream,
    /// Of the type, where an error belongs that says it cannot be a key.
    pub(crate) span: Span,
}

/// The function of the runtime that makes it.
#[derive(Clone, Copy)]
pub(crate) enum Maker {
    Value,
    Ref,
    Option,
    Receiver,
}

impl Maker {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Value => "by_value",
            Self::Ref => "by_ref",
            Self::Option => "by_option",
            Self::Receiver => "by_receiver",
        }
    }
}

/// Adds the part that `self` makes.
pub(crate) fn receiver(receiver: &Receiver, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let token = &receiver.self_token;
    let span = token.span();
    match &receiver_type(receiver) {
        Type::Reference(reference) if reference.mutability.is_none() && !borrows(&reference.elem) => {
            parts.push(Part { maker: Maker::Receiver, argument: quote!(#token), span });
        }
        Type::Reference(reference) if reference.mutability.is_some() => errors.error(
            receiver,
            "`&mut self` cannot be part of the key",
            "take `&self`, name it in `skip(self)`, or give the whole key as `key = …`",
        ),
        ty if borrows(ty) => errors.error(
            receiver,
            "this receiver borrows in a way that cannot be stored as a key",
            "name it in `skip(self)`, or give the whole key as `key = …`",
        ),
        _ => {
            let argument = quote_spanned!(span=> &#token);
            parts.push(Part { maker: Maker::Value, argument, span });
        }
    }
}

/// Adds the parts that the argument `place` of type `ty` makes.
pub(crate) fn parts(ty: &Type, place: &TokenStream, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let ty = plain_type(ty);
    let span = ty.span();
    // Where a type borrows is the compiler's to say, if it does not say it by its spelling.
    match ty {
        _ if mentions(ty, &Ident::new("impl", span)) => errors.error(
            ty,
            "an `impl Trait` argument cannot be part of the key",
            "name it in `skip(…)`, give it a type parameter, or give the whole key as `key = …`",
        ),
        Type::Reference(reference) if reference.mutability.is_some() => errors.error(
            ty,
            "a `&mut` argument cannot be part of the key",
            "name it in `skip(…)`, or give the whole key as `key = …`",
        ),
        Type::Reference(reference) if !borrows(&reference.elem) => {
            let span = plain_type(&reference.elem).span();
            parts.push(Part { maker: Maker::Ref, argument: place.clone(), span });
        }
        Type::FnPtr(_) => parts.push(Part { maker: Maker::Value, argument: quote!(&#place), span }),
        _ if !borrows(ty) => {
            let argument = quote_spanned!(span=> &#place);
            parts.push(Part { maker: Maker::Value, argument, span });
        }
        Type::Tuple(tuple) => {
            for (index, elem) in tuple.elems.iter().enumerate() {
                let index = Index::from(index);
                self::parts(elem, &quote!(#place.#index), parts, errors);
            }
        }
        _ => match referent_of_option(ty) {
            Some(referent) => {
                let span = plain_type(referent).span();
                parts.push(Part { maker: Maker::Option, argument: place.clone(), span });
            }
            None => errors.error(
                ty,
                "this type borrows in a way that cannot be stored as a key",
                "give the whole key as an owned value, `key = …`, or name the argument in `skip(…)`",
            ),
        },
    }
}

/// The `T` of `Option<&T>`.
fn referent_of_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => match plain_type(inner) {
            Type::Reference(reference) if reference.mutability.is_none() && !borrows(&reference.elem) => {
                Some(&reference.elem)
            }
            _ => None,
        },
        _ => None,
    }
}
