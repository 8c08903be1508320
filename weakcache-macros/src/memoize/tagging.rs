//! Evaluating the tags of a result.

use super::lookup::{lend_argument, lent_as};
use super::model::Model;
use super::spell::{
    cfgs, ends, handed_on, hidden, is_passed_by_name, key_generics, memo, passed, silent, spanned,
};
use super::tags::is_named;
use crate::signature::{Parameter, parameter_names, turbofish};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

/// The tags, as an array, where arguments stand as references.
fn array(model: &Model) -> TokenStream {
    let memo = memo(model);
    let tags = model.tags.iter().map(|tag| {
        // An error about the call is one about the tag.
        let (first, last) = ends(&tag.to_token_stream());
        let path = match &model.store {
            Some(_) => spanned(quote!(#memo::stored_tag), first),
            None => spanned(quote!(#memo::tag), first),
        };
        let mut argument = Group::new(Delimiter::Parenthesis, tag.to_token_stream());
        argument.set_span(last);
        let argument = TokenTree::Group(argument);
        quote!(#path #argument)
    });
    let code = code(model);
    let patterns = model.kept().filter(|parameter| parameter.is_pattern() && is_named(parameter, &code));
    let patterns = patterns.map(|parameter| {
        let (pat, name) = (silent(parameter.pat.to_token_stream(), &code), name(model, parameter));
        quote!(let #pat = #name;)
    });
    quote!(#(#patterns)* [#(#tags),*])
}

fn code(model: &Model) -> TokenStream {
    model.tags.iter().map(ToTokens::to_token_stream).collect()
}

/// What an argument is called where the tags are made: as the user's expressions name it, or as a token of ours.
fn name(model: &Model, parameter: &Parameter) -> Ident {
    if !parameter.is_pattern() && is_named(parameter, &code(model)) {
        parameter.name.clone()
    } else {
        handed_on(&model.parameters, parameter)
    }
}

/// The one function that evaluates the tags, for a function that has controls.
pub(super) fn tags_function(model: &Model) -> Option<TokenStream> {
    if model.tags.is_empty() {
        return None;
    }
    let memo = memo(model);
    let (function, count) = (hidden(model, "tags"), model.tags.len());
    let generics = key_generics(model);
    let (params, clause) = (generics.params.iter(), &generics.where_clause);
    let lent = lent_as(model, |parameter| name(model, parameter));
    let parameters = lent.into_iter().map(|lent| lent.parameter);
    let tag = if model.store.is_some() { quote!(StoredTag) } else { quote!(Tag) };
    let (cfgs, array) = (cfgs(model), array(model));
    Some(quote! {
        #(#cfgs)*
        fn #function<#(#params),*>(#(#parameters),*) -> [#memo::#tag; #count] #clause {
            #array
        }
    })
}

/// The tags of a call, seen from `namespace`.
pub(super) fn evaluated(model: &Model, namespace: &TokenStream) -> TokenStream {
    if model.controls.is_none() {
        let lent = model.kept().filter_map(|parameter| {
            let (name, passed) = (name(model, parameter), passed(model, parameter));
            let (_, argument) = lend_argument(model, &parameter.ty, &passed);
            // A reference that has the user's name already.
            let is_there = is_passed_by_name(model, parameter) && name == argument.to_string();
            (!is_there).then(|| quote!(let #name = #argument;))
        });
        let array = array(model);
        return quote!({ #(#lent)* #array });
    }
    let function = hidden(model, "tags");
    let generics = key_generics(model);
    let names: Vec<_> = parameter_names(&generics).collect();
    let turbofish = turbofish(&names);
    let arguments = lent_as(model, |parameter| name(model, parameter)).into_iter().map(|lent| lent.argument);
    quote!(#namespace::#function #turbofish(#(#arguments),*))
}

/// The statement that says to a ticket which tags its result will have.
pub(super) fn with_ticket(model: &Model, ticket: &Ident, namespace: &TokenStream) -> Option<TokenStream> {
    // With a second tier they are said to both as that is asked.
    let says = !model.tags.is_empty() && model.store.is_none();
    says.then(|| {
        let tags = evaluated(model, namespace);
        quote!(let #ticket = #ticket.tagged(|| #tags);)
    })
}

/// The request that stores a value, without its path.
pub(super) fn prime(model: &Model, value: &Ident) -> TokenStream {
    let memo = memo(model);
    let tags = if model.tags.is_empty() { quote!([]) } else { evaluated(model, &quote!(Self)) };
    match (&model.store, model.tags.is_empty()) {
        (Some(_), _) => quote!(PrimeBoth(#value, #memo::stored_tags(#tags))),
        (None, true) => quote!(Prime(#value)),
        (None, false) => quote!(PrimeTagged(#value, #memo::tags(#tags))),
    }
}
