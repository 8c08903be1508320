//! A refresh in the background: the body as a task of its own, with copies of the arguments.

use super::asking::ask;
use super::body::{Runner, body, run};
use super::key::{is_borrowed_handle, is_option_of_reference};
use super::model::{Body, Model};
use super::spell::{memo, passed, uncached_call_of};
use crate::loans::borrows;
use crate::names::internal;
use crate::signature::receiver_type;
use crate::types::plain;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Index, Type};

/// An argument as a task has it.
struct Owned {
    /// What it is called.
    name: TokenStream,
    /// A copy, in the place of the argument.
    copy: TokenStream,
    /// The argument, in the place of the copy; `None` if that is one.
    lent: Option<TokenStream>,
}

/// What stands between the ticket and the body of a function with `spawn`: if the stored value may still be served, the
/// body is run elsewhere.
pub(super) fn background(model: &Model, ticket: &Ident, namespace: &TokenStream) -> Option<TokenStream> {
    let spawn = model.spawn.as_ref()?;
    let (memo, core) = (memo(model), &model.paths.core);
    let value = internal("value");
    let own = model.parameters.receiver.as_ref().map(|receiver| {
        let own = internal("self");
        (own, receiver.self_token.to_token_stream(), receiver_type(receiver))
    });
    let receiver = own.as_ref().map(|(name, ..)| name.to_token_stream());
    let body = match model.body {
        Body::Closure => body(model, namespace),
        Body::Beside | Body::Nested => uncached_call_of(model, namespace, receiver),
    };
    let asked = ask(model, Runner::Background, ticket, namespace, |_| quote!(return));
    let (drive, run) = run(model, Runner::Background, ticket, &body);
    let others = model.parameters.others.iter().map(|parameter| {
        let name = passed(model, parameter).to_token_stream();
        (name.clone(), name, parameter.ty.clone())
    });
    let arguments = own.into_iter().map(|(name, own, ty)| (name.to_token_stream(), own, ty)).chain(others);
    let arguments: Vec<Owned> = arguments
        .map(|(name, place, ty)| Owned {
            copy: copy(model, &ty, &place),
            lent: (borrows(&ty) || is_borrowed_handle(&ty)).then(|| lend(model, &ty, &name)),
            name,
        })
        .collect();
    let copies = arguments.iter().map(|Owned { name, copy, .. }| quote!(let #name = #copy;));
    let lent = arguments.iter().filter_map(|Owned { name, lent, .. }| {
        let lent = lent.as_ref()?;
        Some(quote!(let #name = #lent;))
    });
    Some(quote! {
        let #ticket = match #ticket.hit() {
            #core::Result::Ok((#value, #ticket)) => {
                #(#copies)*
                #memo::spawn(
                    async move {
                        #(#lent)*
                        #asked
                        #drive
                        let _ = #run;
                    },
                    #spawn,
                );
                return #value;
            }
            #core::Result::Err(#ticket) => #ticket,
        };
    })
}

/// An owned copy of the argument at `place`.
fn copy(model: &Model, ty: &Type, place: &TokenStream) -> TokenStream {
    let (core, std) = (&model.paths.core, &model.paths.std);
    match plain(ty) {
        Type::Reference(by) if is_borrowed_handle(&by.elem) => copy(model, &by.elem, &quote!(*#place)),
        ty if is_borrowed_handle(ty) => {
            let memo = memo(model);
            quote!(#memo::handle_of(&#place))
        }
        Type::Reference(by) if borrows(ty) => {
            let referent = &by.elem;
            quote!(<#referent as #std::ToOwned>::to_owned(#place))
        }
        Type::Tuple(tuple) if borrows(ty) => {
            let parts = tuple.elems.iter().enumerate().map(|(at, ty)| {
                let at = Index::from(at);
                copy(model, ty, &quote!(#place.#at))
            });
            quote!((#(#parts,)*))
        }
        ty if borrows(ty) && is_option_of_reference(ty) => {
            quote!(#core::Option::map(#place, #std::ToOwned::to_owned))
        }
        _ => quote!(#core::Clone::clone(&#place)),
    }
}

/// The argument that the copy at `place` stands for.
fn lend(model: &Model, ty: &Type, place: &TokenStream) -> TokenStream {
    let core = &model.paths.core;
    match plain(ty) {
        Type::Reference(by) if is_borrowed_handle(&by.elem) => {
            let lent = lend(model, &by.elem, place);
            quote!(&#lent)
        }
        ty if is_borrowed_handle(ty) => {
            let memo = memo(model);
            quote!(#memo::loan_of(&#place))
        }
        Type::Reference(by) if borrows(ty) => {
            let referent = &by.elem;
            quote!(#core::Borrow::<#referent>::borrow(&#place))
        }
        Type::Tuple(tuple) if borrows(ty) => {
            let parts = tuple.elems.iter().enumerate().map(|(at, ty)| {
                let at = Index::from(at);
                lend(model, ty, &quote!(#place.#at))
            });
            quote!((#(#parts,)*))
        }
        ty if borrows(ty) && is_option_of_reference(ty) => {
            let borrow = quote!(#core::Borrow::borrow);
            quote!(#core::Option::map(#core::Option::as_ref(&#place), #borrow))
        }
        _ => place.clone(),
    }
}
