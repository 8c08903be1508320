//! A function of many elements at once: what it is, as one of a single element.

use super::model::{Batch, Body};
use crate::diag::Diagnostics;
use crate::function::Function;
use crate::options::{Assigned, Given, MemoizeOptions, exclude};
use crate::types::{mentions, plain};
use crate::values::Waiting;
use syn::token::Paren;
use syn::{
    FnArg, GenericArgument, Pat, PathArguments, ReturnType, Signature, Type, TypeParen, TypeReference,
    TypeSlice, parse_quote,
};

/// Reports options that are about one call.
pub(super) fn validate(options: &MemoizeOptions, errors: &mut Diagnostics) {
    let MemoizeOptions { batch, refresh_after, stale_if_error, tags, single_flight, .. } = options;
    let help = "leave one of them out: a batch is computed as a whole, and its elements fall due one by one";
    exclude(batch.as_ref(), refresh_after.as_ref(), help, errors);
    exclude(batch.as_ref(), stale_if_error.as_ref(), help, errors);
    let help = "leave one of them out: tags are evaluated once a call, and elements differ";
    exclude(batch.as_ref(), tags.as_ref(), help, errors);
    if let (Some(_), Some(Given { name, value: Assigned(Waiting::For(_)) })) = (batch, single_flight) {
        let help = "leave it out, or write `single_flight = false`";
        errors.error(name, "a batch waits for what others compute without a limit", help);
    }
}

/// Makes the signature that of one element. The slice is the one that is not skipped.
pub(super) fn of_one(
    sig: &mut Signature,
    skipped: impl Fn(&Pat) -> bool,
    errors: &mut Diagnostics,
) -> Option<Batch> {
    let whole = sig.clone();
    let slices = sig.inputs.iter_mut().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    });
    let is_slice = |ty: &Type| slice(ty).is_some();
    let mut slices: Vec<_> =
        slices.enumerate().filter(|(_, input)| is_slice(&input.ty) && !skipped(&input.pat)).collect();
    if let Some((_, second)) = slices.get(1) {
        let help = "name all but one of them in `skip(…)`, or take another type";
        errors.error(&second.ty, "a batch has one slice among its arguments", help);
        return None;
    }
    let Some((at, input)) = slices.pop() else {
        let help = "take the elements as a slice, as in `ids: &[u64]`";
        errors.error(&whole.ident, "there is no slice among the arguments of this batch", help);
        return None;
    };
    if !matches!(&*input.pat, Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none()) {
        errors.error(
            &input.pat,
            "the slice of a batch needs a name",
            "write `ids` in the place of the pattern",
        );
        return None;
    }
    let (reference, slice) = slice(&input.ty)?;
    let lent = matches!(plain(&slice.elem), Type::Reference(_));
    let elem = slice.elem.clone();
    let one = match &*elem {
        _ if lent => *elem,
        // Behind a `&` a sum of traits needs them.
        Type::ImplTrait(_) | Type::TraitObject(_) => {
            let traits = TypeParen { attrs: Vec::new(), paren_token: Paren(slice.bracket_token.span), elem };
            Type::Reference(TypeReference { elem: Box::new(Type::Paren(traits)), ..reference.clone() })
        }
        _ => Type::Reference(TypeReference { elem, ..reference.clone() }),
    };
    *input.ty = one;
    let output = crate::signature::output(&whole);
    let Some((value, ordered, may_fail)) = of_output(&output) else {
        let help =
            "return `Vec<V>`, or `HashMap<K, V>` where some may be left out; or a `Result` of one of them";
        errors.error(&output, "this is not what a batch returns", help);
        return None;
    };
    sig.output = ReturnType::Type(parse_quote!(->), Box::new(value));
    Some(Batch { sig: whole, at, lent, ordered, may_fail })
}

/// `&[T]`, and the `[T]` in it.
fn slice(ty: &Type) -> Option<(&TypeReference, &TypeSlice)> {
    let Type::Reference(reference) = plain(ty) else { return None };
    match plain(&reference.elem) {
        Type::Slice(slice) if reference.mutability.is_none() => Some((reference, slice)),
        _ => None,
    }
}

/// The type of a value; whether they come in order; and whether they come in a `Result`.
fn of_output(output: &Type) -> Option<(Type, bool, bool)> {
    let (name, arguments) = path(output)?;
    match (name.as_str(), arguments.as_slice()) {
        ("Vec", [value]) => Some(((*value).clone(), true, false)),
        ("HashMap" | "BTreeMap", [_, value, ..]) => Some(((*value).clone(), false, false)),
        ("Result", [inner, ..]) => {
            let (value, ordered, may_fail) = of_output(inner)?;
            (!may_fail).then_some((value, ordered, true))
        }
        _ => None,
    }
}

fn path(ty: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = plain(ty) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some((last.ident.to_string(), types.collect()))
}

/// Where the body goes: it may run more than once.
pub(super) fn body(body: Body, function: &Function, errors: &mut Diagnostics) -> Body {
    if body != Body::Closure {
        return body;
    }
    if mentions(&function.sig, "self") || mentions(&function.sig, "Self") || mentions(&function.body, "Self")
    {
        let help = "put `#[memoize]` on the impl block as well, with controls, or call a function that has the attribute";
        errors.error(&function.sig.ident, "the body of this batch cannot be a function of its own", help);
    }
    Body::Nested
}
