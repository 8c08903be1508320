//! Arguments under `#[cfg]`, and attributes of ours under `#[cfg_attr]`.
//!
//! An attribute sees them whether they are configured or not, and has no way to ask. So the function is
//! written out for each case, with and without them, and the compiler keeps the one that holds.

use crate::diag::Diagnostics;
use crate::function::Function;
use crate::signature::Parameters;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::{Pair, Punctuated};
use syn::{FnArg, Meta, Token, parse_quote};

/// A function in one of the cases.
pub(crate) struct Variant {
    pub(crate) function: Function,
    /// The arguments that it has in others.
    pub(crate) absent: Vec<Ident>,
}

/// How many conditions are written out, each of which doubles the code.
const CONDITIONS: usize = 4;

/// The function with and without each attribute called `name` that stands in a `#[cfg_attr]`; alone, and
/// unchanged, where there is none.
pub(crate) fn by_attributes(function: Function, name: &str, errors: &mut Diagnostics) -> Vec<Function> {
    let mut functions = vec![function];
    for round in 0.. {
        let place = |function: &Function| function.attrs.iter().position(|attr| configures(&attr.meta, name));
        let Some(configured) = functions.iter().position(|function| place(function).is_some()) else { break };
        let function = functions.remove(configured);
        let Some((place, (condition, attrs))) = place(&function)
            .and_then(|place| Some((place, configured_attributes(&function.attrs[place].meta)?)))
        else {
            break;
        };
        if round >= 1 << CONDITIONS {
            let message = format_args!("more than {CONDITIONS} conditions on `#[{name}]` of a function");
            errors.error(
                &condition,
                message,
                "write the function out for each case, with a `#[cfg]` of its own",
            );
            break;
        }
        let (mut with, mut without) = (function.clone(), function);
        with.attrs.splice(place..=place, attrs.into_iter().map(|meta| parse_quote!(#[#meta])));
        with.attrs.insert(0, parse_quote!(#[cfg(#condition)]));
        without.attrs[place] = parse_quote!(#[cfg(not(#condition))]);
        functions.splice(configured..configured, [with, without]);
    }
    functions
}

/// Whether it is a `cfg_attr` with an attribute called `name` in it.
fn configures(meta: &Meta, name: &str) -> bool {
    let is_ours = |meta: &Meta| meta.path().segments.last().is_some_and(|last| last.ident == name);
    configured_attributes(meta)
        .is_some_and(|(_, attrs)| attrs.iter().any(|meta| is_ours(meta) || configures(meta, name)))
}

/// The condition of a `cfg_attr`, and its attributes.
fn configured_attributes(meta: &Meta) -> Option<(Meta, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    // One that does not parse is the compiler's to report.
    let content = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut content = content.into_iter();
    Some((content.next()?, content.collect()))
}

/// The function in every case of its arguments; first the one with all of them.
pub(crate) fn variants(function: Function, errors: &mut Diagnostics) -> Vec<Variant> {
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
    function.sig.inputs = kept.collect::<Punctuated<_, Token![,]>>();
    Variant { function, absent }
}

#[cfg(test)]
mod tests {
    use super::{by_attributes, variants};
    use crate::diag::Diagnostics;
    use crate::function::Function;
    use quote::ToTokens;
    use syn::parse_quote;

    fn spelt(functions: &[Function]) -> Vec<String> {
        functions.iter().map(|function| function.to_token_stream().to_string()).collect()
    }

    #[test]
    fn a_function_with_and_without_a_configured_attribute() {
        let function = parse_quote! {
            #[inline]
            #[cfg_attr(unix, must_use, a::ours(lru = 2), cfg_attr(test, doc = ""))]
            #[cfg_attr(all(), cold)]
            fn f() {}
        };
        let mut errors = Diagnostics::default();
        let functions = by_attributes(function, "ours", &mut errors);
        assert!(errors.is_empty());
        assert_eq!(
            spelt(&functions),
            [
                "# [cfg (unix)] # [inline] # [must_use] # [a :: ours (lru = 2)] # [cfg_attr (test , doc = \"\")] \
                 # [cfg_attr (all () , cold)] fn f () { }",
                "# [inline] # [cfg (not (unix))] # [cfg_attr (all () , cold)] fn f () { }",
            ]
        );
    }

    #[test]
    fn conditions_in_conditions() {
        let function = parse_quote! {
            #[cfg_attr(unix, cfg_attr(test, ours))]
            #[cfg_attr(not(test), ours(lru = 1))]
            fn f() {}
        };
        let functions = by_attributes(function, "ours", &mut Diagnostics::default());
        assert_eq!(
            spelt(&functions),
            [
                "# [cfg (not (test))] # [cfg (test)] # [cfg (unix)] # [ours] # [ours (lru = 1)] fn f () { }",
                "# [cfg (test)] # [cfg (unix)] # [ours] # [cfg (not (not (test)))] fn f () { }",
                "# [cfg (not (test))] # [cfg (unix)] # [cfg (not (test))] # [ours (lru = 1)] fn f () { }",
                "# [cfg (unix)] # [cfg (not (test))] # [cfg (not (not (test)))] fn f () { }",
                "# [cfg (not (test))] # [cfg (not (unix))] # [ours (lru = 1)] fn f () { }",
                "# [cfg (not (unix))] # [cfg (not (not (test)))] fn f () { }",
            ]
        );
    }

    #[test]
    fn a_function_for_each_case() {
        let function = parse_quote! {
            fn f(a: u8, #[cfg(unix)] b: u8, #[cfg(test)] c: u8, #[cfg(unix)] d: u8) {}
        };
        let variants = variants(function, &mut Diagnostics::default());
        assert_eq!(
            spelt(&variants.iter().map(|variant| variant.function.clone()).collect::<Vec<_>>()),
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
