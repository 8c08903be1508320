//! The model of a function's signature: what its parameters are called and what they are.

use crate::names::internal;
use crate::types::plain;
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
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

/// Whether a type as it is written borrows: whether there is a `&` in it, or a lifetime, that is not
/// `'static`. What a function pointer or an `Fn` takes and returns is no loan.
pub(crate) fn borrows(ty: &Type) -> bool {
    fn any(tokens: TokenStream) -> bool {
        let is_no_semicolon =
            |token: &TokenTree| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, c| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        let is_word = |at: usize, words: &[&str]| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if words.iter().any(|other| word == other));
        // Past what is between angle brackets, or a return type: to the first of `ends` outside of any.
        let past = |mut at: usize, ends: &[char]| {
            let mut depth = 0;
            while at < tokens.len() && (depth > 0 || !ends.iter().any(|&end| is(at, end))) {
                match () {
                    () if is(at, '-') && is(at + 1, '>') => at += 1,
                    () if is(at, '<') => depth += 1,
                    () if is(at, '>') => depth -= 1,
                    () => {}
                }
                at += 1;
            }
            at
        };
        let mut at = 0;
        while at < tokens.len() {
            if is_word(at, &["for"]) && is(at + 1, '<') {
                at = past(at + 2, &['>']) + 1;
                continue;
            }
            if is_word(at, &["fn", "Fn", "FnMut", "FnOnce"])
                && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)))
            {
                at += 2;
                if is(at, '-') && is(at + 1, '>') {
                    at = past(at + 2, &[',', '+', '>']);
                }
                continue;
            }
            let borrows = match &tokens[at] {
                // A constant, in which `&` is an operator: all of it in braces, what comes after the `;` in brackets.
                TokenTree::Group(group) => match group.delimiter() {
                    Delimiter::Brace => false,
                    Delimiter::Bracket => {
                        any(group.stream().into_iter().take_while(is_no_semicolon).collect())
                    }
                    _ => any(group.stream()),
                },
                _ if is(at, '&') => !(is(at + 1, '\'') && is_word(at + 2, &["static"])),
                _ if is(at, '\'') => !is_word(at + 1, &["static"]),
                _ => false,
            };
            if borrows {
                return true;
            }
            at += 1;
        }
        false
    }
    any(ty.to_token_stream())
}

#[cfg(test)]
mod tests {
    use super::borrows;
    use syn::parse_quote;

    #[test]
    fn what_borrows() {
        assert!(borrows(&parse_quote!(&str)));
        assert!(borrows(&parse_quote!((u8, &'a str))));
        assert!(borrows(&parse_quote!(Cow<'_, str>)));
        assert!(borrows(&parse_quote!([&u8; 2])));
        assert!(borrows(&parse_quote!(&'static &u8)));
        assert!(!borrows(&parse_quote!(Vec<String>)));
        assert!(!borrows(&parse_quote!([u8; A & 3])));
        assert!(!borrows(&parse_quote!(W<{ A & 1 }>)));
        assert!(!borrows(&parse_quote!([[u8; 4]; { A & B & 3 }])));
        assert!(borrows(&parse_quote!([[&'a u8; A & 3]; 2])));
        assert!(borrows(&parse_quote!(W<&u8, { A & 1 }>)));
        assert!(!borrows(&parse_quote!((u8, &'static str))));
        assert!(!borrows(&parse_quote!(Cow<'static, str>)));
        assert!(!borrows(&parse_quote!(fn(&str) -> &str)));
        assert!(!borrows(&parse_quote!(Arc<dyn for<'a> Fn(&'a str) -> &'a str + Send + 'static>)));
        assert!(!borrows(&parse_quote!(Result<Vec<fn(&u8) -> Option<&u8>>, String>)));
        assert!(borrows(&parse_quote!((fn(&u8) -> Option<&u8>, &str))));
        assert!(borrows(&parse_quote!(Box<dyn Fn(&u8) -> u8 + 'a>)));
    }
}
