//! Arguments under `#[cfg]`.
//!
//! An attribute sees them whether they are configured or not, and has no way to ask. So the function is
//! written out for each case, with and without them, and the compiler keeps the one that holds.

use crate::diag::Diagnostics;
use crate::function::Function;
use crate::signature::Parameters;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Pair;
use syn::{FnArg, Meta, Token, parse_quote};

/// A function in one of the cases.
pub(super) struct Variant {
    pub(super) function: Function,
    /// The arguments that it has in others.
    pub(super) absent: Vec<Ident>,
}

/// How many conditions are written out, each of which doubles the code.
const CONDITIONS: usize = 4;

/// The function in every case; first the one with all arguments.
pub(super) fn variants(function: Function, errors: &mut Diagnostics) -> Vec<Variant> {
    let mut conditions: Vec<TokenStream> = Vec::new();
    for condition in function.sig.inputs.iter().filter_map(condition) {
        if !conditions.iter().any(|known| known.to_string() == condition.to_string()) {
            conditions.push(condition);
        }
    }
    if let Some(more) = conditions.get(CONDITIONS) {
        let message =
            format_args!("more than {CONDITIONS} conditions on the arguments of a memoized function");
        errors.error(more, message, "write the function out for each case, with a `#[cfg]` of its own");
    }
    let mut variants = vec![Variant { function, absent: Vec::new() }];
    for condition in conditions.into_iter().take(CONDITIONS) {
        variants = variants
            .into_iter()
            .flat_map(|variant| [with(&variant, &condition), without(&variant, &condition)])
            .collect();
    }
    variants
}

/// What stands in the `#[cfg(…)]`s of an argument, as one condition.
fn condition(input: &FnArg) -> Option<TokenStream> {
    let FnArg::Typed(input) = input else { return None };
    let conditions: Vec<_> = input
        .attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(&list.tokens),
            _ => None,
        })
        .collect();
    match conditions.as_slice() {
        [] => None,
        [one] => Some(one.to_token_stream()),
        some => Some(quote!(all(#(#some),*))),
    }
}

fn is_under(input: &FnArg, condition: &TokenStream) -> bool {
    self::condition(input).is_some_and(|own| own.to_string() == condition.to_string())
}

/// The case that `condition` holds: its arguments are as any other.
fn with(variant: &Variant, condition: &TokenStream) -> Variant {
    let mut function = variant.function.clone();
    function.attrs.push(parse_quote!(#[cfg(#condition)]));
    for input in function.sig.inputs.iter_mut().filter(|input| is_under(input, condition)) {
        if let FnArg::Typed(input) = input {
            input.attrs.retain(|attr| !attr.path().is_ident("cfg"));
        }
    }
    Variant { function, absent: variant.absent.clone() }
}

/// The case that it does not.
fn without(variant: &Variant, condition: &TokenStream) -> Variant {
    let mut function = variant.function.clone();
    function.attrs.push(parse_quote!(#[cfg(not(#condition))]));
    let names = Parameters::from_syn(&function.sig).others.into_iter().map(|parameter| parameter.name);
    let typed = function.sig.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
    let gone = typed.zip(names).filter(|(input, _)| is_under(input, condition)).map(|(_, name)| name);
    let absent = variant.absent.iter().cloned().chain(gone).collect();
    let inputs = std::mem::take(&mut function.sig.inputs).into_pairs();
    let kept = inputs.filter(|pair| !is_under(pair.value(), condition)).map(Pair::into_value);
    function.sig.inputs = kept.collect::<syn::punctuated::Punctuated<_, Token![,]>>();
    Variant { function, absent }
}

#[cfg(test)]
mod tests {
    use super::variants;
    use crate::diag::Diagnostics;
    use quote::ToTokens;
    use syn::parse_quote;

    #[test]
    fn a_function_for_each_case() {
        let function = parse_quote! {
            fn f(a: u8, #[cfg(unix)] b: u8, #[cfg(test)] c: u8, #[cfg(unix)] d: u8) {}
        };
        let variants = variants(function, &mut Diagnostics::default());
        let functions: Vec<_> =
            variants.iter().map(|variant| variant.function.to_token_stream().to_string()).collect();
        assert_eq!(
            functions,
            [
                "# [cfg (unix)] # [cfg (test)] fn f (a : u8 , b : u8 , c : u8 , d : u8) { }",
                "# [cfg (unix)] # [cfg (not (test))] fn f (a : u8 , b : u8 , d : u8) { }",
                "# [cfg (not (unix))] # [cfg (test)] fn f (a : u8 , c : u8) { }",
                "# [cfg (not (unix))] # [cfg (not (test))] fn f (a : u8) { }",
            ]
        );
        assert_eq!(variants[3].absent, ["b", "d", "c"]);
        assert!(variants[0].absent.is_empty());
    }

    #[test]
    fn one_case_where_nothing_is_configured() {
        let function = parse_quote! { #[cfg(unix)] fn f(&self, #[allow(unused)] a: u8) {} };
        let variants = variants(function, &mut Diagnostics::default());
        assert_eq!(variants.len(), 1);
    }
}
