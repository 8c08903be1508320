//! Whether a type borrows, and what it is for ever, as far as its spelling tells.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Type;

/// Whether there is a `&` in the type, or a lifetime, that is not `'static`. What a function pointer or an `Fn` takes and
/// returns is no loan, unless it is one of a lifetime that comes from outside, and what is so for all lifetimes is none.
pub(crate) fn borrows(ty: &Type) -> bool {
    Spelling::of(ty.to_token_stream()).0
}

/// The type with `'static` in the place of its lifetimes.
pub(crate) fn for_ever(ty: TokenStream) -> TokenStream {
    Spelling::of(ty).1
}

struct Spelling {
    /// The lifetimes that a `for<…>` in the type brings: they have no other meaning in it.
    bound: Vec<String>,
    borrows: bool,
}

impl Spelling {
    /// Whether it borrows, and how it is spelt for ever.
    fn of(ty: TokenStream) -> (bool, TokenStream) {
        let mut spelling = Self { bound: Vec::new(), borrows: false };
        spelling.bind(ty.clone());
        let spelt = spelling.for_ever(ty, false);
        (spelling.borrows, spelt)
    }

    fn bind(&mut self, ty: TokenStream) {
        let tokens: Vec<TokenTree> = ty.into_iter().collect();
        for at in 0..tokens.len() {
            if begins_binder(&tokens, at) {
                let names = tokens[at..past(&tokens, at + 2, &['>'])].windows(2);
                let names = names.filter(|pair| is(pair, 0, '\'')).map(|pair| pair[1].to_string());
                self.bound.extend(names);
            } else if let TokenTree::Group(group) = &tokens[at] {
                self.bind(group.stream());
            }
        }
    }

    /// `is_called`: among what a function takes or returns.
    fn for_ever(&mut self, ty: TokenStream, is_called: bool) -> TokenStream {
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
                let mut new = Group::new(group.delimiter(), self.inside(group, is_called || is_function));
                new.set_span(group.span());
                spelt.extend([TokenTree::Group(new)]);
                if is_function && is(&tokens, at, '-') && is(&tokens, at + 1, '>') {
                    returned = past(&tokens, at + 2, &[',', '+', '>']);
                }
                continue;
            } else if is(&tokens, from, '\'') {
                let name = tokens.get(at).map_or_else(String::new, ToString::to_string);
                at = tokens.len().min(at + 1);
                if !(is_called && name == "_" || self.bound.contains(&name)) {
                    self.borrows |= name != "static";
                    spelt.extend(quote!('static));
                    continue;
                }
            } else if is(&tokens, from, '&') && !is(&tokens, at, '\'') && !is_called {
                self.borrows = true;
                spelt.extend(quote!(#token 'static));
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
                let is_semicolon =
                    |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                let end = tokens.iter().position(is_semicolon).unwrap_or(tokens.len());
                let (ty, length) = tokens.split_at(end);
                let ty = self.for_ever(ty.iter().cloned().collect(), is_called);
                quote!(#ty #(#length)*)
            }
            _ => self.for_ever(group.stream(), is_called),
        }
    }
}

fn is(tokens: &[TokenTree], at: usize, c: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

fn begins_binder(tokens: &[TokenTree], at: usize) -> bool {
    matches!(&tokens[at], TokenTree::Ident(word) if word == "for") && is(tokens, at + 1, '<')
}

fn is_function(token: &TokenTree) -> bool {
    const FUNCTIONS: [&str; 7] = ["fn", "Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"];
    matches!(token, TokenTree::Ident(word) if FUNCTIONS.iter().any(|function| word == function))
}

/// Past what is between angle brackets, or a return type: the first of `ends` outside of any.
fn past(tokens: &[TokenTree], mut at: usize, ends: &[char]) -> usize {
    let mut depth = 0_usize;
    while at < tokens.len() && (depth > 0 || !ends.iter().any(|&end| is(tokens, at, end))) {
        match () {
            () if is(tokens, at, '-') && is(tokens, at + 1, '>') => at += 1,
            () if is(tokens, at, '<') => depth += 1,
            () if is(tokens, at, '>') => depth = depth.saturating_sub(1),
            () => {}
        }
        at += 1;
    }
    at.min(tokens.len())
}

#[cfg(test)]
mod tests {
    use super::{borrows, for_ever};
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
}
