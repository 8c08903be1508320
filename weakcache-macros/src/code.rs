//! What stored results say of the code that they are of.

use crate::diag::{fault, spelt};
use crate::paths::Paths;
use crate::values::plain;
use proc_macro2::{Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, ExprUnary, Generics, Lit, Path, PathArguments, Token, UnOp};

/// The code of an item, as far as it is to be known.
pub(crate) struct Code {
    /// The number of its tokens.
    pub(crate) tokens: Option<u128>,
    pub(crate) depends: Vec<Path>,
    pub(crate) version: Option<Expr>,
}

impl Code {
    /// A constant expression of the runtime's type of this name. `generics` are those of the item.
    pub(crate) fn expand(&self, generics: &Generics, paths: &Paths) -> TokenStream {
        let private = &paths.private;
        let tokens = self.tokens.map(|number| {
            let number = hexadecimal(number);
            quote!(.tokens(#number))
        });
        let depends = self.depends.iter().map(|path| {
            let fingerprint = fingerprint_of(path, generics, paths);
            quote!(.depends(#fingerprint))
        });
        let version = self.version.as_ref().map(|version| match version {
            Expr::Lit(_) => quote!(.version(#version)),
            // The type on a binding: an error about it is then about the expression alone.
            _ => quote!(.version({
                let version: #private::u64 = #version;
                version
            })),
        });
        quote!(#private::Code::UNKNOWN #tokens #(#depends)* #version)
    }
}

fn hexadecimal(number: u128) -> Literal {
    let digits = format!("{number:032x}");
    let groups: Vec<_> = (0..8).map(|at| &digits[4 * at..][..4]).collect();
    let literal = format!("0x{}_u128", groups.join("_"));
    literal.parse().expect("a number is a literal")
}

/// The fingerprint of what a path names.
///
/// Of a function that has none, the compiler would say that it is no type. So what the path names is imported, whatever
/// that is, over a type that stands in where there is no other.
fn fingerprint_of(path: &Path, generics: &Generics, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    let is_parameter = |name: &Ident| generics.type_params().any(|param| param.ident == *name);
    let first = path.segments.first().map(|segment| &segment.ident);
    let is_plain = path.segments.iter().all(|segment| matches!(segment.arguments, PathArguments::None));
    if !is_plain || first.is_some_and(|first| first == "Self" || is_parameter(first)) {
        return quote!(<#path as #private::Fingerprinted>::FINGERPRINT);
    }
    // Where the user's name is, as if it were that: an error about it is not one in a macro.
    let at_path = path.segments.last().map_or_else(Span::call_site, |last| last.ident.span());
    let item = Ident::new("WeakcacheItem", at_path);
    let path = quiet(path);
    // Not in one block: there the type that stands in would be found also where the path leads nowhere.
    quote!({
        use #private::without::*;
        {
            use #path as #item;
            <#item as #private::Fingerprinted>::FINGERPRINT
        }
    })
}

/// The path in tokens of ours: that it imports no type is no warning beside the error.
fn quiet(path: &Path) -> TokenStream {
    let tokens = path.to_token_stream().into_iter().map(|mut token| {
        // `$crate` is that of where it stands.
        if token.to_string() != "$crate" {
            token.set_span(Span::call_site().located_at(token.span()));
        }
        token
    });
    tokens.collect()
}

/// `path, …`: items that have fingerprints.
pub(crate) struct Depends(pub(crate) Vec<Path>);

impl Depends {
    pub(crate) fn parse_list(input: ParseStream) -> syn::Result<Self> {
        let mut paths: Vec<Path> = Vec::new();
        while !input.is_empty() {
            let path = parse_path(input)?;
            let text = path.to_token_stream().to_string();
            if paths.iter().any(|known| known.to_token_stream().to_string() == text) {
                let message = format_args!("`{}` is given twice", spelt(&path));
                return Err(fault(&path, message, "name each item once"));
            }
            paths.push(path);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(Self(paths))
    }
}

fn parse_path(input: ParseStream) -> syn::Result<Path> {
    let ahead = input.fork();
    let path = match ahead.parse::<Path>() {
        Ok(path) if ahead.is_empty() || ahead.peek(Token![,]) => {
            input.advance_to(&ahead);
            path
        }
        _ => return Err(no_path(input)),
    };
    let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    if names.last().is_some_and(|last| ["self", "super", "crate"].contains(&last.as_str())) {
        return Err(fault(&path, "a module has no fingerprint", "name the items in it that are used"));
    }
    let is_type = |name: &str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    if let [.., owner, last] = names.as_slice()
        && is_type(owner)
        && !is_type(last)
    {
        let message = format_args!("`{last}` is of the type `{owner}`, and has no fingerprint of its own");
        return Err(fault(&path, message, OWN_FUNCTION));
    }
    Ok(path)
}

/// What to do where something belongs to a type.
pub(crate) const OWN_FUNCTION: &str = "move what it does into a free function with `#[weakcache::fingerprint]`, or raise `version` when it changes";

/// The error for something else than a path.
fn no_path(input: ParseStream) -> syn::Error {
    const HELP: &str = "write `depends(path, …)`, with the names of functions, types and constants";
    let (ahead, mut written) = (input.fork(), TokenStream::new());
    while !ahead.is_empty() && !ahead.peek(Token![,]) {
        written.extend(ahead.parse::<TokenTree>());
    }
    let is_macro = written.clone().into_iter().any(|token| token.to_string() == "!");
    match input.fork().parse() {
        Ok(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if text.parse::<Path>().is_ok() => {
            fault(&text, "a path stands without quotes", format_args!("write `depends({})`", text.value()))
        }
        Ok(Expr::Call(call)) if matches!(*call.func, Expr::Path(_)) => {
            let help = format_args!("write `depends({})`", spelt(&call.func));
            fault(&call, "it is the function that is depended on, not a call of it", help)
        }
        _ if is_macro => {
            let help = "raise `version` when what it makes changes";
            fault(&written, "a macro has no fingerprint", help)
        }
        _ if written.is_empty() => input.error(format_args!("expected a path\nhelp: {HELP}")),
        _ => fault(&written, "expected a path", HELP),
    }
}

/// A number that is raised by hand: a constant expression of type `u64`.
pub(crate) struct Version(pub(crate) Expr);

impl Parse for Version {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        const HELP: &str = "write `version = 3`, or a constant expression of type `u64`";
        let expr = plain(input.parse()?);
        match &expr {
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
                if !["", "u64"].contains(&number.suffix()) {
                    let help = format_args!("write `version = {}`", number.base10_digits());
                    return Err(fault(number, "a version is a `u64`", help));
                }
                if number.base10_parse::<u64>().is_err() {
                    return Err(fault(number, "a version is at most that of a `u64`", HELP));
                }
                Ok(Self(expr))
            }
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().parse::<u64>().is_ok() => {
                let help = format_args!("write `version = {}`", text.value());
                Err(fault(text, "a version stands without quotes", help))
            }
            Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => {
                Err(fault(&expr, "a version cannot be negative", HELP))
            }
            Expr::Lit(_) => Err(fault(&expr, "this is not a version", HELP)),
            _ => Ok(Self(expr)),
        }
    }
}
