//! Errors, collected so that one attribute reports all its faults at once.
//!
//! Each stands on the guilty token, says what is wrong, and after `help:` what to write instead.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::fmt::Display;
use syn::Attribute;

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Diagnostics {
    errors: Option<syn::Error>,
    /// Errors that there are under a condition.
    configured: TokenStream,
}

impl Diagnostics {
    /// Reports `message` at `tokens`.
    pub(crate) fn error(&mut self, tokens: impl ToTokens, message: impl Display, help: impl Display) {
        self.push(fault(tokens, message, help));
    }

    /// Adds what was found elsewhere.
    pub(crate) fn append(&mut self, others: Self) {
        if let Some(error) = others.errors {
            self.push(error);
        }
        self.configured.extend(others.configured);
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// The same errors, where all of these `#[cfg(…)]`s hold.
    pub(crate) fn under(self, cfgs: &[Attribute]) -> Self {
        if cfgs.is_empty() {
            return self;
        }
        let errors = self.into_token_stream();
        Self { errors: None, configured: quote!(#(#cfgs)* const _: () = { #errors };) }
    }

    /// Reports what was found elsewhere, unless there is something already.
    pub(crate) fn or(&mut self, others: Self) {
        if self.is_empty() {
            *self = others;
        }
    }

    /// The value, or `None` after its error was noted.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_none() && self.configured.is_empty()
    }
}

impl ToTokens for Diagnostics {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.errors.as_ref().map(syn::Error::to_compile_error));
        tokens.extend(self.configured.clone());
    }
}

/// An error at `tokens` with the line that says what to write.
pub(crate) fn fault(tokens: impl ToTokens, message: impl Display, help: impl Display) -> syn::Error {
    syn::Error::new_spanned(tokens, format_args!("{message}\nhelp: {help}"))
}

/// The tokens as one would write them, more or less.
pub(crate) fn spelt(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    [
        (" ::", "::"),
        (":: ", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" ;", ";"),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn list<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "none".into(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

/// The known name that `given` was most likely meant to be, if any is near enough.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = &given.to_lowercase();
    let longer = |name: &str| given.chars().count().max(name.chars().count());
    known
        .into_iter()
        .map(|name| (distance(given, name), name))
        // A third may differ, and something must be the same.
        .filter(|&(distance, name)| distance <= (longer(name) / 3).max(1) && distance < longer(name))
        // Of two that are as near, the one that was broken off.
        .min_by_key(|&(distance, name)| (distance, !name.starts_with(given.as_str())))
        .map(|(_, name)| name)
}

/// Insertions, deletions, substitutions and swaps of neighbours that lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let edited = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { edited.min(rows[i - 2][j - 2] + 1) } else { edited }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, list, nearest, spelt};
    use quote::quote;

    #[test]
    fn types_are_spelt_as_written() {
        assert_eq!(spelt(quote!(dyn std::any::Any)), "dyn std::any::Any");
        assert_eq!(spelt(quote!([Option<(u8, &'static str)>; 4])), "[Option<(u8, &'static str)>; 4]");
    }

    #[test]
    fn distances() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("nwe", "new"), 1);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let known = ["new", "get", "name", "hasher", "shards"];
        assert_eq!(nearest("nwe", known), Some("new"));
        assert_eq!(nearest("shard", known), Some("shards"));
        assert_eq!(nearest("hash", known), Some("hasher"));
        assert_eq!(nearest("color", known), None);
        assert_eq!(nearest("x", known), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("NAME", known), Some("name"));
        assert_eq!(nearest("cache_err", ["cache_if", "cache_errors"]), Some("cache_errors"));
    }

    #[test]
    fn lists_read_as_prose() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
