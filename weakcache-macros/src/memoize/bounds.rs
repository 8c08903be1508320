//! Options that bound a cache: what each needs, and what it excludes; and the closure that says what an entry weighs.

use super::model::Key;
use super::shown;
use super::spell::quiet_braces;
use crate::diag::Diagnostics;
use crate::names::internal;
use crate::options::{MemoizeOptions, exclude};
use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::mem;
use syn::{Expr, ExprClosure, Pat};

/// Reports options that make no sense alone, or together.
pub(super) fn validate(options: &MemoizeOptions, errors: &mut Diagnostics) {
    let MemoizeOptions { lru, capacity, weight, weigh, .. } = options;
    let help = "keep one of them: `lru` for an exact order, in a small cache or one of a single thread; `capacity` for what \
                many threads share";
    exclude(lru.as_ref(), capacity.as_ref(), help, errors);
    match (weight, weigh) {
        (Some(weight), None) => {
            let help = "add `weigh = |key, value| …`, or write `capacity = N` for a number of entries";
            errors.error(
                &weight.name,
                "`weight` bounds what entries weigh together, and nothing says what one weighs",
                help,
            );
        }
        (None, Some(weigh)) => {
            let help = "add `weight = \"64 MiB\"`, or leave `weigh` out";
            errors.error(&weigh.name, "`weigh` says what entries weigh, and there is no bound on that", help);
        }
        _ => {}
    }
}

/// `weigh` as a function of a key and a value. It may take the arguments of the key one by one, which the number of what
/// a closure takes tells: then it is made one.
pub(super) fn weigher(weigh: Expr, key: &Key, names: &[String], errors: &mut Diagnostics) -> Option<Expr> {
    match weigh {
        Expr::Lit(_) | Expr::Binary(_) | Expr::Unary(_) => {
            let help = "write `weigh = |key, value| …`, which gives a `usize`";
            errors.error(weigh, "`weigh` takes a function of the key and the value", help);
            None
        }
        Expr::Closure(closure) if closure.inputs.len() != 2 => match key {
            Key::Parts(parts) if closure.inputs.len() == parts.len() + 1 => {
                Some(Expr::Closure(together(closure, parts.len())))
            }
            key => {
                errors.error(closure, "`weigh` is shown a key and a value", forms(key, names));
                None
            }
        },
        other => Some(other),
    }
}

/// How a closure may be written, where these are the `names` of what is in the key.
fn forms(key: &Key, names: &[String]) -> String {
    const TOGETHER: &str = "write `weigh = |key, value| …`";
    match key {
        Key::Parts(parts) if parts.is_empty() => {
            format!("{TOGETHER}, or `weigh = |value| …`: there is no key")
        }
        Key::Parts(parts) if parts.len() > 1 => {
            format!("{TOGETHER}, where `key` is a tuple, or `weigh = |{}, value| …`", names.join(", "))
        }
        Key::Parts(_) | Key::Whole(_) => TOGETHER.to_owned(),
    }
}

/// The closure, which takes so many arguments and a value, as one that takes their tuple.
fn together(mut closure: ExprClosure, count: usize) -> ExprClosure {
    let mut inputs = mem::take(&mut closure.inputs).into_iter();
    let (mut parts, mut bound) = (Vec::new(), TokenStream::new());
    for (at, pat) in inputs.by_ref().take(count).enumerate() {
        match &pat {
            // In a tuple that is lent, the same as it is outside of it.
            Pat::Ident(name)
                if name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none() =>
            {
                parts.push(pat.to_token_stream());
            }
            Pat::Wild(_) => parts.push(pat.to_token_stream()),
            pat => {
                let name = internal(&format!("part_{at}"));
                bound.extend(quote!(let #pat = #name;));
                parts.push(name.into_token_stream());
            }
        }
    }
    let tuple = shown::tuple(parts);
    closure.inputs.push(Pat::Verbatim(tuple));
    closure.inputs.extend(inputs);
    if !bound.is_empty() {
        let body = match *closure.body {
            // Inside of ours, its braces may be one pair too many.
            Expr::Block(block) if block.attrs.is_empty() && block.label.is_none() => {
                let braces = block.into_token_stream().into_iter().map(|token| match token {
                    TokenTree::Group(braces) => quiet_braces(&braces).into(),
                    other => other,
                });
                braces.collect()
            }
            body => body.into_token_stream(),
        };
        closure.body = Box::new(Expr::Verbatim(quote!({ #bound #body })));
    }
    closure
}
