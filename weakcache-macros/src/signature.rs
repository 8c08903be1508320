//! The model of a function's signature: what its parameters are called and what they are.

use crate::names::internal;
use crate::types::plain;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    FnArg, GenericParam, Generics, Pat, Receiver, ReceiverKind, ReturnType, Signature, Type, parse_quote,
};

/// A parameter that is not `self`.
pub(crate) struct Parameter {
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
                    let (pat, ty) = ((*input.pat).clone(), plain(&input.ty).clone());
                    parameters.others.push(Parameter { pat, ty, name });
                }
            }
        }
        parameters
    }
}

/// The type of `self`.
pub(crate) fn receiver_type(receiver: &Receiver) -> Type {
    match &receiver.kind {
        ReceiverKind::Reference(and, lifetime, mutability) => parse_quote!(#and #lifetime #mutability Self),
        ReceiverKind::Typed(_, ty) => plain(ty).clone(),
        _ => parse_quote!(Self),
    }
}

/// What a function returns.
pub(crate) fn output(sig: &Signature) -> Type {
    match &sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => plain(ty).clone(),
    }
}

/// The name of a parameter; of a lifetime, without the tick.
pub(crate) fn param_name(param: &GenericParam) -> &Ident {
    match param {
        GenericParam::Type(param) => &param.ident,
        GenericParam::Const(param) => &param.ident,
        GenericParam::Lifetime(param) => &param.lifetime.ident,
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
