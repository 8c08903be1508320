//! What typical uses expand to, kept to be read.
//!
//! Each `tests/expand/NAME.rs` stands beside its expansion, `NAME.expanded.rs`. With `BLESS=1` in the
//! environment the test writes the expansions anew.

use crate::{fingerprint, interned, memoize};
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::path::Path;
use std::{env, fs};
use syn::{Attribute, File, Item, Meta};

#[test]
fn expansions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| !name.ends_with(".expanded"))
        // Without the feature, an error.
        .filter(|name| cfg!(feature = "store") || !name.contains("store"))
        .collect();
    names.sort();
    assert!(names.len() >= 12, "{names:?}");
    let mut stale = Vec::new();
    for name in names {
        let source = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        let expanded = expand(&source);
        let path = folder.join(format!("{name}.expanded.rs"));
        if env::var_os("BLESS").is_some() {
            fs::write(path, expanded).unwrap();
        } else if fs::read_to_string(path).ok().as_ref() != Some(&expanded) {
            stale.push((name, expanded));
        }
    }
    for (name, expanded) in &stale {
        eprintln!("// {name}\n{expanded}");
    }
    assert!(stale.is_empty(), "if the expansions above are right, run the test with BLESS=1");
}

/// The file with its attributes expanded.
fn expand(source: &str) -> String {
    let file: File = syn::parse_str(source).unwrap();
    let tokens: TokenStream = file.items.into_iter().map(expand_item).collect();
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

fn expand_item(mut item: Item) -> TokenStream {
    let attrs = match &mut item {
        Item::Struct(item) => &mut item.attrs,
        Item::Enum(item) => &mut item.attrs,
        Item::Impl(item) => &mut item.attrs,
        Item::Fn(item) => &mut item.attrs,
        Item::Const(item) => &mut item.attrs,
        other => return other.to_token_stream(),
    };
    let attribute = attrs.remove(0);
    let name = attribute.path().get_ident().map(ToString::to_string);
    let (options, item) = (options(attribute), item.into_token_stream());
    match name.as_deref() {
        Some("interned") => interned::attribute(options, item),
        Some("memoize") => memoize::attribute(options, item),
        Some("fingerprint") => fingerprint::attribute(options, item),
        other => panic!("the attribute comes first, not {other:?}"),
    }
}

fn options(attribute: Attribute) -> TokenStream {
    match attribute.meta {
        Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    }
}
