//! How an argument becomes part of the key, by its type as it is written.

use crate::diag::Diagnostics;
use crate::loans::borrows;
use crate::signature::{Parameter, Parameters, receiver_type};
use crate::types::{float, mentions, plain};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, Index, PathArguments, Receiver, ReceiverKind, Type};

/// How a key holds an argument.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Hold {
    Strongly,
    /// It must be a handle.
    Weakly,
    /// Weakly if it is a handle.
    WeaklyIfHandle,
}

/// A part of the key.
pub(crate) struct Part {
    pub(crate) maker: Maker,
    /// A reference to the argument, or an option of one, where arguments stand as references; `None` for
    /// `self`, for which nothing can stand, and for a tuple of parts.
    pub(crate) argument: Option<TokenStream>,
    /// What is referred to; an error that it cannot be in a key stands here.
    pub(crate) ty: TokenStream,
    pub(crate) hold: Hold,
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
pub(crate) fn receiver(receiver: &Receiver, hold: Hold, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let token = &receiver.self_token;
    let ty = quote_spanned!(token.span()=> Self);
    match &receiver_type(receiver) {
        Type::Reference(reference) if reference.mutability.is_none() && !borrows(&reference.elem) => {
            let ty = match receiver.kind {
                ReceiverKind::Typed(..) if hold != Hold::Strongly => reference.elem.to_token_stream(),
                _ => ty,
            };
            parts.push(Part { maker: Maker::Receiver, argument: None, ty, hold });
        }
        Type::Reference(reference) if reference.mutability.is_some() => errors.error(
            receiver,
            "`&mut self` cannot be part of the key",
            "keep a cache in each value, with a field `memo: weakcache::Memo` and `in(self.memo)`; give the whole key as `key = …`, or take `&self`; with `skip(self)` all instances share one result",
        ),
        other if borrows(other) => errors.error(
            receiver,
            "this receiver borrows in a way that cannot be stored as a key",
            "give the whole key as `key = …`; with `skip(self)` all instances share one result",
        ),
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            errors.error(receiver, "this receiver cannot be part of the key", "write `&self`");
        }
        other => {
            let ty = if matches!(receiver.kind, ReceiverKind::Value) { ty } else { quote!(#other) };
            parts.push(Part { maker: Maker::Value, argument: None, ty, hold });
        }
    }
}

/// Adds the parts that an argument of type `ty` makes, which stands as a reference unless it is one.
pub(crate) fn argument(name: &Ident, ty: &Type, hold: Hold, parts: &mut Vec<Part>, errors: &mut Diagnostics) {
    let ty = plain(ty);
    if let Some((maker, ty)) = handle(ty, hold) {
        let (argument, ty, hold) = (Some(name.to_token_stream()), ty.to_token_stream(), Hold::Weakly);
        parts.push(Part { maker, argument, ty, hold });
        return;
    }
    let place = match ty {
        Type::Reference(_) => name.to_token_stream(),
        Type::Tuple(_) => quote!((*#name)),
        ty if borrows(ty) && is_option_of_reference(ty) => name.to_token_stream(),
        _ => quote!(*#name),
    };
    let before = parts.len();
    self::parts(ty, &place, name.to_token_stream(), parts, errors);
    // What is in a tuple is no argument, and stays as it is.
    if let [part] = &mut parts[before..] {
        part.hold = hold;
    }
}

/// How an argument that is to be held weakly is one, and what the handle is: one that must be, as far as its
/// spelling says, whatever it borrows.
fn handle(ty: &Type, hold: Hold) -> Option<(Maker, &Type)> {
    let is_handle = |ty: &Type| match hold {
        Hold::Strongly => false,
        Hold::Weakly => !mentions(ty, "impl"),
        Hold::WeaklyIfHandle => is_known_handle(ty),
    };
    let (maker, ty) = match ty {
        Type::Reference(by) if by.mutability.is_some() => return None,
        Type::Reference(by) => (Maker::Ref, &*by.elem),
        ty => referent_of_option(ty).map_or((Maker::Value, ty), |referent| (Maker::Option, referent)),
    };
    is_handle(ty).then_some((maker, ty))
}

/// Whether the type is a handle by its name, of those that could not be part of a key otherwise: one that borrows, and
/// one of which it matters what it leads to.
fn is_known_handle(ty: &Type) -> bool {
    is_borrowed_handle(ty) || is_called(ty, "Arc")
}

/// Whether the type is an `InternedRef`, by its name.
pub(super) fn is_borrowed_handle(ty: &Type) -> bool {
    is_called(ty, "InternedRef")
}

fn is_called(ty: &Type, name: &str) -> bool {
    matches!(plain(ty), Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
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
        Type::TraitObject(_) => errors.error(
            ty,
            "this argument has no size that is known",
            "take a type parameter, a reference or an `Arc`",
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
            let (maker, ty) = (Maker::Tuple(own), tuple.to_token_stream());
            parts.push(Part { maker, argument: None, ty, hold: Hold::Strongly });
        }
        _ => match referent_of_option(ty) {
            Some(referent) => push(Maker::Option, place.clone(), referent, parts, errors),
            None => errors.error(
                ty,
                "this type borrows in a way that cannot be stored as a key",
                match is_known_handle(ty) {
                    true => "name the argument in `weak_key(…)`",
                    false => {
                        "give the whole key as an owned value, `key = …`, or name the argument in `skip(…)`"
                    }
                },
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
        None => {
            let (argument, ty) = (Some(argument), ty.to_token_stream());
            parts.push(Part { maker, argument, ty, hold: Hold::Strongly });
        }
    }
}

/// Reports arguments alone, or as parts of a tuple, in the place of `what` is stored: they are references there.
pub(super) fn of_references(whole: &Expr, parameters: &Parameters, what: &str, errors: &mut Diagnostics) {
    match whole {
        Expr::Tuple(tuple) => {
            for part in &tuple.elems {
                of_reference(part, parameters, what, errors);
            }
        }
        whole => of_reference(whole, parameters, what, errors),
    }
}

fn of_reference(part: &Expr, parameters: &Parameters, what: &str, errors: &mut Diagnostics) {
    let Expr::Path(path) = part else { return };
    let is_named = |parameter: &&Parameter| !parameter.is_pattern() && path.path.is_ident(&parameter.name);
    let Some(Parameter { name, ty, .. }) = parameters.others.iter().find(is_named) else { return };
    let help = match ty {
        Type::Reference(_) if !borrows(ty) => return,
        Type::Reference(_) => format!("write `{name}.to_owned()`"),
        _ => format!("write `{name}.clone()`, or `*{name}` of a type that is `Copy`"),
    };
    errors.error(part, format_args!("`{name}` is a reference here, and {what} is stored"), help);
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
