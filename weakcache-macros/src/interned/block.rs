//! `#[interned]` on an impl block: constructors of one's own.
//!
//! The body of a constructor becomes a closure, so that `return` and `?` end the body and not the
//! function. What it makes is interned, unless it is a handle already. Under `#[track_caller]` it becomes a
//! function; see [`tracked`](super::tracked).

use super::constructor::{By, ByField, Constructor, Wrapper};
use super::tracked::{Inner, tracks_caller};
use super::{ATTRIBUTE, DEPTH};
use crate::configured::by_attributes;
use crate::diag::Diagnostics;
use crate::function::{ImplBlock, ImplBlockItem};
use crate::names::internal;
use crate::options::{BlockOptions, Options, once};
use crate::paths::Paths;
use crate::recover::{with_content, without_attributes};
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericParam, ImplItem, ItemImpl, ReturnType, Token, Type, WherePredicate, parse_quote};

/// The block with its constructors rewritten, and beside it what is wrong.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Diagnostics::default();
    let BlockOptions { krate, local } = Options::read(options, &mut errors);
    let paths = Paths::new(krate.as_ref().map(|given| &given.value.0));
    let block = errors.ok(ImplBlock::parse(item.clone())).and_then(|block| inherent(block, &mut errors));
    let Some(ImplBlock { mut header, items }) = block else {
        let item = without_attributes(item, ATTRIBUTE, DEPTH);
        return quote!(#item #errors);
    };
    let mut rewritten: Vec<Result<Constructor, TokenStream>> = Vec::new();
    let mut faults = TokenStream::new();
    for item in items {
        match item {
            ImplBlockItem::Function(function) => {
                for function in by_attributes(function, ATTRIBUTE, &mut errors) {
                    let cfgs = function.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
                    let cfgs: Vec<_> = cfgs.cloned().collect();
                    let mut wrong = Diagnostics::default();
                    rewritten.push(Constructor::validate(function, &header.self_ty, &mut wrong));
                    // Of the cases of a function, what is wrong in those that hold.
                    faults.extend((!wrong.is_empty()).then(|| quote!(#(#cfgs)* const _: () = { #wrong };)));
                }
            }
            ImplBlockItem::Other(tokens) => rewritten.push(Err(without_attributes(tokens, ATTRIBUTE, 0))),
        }
    }
    let bounds = bounds(&header, rewritten.iter().flatten(), local.is_some(), &paths);
    for item in rewritten {
        let item = match item {
            Ok(constructor) => rewrite(&constructor, &bounds, &header, &paths),
            Err(other) => other,
        };
        header.items.push(ImplItem::Verbatim(item));
    }
    quote!(#header #faults #errors)
}

fn inherent(mut block: ImplBlock, errors: &mut Diagnostics) -> Option<ImplBlock> {
    once(&block.header.attrs, ATTRIBUTE, errors);
    block.header.attrs.retain(|attr| attr.path().segments.last().is_none_or(|last| last.ident != ATTRIBUTE));
    let Some((path, _)) = &block.header.trait_ else { return Some(block) };
    errors.error(
        path,
        "`#[interned]` cannot change what the functions of a trait return",
        "put it on an impl block without a trait, and call the constructors there from here",
    );
    None
}

/// The function with its result interned.
fn rewrite(
    constructor: &Constructor,
    bounds: &[WherePredicate],
    header: &ItemImpl,
    paths: &Paths,
) -> TokenStream {
    let Constructor { function, output, by } = constructor;
    let (private, core) = (&paths.private, &paths.core);
    let wrap = |value: TokenStream| match output.wrapper {
        Wrapper::Nothing => value,
        Wrapper::Result => quote!(#core::result::Result::Ok(#value)),
        Wrapper::Option => quote!(#core::option::Option::Some(#value)),
    };

    let mut sig = function.sig.clone();
    // What ends the signature is the user's: where it is not, the compiler takes the whole for a macro's, and
    // does not say that it is unused.
    let returned = output.with(|own| {
        let close = quote_spanned!(own.span()=> >);
        // Where the type is not interned, it is said here.
        let at = own.span().resolved_at(Span::mixed_site());
        let path = located(quote!(#private::HandleOf), at);
        quote!(#path<#own #close)
    });
    sig.output = ReturnType::Type(output.arrow, Box::new(Type::Verbatim(returned)));
    if !bounds.is_empty() {
        let predicates = &mut sig.generics.make_where_clause().predicates;
        predicates.extend(bounds.iter().cloned());
        predicates.push_punct(Token![,](output.span));
    }
    let (body, inner) = if tracks_caller(function) {
        let inner = Inner::new(constructor, &sig.generics, private);
        sig.inputs = inner.parameters;
        (inner.call, Some(inner.function))
    } else {
        let (body, body_type) = (&function.body, output.of_body());
        (quote!((move || -> #body_type #body)()), None)
    };

    let look_up = by.as_ref().map(|by| {
        let found = internal("found");
        let (find, end) = (find(by, header, paths), wrap(quote!(#found)));
        quote! {
            if let #core::option::Option::Some(#found) = #find {
                return #end;
            }
        }
    });
    let value = internal("value");
    // At the return type, where the error belongs if the body ends in something else.
    let at = output.span.resolved_at(Span::mixed_site());
    let new = if by.is_some() { quote!(missed) } else { quote!(new) };
    let interned = wrap(quote_spanned!(at=> #private::Candidate::<Self, _>::#new(#value).into_handle()));
    let interned = match output.wrapper {
        Wrapper::Nothing => quote! {
            let #value = #body;
            #interned
        },
        Wrapper::Result => quote! {
            match #body {
                #core::result::Result::Ok(#value) => #interned,
                #core::result::Result::Err(#value) => #core::result::Result::Err(#value),
            }
        },
        Wrapper::Option => quote! {
            match #body {
                #core::option::Option::Some(#value) => #interned,
                #core::option::Option::None => #core::option::Option::None,
            }
        },
    };
    let content = quote! {
        use #private::HandleCandidate as _;
        #look_up
        #interned
    };
    let (attrs, vis, defaultness) = (&function.attrs, &function.vis, &function.defaultness);
    let body = with_content(&function.body, content);
    quote! {
        #(#attrs)*
        #vis #defaultness #sig #body
        #inner
    }
}

/// The tokens at another place.
fn located(tokens: TokenStream, at: Span) -> TokenStream {
    let at_place = |mut token: TokenTree| {
        token.set_span(at);
        token
    };
    tokens.into_iter().map(at_place).collect()
}

/// In a generic impl: what interning takes, so that the user need not write it.
///
/// One constructor may call another, so all have the bounds of all.
fn bounds<'a>(
    header: &ItemImpl,
    mut constructors: impl Iterator<Item = &'a Constructor>,
    local: bool,
    paths: &Paths,
) -> Vec<WherePredicate> {
    let (private, core) = (&paths.private, &paths.core);
    let mut bounds = Vec::new();
    if header.generics.params.is_empty() {
        return bounds;
    }
    for param in header.generics.type_params() {
        let param = &param.ident;
        bounds.push(if local {
            parse_quote!(#param: 'static)
        } else {
            parse_quote!(#param: #core::marker::Send + #core::marker::Sync + 'static)
        });
    }
    bounds.push(if local {
        parse_quote!(Self: #private::local::InternLocal)
    } else {
        parse_quote!(Self: #private::Intern)
    });
    if constructors.any(|constructor| constructor.by.is_some()) {
        let own = &header.self_ty;
        bounds.push(parse_quote! {
            for<'__weakcache> <#own as #private::KeyFields>::Fields<'__weakcache>: #private::KeyOf<'__weakcache, #own>
        });
    }
    bounds
}

/// The look-up by the named fields, as an expression of type `Option` of what constructors return.
///
/// The fields fill in a struct, and so the compiler says which are none and which are missing.
fn find(by: &By, header: &ItemImpl, paths: &Paths) -> TokenStream {
    let private = &paths.private;
    let own = &header.self_ty;
    let params = header.generics.params.iter().filter_map(|param| match param {
        // Bounds have no force in an alias.
        GenericParam::Type(param) => Some(param.ident.to_token_stream()),
        GenericParam::Const(param) => {
            let (name, ty) = (&param.ident, &param.ty);
            Some(quote!(const #name: #ty))
        }
        GenericParam::Lifetime(_) => None,
    });
    let args = header.generics.params.iter().filter_map(|param| match param {
        GenericParam::Type(param) => Some(&param.ident),
        GenericParam::Const(param) => Some(&param.ident),
        GenericParam::Lifetime(_) => None,
    });
    let fields = by.fields.iter().map(|ByField { name, cfg, is_borrowed_handle }| {
        let borrow = quote_spanned!(name.span()=> &);
        let key = quote!(#borrow #name);
        if *is_borrowed_handle {
            let as_interned = quote_spanned!(name.span()=> #private::InternedRef::as_interned);
            return quote!(#cfg #name: #as_interned(#key));
        }
        quote!(#cfg #name: #key)
    });
    let at = by.at.span();
    let alias = quote_spanned!(at=> __WeakcacheFields);
    let literal = quote_spanned!(at=> #alias::<#(#args),*> { #(#fields),* });
    quote! {
        {
            type __WeakcacheFields<'__weakcache, #(#params),*> = <#own as #private::KeyFields>::Fields<'__weakcache>;
            #private::find_by::<Self, _, _>(&#literal)
        }
    }
}
