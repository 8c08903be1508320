//! How an argument becomes part of the key, by its type as it is written.

use crate::diag::Diagnostics;
use crate::signature::{borrows, receiver_type};
use crate::types::{float, mentions, plain};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Index, PathArguments, Receiver, ReceiverKind, Type};

/// A part of the key.
pub(crate) struct Part {
    pub(crate) maker: Maker,
    /// A reference to the argument, or an option of one, where arguments stand as references; `None` for
    /// `self`, for which nothing can stand, and for a tuple of parts.
    pub(crate) argument: Option<TokenStream>,
    /// What is referred to; an error that it cannot be in a key stands here.
    pub(crate) ty: TokenStream,
}

/// What an argument is.
pub(crate) enum Maker {
    Value,
    Ref,
    Option,
    Receiver,
    Tuple(Vec<Part>),
}

/// Adds the part that `self` makes.
pub(crate) fn receiver(receiver: &Receiver, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let token = &receiver.self_token;
    let ty = quote_spanned!(token.span()=> Self);
    match &receiver_type(receiver) {
        Type::Reference(reference) if reference.mutability.is_none() && !borrows(&reference.elem) => {
            parts.push(Part { maker: Maker::Receiver, argument: None, ty });
        }
        Type::Reference(reference) if reference.mutability.is_some() => errors.error(
            receiver,
            "`&mut self` cannot be part of the key",
            "give the whole key as `key = …`, or take `&self`; with `skip(self)` all instances share one result",
        ),
        other if borrows(other) => errors.error(
            receiver,
            "this receiver borrows in a way that cannot be stored as a key",
            "give the whole key as `key = …`; with `skip(self)` all instances share one result",
        ),
        other => {
            let ty = if matches!(receiver.kind, ReceiverKind::Value) { ty } else { quote!(#other) };
            parts.push(Part { maker: Maker::Value, argument: None, ty });
        }
    }
}

/// Adds the parts that an argument of type `ty` makes, which stands as a reference unless it is one.
pub(crate) fn argument(name: &Ident, ty: &Type, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let place = match plain(ty) {
        Type::Reference(_) => name.to_token_stream(),
        Type::Tuple(_) => quote!((*#name)),
        ty if borrows(ty) && is_option_of_reference(ty) => name.to_token_stream(),
        _ => quote!(*#name),
    };
    self::parts(ty, &place, name.to_token_stream(), parts, errors);
}

/// Adds the parts that what is at `place` makes, to which there is this `reference`.
fn parts(
    ty: &Type,
    place: &TokenStream,
    reference: TokenStream,
    parts: &mut Vec<Part>,
    errors: &mut Diagnostics,
) {
    let ty = plain(ty);
    // Where a type borrows is the compiler's to say, if it does not say it by its spelling.
    match ty {
        _ if mentions(ty, "impl") => errors.error(
            ty,
            "an `impl Trait` argument cannot be part of the key",
            "name it in `skip(…)`, give it a type parameter, or give the whole key as `key = …`",
        ),
        Type::Reference(by) if by.mutability.is_some() => errors.error(
            ty,
            "a `&mut` argument cannot be part of the key",
            "name it in `skip(…)`, or give the whole key as `key = …`",
        ),
        Type::Reference(by) if !borrows(&by.elem) => {
            push(Maker::Ref, place.clone(), &by.elem, parts, errors);
        }
        _ if matches!(ty, Type::FnPtr(_)) || !borrows(ty) => {
            push(Maker::Value, reference, ty, parts, errors);
        }
        Type::Tuple(tuple) => {
            let mut own = Vec::new();
            for (index, elem) in tuple.elems.iter().enumerate() {
                let index = Index::from(index);
                self::parts(elem, &quote!(#place.#index), quote!(&#place.#index), &mut own, errors);
            }
            parts.push(Part { maker: Maker::Tuple(own), argument: None, ty: tuple.to_token_stream() });
        }
        _ => match referent_of_option(ty) {
            Some(referent) => push(Maker::Option, place.clone(), referent, parts, errors),
            None => errors.error(
                ty,
                "this type borrows in a way that cannot be stored as a key",
                "give the whole key as an owned value, `key = …`, or name the argument in `skip(…)`",
            ),
        },
    }
}

/// Adds a part, unless it is plain that the type cannot be one.
fn push(maker: Maker, argument: TokenStream, ty: &Type, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    match float(ty) {
        Some(float) => errors.error(
            float,
            format_args!(
                "`{}` is neither `Eq` nor `Hash`, so it cannot be part of a key",
                float.to_token_stream()
            ),
            "give the whole key with the integer that `to_bits` gives, as in `key = x.to_bits()`, or name the argument in `skip(…)`",
        ),
        None => parts.push(Part { maker, argument: Some(argument), ty: ty.to_token_stream() }),
    }
}

/// Whether the type is `Option<&T>`, which is as good as a reference.
pub(super) fn is_option_of_reference(ty: &Type) -> bool {
    referent_of_option(plain(ty)).is_some()
}

/// The `T` of `Option<&T>`.
fn referent_of_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => match plain(inner) {
            Type::Reference(reference) if reference.mutability.is_none() && !borrows(&reference.elem) => {
                Some(&reference.elem)
            }
            _ => None,
        },
        _ => None,
    }
}
