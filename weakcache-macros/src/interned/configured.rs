//! Fields and variants under `#[cfg]`, and what is deprecated.
//!
//! An attribute sees fields whether they are configured or not, and has no way to ask. A derive sees what
//! is left; and in a derive's code the compiler does not report uses of what is deprecated. So the attribute
//! hands such an item on to a hidden derive, with its own attributes under a name that no macro has.

use super::expand::repr;
use super::{ATTRIBUTE, DEPTH};
use crate::diag::Diagnostics;
use crate::options::{Options, TypeOptions};
use crate::paths::Paths;
use crate::recover::{is_called, map_attributes, with_content};
use crate::types::{is_tail, mentions};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::cell::{Cell, RefCell};
use syn::ItemStruct;

/// The helper attribute of the derive; `lib.rs` declares it.
const HELPER: &str = "__weakcache_interned";

/// Whether it takes a derive: what the type consists of depends on the configuration, or it or a part of it
/// is deprecated.
pub(crate) fn is_for_derive(item: TokenStream) -> bool {
    let found = Cell::new(false);
    let find = |tokens: TokenStream, is: &dyn Fn(&Group) -> bool| {
        map_attributes(tokens, DEPTH, &|attribute| {
            found.set(found.get() || is(&attribute));
            Some(attribute)
        });
    };
    find(item.clone(), &|attribute| {
        // Whether a `repr` applies is to be known where the last field has no fixed size.
        mentions(attribute, "deprecated") || is_called(attribute, "cfg_attr") && mentions(attribute, "repr")
    });
    // What stands before the keyword is about the item as a whole.
    let body = item.into_iter().skip_while(
        |token| !matches!(token, TokenTree::Ident(keyword) if keyword == "struct" || keyword == "enum"),
    );
    find(body.collect(), &|attribute| is_called(attribute, "cfg") || is_called(attribute, "cfg_attr"));
    found.get()
}

/// The item with the derive that will expand it.
pub(crate) fn hand_on(options: &TokenStream, item: TokenStream) -> TokenStream {
    // Only the path of the derive is needed: the derive reports what is wrong with the options.
    let TypeOptions { krate, .. } = TypeOptions::read(options.clone(), &mut Diagnostics::default());
    let private = Paths::new(krate.as_ref().map(|given| &given.value.0)).private;
    let helper = format_ident!("{HELPER}");
    let item = map_attributes(item, DEPTH, &|attribute| Some(renamed(&attribute, ATTRIBUTE, HELPER)));
    let repr = repr_of(&item);
    quote! {
        #[derive(#private::__Interned)]
        #[#helper(#options)]
        #repr
        #item
    }
}

/// What a struct has to say of its layout if its last field turns out to have no fixed size.
fn repr_of(item: &TokenStream) -> Option<TokenStream> {
    let item: ItemStruct = syn::parse2(item.clone()).ok()?;
    let may_be_tailed = item.fields.iter().any(|field| is_tail(&field.ty));
    if may_be_tailed { repr(&item.attrs) } else { None }
}

/// The options and the item, from what the derive was given.
pub(crate) fn take_over(input: TokenStream) -> (TokenStream, TokenStream) {
    let options = RefCell::new(TokenStream::new());
    let item = map_attributes(input, 0, &|attribute| {
        if !is_called(&attribute, HELPER) {
            return Some(attribute);
        }
        if let Some(TokenTree::Group(given)) = attribute.stream().into_iter().last() {
            *options.borrow_mut() = given.stream();
        }
        None
    });
    let item = map_attributes(item, DEPTH, &|attribute| Some(renamed(&attribute, HELPER, ATTRIBUTE)));
    (options.into_inner(), item)
}

/// `[from(…)]` as `[to(…)]`, also as one of the attributes of a `cfg_attr`.
fn renamed(attribute: &Group, from: &str, to: &str) -> Group {
    if is_called(attribute, "cfg_attr") {
        let content = attribute.stream().into_iter().map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                TokenTree::Group(with_content(&group, renamed_call(group.stream(), from, to)))
            }
            other => other,
        });
        with_content(attribute, content.collect())
    } else if is_called(attribute, from) {
        with_content(attribute, renamed_call(attribute.stream(), from, to))
    } else {
        attribute.clone()
    }
}

/// `some::path::from(…)` as `to(…)`, wherever it stands in `tokens`.
fn renamed_call(tokens: TokenStream, from: &str, to: &str) -> TokenStream {
    let mut renamed: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == from => {
                // The path before it: `::weakcache::`.
                while matches!(renamed.last(), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') {
                    renamed.truncate(renamed.len().saturating_sub(2));
                    renamed.pop_if(|token| matches!(token, TokenTree::Ident(_)));
                }
                renamed.push(TokenTree::Ident(Ident::new(to, ident.span())));
            }
            other => renamed.push(other),
        }
    }
    renamed.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{hand_on, is_for_derive, take_over};
    use quote::quote;

    #[test]
    fn configured_parts_are_seen() {
        assert!(is_for_derive(quote!(
            #[cfg(test)]
            pub struct S {
                #[cfg(unix)]
                field: u8,
            }
        )));
        assert!(is_for_derive(quote!(
            #[cfg(test)]
            pub struct S(#[cfg_attr(unix, doc = "")] u8);
        )));
        assert!(is_for_derive(quote!(
            enum E {
                A {
                    #[cfg(unix)]
                    field: u8,
                },
            }
        )));
        assert!(!is_for_derive(quote!(
            #[cfg(test)]
            pub struct S {
                field: [u8; {
                    #[cfg(unix)]
                    const A: usize = 1;
                    2
                }],
            }
        )));
        assert!(!is_for_derive(quote!(
            #[cfg(test)]
            pub struct S {
                #[interned(skip)]
                field: u8,
            }
        )));
    }

    #[test]
    fn what_is_deprecated_is_seen() {
        assert!(is_for_derive(quote!(
            #[cfg_attr(test, deprecated)]
            struct S(u8);
        )));
        assert!(is_for_derive(quote!(
            enum E {
                #[deprecated = "use `B`"]
                A,
                B,
            }
        )));
    }

    #[test]
    fn what_is_handed_on_is_taken_over() {
        let options = quote!(new = "make", crate = a::b);
        let item = quote! {
            #[derive(Debug)]
            struct S {
                #[cfg_attr(unix, doc = "", interned(init = a), interned(skip))]
                #[interned(skip)]
                field: u8,
            }
        };
        let handed_on = hand_on(&options, item.clone());
        let expected = quote! {
            #[derive(a::b::__private::__Interned)]
            #[__weakcache_interned(new = "make", crate = a::b)]
            #[derive(Debug)]
            struct S {
                #[cfg_attr(unix, doc = "", __weakcache_interned(init = a), __weakcache_interned(skip))]
                #[__weakcache_interned(skip)]
                field: u8,
            }
        };
        assert_eq!(handed_on.to_string(), expected.to_string());
        // The compiler takes the derive away before it calls it.
        let (taken, item_again) = take_over(handed_on.into_iter().skip(2).collect());
        assert_eq!((taken.to_string(), item_again.to_string()), (options.to_string(), item.to_string()));
    }

    #[test]
    fn paths_are_renamed_as_a_whole() {
        let item = quote!(
            struct S(
                #[cfg_attr(unix, ::weakcache::interned(skip))]
                #[weakcache::interned(skip)]
                u8,
            );
        );
        let handed_on = hand_on(&quote!(), item).to_string();
        let expected = quote!(
            struct S(
                #[cfg_attr(unix, __weakcache_interned(skip))]
                #[__weakcache_interned(skip)]
                u8,
            );
        );
        assert!(handed_on.ends_with(&expected.to_string()), "{handed_on}");
    }
}
