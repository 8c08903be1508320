//! What the user says of lints, repeated on what is generated.
//!
//! Nothing that is generated says `allow` by itself: where the user forbids the lint, that is an error.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, parse_quote};

/// What `attrs` allow. An `expect` becomes an `allow`: the user's own is to be fulfilled.
pub(super) fn allowed<'a>(attrs: impl IntoIterator<Item = &'a Attribute>) -> Vec<Attribute> {
    attrs.into_iter().filter_map(|attr| allows(&attr.meta)).map(|meta| parse_quote!(#[#meta])).collect()
}

fn allows(meta: &Meta) -> Option<Meta> {
    let Meta::List(list) = meta else { return None };
    if list.path.is_ident("allow") || list.path.is_ident("expect") {
        let lints = &list.tokens;
        return Some(parse_quote!(allow(#lints)));
    }
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
    let mut parts = parts.iter();
    let condition = parts.next()?;
    let allowed: Vec<_> = parts.filter_map(allows).collect();
    (!allowed.is_empty()).then(|| parse_quote!(cfg_attr(#condition, #(#allowed),*)))
}

#[cfg(test)]
mod tests {
    use super::allowed;
    use quote::ToTokens;
    use syn::{Attribute, parse_quote};

    #[test]
    fn only_what_is_allowed() {
        let attrs: [Attribute; 5] = [
            parse_quote!(#[allow(deprecated, reason = "old")]),
            parse_quote!(#[expect(dead_code)]),
            parse_quote!(#[warn(unused)]),
            parse_quote!(#[derive(Debug)]),
            parse_quote!(#[cfg_attr(all(unix, test), doc = "", allow(unused), cfg_attr(test, expect(a::b)))]),
        ];
        let allowed: Vec<_> = allowed(&attrs).iter().map(|attr| attr.to_token_stream().to_string()).collect();
        assert_eq!(
            allowed,
            [
                "# [allow (deprecated , reason = \"old\")]",
                "# [allow (dead_code)]",
                "# [cfg_attr (all (unix , test) , allow (unused) , cfg_attr (test , allow (a :: b)))]",
            ]
        );
    }
}
