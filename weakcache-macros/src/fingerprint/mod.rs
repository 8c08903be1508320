//! `#[fingerprint]`, and the number of an item's tokens, which `#[memoize]` uses too.
//!
//! A type has its fingerprint by the impl of a trait. A function or a constant, whose name is that of a value, leaves its
//! name as that of a type free: so there is an empty type of that name, which has it. `depends(name)` is one way to write for
//! both.

pub(crate) mod tokens;

use crate::code::{Code, OWN_FUNCTION};
use crate::diag::Diagnostics;
use crate::function::Function;
use crate::options::{FingerprintOptions, Options, once};
use crate::paths::Paths;
use crate::types::mentions;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Generics, Item, MacroDelimiter, Meta, StaticMutability, Visibility};

/// The name of the attribute, which a memoized function carries too.
pub(crate) const ATTRIBUTE: &str = "fingerprint";

/// Expands the attribute: the item as it was, and its fingerprint beside it.
#[expect(clippy::needless_pass_by_value, reason = "as the other attributes take them")]
pub(crate) fn attribute(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let given = FingerprintOptions::read(options.clone(), &mut errors);
    if let Some(item) = handed_on(&options, &item, &given, &mut errors) {
        return quote!(#item #errors);
    }
    // Where an option is wrong, the fingerprint is there all the same: that there is none is no second error.
    let fingerprint = Fingerprinted::parse(&item, &mut errors).map(|item| item.expand(given));
    quote!(#item #fingerprint #errors)
}

/// An item that has a fingerprint.
struct Fingerprinted {
    attrs: Vec<Attribute>,
    vis: Visibility,
    name: Ident,
    /// Of a type.
    generics: Option<Generics>,
    /// All that counts.
    tokens: TokenStream,
}

impl Fingerprinted {
    fn parse(item: &TokenStream, errors: &mut Diagnostics) -> Option<Self> {
        let function = syn::parse2::<Function>(item.clone());
        if let Ok(function) = function {
            return Self::of_function(function, errors);
        }
        let mut item: Item = match syn::parse2(item.clone()) {
            Ok(item) => item,
            Err(error) => {
                // What a function lacks, is said of a function.
                let is_function = item.clone().into_iter().any(|token| is_word(&token, "fn"));
                errors.push(function.err().filter(|_| is_function).unwrap_or(error));
                return None;
            }
        };
        let (attrs, vis, name, generics) = match &mut item {
            Item::Struct(item) => (&mut item.attrs, &mut item.vis, &item.ident, Some(&item.generics)),
            Item::Enum(item) => (&mut item.attrs, &mut item.vis, &item.ident, Some(&item.generics)),
            Item::Union(item) => (&mut item.attrs, &mut item.vis, &item.ident, Some(&item.generics)),
            Item::Const(item) if item.ident != "_" => (&mut item.attrs, &mut item.vis, &item.ident, None),
            Item::Static(item) if matches!(item.mutability, StaticMutability::None) => {
                (&mut item.attrs, &mut item.vis, &item.ident, None)
            }
            other => {
                refuse(other, errors);
                return None;
            }
        };
        let (name, generics) = (name.clone(), generics.cloned());
        let vis = std::mem::replace(vis, Visibility::Inherited);
        let own = std::mem::take(attrs);
        if has_another(&own, errors) {
            return None;
        }
        *attrs = telling(&own);
        Some(Self { attrs: own, vis, name, generics, tokens: item.into_token_stream() })
    }

    fn of_function(function: Function, errors: &mut Diagnostics) -> Option<Self> {
        if has_another(&function.attrs, errors) {
            return None;
        }
        if function.sig.receiver().is_some() || mentions(&function.sig, "Self") {
            of_a_type(&function, errors);
            return None;
        }
        let tokens = of_function(&function);
        let Function { attrs, vis, sig, .. } = function;
        Some(Self { attrs, vis, name: sig.ident, generics: None, tokens })
    }

    fn expand(&self, given: FingerprintOptions) -> TokenStream {
        let FingerprintOptions { depends, krate } = given;
        let code = Code {
            tokens: Some(tokens::hash(self.tokens.clone())),
            depends: depends.map_or_else(Vec::new, |given| given.value.0),
            version: None,
        };
        let cfgs: Vec<_> = self.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect();
        let krate = krate.map(|given| given.value.0);
        let (import, paths) = Paths::import_fingerprint(krate.as_ref());
        let stand_in = self.generics.is_none().then(|| stand_in(&self.name, &self.vis, &quote!(#(#cfgs)*)));
        let generics = self.generics.clone().unwrap_or_default();
        let fingerprinted = fingerprinted(&self.name, &generics, &code, &paths);
        quote! {
            #stand_in

            #(#cfgs)*
            const _: () = {
                #import
                #fingerprinted
            };
        }
    }
}

/// The type that has the fingerprint of a function or a constant.
pub(crate) fn stand_in(name: &Ident, vis: &Visibility, cfgs: &TokenStream) -> TokenStream {
    let name = quiet(name);
    let vis: TokenStream = vis.to_token_stream().into_iter().map(quiet_token).collect();
    quote! {
        #cfgs
        #[doc(hidden)]
        #vis enum #name {}
    }
}

/// The impl that says what the fingerprint of a type is.
pub(crate) fn fingerprinted(name: &Ident, generics: &Generics, code: &Code, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    let name = quiet(name);
    let code = code.expand(generics, paths);
    let mut generics = generics.clone();
    for param in generics.lifetimes_mut() {
        param.lifetime.set_span(Span::call_site().located_at(param.lifetime.ident.span()));
    }
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        impl #impl_generics #private::Fingerprinted for #name #ty_generics #clause {
            const FINGERPRINT: #private::u128 = #code.id();
        }
    }
}

/// A name as a token of ours, about which lints are silent.
fn quiet(name: &Ident) -> Ident {
    let mut quiet = name.clone();
    quiet.set_span(Span::call_site().located_at(name.span()));
    quiet
}

fn quiet_token(mut token: TokenTree) -> TokenTree {
    if let TokenTree::Ident(name) = &token {
        token = quiet(name).into();
    }
    token
}

/// What counts of a function: all but who may call it.
pub(crate) fn of_function(function: &Function) -> TokenStream {
    let Function { attrs, vis: _, defaultness: _, sig, body } = function;
    let attrs = telling(attrs);
    quote!(#(#attrs)* #sig #body)
}

/// Reports that a function belongs to a type.
pub(crate) fn of_a_type(function: &Function, errors: &mut Diagnostics) {
    let message = "a function of a type has no fingerprint of its own";
    errors.error(&function.sig.ident, message, OWN_FUNCTION);
}

/// The attributes without ours, and without conditions, which hold where the item is.
fn telling(attrs: &[Attribute]) -> Vec<Attribute> {
    let is_telling = |attr: &&Attribute| {
        !attr.path().is_ident("cfg") && !is_called(attr, "memoize") && !is_called(attr, ATTRIBUTE)
    };
    attrs.iter().filter(is_telling).cloned().collect()
}

/// The item with the attribute behind all others, where `#[memoize]` is among these. That makes a type of the function's
/// name itself, and takes the attribute along.
fn handed_on(
    options: &TokenStream,
    item: &TokenStream,
    given: &FingerprintOptions,
    errors: &mut Diagnostics,
) -> Option<TokenStream> {
    let Function { attrs, vis, defaultness, sig, body } = syn::parse2(item.clone()).ok()?;
    attrs.iter().find(|attr| is_called(attr, "memoize"))?;
    if has_another(&attrs, errors) {
        return Some(item.clone());
    }
    let krate = given.krate.as_ref().map(|given| &given.value.0);
    let krate = krate.map_or_else(|| quote!(::weakcache), ToTokens::to_token_stream);
    let attribute = Ident::new(ATTRIBUTE, Span::call_site());
    Some(quote!(#(#attrs)* #[#krate::#attribute(#options)] #vis #defaultness #sig #body))
}

/// Whether it is the attribute of this name.
pub(crate) fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

/// Whether the attribute is there once more, which then says what the fingerprint is.
fn has_another(attrs: &[Attribute], errors: &mut Diagnostics) -> bool {
    once(attrs, ATTRIBUTE, errors);
    attrs.iter().any(|attr| is_called(attr, ATTRIBUTE))
}

fn refuse(item: &Item, errors: &mut Diagnostics) {
    let (at, message, help) = match item {
        Item::Static(item) => (
            item.mutability.to_token_stream(),
            "what changes has no fingerprint",
            "make it an argument of the functions that read it",
        ),
        Item::Const(item) => (
            item.ident.to_token_stream(),
            "a constant without a name cannot be depended on",
            "give it a name",
        ),
        Item::Impl(item) => {
            (item.impl_token.to_token_stream(), "an impl block has no fingerprint", OWN_FUNCTION)
        }
        Item::Type(item) => (
            item.type_token.to_token_stream(),
            "an alias is the type that it stands for",
            "put `#[weakcache::fingerprint]` on that type",
        ),
        Item::Trait(item) => (item.trait_token.to_token_stream(), "a trait has no fingerprint", OWN_FUNCTION),
        Item::Verbatim(tokens) if tokens.clone().into_iter().any(|token| is_word(&token, "fn")) => (
            first_word(item),
            "a function without a body has no fingerprint",
            "put `#[fingerprint]` on one that has a body",
        ),
        other => (
            first_word(other),
            "`#[fingerprint]` stands on a function, a type or a constant",
            "put it on what computes, or is computed with",
        ),
    };
    errors.error(at, message, help);
}

/// Where to point at when the whole item is wrong.
fn first_word(item: &Item) -> TokenStream {
    let tokens = item.to_token_stream().into_iter();
    let mut words = tokens.skip_while(|token| !matches!(token, TokenTree::Ident(_)));
    words.next().into_iter().collect()
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// What stands in an attribute of this name that another attribute has found.
pub(crate) fn options(meta: &Meta, errors: &mut Diagnostics) -> FingerprintOptions {
    match meta {
        Meta::Path(_) => FingerprintOptions::default(),
        Meta::List(list) if matches!(list.delimiter, MacroDelimiter::Paren(_)) => {
            FingerprintOptions::read(list.tokens.clone(), errors)
        }
        meta => {
            let help = "write `#[fingerprint]` or `#[fingerprint(depends(path, …))]`";
            errors.error(meta, "`#[fingerprint]` takes its options in parentheses", help);
            FingerprintOptions::default()
        }
    }
}
