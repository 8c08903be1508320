//! The model of a function's signature: what its parameters are called and what they are.

use crate::names::internal;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, FnArg, GenericParam, Generics, Pat, Receiver, ReturnType, Signature, Type};

/// A parameter that is not `self`.
pub(crate) struct Parameter {
    pub(crate) attrs: Vec<Attribute>,
    /// As it was written.
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
    /// What a wrapper calls it: its own name, where it has one.
    pub(crate) name: Ident,
}

impl Parameter {
    /// Whether the pattern is more than a name.
    pub(crate) fn is_pattern(&self) -> bool {
        !matches!(&self.pat, Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none())
    }

    /// The parameter under a plain name.
    pub(crate) fn plain(&self) -> TokenStream {
        let Self { name, ty, .. } = self;
        quote!(#name: #ty)
    }
}

/// The parameters of a function.
pub(crate) struct Parameters {
    pub(crate) receiver: Option<Receiver>,
    pub(crate) others: Vec<Parameter>,
}

impl Parameters {
    pub(crate) fn from_syn(sig: &Signature) -> Self {
        let mut parameters = Self { receiver: None, others: Vec::new() };
        for (index, input) in sig.inputs.iter().enumerate() {
            match input {
                FnArg::Receiver(receiver) => parameters.receiver = Some(receiver.clone()),
                FnArg::Typed(input) => {
                    let name = match &*input.pat {
                        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
                        _ => internal(&format!("argument_{index}")),
                    };
                    let (attrs, pat, ty) =
                        (input.attrs.clone(), (*input.pat).clone(), plain_type(&input.ty).clone());
                    parameters.others.push(Parameter { attrs, pat, ty, name });
                }
            }
        }
        parameters
    }
}

/// The type without the invisible parentheses that macros by example put around it.
pub(crate) fn plain_type(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => plain_type(&group.elem),
        Type::Paren(paren) => plain_type(&paren.elem),
        other => other,
    }
}

/// What a function returns.
pub(crate) fn output(sig: &Signature) -> Type {
    match &sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => plain_type(ty).clone(),
    }
}

/// The names of the type and const parameters.
pub(crate) fn parameter_names(generics: &Generics) -> impl Iterator<Item = &Ident> {
    generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    })
}

/// `::<names…>`, or nothing.
pub(crate) fn turbofish<T: ToTokens>(names: &[T]) -> TokenStream {
    if names.is_empty() { TokenStream::new() } else { quote!(::<#(#names),*>) }
}

/// Whether `name` occurs among the tokens.
pub(crate) fn mentions(tokens: impl ToTokens, name: &Ident) -> bool {
    any_token(tokens.into_token_stream(), &mut |token, _| matches!(token, TokenTree::Ident(other) if other == name))
}

/// Whether the tokens of a type show a borrow: a `&`, or a lifetime other than `'static`.
pub(crate) fn borrows(ty: &Type) -> bool {
    any_token(ty.to_token_stream(), &mut |token, before| match token {
        TokenTree::Punct(punct) => punct.as_char() == '&',
        TokenTree::Ident(ident) => {
            matches!(before, Some(TokenTree::Punct(tick)) if tick.as_char() == '\'') && ident != "static"
        }
        _ => false,
    })
}

/// Whether `test` holds for a token and the one before it.
fn any_token(tokens: TokenStream, test: &mut impl FnMut(&TokenTree, Option<&TokenTree>) -> bool) -> bool {
    let mut before = None;
    for token in tokens {
        let found = match &token {
            TokenTree::Group(group) => any_token(group.stream(), test),
            token => test(token, before.as_ref()),
        };
        if found {
            return true;
        }
        before = Some(token);
    }
    false
}
