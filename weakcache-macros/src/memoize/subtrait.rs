//! The functions of a trait impl as they were written, and what their types are called outside of it.
//!
//! No function can be added to the impl of a trait. So there is a trait beside it, of which the user's is a
//! supertrait: in an impl of that, a body means what it meant. The controls stand in an inherent impl, in
//! which `Self::Item` means nothing.

use crate::loans::respell;
use crate::names::internal;
use crate::paths::Paths;
use crate::recover::with_content;
use crate::types::{is_punct, is_unsized, mentions};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::hash::{DefaultHasher, Hash, Hasher};
use syn::parse::Parse;
use syn::{GenericParam, Generics, ItemImpl, Lifetime, LifetimeParam, Path, PathArguments, Signature};

#[derive(Clone)]
pub(crate) struct Subtrait {
    name: Ident,
    path: Path,
    /// The path of the user's trait, with a name for each lifetime.
    of: TokenStream,
    /// The names that it did not have.
    elided: Vec<Lifetime>,
    /// The parameters of the impl, and these.
    generics: Generics,
    /// The associated types of the impl.
    types: Vec<Ident>,
    is_unsized: bool,
    /// The path of `Sized`.
    sized: TokenStream,
}

/// A function of the trait.
pub(super) struct Declaration {
    pub(super) attrs: TokenStream,
    pub(super) sig: Signature,
}

impl Subtrait {
    /// The trait for the impl with this header and these associated types.
    pub(super) fn new(header: &ItemImpl, types: Vec<Ident>, krate: Option<&Path>) -> Option<Self> {
        let (path, _) = header.trait_.as_ref()?;
        let mut elided = Vec::new();
        let of = with_lifetimes(path.to_token_stream(), &mut elided);
        let mut generics = header.generics.clone();
        for (at, lifetime) in elided.iter().enumerate() {
            generics.params.insert(at, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
        }
        // Another for each impl in a scope.
        let mut hasher = DefaultHasher::new();
        (of.to_string(), header.self_ty.to_token_stream().to_string()).hash(&mut hasher);
        let last = path.segments.last().map_or_else(String::new, |last| last.ident.to_string());
        let name = format_ident!("__Weakcache{}{:x}", last.trim_start_matches("r#"), hasher.finish());
        Some(Self {
            name,
            path: path.clone(),
            of,
            elided,
            generics,
            types,
            is_unsized: is_unsized(&header.self_ty),
            sized: Paths::new(krate).sized(),
        })
    }

    /// The path of the user's trait.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What brings the user's trait into the scope of a body, as it is in that of its impl.
    pub(super) fn import(&self) -> Option<TokenStream> {
        let mut path = self.path.clone();
        if path.leading_colon.is_none() && path.segments.len() == 1 {
            return None;
        }
        path.segments.iter_mut().for_each(|segment| segment.arguments = PathArguments::None);
        Some(quote!(use #path as _;))
    }

    /// `<Self as Subtrait>`.
    pub(super) fn of_self(&self) -> TokenStream {
        let name = &self.name;
        let arguments = self.generics.params.iter().map(|param| match param {
            GenericParam::Lifetime(_) => quote!('_),
            GenericParam::Type(param) => param.ident.to_token_stream(),
            GenericParam::Const(param) => param.ident.to_token_stream(),
        });
        quote!(<Self as #name<#(#arguments),*>>)
    }

    /// The trait of these functions, and its impl.
    pub(super) fn expand(
        &self,
        header: &ItemImpl,
        functions: &[Declaration],
        bodies: &TokenStream,
        attrs: &TokenStream,
    ) -> TokenStream {
        let Self { name, of, generics, sized, .. } = self;
        let (impl_generics, ty_generics, clause) = generics.split_for_impl();
        let self_ty = &header.self_ty;
        // By value, a type has to be sized where it is declared.
        let by_value = functions.iter().any(|function| mentions(&function.sig, "Self"));
        let bound = (by_value && !self.is_unsized).then(|| quote!(+ #sized));
        let aliases: Vec<Ident> = self.aliases(functions);
        let names: Vec<_> = aliases.iter().map(alias).collect();
        let declarations = functions.iter().map(|Declaration { attrs, sig }| quote!(#attrs #sig;));
        quote! {
            #attrs
            trait #name #impl_generics: #of #bound #clause {
                #(type #names: ?#sized;)*
                #(#declarations)*
            }

            #attrs
            impl #impl_generics #name #ty_generics for #self_ty #clause {
                #(type #names = Self::#aliases;)*
                #bodies
            }
        }
    }

    /// The parameters of an impl that is not of the trait and mentions it.
    pub(super) fn add_elided(&self, generics: &mut Generics, content: &TokenStream) {
        for lifetime in self.elided.iter().rev() {
            if mentions(content, &lifetime.ident) {
                generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
            }
        }
    }

    /// What `node` is outside of the impl.
    pub(super) fn outside<T: Parse + ToTokens>(&self, node: T, is_expr: bool) -> T {
        if !mentions(&node, "Self") {
            return node;
        }
        let tokens = self.qualified(node.to_token_stream(), is_expr);
        syn::parse2(tokens).unwrap_or(node)
    }

    /// `Self::Item` as `<Self as Trait>::Item`. In an expression only where it must be a type: a variant may
    /// have the same name.
    fn qualified(&self, tokens: TokenStream, is_expr: bool) -> TokenStream {
        let mut qualified = TokenStream::new();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at, c| is_punct(&tokens, at, c);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let own = match token {
                TokenTree::Group(group) => {
                    let content = self.qualified(group.stream(), is_expr);
                    qualified.extend([TokenTree::Group(with_content(group, content))]);
                    continue;
                }
                TokenTree::Ident(own) if own == "Self" && is(at, ':') && is(at + 1, ':') => own,
                other => {
                    qualified.extend([other.clone()]);
                    continue;
                }
            };
            let is_type = !is_expr
                || is(at + 3, ':') && is(at + 4, ':')
                || at > 1
                    && (is(at - 2, '<') || matches!(&tokens[at - 2], TokenTree::Ident(word) if word == "as"));
            match tokens.get(at + 2) {
                Some(TokenTree::Ident(item)) if is_type && self.types.contains(item) => {
                    let of = &self.of;
                    qualified.extend(quote_spanned!(own.span()=> <#own as #of>));
                }
                // Of a supertrait, whichever that is.
                Some(TokenTree::Ident(item)) if !is_expr && !is(at + 3, '<') => {
                    let (place, alias) = (self.of_self(), alias(item));
                    qualified.extend(quote!(#place::#alias));
                    at += 3;
                }
                _ => own.to_tokens(&mut qualified),
            }
        }
        qualified
    }

    /// The types of supertraits that are called by another name outside.
    fn aliases(&self, functions: &[Declaration]) -> Vec<Ident> {
        let mut found: Vec<Ident> = Vec::new();
        for Declaration { sig, .. } in functions {
            let mut sig = sig.clone();
            sig.ident = internal("function");
            self.add_aliases(sig.into_token_stream(), &mut found);
        }
        found
    }

    fn add_aliases(&self, tokens: TokenStream, found: &mut Vec<Ident>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match (token, tokens.get(at + 1..at + 4)) {
                (TokenTree::Group(group), _) => self.add_aliases(group.stream(), found),
                (TokenTree::Ident(own), Some([TokenTree::Punct(colon), _, TokenTree::Ident(item)]))
                    if own == "Self" && colon.as_char() == ':' =>
                {
                    let has_arguments =
                        matches!(tokens.get(at + 4), Some(TokenTree::Punct(p)) if p.as_char() == '<');
                    if !self.types.contains(item) && !found.contains(item) && !has_arguments {
                        found.push(item.clone());
                    }
                }
                _ => {}
            }
        }
    }
}

/// What the type of a supertrait is called in the trait beside.
fn alias(item: &Ident) -> Ident {
    internal(item.to_string().trim_start_matches("r#"))
}

/// The name of the associated type that an item of a block is, if it is one.
pub(super) fn associated_type(item: &TokenStream) -> Option<Ident> {
    let mut tokens = item.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident),
        _ => None,
    });
    if tokens.next()? == "type" { tokens.next() } else { None }
}

/// `&T` and `&'_ T` as `&'elided T`: the short forms stand in the header of an impl, and not in bounds.
fn with_lifetimes(tokens: TokenStream, elided: &mut Vec<Lifetime>) -> TokenStream {
    respell(tokens, &mut |name| (name == "_").then(|| new_lifetime(elided).to_token_stream()))
}

fn new_lifetime(elided: &mut Vec<Lifetime>) -> Lifetime {
    let lifetime = Lifetime::new(&format!("'__weakcache_{}", elided.len()), Span::mixed_site());
    elided.push(lifetime.clone());
    lifetime
}
