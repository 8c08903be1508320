//! The types of what closures are shown of an entry, where they have to be spelt: in a control that takes a closure.
//!
//! Of arguments they follow from their types. Of `key = EXPR`, whose type the compiler infers, they are known
//! where the spelling says it; elsewhere the closure has to.

use super::key::{Hold, Maker, Part};
use super::model::{Errors, Key, Model, Place};
use super::spell::{ends, memo};
use crate::loans::{borrows, for_ever, lifetimes};
use crate::types::{mentions, plain};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{BinOp, Expr, Lifetime, Lit, Type, UnOp};

/// How many parts of a key are one tuple: more stand in a tuple behind the first.
const LONGEST: usize = 12;

/// The type of a stored key as it is shown, if it is known.
pub(super) fn key(model: &Model) -> Option<TokenStream> {
    match &model.key {
        Key::Parts(parts) => {
            let types: Vec<_> = parts.iter().map(|part| self::part(model, part)).collect();
            match types.as_slice() {
                [one] => Some(one.clone()),
                _ => Some(tuple(types)),
            }
        }
        Key::Whole(expr) => type_of(expr, model),
    }
}

/// What stands for the parts of a key, as what stands for the key.
pub(super) fn tuple(mut parts: Vec<TokenStream>) -> TokenStream {
    let last = parts.split_off(parts.len().saturating_sub(LONGEST));
    parts.iter().rev().fold(quote!((#(#last),*)), |rest, first| quote!((#first, #rest)))
}

/// What has to hold of the parts of a stored key, so that they can be shown. That they can be is asked elsewhere, and where
/// one cannot, this is no second error.
pub(super) fn clauses(model: &Model) -> TokenStream {
    let lifetime = unused(model);
    match &model.key {
        Key::Parts(parts) => parts.iter().map(|part| clause(model, part, &lifetime)).collect(),
        Key::Whole(_) => TokenStream::new(),
    }
}

fn clause(model: &Model, Part { maker, ty, hold, .. }: &Part, lifetime: &Lifetime) -> TokenStream {
    let (private, memo) = (&model.paths.private, memo(model));
    let asked = match (hold, maker) {
        // A handle by its name, and one that may be spelt without its lifetime.
        _ if is_lent(ty) => return TokenStream::new(),
        (Hold::Weakly, _) => {
            let ty = for_ever(ty.clone());
            quote!(#memo::Handles<#lifetime, #ty>)
        }
        (_, Maker::Ref | Maker::Receiver | Maker::Option) => quote!(#memo::Owns<#lifetime, #ty>),
        (_, Maker::Tuple(parts)) => return parts.iter().map(|part| clause(model, part, lifetime)).collect(),
        (_, Maker::Value) => return TokenStream::new(),
    };
    quote!(for<#lifetime> #private::Given: #asked,)
}

/// A lifetime that neither the function nor its block spells: to declare one again is an error. It is in the user's
/// documentation, so it is a plain one.
fn unused(model: &Model) -> Lifetime {
    let block = match &model.place {
        Place::Block(block) => block.lifetimes.as_slice(),
        Place::Free | Place::Alone => &[],
    };
    let mut taken = lifetimes(model.function.sig.to_token_stream());
    taken.extend_from_slice(block);
    let letters = ('a'..='z').map(|letter| format!("'{letter}"));
    let numbered = (0..=taken.len()).map(|number| format!("'a{number}"));
    let name = letters.chain(numbered).find(|name| !taken.contains(name));
    Lifetime::new(&name.expect("there are more names than are taken"), Span::mixed_site())
}

/// Whether the type is an `InternedRef`, by its name.
fn is_lent(ty: &TokenStream) -> bool {
    ty.to_string().split(|c: char| !c.is_alphanumeric()).any(|word| word == "InternedRef")
}

/// What a stored part is shown as.
fn part(model: &Model, Part { maker, ty, hold, .. }: &Part) -> TokenStream {
    // Other handles are shown as what they are.
    if *hold == Hold::Weakly || *hold == Hold::WeaklyIfHandle && is_lent(ty) {
        let (core, memo, ty) = (&model.paths.core, memo(model), for_ever(ty.clone()));
        let handle = quote!(#memo::HandleOf<#ty>);
        return match maker {
            Maker::Option => quote!(#core::Option<#handle>),
            _ => handle,
        };
    }
    match maker {
        Maker::Value => ty.clone(),
        Maker::Ref | Maker::Receiver => owned(model, ty),
        Maker::Option => {
            let (core, owned) = (&model.paths.core, owned(model, ty));
            quote!(#core::Option<#owned>)
        }
        Maker::Tuple(parts) => {
            let parts = parts.iter().map(|part| self::part(model, part));
            quote!((#(#parts,)*))
        }
    }
}

fn owned(model: &Model, ty: &impl ToTokens) -> TokenStream {
    let memo = memo(model);
    quote!(#memo::OwnedOf<#ty>)
}

/// The type of the value as it is shown, and what has to hold of it.
pub(super) fn value(model: &Model) -> (TokenStream, Option<TokenStream>) {
    let (memo, output) = (memo(model), &model.output);
    let is_result = match plain(output) {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Result"),
        _ => false,
    };
    match model.errors {
        Errors::Returned | Errors::KeptFor(_) if is_result => {
            // Whoever calls is asked whether it is one. Of a type of another's that is called so, nothing is shown.
            let lifetime = unused(model);
            let clause = quote!(for<#lifetime> #output: #memo::OkOf<#lifetime>);
            (quote!(<#output as #memo::OkOf<'static>>::Ok), Some(clause))
        }
        _ => (output.to_token_stream(), None),
    }
}

/// The type of an expression of the arguments, if its spelling says it.
fn type_of(expr: &Expr, model: &Model) -> Option<TokenStream> {
    let (core, std) = (&model.paths.core, &model.paths.std);
    match expr {
        Expr::Paren(paren) => type_of(&paren.expr, model),
        Expr::Group(group) => type_of(&group.expr, model),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [syn::Stmt::Expr(expr, None)] => type_of(expr, model),
            _ => None,
        },
        Expr::Tuple(tuple) => {
            let types: Option<Vec<_>> = tuple.elems.iter().map(|elem| type_of(elem, model)).collect();
            types.map(|types| quote!((#(#types,)*)))
        }
        Expr::Cast(cast) if !mentions(&cast.ty, "_") => Some(cast.ty.to_token_stream()),
        Expr::Unary(unary) => match unary.op {
            UnOp::Deref(_) => referent(&unary.expr, model).map(ToTokens::to_token_stream),
            UnOp::Not(_) | UnOp::Neg(_) => {
                type_of(&unary.expr, model).filter(|ty| is_number(ty) || is(ty, "bool"))
            }
            _ => None,
        },
        Expr::Binary(binary) => match binary.op {
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_)
            | BinOp::And(_)
            | BinOp::Or(_) => Some(quote!(#core::bool)),
            BinOp::Shl(_) | BinOp::Shr(_) => type_of(&binary.left, model).filter(is_number),
            _ => type_of(&binary.left, model).or_else(|| type_of(&binary.right, model)).filter(is_number),
        },
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(number) if !number.suffix().is_empty() => {
                let suffix = Ident::new(number.suffix(), number.span());
                Some(suffix.to_token_stream())
            }
            Lit::Bool(_) => Some(quote!(#core::bool)),
            _ => None,
        },
        Expr::Macro(mac) if mac.mac.path.is_ident("format") => Some(quote!(#std::String)),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "clone" => referent(&call.receiver, model).map(ToTokens::to_token_stream),
            "to_owned" if is_text(&call.receiver, model) => Some(quote!(#std::String)),
            "to_owned" => referent(&call.receiver, model).map(|ty| owned(model, ty)),
            "to_string" => Some(quote!(#std::String)),
            "to_lowercase" | "to_uppercase" | "to_ascii_lowercase" | "to_ascii_uppercase" | "repeat"
                if is_text(&call.receiver, model) =>
            {
                Some(quote!(#std::String))
            }
            "len" if is_text(&call.receiver, model) => Some(quote!(#core::usize)),
            "to_bits" => match referent(&call.receiver, model)?.to_token_stream().to_string().as_str() {
                "f32" => Some(quote!(#core::u32)),
                "f64" => Some(quote!(#core::u64)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What an argument that is named refers to, where arguments stand as references.
fn referent<'a>(expr: &Expr, model: &'a Model) -> Option<&'a Type> {
    let Expr::Path(path) = expr else { return None };
    let parameter = model.parameters.others.iter();
    let parameter = parameter
        .filter(|parameter| !parameter.is_pattern())
        .find(|parameter| path.path.is_ident(&parameter.name))?;
    match plain(&parameter.ty) {
        Type::Reference(reference) => Some(plain(&reference.elem)),
        ty => Some(ty),
    }
    .filter(|ty| !borrows(ty) && !mentions(*ty, "impl"))
}

/// Whether an expression is text.
fn is_text(expr: &Expr, model: &Model) -> bool {
    match expr {
        Expr::MethodCall(call) => {
            ["as_str", "trim", "trim_start", "trim_end"].iter().any(|name| call.method == name)
                && is_text(&call.receiver, model)
        }
        _ => referent(expr, model).is_some_and(|ty| {
            let ty = ty.to_token_stream();
            is(&ty, "str") || is(&ty, "String")
        }),
    }
}

fn is(ty: &TokenStream, name: &str) -> bool {
    ty.to_string() == name
}

fn is_number(ty: &TokenStream) -> bool {
    const NUMBERS: &[&str] =
        &["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
    NUMBERS.iter().any(|name| is(ty, name))
}

/// The shape of the result: found by its type, so that an alias of `Result` is one.
pub(super) fn shape(model: &Model) -> TokenStream {
    let memo = memo(model);
    let output = &model.output;
    let (span, _) = ends(&output.to_token_stream());
    let method = match model.errors {
        Errors::Returned => "__weakcache_shape",
        Errors::Kept => "__weakcache_err_too",
        Errors::KeptFor(_) => "__weakcache_err_for",
    };
    let method = Ident::new(method, span);
    quote_spanned!(span=> (&&&#memo::Probe::<#output>::new()).#method())
}
