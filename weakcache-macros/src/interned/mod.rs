//! `#[interned]`.

mod block;
mod configured;
mod constructor;
mod expand;
mod lints;
mod model;
mod tracked;
mod validate;

use crate::diag::{Diagnostics, fault};
use crate::options::{Options, TypeOptions};
use crate::recover::without_attributes;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;

/// The name of the attribute, which fields, variants and functions carry too.
const ATTRIBUTE: &str = "interned";

/// How deep in the item such attributes stand: at most at the fields of a variant.
const DEPTH: usize = 2;

/// The item, and beside it what the attribute asks for, or what is wrong.
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    match kind(&item) {
        Some(Kind::Impl) => return block::expand(options, item),
        Some(Kind::Struct | Kind::Enum) if configured::is_for_derive(item.clone()) => {
            return configured::hand_on(&options, item);
        }
        _ => {}
    }
    let (repr, expansion) = beside(options, item.clone());
    let item = without_attributes(item, ATTRIBUTE, DEPTH);
    quote!(#repr #item #expansion)
}

/// The same for an item that was handed on; see [`configured`].
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let (options, item) = configured::take_over(input);
    let (repr, expansion) = beside(options, item);
    // Which a derive cannot add, and the attribute did.
    let error = repr.map(|_| {
        fault(
            Ident::new("__Interned", Span::call_site()),
            "the layout of a struct whose last field has no fixed size is to be known",
            "write `#[interned]` in place of this derive",
        )
        .to_compile_error()
    });
    error.unwrap_or(expansion)
}

/// What is to stand before the item, and what beside it.
fn beside(options: TokenStream, item: TokenStream) -> (Option<TokenStream>, TokenStream) {
    let mut errors = Diagnostics::default();
    let model = match kind(&item) {
        Some(Kind::Struct) => {
            let options = TypeOptions::read(options, &mut errors);
            errors.ok(syn::parse2(item)).map(|item| validate::of_struct(options, item, &mut errors))
        }
        Some(Kind::Enum) => {
            let options = TypeOptions::read(options, &mut errors);
            errors.ok(syn::parse2(item)).map(|item| validate::of_enum(options, item, &mut errors))
        }
        Some(Kind::Other(keyword)) => {
            errors.push(misplaced(&keyword));
            None
        }
        Some(Kind::Impl) | None => None,
    };
    let repr =
        model.as_ref().filter(|model| model.tail().is_some()).and_then(|model| expand::repr(&model.repr));
    let expansion = model.as_ref().map(expand::expand);
    (repr, quote!(#expansion #errors))
}

enum Kind {
    Struct,
    Enum,
    Impl,
    Other(Ident),
}

/// What the item is, by its keyword; `None` if it has none.
fn kind(item: &TokenStream) -> Option<Kind> {
    const OTHERS: [&str; 11] =
        ["union", "fn", "trait", "mod", "const", "static", "type", "use", "macro_rules", "extern", "macro"];
    let mut words = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word),
        _ => None,
    });
    let keyword =
        words.find(|word| ["struct", "enum", "impl"].iter().chain(&OTHERS).any(|keyword| word == keyword))?;
    Some(match keyword.to_string().as_str() {
        "struct" => Kind::Struct,
        "enum" => Kind::Enum,
        "impl" => Kind::Impl,
        // A `const fn` is a function.
        "const" | "extern" => Kind::Other(words.find(|word| word == "fn").unwrap_or(keyword)),
        _ => Kind::Other(keyword),
    })
}

fn misplaced(keyword: &Ident) -> syn::Error {
    let message = "`#[interned]` stands on a struct, an enum or an impl block";
    let help = match keyword.to_string().as_str() {
        "fn" => "put it on the impl block of a constructor; for other functions there is `#[memoize]`",
        "union" => "which field of a union is in use is not known, so unions cannot be compared: use an enum",
        "type" => "put it on the type that this is another name of",
        _ => "put it on the type whose values are to be shared",
    };
    fault(keyword, message, help)
}
