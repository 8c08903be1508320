//! Constructors with `#[track_caller]`.
//!
//! A closure does not pass on who called. So the body becomes a function beside the constructor, in the same
//! impl. A function has to name what it returns, and whether that is a value or a handle is not known: it
//! returns an `impl` of what both are. (Closures are the rule all the same: of a body that never ends, the
//! compiler can tell no `impl`.)

use super::constructor::Constructor;
use super::lints;
use crate::function::Function;
use crate::names::internal;
use crate::paths::Prefix;
use crate::signature::{Parameters, parameter_names, turbofish};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Generics, Pat, PatIdent, Token};

/// A body as a function.
pub(super) struct Inner {
    /// What the constructor takes: names, where the body takes patterns.
    pub(super) parameters: Punctuated<FnArg, Token![,]>,
    pub(super) call: TokenStream,
    pub(super) function: TokenStream,
}

/// Whether the function is to know who called it.
pub(super) fn tracks_caller(function: &Function) -> bool {
    function.attrs.iter().any(|attr| crate::types::mentions(attr, "track_caller"))
}

impl Inner {
    /// `generics` are those of the constructor, with what interning takes.
    pub(super) fn new(constructor: &Constructor, generics: &Generics, private: &Prefix) -> Self {
        let Constructor { function, output, .. } = constructor;
        let sig = &function.sig;
        let name = internal(&format!("body_of_{}", sig.ident.unraw()));
        let names: Vec<Ident> =
            Parameters::from_syn(sig).others.into_iter().map(|parameter| parameter.name).collect();
        let mut parameters = sig.inputs.clone();
        let mut arguments = Vec::new();
        for (input, name) in parameters.iter_mut().zip(&names) {
            if let FnArg::Typed(input) = input {
                let cfgs = input.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
                arguments.push(quote!(#(#cfgs)* #name));
                *input.pat = Pat::Ident(PatIdent {
                    attrs: Vec::new(),
                    by_ref: None,
                    mutability: None,
                    ident: name.clone(),
                    subpat: None,
                });
            }
        }
        let turbofish = turbofish(&parameter_names(&sig.generics).collect::<Vec<_>>());
        let call = quote!(Self::#name #turbofish (#(#arguments),*));
        let call = if matches!(sig.safety, syn::Safety::Unsafe(_)) { quote!(unsafe { #call }) } else { call };

        let mut inner = sig.clone();
        inner.ident = name;
        inner.generics = generics.clone();
        let returned = output.with(|own| quote!(impl #private::IntoHandle<#own, #private::HandleOf<#own>>));
        let (arrow, body) = (output.arrow, &function.body);
        inner.output = syn::ReturnType::Type(arrow, Box::new(syn::Type::Verbatim(returned)));
        let attrs = function.attrs.iter().filter(|attr| is_of_body(attr));
        let lints = lints::allowed(&function.attrs);
        let function = quote! {
            #(#lints)*
            #(#attrs)*
            #[doc(hidden)]
            #inner #body
        };
        Self { parameters, call, function }
    }
}

/// Whether an attribute of the constructor is about its body as well.
fn is_of_body(attr: &Attribute) -> bool {
    ["cfg", "cfg_attr", "track_caller", "inline", "cold", "optimize", "coverage", "target_feature"]
        .iter()
        .any(|name| attr.path().is_ident(name))
}
