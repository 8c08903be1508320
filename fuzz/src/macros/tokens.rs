//! Tokens: to spoil, and to compare.

use arbitrary::{Result, Unstructured};
use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use std::collections::HashMap;

/// The names that attributes of ours have.
const OURS: [&str; 3] = ["interned", "memoize", "fingerprint"];

/// Tokens with some of them left out, repeated, exchanged, put in, or moved into other delimiters.
pub(super) fn spoil(tokens: TokenStream, source: &mut Unstructured<'_>) -> Result<TokenStream> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for _ in 0..source.int_in_range(1..=3)? {
        let at = source.int_in_range(0..=tokens.len())?;
        match (source.int_in_range(0..=7)?, tokens.get(at).cloned()) {
            // Half of the time deeper.
            (0..=3, Some(TokenTree::Group(group))) => {
                tokens[at] = Group::new(group.delimiter(), spoil(group.stream(), source)?).into();
            }
            (4, Some(TokenTree::Group(group))) => {
                let delimiter = *source.choose(&[
                    Delimiter::Brace,
                    Delimiter::Bracket,
                    Delimiter::Parenthesis,
                    Delimiter::None,
                ])?;
                tokens[at] = Group::new(delimiter, group.stream()).into();
            }
            (0..=1, Some(_)) => drop(tokens.remove(at)),
            (2, Some(token)) => tokens.insert(at, token),
            (3, Some(_)) => {
                let with = source.int_in_range(0..=tokens.len() - 1)?;
                tokens.swap(at, with);
            }
            (4, Some(token)) => tokens[at] = Group::new(Delimiter::None, token.into()).into(),
            (5, Some(_)) => tokens.truncate(at),
            _ => tokens.insert(at, any(source)?),
        }
    }
    Ok(tokens.into_iter().collect())
}

fn any(source: &mut Unstructured<'_>) -> Result<TokenTree> {
    const WORDS: [&str; 40] = [
        "fn", "struct", "enum", "impl", "trait", "union", "mod", "const", "static", "async", "unsafe",
        "extern", "self", "Self", "crate", "super", "mut", "ref", "where", "for", "in", "dyn", "pub", "let",
        "return", "_", "a", "b", "T", "u8", "str", "lru", "ttl", "key", "skip", "new", "init", "by", "cfg",
        "cfg_attr",
    ];
    let call_site = Span::call_site;
    Ok(match source.int_in_range(0..=7)? {
        0..=2 => match *source.choose(&WORDS)? {
            word @ ("self" | "Self" | "crate" | "super" | "_") => Ident::new(word, call_site()).into(),
            word if source.ratio(1, 8)? => Ident::new_raw(word, call_site()).into(),
            word => Ident::new(word, call_site()).into(),
        },
        3..=4 => {
            let sign = *source
                .choose(&[',', ';', ':', '=', '#', '&', '|', '<', '>', '.', '!', '?', '-', '*', '@', '\''])?;
            // A quote alone is no token: it begins a lifetime.
            match sign {
                '\'' => Punct::new('$', Spacing::Alone).into(),
                sign => {
                    Punct::new(sign, if source.arbitrary()? { Spacing::Joint } else { Spacing::Alone }).into()
                }
            }
        }
        5 => match source.int_in_range(0..=6)? {
            0 => Literal::string("60s").into(),
            1 => Literal::usize_unsuffixed(0).into(),
            2 => Literal::u8_suffixed(1).into(),
            3 => Literal::f64_unsuffixed(0.5).into(),
            4 => Literal::character('x').into(),
            5 => Literal::byte_string(b"\xff").into(),
            _ => Literal::c_string(c"c").into(),
        },
        kind => {
            let delimiter = *source.choose(&[
                Delimiter::Brace,
                Delimiter::Bracket,
                Delimiter::Parenthesis,
                Delimiter::None,
            ])?;
            let inside = if kind == 6 { TokenStream::new() } else { any(source)?.into() };
            Group::new(delimiter, inside).into()
        }
    })
}

/// How often there is each name and literal, at any depth.
pub(super) fn count(tokens: &TokenStream) -> HashMap<String, usize> {
    fn add(tokens: &TokenStream, counts: &mut HashMap<String, usize>) {
        for token in tokens.clone() {
            match token {
                TokenTree::Group(group) => add(&group.stream(), counts),
                TokenTree::Ident(_) | TokenTree::Literal(_) => {
                    *counts.entry(token.to_string()).or_default() += 1
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
    let mut counts = HashMap::new();
    add(tokens, &mut counts);
    counts
}

/// Without the attributes in it that are read, `cfg_attr` too, at any depth.
pub(super) fn without_attributes(tokens: TokenStream) -> TokenStream {
    let mut tokens = seen_through(tokens).into_iter().peekable();
    let mut rest = TokenStream::new();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(pound), Some(TokenTree::Group(group)))
                if pound.as_char() == '#'
                    && group.delimiter() == Delimiter::Bracket
                    && is_read(&group.stream()) =>
            {
                tokens.next();
            }
            (TokenTree::Group(group), _) => {
                let inside = without_attributes(group.stream());
                rest.extend([TokenTree::from(Group::new(group.delimiter(), inside))]);
            }
            _ => rest.extend([token]),
        }
    }
    rest
}

/// Without the groups that have no delimiters and nothing inside, as a visibility that a macro was not given.
pub(super) fn without_nothing(tokens: TokenStream) -> TokenStream {
    let rest = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => {
            let inside = without_nothing(group.stream());
            let is_nothing = group.delimiter() == Delimiter::None && inside.is_empty();
            (!is_nothing).then(|| Group::new(group.delimiter(), inside).into())
        }
        token => Some(token),
    });
    rest.collect()
}

/// Without the groups that have no delimiters, through which parsers look.
fn seen_through(tokens: TokenStream) -> TokenStream {
    let seen = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => seen_through(group.stream()),
        token => token.into(),
    });
    seen.collect()
}

fn is_read(attribute: &TokenStream) -> bool {
    seen_through(attribute.clone()).into_iter().any(|token| match token {
        TokenTree::Ident(name) => OURS.iter().any(|ours| name == ours) || name == "cfg_attr",
        _ => false,
    })
}

/// The texts of `compile_error! { "…" }` that an expansion has.
pub(super) fn errors(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(name) if name == "compile_error" => {
                if let Some(TokenTree::Group(text)) = tokens.get(at + 2) {
                    found.push(text.stream().to_string());
                }
            }
            TokenTree::Group(group) => found.extend(errors(&group.stream())),
            _ => {}
        }
    }
    found
}

/// The items of an expansion with the derive that takes over what is under `#[cfg]`.
pub(super) fn derives(tokens: &TokenStream) -> Vec<TokenStream> {
    let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) else { return Vec::new() };
    let is_handed_on = |attribute: &syn::Attribute| {
        attribute.path().is_ident("derive")
            && format!("{:?}", count(&to_tokens(attribute))).contains("__Interned")
    };
    let items = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Struct(mut item) => {
            let before = item.attrs.len();
            item.attrs.retain(|attribute| !is_handed_on(attribute));
            (item.attrs.len() < before).then(|| to_tokens(&item))
        }
        syn::Item::Enum(mut item) => {
            let before = item.attrs.len();
            item.attrs.retain(|attribute| !is_handed_on(attribute));
            (item.attrs.len() < before).then(|| to_tokens(&item))
        }
        _ => None,
    });
    items.collect()
}

fn to_tokens(tokens: &impl quote::ToTokens) -> TokenStream {
    tokens.to_token_stream()
}
