//! What stands around a function that has the attribute of its own.
//!
//! No token says that, and in an impl block the compiler refuses the controls in words of its own, four times. The file
//! tells before. What it does not tell beyond doubt is no reason to speak up: it has to be there, to be indented as usual,
//! and to parse.

extern crate proc_macro;

use super::is_ours;
use crate::diag::Diagnostics;
use proc_macro2::{Ident, Span};
use std::fs;
use syn::{Attribute, ImplItem, Item, Signature, TraitItem};

/// Reports that no controls can stand beside the function of this name, where it is in an impl block or in a trait.
pub(super) fn beside(function: &Ident, errors: &mut Diagnostics) {
    let (place, help) = match around(function) {
        None => return,
        Some(Around::Impl) => (
            "an impl block",
            "put `#[memoize]` on the impl block as well, and this one with its options in it",
        ),
        Some(Around::Trait) => {
            ("a trait", "write `controls = false`, or move what it does into a free function")
        }
    };
    errors.error(
        function,
        format_args!("in {place} the controls of this function cannot stand beside it"),
        help,
    );
}

#[derive(Debug, PartialEq)]
enum Around {
    Impl,
    Trait,
}

fn around(function: &Ident) -> Option<Around> {
    // Outside of a compilation, as in a test, tokens have no place.
    if !proc_macro::is_available() {
        return None;
    }
    let attribute = Span::call_site().unwrap();
    // What is not indented is in nothing: so the functions of most modules cost nothing.
    if attribute.column() == 1 {
        return None;
    }
    let text = fs::read_to_string(attribute.local_file()?).ok()?;
    around_line(&text, attribute.line(), function)
}

/// What is around the function whose attribute begins in this line, counted from 1.
fn around_line(text: &str, line: usize, function: &Ident) -> Option<Around> {
    let lines: Vec<&str> = text.lines().collect();
    let at = line.checked_sub(1)?;
    // The last line before another that is indented by less than this.
    let outside = |end: usize, within: usize| {
        lines[..end].iter().rposition(|line| !line.trim().is_empty() && indentation(line) < within)
    };
    let mut begin = outside(at, indentation(lines.get(at)?))?;
    let indented = indentation(lines[begin]);
    // A header of several lines.
    while matches!(lines[begin].trim(), "{" | "where") {
        begin = outside(begin, indented + 1)?;
    }
    if !lines[begin].split(|c: char| !c.is_alphanumeric()).any(|word| word == "impl" || word == "trait") {
        return None;
    }
    let is_end = |line: &&str| line.trim() == "}";
    let end = lines[at..].iter().position(|line| is_end(line) && indentation(line) == indented)? + at;
    let is_it = |sig: &Signature, attrs: &[Attribute]| {
        *function == sig.ident && attrs.iter().any(|attr| is_ours(attr.path()))
    };
    match syn::parse_str(&lines[begin..=end].join("\n")).ok()? {
        Item::Impl(block) => {
            let found = |item: &ImplItem| matches!(item, ImplItem::Fn(it) if is_it(&it.sig, &it.attrs));
            block.items.iter().any(found).then_some(Around::Impl)
        }
        Item::Trait(block) => {
            let found = |item: &TraitItem| matches!(item, TraitItem::Fn(it) if is_it(&it.sig, &it.attrs));
            block.items.iter().any(found).then_some(Around::Trait)
        }
        _ => None,
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::{Around, around_line};
    use proc_macro2::{Ident, Span};

    /// Around the function called `f`, where the text has its attribute.
    fn around(text: &str) -> Option<Around> {
        let line = text.lines().position(|line| line.contains("#[memoize")).unwrap() + 1;
        around_line(text, line, &Ident::new("f", Span::call_site()))
    }

    #[test]
    fn impl_blocks_and_traits_are_seen() {
        for header in [
            "impl A {",
            "impl<T> A<T> {",
            "unsafe impl B for A {",
            "impl<T> A<T>\nwhere\n    T: Copy,\n{",
            "impl\n    A\n{",
        ] {
            let text = format!(
                "struct A;\n\n{header}\n    fn e() {{}}\n\n    /// It.\n    #[memoize]\n    pub fn f() {{}}\n}}\n"
            );
            assert_eq!(around(&text), Some(Around::Impl), "{text}");
            let deeper = format!("mod m {{\n{}\n}}\n", text.replace('\n', "\n    "));
            assert_eq!(around(&deeper), Some(Around::Impl), "{deeper}");
            assert_eq!(around(&text.replace('\n', "\r\n").replace("    ", "\t")), Some(Around::Impl));
        }
        for header in ["trait A {", "pub(crate) unsafe trait A: B {"] {
            let text = format!("{header}\n    #[memoize]\n    fn f() {{}}\n}}\n");
            assert_eq!(around(&text), Some(Around::Trait), "{text}");
        }
    }

    #[test]
    fn what_is_in_doubt_is_nothing() {
        for text in [
            "#[memoize]\nfn f() {}\n",
            "mod m {\n    #[memoize]\n    fn f() {}\n}\n",
            "fn e() {\n    #[memoize]\n    fn f() {}\n}\n",
            // In a method.
            "impl A {\n    fn e() {\n        #[memoize]\n        fn f() {}\n    }\n}\n",
            "impl A {\n    fn e() -> impl B {\n        #[memoize]\n        fn f() {}\n    }\n}\n",
            // Another function.
            "impl A {\n    #[memoize]\n    fn g() {}\n}\n",
            "impl A {\n    fn f() {}\n    fn e() {\n    #[memoize]\n    fn g() {}\n    }\n}\n",
            // Tokens of a macro.
            "macro_rules! m {\n    () => {\n        impl $a {\n            #[memoize]\n            fn f() {}\n        }\n    };\n}\n",
            // Half typed.
            "impl A {\n    #[memoize]\n    fn f() {\n}\n",
            "impl A {\n    #[memoize]\n    fn f() {}\n",
            "    #[memoize]\nfn f() {}\n",
        ] {
            assert_eq!(around(text), None, "{text}");
        }
        let ident = Ident::new("f", Span::call_site());
        assert_eq!([0, 1, 2].map(|line| around_line("", line, &ident)), [None, None, None]);
    }
}
