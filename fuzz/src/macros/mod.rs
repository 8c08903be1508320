//! The attributes, on anything: no panic, errors that help, and always the item back.
//!
//! An input that begins with `PP` (interned), `VP` (memoize) or `_P` (fingerprint) goes on with the options, a line end and the item;
//! others are bytes by which a grammar goes.

mod grammar;
mod tokens;

use arbitrary::{Result, Unstructured};
use proc_macro2::TokenStream;
use std::collections::HashMap;
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_macros_inside as macros;

pub fn run(bytes: &[u8]) {
    // An input that is too short is none.
    let _ = attribute(&mut Unstructured::new(bytes));
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Attribute {
    Interned,
    Memoize,
    Fingerprint,
}

impl Attribute {
    fn name(self) -> &'static str {
        match self {
            Self::Interned => "interned",
            Self::Memoize => "memoize",
            Self::Fingerprint => "fingerprint",
        }
    }

    fn expand(self, options: TokenStream, item: TokenStream) -> TokenStream {
        match self {
            Self::Interned => macros::interned(options, item),
            Self::Memoize => macros::memoize(options, item),
            Self::Fingerprint => macros::fingerprint(options, item),
        }
    }
}

fn attribute(source: &mut Unstructured<'_>) -> Result<()> {
    let attribute = match source.int_in_range(0..=15)? {
        0..=5 => Attribute::Interned,
        6..=14 => Attribute::Memoize,
        _ => Attribute::Fingerprint,
    };
    let (options, item) = match source.int_in_range(0..=15)? {
        // Whatever has the form of tokens.
        0 => {
            let text = String::from_utf8_lossy(source.bytes(source.len())?);
            let (options, item) = text.split_once(['\0', '\n']).unwrap_or(("", &text));
            (options.to_owned(), item.to_owned())
        }
        _ => grammar::written(attribute, source)?,
    };
    let (Ok(options), Ok(item)) = (options.parse::<TokenStream>(), item.parse::<TokenStream>()) else {
        return Ok(());
    };
    // As it is, or with some tokens of it in a wrong place.
    let (options, item) = match source.int_in_range(0..=3)? {
        0..=1 => (options, item),
        2 => (tokens::spoil(options, source)?, item),
        _ => (options, tokens::spoil(item, source)?),
    };
    check(attribute, options, item);
    Ok(())
}

/// Whether a parameter of the item is called `_`, which a parser lets pass.
fn has_unnamed(item: &syn::Item) -> bool {
    let generics = match item {
        syn::Item::Enum(item) => &item.generics,
        syn::Item::Fn(item) => &item.sig.generics,
        syn::Item::Impl(item) => &item.generics,
        syn::Item::Struct(item) => &item.generics,
        syn::Item::Trait(item) => &item.generics,
        syn::Item::Type(item) => &item.generics,
        _ => return false,
    };
    generics.type_params().any(|param| param.ident == "_")
}

fn check(attribute: Attribute, options: TokenStream, item: TokenStream) {
    let shown = || format!("#[{}({options})] {item}", attribute.name());
    weakcache_fuzz::show(&std::fmt::from_fn(|f| f.write_str(&shown())));
    let expansion = attribute.expand(options.clone(), item.clone());

    // What the compiler took as an item is one, and is among what it gets back.
    let mut errors = tokens::errors(&expansion);
    if is_planted(Fault::MacrosSilent) {
        errors.iter_mut().for_each(String::clear);
    }
    for error in &errors {
        assert!(!error.is_empty(), "{}\nan empty error", shown());
    }
    // Of a parameter `_` it is the compiler that says what is wrong. Where there may be a group of nothing, parsers differ.
    if syn::parse2::<syn::Item>(tokens::without_nothing(item.clone())).is_ok_and(|item| !has_unnamed(&item))
        && let Err(error) = syn::parse2::<syn::File>(tokens::without_nothing(expansion.clone()))
    {
        panic!("{}\nexpands to what does not parse, {error}:\n{expansion}", shown());
    }
    let mut given = tokens::count(&tokens::without_attributes(item.clone()));
    // Without bounds behind it, it says nothing.
    given.remove("where");
    let mut back: HashMap<String, usize> = tokens::count(&expansion);
    if is_planted(Fault::MacrosLost) {
        back.remove("pub");
    }
    for (token, count) in given {
        let found = back.get(&token).copied().unwrap_or(0);
        assert!(found >= count, "{}\nhas {count} times `{token}`, of {found} in\n{expansion}", shown());
    }

    // What is handed on to a derive, is read by it.
    for derived in tokens::derives(&expansion) {
        let _ = macros::derive_interned(derived);
    }
}
