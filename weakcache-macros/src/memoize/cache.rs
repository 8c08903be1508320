//! Where the cache of a function is, and what it is like.

use super::expiry;
use super::model::{Bound, Model, Place, SingleFlight};
use super::namespace;
use super::spell::{at, bare_generics, cfgs, ends, hidden, memo, spanned};
use crate::names::internal;
use crate::signature::parameter_names;
use crate::types;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Token};

/// Who shares the cache.
pub(super) fn scope(model: &Model) -> TokenStream {
    let memo = memo(model);
    match (model.local, &model.within) {
        (true, _) => quote!(#memo::Thread),
        (false, Some(_)) => quote!(#memo::Value),
        (false, None) => quote!(#memo::Process),
    }
}

/// The type of the cache, but for that of its keys and the kind of its results.
fn cache_type(model: &Model) -> TokenStream {
    let memo = memo(model);
    let cache = match (model.bound(), model.local) {
        (Bound::Capacity, true) => quote!(LocalCapacityCache),
        (Bound::Capacity, false) => quote!(CapacityCache),
        (Bound::Lru | Bound::None, true) => quote!(LocalCache),
        (Bound::Lru, false) => quote!(BoundedCache),
        (Bound::None, false) => quote!(UnboundedCache),
    };
    let expiry = expiry::ty(model);
    let private = &model.paths.private;
    let given = model.hasher.as_ref();
    let hasher = given.map_or_else(|| quote!(#private::DefaultHashBuilder), ToTokens::to_token_stream);
    let cache = quote!(#memo::#cache<_, _, #expiry, #hasher>);
    types::with_hasher(given, cache, &model.paths)
}

/// What `work` makes of the cache, where arguments stand as references.
pub(super) fn with_cache(model: &Model, work: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    let memo = memo(model);
    let (cache, options) = (cache_type(model), options(model));
    let in_slot = |slot: TokenStream| work(quote!(#slot.cache::<#cache>(|| #options)));
    if model.controls.is_some() {
        return with_slot(model, in_slot);
    }
    let (declaration, slot) = slot(model);
    let found = if model.local {
        let name = internal("slot");
        let work = in_slot(quote!(#name #slot));
        quote!(#memo::in_thread(&__WEAKCACHE_SLOT, |#name| #work))
    } else {
        in_slot(slot)
    };
    quote! {
        {
            #declaration
            #found
        }
    }
}

/// How many entries there may be, in the place of the cache: an expression is the user's to evaluate, once.
fn most(model: &Model) -> Option<TokenStream> {
    let given = model.most()?;
    let (memo, core) = (memo(model), &model.paths.core);
    let span = at(given.span());
    Some(match given {
        Expr::Lit(_) => quote_spanned!(span=> #memo::Capacity::Of(#given)),
        // The type on a binding: an error about it is then about the expression alone.
        _ => quote_spanned!(span=> #memo::Capacity::Asked(|| {
            let most: #core::usize = #given;
            most
        })),
    })
}

/// The same anywhere among the controls.
pub(super) fn capacity(model: &Model) -> TokenStream {
    let memo = memo(model);
    match model.most() {
        None => quote!(#memo::Capacity::Unbounded),
        Some(Expr::Lit(_)) => most(model).unwrap_or_default(),
        Some(_) => {
            let (name, names) = (hidden(model, "capacity"), selecting(model));
            quote!(Self::#name::<#(#names),*>())
        }
    }
}

/// The function that says it, where an expression does.
pub(super) fn capacity_function(model: &Model) -> TokenStream {
    let Some(most) = most(model).filter(|_| !matches!(model.most(), Some(Expr::Lit(_)))) else {
        return TokenStream::new();
    };
    let (memo, name, generics) = (memo(model), hidden(model, "capacity"), bare_generics(model));
    let (params, clause) = (&generics.params, &generics.where_clause);
    let cfgs = cfgs(model);
    quote! {
        #(#cfgs)*
        #[inline]
        fn #name<#params>() -> #memo::Capacity #clause {
            #most
        }
    }
}

/// The options, as the runtime takes them.
fn options(model: &Model) -> TokenStream {
    let memo = memo(model);
    let expiry = expiry::value(model);
    let label = namespace::name(model);
    let most = match &model.controls {
        Some(_) => model.most().map(|_| capacity(model)),
        None => most(model),
    };
    let capacity = most.map(|most| quote!(.capacity(#most)));
    let single_flight = match &model.single_flight {
        SingleFlight::Join => None,
        SingleFlight::Within(span) => {
            let span = span.expand(&model.paths);
            Some(quote!(.single_flight(#memo::SingleFlight::Within(#span))))
        }
        SingleFlight::Off => Some(quote!(.single_flight(#memo::SingleFlight::Off))),
    };
    let new = match &model.place {
        // In a block the attribute is that of all functions. Where this is, in reports, is the place of these tokens.
        Place::Block(_) => {
            let span = model.function.sig.ident.span();
            let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#label, #expiry));
            arguments.set_span(span);
            let new = spanned(quote!(#memo::Options::new), span);
            quote!(#new #arguments)
        }
        Place::Alone | Place::Free => quote!(#memo::Options::new(#label, #expiry)),
    };
    quote!(#new #capacity #single_flight)
}

/// Whether one static stands for many caches, as far as can be seen.
fn is_generic(model: &Model) -> bool {
    match &model.place {
        Place::Alone => true,
        Place::Free => !model.selecting.is_empty(),
        Place::Block(block) => block.is_generic || !model.selecting.is_empty(),
    }
}

/// The static that leads to the cache, and the expression that finds its slot in it. For a `local`
/// function the expression is a closure that takes the work to be done with the slot.
fn slot(model: &Model) -> (TokenStream, TokenStream) {
    let memo = memo(model);
    let std = &model.paths.std;
    if let Some(field) = &model.within {
        return (TokenStream::new(), in_value(model, field));
    }
    // A closure has another type in each instantiation.
    let (ty, of) = match (is_generic(model), model.local) {
        (false, false) => (quote!(Slot), TokenStream::new()),
        (true, false) => (quote!(Slots), quote!(.of(|| ()))),
        (false, true) => (quote!(LocalSlot), TokenStream::new()),
        (true, true) => (quote!(LocalSlots), quote!(.of(|| ()))),
    };
    if model.local {
        let declaration = quote! {
            #std::thread_local! {
                static __WEAKCACHE_SLOT: #memo::#ty = const { #memo::#ty::new() };
            }
        };
        (declaration, of)
    } else {
        let declaration = quote!(static __WEAKCACHE_SLOT: #memo::#ty = #memo::#ty::new(););
        (declaration, quote!(__WEAKCACHE_SLOT #of))
    }
}

/// The slot in the caches of a value. An error that there are none is one about the field.
fn in_value(model: &Model, field: &Expr) -> TokenStream {
    let memo = memo(model);
    let (first, last) = ends(&field.to_token_stream());
    let find = spanned(quote!(#memo::Memo::__slot), first);
    let and = quote_spanned!(first=> &);
    let marker = quote_spanned!(last=> || ());
    quote!(#find(#and #field, #marker))
}

/// The name of the slot, where it is the same for all and stands beside the controls.
fn slot_name(model: &Model) -> Option<Ident> {
    let is_one = model.controls.is_some() && !model.local && model.within.is_none() && !is_generic(model);
    is_one.then(|| {
        let name = model.function.sig.ident.unraw();
        format_ident!("__WEAKCACHE_SLOT_{name}", span = Span::mixed_site())
    })
}

/// The slot that stands beside the controls. Not in a function that leads to it: one more for the compiler to check.
pub(super) fn slot_static(model: &Model) -> Option<TokenStream> {
    let (memo, cfgs, name) = (memo(model), cfgs(model), slot_name(model)?);
    Some(quote! {
        #(#cfgs)*
        static #name: #memo::Slot = #memo::Slot::new();
    })
}

/// The function that leads to the slot, for a function that has controls.
pub(super) fn slot_function(model: &Model) -> TokenStream {
    if slot_name(model).is_some() {
        return TokenStream::new();
    }
    let memo = memo(model);
    let (core, std) = (&model.paths.core, &model.paths.std);
    let name = hidden(model, "slot");
    let (declaration, found) = slot(model);
    let generics = bare_generics(model);
    let clause = &generics.where_clause;
    let params = &generics.params;
    let cfgs = cfgs(model);
    if model.within.is_some() {
        let own = own(model);
        return quote! {
            #(#cfgs)*
            #[inline]
            fn #name<#params>(&#own) -> &#memo::MemoSlot #clause {
                #found
            }
        };
    }
    let (output, found) = match (model.local, is_generic(model)) {
        (false, _) => (quote!(&'static #memo::Slot), found),
        (true, true) => {
            let slots = internal("slots");
            let found = quote!(#memo::in_thread(&__WEAKCACHE_SLOT, |#slots| #slots #found));
            (quote!(#std::Rc<#memo::LocalSlot>), found)
        }
        // What a thread keeps can be lent only.
        (true, false) => {
            let work = quote!(work: impl #core::FnOnce(&#memo::LocalSlot) -> __WeakcacheR);
            return quote! {
                #(#cfgs)*
                #[inline]
                fn #name<__WeakcacheR: #memo::Unasked>(#work) -> __WeakcacheR {
                    #declaration
                    #memo::in_thread(&__WEAKCACHE_SLOT, work)
                }
            };
        }
    };
    quote! {
        #(#cfgs)*
        #[inline]
        fn #name<#params>() -> #output #clause {
            #declaration
            #found
        }
    }
}

/// The `self` of a function that has one.
fn own(model: &Model) -> Option<&Token![self]> {
    model.parameters.receiver.as_ref().map(|receiver| &receiver.self_token)
}

/// What `work` makes of the slot.
pub(super) fn with_slot(model: &Model, work: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    if let Some(name) = slot_name(model) {
        return work(name.into_token_stream());
    }
    let name = hidden(model, "slot");
    let names = selecting(model);
    if model.local && !is_generic(model) {
        let slot = internal("slot");
        let work = work(slot.to_token_stream());
        quote!(Self::#name(|#slot| #work))
    } else {
        let own = model.within.as_ref().map(|_| own(model));
        work(quote!(Self::#name::<#(#names),*>(#own)))
    }
}

/// The names of the parameters that select a cache, those of a block included that its type does not
/// mention.
fn selecting(model: &Model) -> Vec<&Ident> {
    let unbound = match &model.place {
        Place::Block(block) => Some(&block.unbound),
        _ => None,
    };
    unbound.into_iter().flat_map(parameter_names).chain(&model.selecting).collect()
}
