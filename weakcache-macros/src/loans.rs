//! Whether a type borrows, and what it is for ever, as far as its spelling tells.

use crate::recover::with_content;
use crate::types::is_punct;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

/// Whether there is a `&` in the type, or a lifetime, that is not `'static`. What a function pointer or an `Fn` takes and
/// returns is no loan, unless it is one of a lifetime that comes from outside, and what is so for all lifetimes is none.
pub(crate) fn borrows(ty: &Type) -> bool {
    let mut borrows = false;
    respell(ty.to_token_stream(), &mut |name| {
        borrows |= name != "static";
        None
    });
    borrows
}

/// The type with `'static` in the place of its lifetimes.
pub(crate) fn for_ever(ty: TokenStream) -> TokenStream {
    respell(ty, &mut |_| Some(quote!('static)))
}

/// The lifetimes that occur among the tokens, with their ticks.
pub(crate) fn lifetimes(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                found.extend(tokens.next().map(|name| format!("'{name}")));
            }
            TokenTree::Group(group) => found.extend(lifetimes(group.stream())),
            _ => {}
        }
    }
    found
}

/// The type with other lifetimes, where `other` has one for a name: `_` for `'_`, and for a `&` without one. That is
/// asked of loans alone, see [`borrows`].
pub(crate) fn respell(ty: TokenStream, other: &mut dyn FnMut(&str) -> Option<TokenStream>) -> TokenStream {
    let mut bound = Vec::new();
    bind(ty.clone(), &mut bound);
    Spelling { bound, other }.of(ty, false)
}

/// Finds the lifetimes that a `for<…>` in the type brings.
fn bind(ty: TokenStream, bound: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = ty.into_iter().collect();
    for at in 0..tokens.len() {
        if begins_binder(&tokens, at) {
            let names = &tokens[at..past(&tokens, at + 2, &['>'])];
            bound.extend(lifetimes(names.iter().cloned().collect()));
        } else if let TokenTree::Group(group) = &tokens[at] {
            bind(group.stream(), bound);
        }
    }
}

struct Spelling<'a> {
    /// They have no other meaning in the type.
    bound: Vec<String>,
    other: &'a mut dyn FnMut(&str) -> Option<TokenStream>,
}

impl Spelling<'_> {
    /// `is_called`: among what a function takes or returns.
    fn of(&mut self, ty: TokenStream, is_called: bool) -> TokenStream {
        let tokens: Vec<TokenTree> = ty.into_iter().collect();
        let mut spelt = TokenStream::new();
        let (mut at, mut returned) = (0, 0);
        while let Some(token) = tokens.get(at) {
            let is_called = is_called || at < returned;
            let from = at;
            at += 1;
            if begins_binder(&tokens, from) {
                at = tokens.len().min(past(&tokens, from + 2, &['>']) + 1);
            } else if let TokenTree::Group(group) = token {
                let is_function = from > 0 && is_function(&tokens[from - 1]);
                let inside = self.inside(group, is_called || is_function);
                spelt.extend([TokenTree::Group(with_content(group, inside))]);
                if is_function && is_punct(&tokens, at, '-') && is_punct(&tokens, at + 1, '>') {
                    returned = past(&tokens, at + 2, &[',', '+', '>']);
                }
                continue;
            } else if is_punct(&tokens, from, '\'') {
                let name = tokens.get(at).map_or_else(String::new, ToString::to_string);
                at = tokens.len().min(at + 1);
                if !(is_called && name == "_" || self.bound.contains(&format!("'{name}")))
                    && let Some(other) = (self.other)(&name)
                {
                    spelt.extend(other);
                    continue;
                }
            } else if is_punct(&tokens, from, '&') && !is_punct(&tokens, at, '\'') && !is_called {
                let other = (self.other)("_");
                spelt.extend(quote!(#token #other));
                continue;
            }
            spelt.extend(tokens[from..at].iter().cloned());
        }
        spelt
    }

    /// Not of a constant, in which `&` is an operator: all of it in braces, what comes after the `;` in brackets.
    fn inside(&mut self, group: &Group, is_called: bool) -> TokenStream {
        match group.delimiter() {
            Delimiter::Brace => group.stream(),
            Delimiter::Bracket => {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                let end = (0..tokens.len()).find(|&at| is_punct(&tokens, at, ';')).unwrap_or(tokens.len());
                let (ty, length) = tokens.split_at(end);
                let ty = self.of(ty.iter().cloned().collect(), is_called);
                quote!(#ty #(#length)*)
            }
            _ => self.of(group.stream(), is_called),
        }
    }
}

fn begins_binder(tokens: &[TokenTree], at: usize) -> bool {
    matches!(&tokens[at], TokenTree::Ident(word) if word == "for") && is_punct(tokens, at + 1, '<')
}

fn is_function(token: &TokenTree) -> bool {
    const FUNCTIONS: [&str; 7] = ["fn", "Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"];
    matches!(token, TokenTree::Ident(word) if FUNCTIONS.iter().any(|function| word == function))
}

/// Past what is between angle brackets, or a return type: the first of `ends` outside of any.
fn past(tokens: &[TokenTree], mut at: usize, ends: &[char]) -> usize {
    let mut depth = 0_usize;
    while at < tokens.len() && (depth > 0 || !ends.iter().any(|&end| is_punct(tokens, at, end))) {
        match () {
            () if is_punct(tokens, at, '-') && is_punct(tokens, at + 1, '>') => at += 1,
            () if is_punct(tokens, at, '<') => depth += 1,
            () if is_punct(tokens, at, '>') => depth = depth.saturating_sub(1),
            () => {}
        }
        at += 1;
    }
    at.min(tokens.len())
}

#[cfg(test)]
mod tests {
    use super::{borrows, for_ever, respell};
    use quote::quote;
    use syn::parse_quote;

    #[test]
    fn what_borrows() {
        assert!(borrows(&parse_quote!(&str)));
        assert!(borrows(&parse_quote!((u8, &'a str))));
        assert!(borrows(&parse_quote!(Cow<'_, str>)));
        assert!(borrows(&parse_quote!([&u8; 2])));
        assert!(borrows(&parse_quote!(&'static &u8)));
        assert!(!borrows(&parse_quote!(Vec<String>)));
        assert!(!borrows(&parse_quote!([u8; A & 3])));
        assert!(!borrows(&parse_quote!(W<{ A & 1 }>)));
        assert!(!borrows(&parse_quote!([[u8; 4]; { A & B & 3 }])));
        assert!(borrows(&parse_quote!([[&'a u8; A & 3]; 2])));
        assert!(borrows(&parse_quote!(W<&u8, { A & 1 }>)));
        assert!(!borrows(&parse_quote!((u8, &'static str))));
        assert!(!borrows(&parse_quote!(Cow<'static, str>)));
        assert!(!borrows(&parse_quote!(fn(&str) -> &str)));
        assert!(!borrows(&parse_quote!(Arc<dyn for<'a> Fn(&'a str) -> &'a str + Send + 'static>)));
        assert!(!borrows(&parse_quote!(Arc<dyn for<'a, 'b> Visit<'a, 'b, Of = &'a u8>>)));
        assert!(!borrows(&parse_quote!(Result<Vec<fn(&u8) -> Option<&u8>>, String>)));
        assert!(borrows(&parse_quote!((fn(&u8) -> Option<&u8>, &str))));
        assert!(borrows(&parse_quote!(Box<dyn Fn(&u8) -> u8 + 'a>)));
        assert!(borrows(&parse_quote!(Box<dyn Fn(&'a u8)>)));
    }

    #[test]
    fn what_is_for_ever() {
        for (ty, expected) in [
            (quote!(&str), quote!(&'static str)),
            (quote!((&'a [Cow<'_, str>], u8)), quote!((&'static [Cow<'static, str>], u8))),
            (quote!(Arc<[&u8; A & B]>), quote!(Arc<[&'static u8; A & B]>)),
            (quote!(W<{ *&A }, &u8>), quote!(W<{ *&A }, &'static u8>)),
            (quote!(Arc<dyn Fn(&str) -> &str>), quote!(Arc<dyn Fn(&str) -> &str>)),
            (quote!(fn(Cow<'_, u8>, &'b u8)), quote!(fn(Cow<'_, u8>, &'static u8))),
            (quote!((fn(&u8) -> X<&u8>, &u8)), quote!((fn(&u8) -> X<&u8>, &'static u8))),
            (
                quote!(Arc<dyn for<'a> Fn(&'a str, &'b str) -> &'a str + 'c>),
                quote!(Arc<dyn for<'a> Fn(&'a str, &'static str) -> &'a str + 'static>),
            ),
        ] {
            assert_eq!(for_ever(ty).to_string(), expected.to_string());
        }
    }
    #[test]
    fn what_has_no_name_gets_one() {
        let ty = quote!(Of<&u8, &'a u8, Cow<'_, u8>, [u8; A & B], fn(&u8, Cow<'_, u8>)>);
        let expected = quote!(Of<&'n u8, &'a u8, Cow<'n, u8>, [u8; A & B], fn(&u8, Cow<'_, u8>)>);
        let named = respell(ty, &mut |name| (name == "_").then(|| quote!('n)));
        assert_eq!(named.to_string(), expected.to_string());
    }
}
