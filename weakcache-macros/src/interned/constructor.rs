//! Which functions of an impl block are constructors.

use super::ATTRIBUTE;
use crate::diag::{Diagnostics, list};
use crate::function::Function;
use crate::options::{ConstructorOptions, Given, Names, Options, exclude};
use crate::types::{is_borrowed_handle, is_own, mentions, plain, plain_mut};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericArgument, Pat, PatIdent, PatType, PathArguments, ReturnType, Signature, Token,
    Type,
};

/// A function without a receiver that returns `Self`, alone or in a `Result` or an `Option`.
pub(crate) struct Constructor {
    /// The user's function, without attributes of ours.
    pub(crate) function: Function,
    pub(crate) output: Output,
    pub(crate) by: Option<By>,
}

/// The key fields that are looked up before the body runs.
pub(crate) struct By {
    /// The option's name.
    pub(crate) at: Ident,
    pub(crate) fields: Vec<ByField>,
}

/// A key field that is a parameter.
pub(crate) struct ByField {
    pub(crate) name: Ident,
    /// The `#[cfg]` of the parameter.
    pub(crate) cfg: Option<TokenStream>,
    /// Whether the parameter is an `InternedRef`, or a reference to one.
    pub(crate) is_borrowed_handle: bool,
}

/// A return type.
pub(crate) struct Output {
    pub(crate) arrow: Token![->],
    pub(crate) ty: Type,
    pub(crate) wrapper: Wrapper,
    /// Of `Self`.
    pub(crate) span: Span,
}

/// What stands around `Self` in a return type.
#[derive(Clone, Copy)]
pub(crate) enum Wrapper {
    Nothing,
    Result,
    Option,
}

impl Constructor {
    /// The function as a constructor, or else its tokens, without attributes of ours.
    pub(crate) fn validate(
        mut function: Function,
        own: &Type,
        errors: &mut Diagnostics,
    ) -> Result<Self, TokenStream> {
        let ConstructorOptions { by, skip } = Options::from_attributes(&function.attrs, ATTRIBUTE, errors);
        exclude(
            skip.as_ref(),
            by.as_ref(),
            "keep one of them: a function that is left alone has nothing to look up",
            errors,
        );
        function.attrs.retain(|attr| attr.path().segments.last().is_none_or(|last| last.ident != ATTRIBUTE));
        if skip.is_some() {
            return Err(function.into_token_stream());
        }
        let sig = &function.sig;
        let output = if sig.receiver().is_some() { None } else { Output::validate(&sig.output, own) };
        let Some(output) = output else {
            if let Some(by) = by {
                errors.error(
                    by.name,
                    format_args!("`{}` is no constructor, so there is nothing to look up", sig.ident),
                    "a constructor has no `self` and returns `Self`, `Result<Self, E>` or `Option<Self>`",
                );
            }
            return Err(function.into_token_stream());
        };
        if let Some(token) = &sig.asyncness {
            errors.error(
                token,
                "an `async` function cannot be a constructor of an interned type",
                "await before it and pass it the result, or leave it alone with `#[interned(skip)]`",
            );
        }
        if let Some(token) = &sig.constness {
            errors.error(
                token,
                "a `const` function cannot look into a registry",
                "take `const` away, or leave it alone with `#[interned(skip)]`",
            );
        }
        if sig.asyncness.is_some() || sig.constness.is_some() {
            return Err(function.into_token_stream());
        }
        let by = by.and_then(|by| By::validate(by, sig, errors));
        function.hoist_attributes();
        Ok(Self { function, output, by })
    }
}

impl By {
    /// `None` if something was wrong, so that the compiler need not say it again.
    fn validate(given: Given<Names>, sig: &Signature, errors: &mut Diagnostics) -> Option<Self> {
        let parameters: Vec<_> = sig.inputs.iter().filter_map(parameter).collect();
        let names: Vec<_> = parameters.iter().map(|(name, _)| &name.ident).collect();
        let Given { name, value: Names(fields) } = given;
        let mut right = true;
        for (i, field) in fields.iter().enumerate() {
            let (message, help) = if !names.contains(&field) {
                let help = match names.as_slice() {
                    [] => "`by` names key fields that are parameters as well".to_owned(),
                    some => format!("the parameters are {}", list(some)),
                };
                (format!("`{field}` is no parameter of `{}`", sig.ident), help)
            } else if fields[..i].contains(field) {
                (format!("`{field}` is given twice"), "name each key field once".to_owned())
            } else {
                continue;
            };
            errors.error(field, message, help);
            right = false;
        }
        let cfg = |field: &Ident| {
            let mut of_it =
                parameters.iter().filter(|(name, _)| name.ident == *field).map(|(_, input)| &input.attrs);
            let is_cfg = |attr: &&Attribute| attr.path().is_ident("cfg");
            if of_it.clone().any(|attrs| !attrs.iter().any(|attr| is_cfg(&attr))) {
                return None;
            }
            let all = of_it.by_ref().map(|attrs| {
                let conditions = attrs.iter().filter(is_cfg).filter_map(|attr| attr.meta.require_list().ok());
                let conditions = conditions.map(|list| &list.tokens);
                quote!(all(#(#conditions),*))
            });
            Some(quote!(#[cfg(any(#(#all),*))]))
        };
        let is_borrowed_handle = |field: &Ident| {
            let mut of_it = parameters.iter().filter(|(name, _)| name.ident == *field);
            of_it.any(|(_, input)| match plain(&input.ty) {
                Type::Reference(reference) => is_borrowed_handle(&reference.elem),
                ty => is_borrowed_handle(ty),
            })
        };
        let field = |name: Ident| {
            let (cfg, is_borrowed_handle) = (cfg(&name), is_borrowed_handle(&name));
            ByField { name, cfg, is_borrowed_handle }
        };
        let fields = fields.into_iter().map(field).collect();
        right.then_some(Self { at: name, fields })
    }
}

/// A parameter that has a name.
fn parameter(input: &FnArg) -> Option<(&PatIdent, &PatType)> {
    match input {
        FnArg::Typed(input) => match &*input.pat {
            Pat::Ident(pattern) => Some((pattern, input)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

impl Output {
    fn validate(output: &ReturnType, own: &Type) -> Option<Self> {
        let ReturnType::Type(arrow, ty) = output else { return None };
        let mut output =
            Self { arrow: *arrow, ty: (**ty).clone(), wrapper: Wrapper::Nothing, span: Span::call_site() };
        if !is_own(&output.ty, own) {
            let Type::Path(path) = plain_mut(&mut output.ty) else { return None };
            let last = path.path.segments.last()?;
            output.wrapper = match last.ident.to_string().as_str() {
                "Result" => Wrapper::Result,
                "Option" => Wrapper::Option,
                _ => return None,
            };
            if !matches!(output.slot(), Some(ty) if is_own(ty, own)) {
                return None;
            }
        }
        output.span = output.slot()?.span();
        Some(output)
    }

    /// Where `Self` stands.
    fn slot(&mut self) -> Option<&mut Type> {
        if let Wrapper::Nothing = self.wrapper {
            return Some(&mut self.ty);
        }
        self.arguments().next()
    }

    /// The type arguments of the wrapper.
    fn arguments(&mut self) -> impl Iterator<Item = &mut Type> {
        let arguments = match plain_mut(&mut self.ty) {
            Type::Path(path) => path.path.segments.last_mut().map(|last| &mut last.arguments),
            _ => None,
        };
        let arguments = match arguments {
            Some(PathArguments::AngleBracketed(arguments)) => Some(&mut arguments.args),
            _ => None,
        };
        arguments.into_iter().flatten().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
    }

    /// The type with `wrap` of `Self` in place of `Self`.
    pub(crate) fn with(&self, wrap: impl FnOnce(&Type) -> TokenStream) -> TokenStream {
        let mut output = Self { ty: self.ty.clone(), ..*self };
        if let Some(slot) = output.slot() {
            *slot = Type::Verbatim(wrap(slot));
        }
        output.ty.into_token_stream()
    }

    /// What the body returns: anything in place of `Self`, which may be a handle already, and of
    /// `impl Trait`, which has no place in the type of a closure.
    pub(crate) fn of_body(&self) -> TokenStream {
        let mut output = Self { ty: self.ty.clone(), ..*self };
        let open = || Type::Verbatim(quote!(_));
        for ty in output.arguments() {
            if mentions(&*ty, "impl") {
                *ty = open();
            }
        }
        if let Some(slot) = output.slot() {
            *slot = open();
        }
        output.ty.into_token_stream()
    }
}

#[cfg(test)]
mod tests {
    use super::{Output, quote};
    use syn::{ReturnType, Type, parse_quote};

    fn rewritten(output: &ReturnType, own: &Type) -> Option<(String, String)> {
        let output = Output::validate(output, own)?;
        Some((output.with(|ty| quote!(Interned<#ty>)).to_string(), output.of_body().to_string()))
    }

    #[test]
    fn what_a_constructor_returns() {
        let own: Type = parse_quote!(Pair<T>);
        let cases: [(ReturnType, &str, &str); 8] = [
            (parse_quote!(-> Self), "Interned < Self >", "_"),
            (parse_quote!(-> Pair), "Interned < Pair >", "_"),
            (parse_quote!(-> Pair<T>), "Interned < Pair < T > >", "_"),
            (parse_quote!(-> Option<Self>), "Option < Interned < Self > >", "Option < _ >"),
            (parse_quote!(-> io::Result<Self>), "io :: Result < Interned < Self > >", "io :: Result < _ >"),
            (
                parse_quote!(-> Result<Pair<T>, E>),
                "Result < Interned < Pair < T > > , E >",
                "Result < _ , E >",
            ),
            (
                parse_quote!(-> Result<Self, impl Error>),
                "Result < Interned < Self > , impl Error >",
                "Result < _ , _ >",
            ),
            (
                parse_quote!(-> ::std::result::Result<Self, Self::Error>),
                ":: std :: result :: Result < Interned < Self > , Self :: Error >",
                ":: std :: result :: Result < _ , Self :: Error >",
            ),
        ];
        for (output, expected, body) in cases {
            assert_eq!(rewritten(&output, &own), Some((expected.into(), body.into())));
        }
    }

    #[test]
    fn what_is_left_alone() {
        let own: Type = parse_quote!(Pair<T>);
        let others: [ReturnType; 8] = [
            parse_quote!(),
            parse_quote!(-> u8),
            parse_quote!(-> Vec<Self>),
            parse_quote!(-> Pair<u8>),
            parse_quote!(-> other::Pair<T>),
            parse_quote!(-> Result<u8, Self>),
            parse_quote!(-> Option<Vec<Self>>),
            parse_quote!(-> &'static Self),
        ];
        assert!(others.iter().all(|output| rewritten(output, &own).is_none()));
    }
}
