//! Identifiers of generated code.

use proc_macro2::{Ident, Span};
use quote::format_ident;

/// An identifier that user code neither sees nor shadows.
pub(crate) fn internal(name: &str) -> Ident {
    Ident::new(&format!("__weakcache_{name}"), Span::mixed_site())
}

/// The identifier where it stands, but as the macro's own: no lint is about it, that it is deprecated or begins
/// with an underscore.
pub(crate) fn unlinted(ident: &Ident) -> Ident {
    let mut ident = ident.clone();
    ident.set_span(Span::mixed_site().located_at(ident.span()));
    ident
}

/// `name` as an identifier, with an underscore behind it where it is a keyword: `if_`.
pub(crate) fn identifier(name: &str, span: Span) -> Ident {
    // `gen` is a keyword since edition 2024 only, and unknown to `syn`.
    if name == "gen" || syn::parse_str::<Ident>(name).is_err() {
        format_ident!("{name}_", span = span)
    } else {
        format_ident!("{name}", span = span)
    }
}

/// `HttpGet` → `http_get`, `IOError` → `io_error`, `U8` → `u8`.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        if c.is_uppercase() && i > 0 {
            let before = chars[i - 1];
            let ends_acronym = before.is_uppercase() && chars.get(i + 1).is_some_and(|c| c.is_lowercase());
            if before.is_lowercase() || before.is_numeric() || ends_acronym {
                snake.push('_');
            }
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{identifier, snake_case};
    use proc_macro2::Span;

    #[test]
    fn words_are_split_where_one_would() {
        for (name, expected) in [
            ("Num", "num"),
            ("HttpGet", "http_get"),
            ("IOError", "io_error"),
            ("U8", "u8"),
            ("I32Add", "i32_add"),
            ("Foo_Bar", "foo_bar"),
            ("ÜberGroß", "über_groß"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }

    #[test]
    fn keywords_get_an_underscore() {
        for (name, expected) in [
            ("if", "if_"),
            ("self", "self_"),
            ("gen", "gen_"),
            ("union", "union"),
            ("r#if", "r#if"),
            ("r#self", "r#self_"),
        ] {
            assert_eq!(identifier(name, Span::call_site()).to_string(), expected);
        }
    }
}
