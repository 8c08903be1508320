//! From a [`Model`] to the code that stands beside the item. Cannot fail.

use super::model::{Field, Model, Role, Shape, Style};
use super::types::mentions;
use crate::names::internal;
use crate::recover::with_content;
use proc_macro2::{Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{GenericParam, Lifetime, LifetimeParam, Member, Type};

pub(crate) fn expand(model: &Model) -> TokenStream {
    let parts = [intern(model), functions(model), key_fields(model).unwrap_or_default()];
    // A `const` hides the struct of key fields from the module.
    quote! {
        const _: () = { #(#parts)* };
    }
}

/// `impl Intern`.
fn intern(model: &Model) -> TokenStream {
    let Model { paths, cfgs, ident, hasher, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let registry = registry(model);
    let hasher = match hasher {
        Some(hasher) => hasher.to_token_stream(),
        None => quote!(#private::DefaultHashBuilder),
    };
    let (state, other) = (internal("state"), internal("other"));
    let (hash, eq) = if model.is_enum {
        (enum_hash(model, &state), enum_eq(model, &other))
    } else {
        let keys = || model.shapes.iter().flat_map(Shape::keys);
        let hash = keys().map(|field| {
            let (hash, member) = (key_method(model, field, "hash_into"), &field.member);
            let key = stored_key(model, field, quote!(&self.#member));
            quote!(#hash(#key, #state);)
        });
        let eq = keys().map(|field| {
            let (equals, member) = (key_method(model, field, "equals"), &field.member);
            let left = stored_key(model, field, quote!(&self.#member));
            let right = stored_key(model, field, quote!(&#other.#member));
            quote!(#equals(#left, #right))
        });
        (quote!(#(#hash)*), all(eq))
    };
    quote! {
        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated, clippy::used_underscore_binding)]
        impl #impl_generics #private::Intern for #ident #ty_generics #where_clause {
            type Hasher = #hasher;

            fn registry() -> &'static #private::Registry<Self> {
                #registry
            }

            fn hash_key<__WeakcacheH: #core::hash::Hasher>(&self, #state: &mut __WeakcacheH) {
                #hash
            }

            fn eq_key(&self, #other: &Self) -> bool {
                #eq
            }
        }
    }
}

/// A static of the type's own, or for a generic type a directory of its instantiations.
fn registry(model: &Model) -> TokenStream {
    let Model { paths, ident, label, shards, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let shards = shards.as_ref().map_or_else(|| quote!(0), ToTokens::to_token_stream);
    if model.generics.params.is_empty() {
        let label = match label {
            Some(label) => label.to_token_stream(),
            None => quote!(#core::concat!(#core::module_path!(), "::", #core::stringify!(#ident))),
        };
        quote! {
            static __WEAKCACHE_REGISTRY: #private::Registry<#ident> = #private::new_registry(#label, #shards);
            &__WEAKCACHE_REGISTRY
        }
    } else {
        let label = match label {
            Some(label) => label.to_token_stream(),
            None => quote!(#core::any::type_name::<Self>()),
        };
        quote! {
            static __WEAKCACHE_DIRECTORY: #private::Directory = #private::Directory::new();
            __WEAKCACHE_DIRECTORY.get_or_init(|| #private::new_registry::<Self>(#label, #shards))
        }
    }
}

fn enum_hash(model: &Model, state: &Ident) -> TokenStream {
    let arms = model.shapes.iter().zip(0..).map(|(shape, index)| {
        let pattern = pattern(shape, "self");
        let index = hash_index(model, index, state);
        let hash = shape.keys().map(|field| {
            let hash = key_method(model, field, "hash_into");
            let key = stored_key(model, field, binding(field, "self"));
            quote!(#hash(#key, #state);)
        });
        quote!(#pattern => { #index #(#hash)* })
    });
    match model.shapes.is_empty() {
        true => quote!(match *self {}),
        false => quote!(match self { #(#arms)* }),
    }
}

fn enum_eq(model: &Model, other: &Ident) -> TokenStream {
    let arms = model.shapes.iter().map(|shape| {
        let (left, right) = (pattern(shape, "self"), pattern(shape, "other"));
        let eq = shape.keys().map(|field| {
            let equals = key_method(model, field, "equals");
            let left = stored_key(model, field, binding(field, "self"));
            let right = stored_key(model, field, binding(field, "other"));
            quote!(#equals(#left, #right))
        });
        let eq = all(eq);
        quote!((#left, #right) => #eq,)
    });
    let rest = (model.shapes.len() > 1).then(|| quote!(_ => false,));
    match model.shapes.is_empty() {
        true => quote!(match *self {}),
        false => quote!(match (self, #other) { #(#arms)* #rest }),
    }
}

/// The inherent functions.
fn functions(model: &Model) -> TokenStream {
    let Model { paths, cfgs, vis, ident, .. } = model;
    let private = &paths.private;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let functions = model.shapes.iter().zip(0..).map(|(shape, index)| {
        let new = shape.new.as_ref().map(|name| new(model, shape, index, name));
        let get = shape.get.as_ref().map(|name| get(model, shape, index, name));
        quote!(#new #get)
    });
    quote! {
        #(#cfgs)*
        #[allow(
            dead_code, // each is there whether it is used or not
            deprecated, // a type or field of the user's may be
            private_bounds,
            private_interfaces, // a key field's type may be less visible than the constructor
            clippy::many_single_char_names,
            clippy::missing_panics_doc,
            clippy::must_use_candidate,
            clippy::similar_names,
            clippy::too_many_arguments, // as many as there are fields
            clippy::used_underscore_binding // `_0`
        )]
        impl #impl_generics #ident #ty_generics #where_clause {
            #(#functions)*

            /// The registry of this type: all its values that live.
            #[inline]
            #[must_use]
            #vis fn registry() -> &'static #private::Registry<Self> {
                #private::registry::<Self>()
            }
        }
    }
}

/// The constructor of a struct or of a variant.
fn new(model: &Model, shape: &Shape, index: u32, name: &Ident) -> TokenStream {
    let Model { paths, vis, .. } = model;
    let private = &paths.private;
    let parameters = parameters(model, shape);
    let body = if shape.is_plain() {
        let value = value(shape);
        quote!(#private::intern(#value))
    } else {
        let (state, that) = (internal("state"), internal("that"));
        let hash = hash_arguments(model, shape, index, &state, &|field| argument_key(model, field, true));
        let eq = equals_arguments(model, shape, &that, &|field| argument_key(model, field, true));
        let arguments: Vec<_> = shape.arguments().map(|field| &field.argument).collect();
        let make = make(model, shape);
        quote! {
            #private::find_or_make::<Self, _>(
                (#(#arguments,)*),
                |(#(#arguments,)*), #state| { #hash },
                |(#(#arguments,)*), #that| #eq,
                |(#(#arguments,)*)| { #make },
            )
        }
    };
    let doc = match &shape.variant {
        None => "The value of this key: the one that lives, or else a new one.".to_owned(),
        Some(variant) => {
            format!("`{}::{variant}` of these fields: the one that lives, or else a new one.", model.ident)
        }
    };
    quote! {
        #[doc = #doc]
        #[inline]
        #vis fn #name(#(#parameters),*) -> #private::Interned<Self> {
            #body
        }
    }
}

/// The look-up of a struct or of a variant.
fn get(model: &Model, shape: &Shape, index: u32, name: &Ident) -> TokenStream {
    let Model { paths, vis, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let parameters = parameters(model, shape);
    let body = if !model.is_enum && shape.keys().next().is_some() {
        let fields = key_fields_ident(model);
        let values = shape.keys().map(|field| {
            let (name, key) = (&field.argument, argument_key(model, field, false));
            quote!(#name: #key)
        });
        quote!(<Self as #private::KeyFields>::find(#fields { #(#values),* }))
    } else {
        let (state, that) = (internal("state"), internal("that"));
        let hash = hash_arguments(model, shape, index, &state, &|field| argument_key(model, field, false));
        let eq = equals_arguments(model, shape, &that, &|field| argument_key(model, field, false));
        quote!(#private::find::<Self>(|#state| { #hash }, |#that| #eq))
    };
    let doc = match &shape.variant {
        None => "The living value of this key, if there is one.".to_owned(),
        Some(variant) => format!("The living `{}::{variant}` of these fields, if there is one.", model.ident),
    };
    quote! {
        #[doc = #doc]
        #[inline]
        #[must_use]
        #[allow(unused_variables)] // a field that an error was reported for is no part of the key
        #vis fn #name(#(#parameters),*) -> #core::option::Option<#private::Interned<Self>> {
            #body
        }
    }
}

/// The struct that names the key fields, and its impl.
fn key_fields(model: &Model) -> Option<TokenStream> {
    let Model { paths, cfgs, ident, .. } = model;
    let (private, core) = (&paths.private, &paths.core);
    let shape = model.shapes.first().filter(|shape| !model.is_enum && shape.keys().next().is_some())?;
    let (impl_generics, ty_generics, where_clause) = generics(model);
    let name = key_fields_ident(model);

    let lifetime = Lifetime::new("'__weakcache", Span::mixed_site());
    let mut generics = model.generics.clone();
    generics.params.insert(0, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
    let (struct_params, struct_args, _) = generics.split_for_impl();

    let this = quote!(#ident #ty_generics);
    let mut fields: Vec<_> = shape
        .keys()
        .map(|field| {
            let ty = &field.ty;
            let ty =
                if field.is_borrowed() { quote!(<#ty as #private::KeyField>::Borrowed) } else { quote!(#ty) };
            (&field.argument, without_self(ty, &this))
        })
        .collect();
    let unused: Vec<_> = model
        .generics
        .type_params()
        .map(|param| &param.ident)
        .filter(|ident| !fields.iter().any(|(_, ty)| mentions(ty, &[ident.to_string()])))
        .collect();
    if let (false, Some((_, ty))) = (unused.is_empty(), fields.first_mut()) {
        *ty = quote!(<#ty as #private::Same<(#(#core::marker::PhantomData<#unused>,)*)>>::Type);
    }
    let fields = fields.iter().map(|(name, ty)| quote!(pub #name: &#lifetime #ty));
    let struct_where = without_self(where_clause.clone(), &this);

    let (state, that, given) = (internal("state"), internal("that"), internal("fields"));
    let key = |field: &Field| {
        let name = &field.argument;
        quote!(#given.#name)
    };
    let hash = hash_arguments(model, shape, 0, &state, &key);
    let eq = equals_arguments(model, shape, &that, &key);
    Some(quote! {
        #(#cfgs)*
        #[allow(
            missing_docs,
            non_camel_case_types,
            private_bounds,
            private_interfaces,
            single_use_lifetimes,
            unreachable_pub,
            clippy::missing_docs_in_private_items
        )]
        pub struct #name #struct_params #struct_where { #(#fields),* }

        #(#cfgs)*
        #[automatically_derived]
        #[allow(deprecated, clippy::used_underscore_binding)]
        impl #impl_generics #private::KeyFields for #ident #ty_generics #where_clause {
            type Fields<#lifetime> = #name #struct_args;

            #[inline]
            fn find(#given: Self::Fields<'_>) -> #core::option::Option<#private::Interned<Self>> {
                #private::find::<Self>(|#state| { #hash }, |#that| #eq)
            }
        }
    })
}

fn key_fields_ident(model: &Model) -> Ident {
    format_ident!("__weakcache_KeyOf{}", model.ident.unraw(), span = Span::mixed_site())
}

/// The generics as an impl has them, as the type has them, and the predicates of the expansion.
fn generics(model: &Model) -> (TokenStream, TokenStream, TokenStream) {
    let Model { generics, bounds, .. } = model;
    let (impl_generics, ty_generics, _) = generics.split_for_impl();
    let own =
        generics.where_clause.iter().flat_map(|clause| &clause.predicates).map(ToTokens::to_token_stream);
    let predicates: Vec<_> = own.chain(bounds.iter().cloned()).collect();
    let where_clause = (!predicates.is_empty()).then(|| quote!(where #(#predicates,)*));
    (impl_generics.to_token_stream(), ty_generics.to_token_stream(), where_clause.unwrap_or_default())
}

/// The parameters: each named and typed as its field is.
fn parameters(model: &Model, shape: &Shape) -> Vec<TokenStream> {
    let private = &model.paths.private;
    let parameter = |field: &Field| {
        let Field { argument, ty, .. } = field;
        if field.is_borrowed() {
            quote!(#argument: impl #private::KeyArg<#ty>)
        } else {
            quote!(#argument: #ty)
        }
    };
    shape.arguments().map(parameter).collect()
}

/// The type that is hashed and compared for a field.
fn key_type(model: &Model, field: &Field) -> TokenStream {
    let (private, ty) = (&model.paths.private, &field.ty);
    if !field.is_borrowed() {
        return ty.to_token_stream();
    }
    let (open, borrowed) = around(ty, "Borrowed");
    quote!(#open #ty as #private::KeyField>::#borrowed)
}

/// A reference to the key that is stored in a field, from a reference to the field.
fn stored_key(model: &Model, field: &Field, stored: impl ToTokens) -> TokenStream {
    let private = &model.paths.private;
    if field.is_borrowed() { quote!(#private::KeyField::as_borrowed(#stored)) } else { quote!(#stored) }
}

/// A reference to the key that an argument is, of its borrowed form if there is one.
fn argument_key(model: &Model, field: &Field, is_reference: bool) -> TokenStream {
    let private = &model.paths.private;
    let Field { argument, ty, .. } = field;
    let argument = if is_reference { quote!(#argument) } else { quote!(&#argument) };
    if field.is_borrowed() { quote!(#private::KeyArg::<#ty>::as_key(#argument)) } else { argument }
}

/// Feeds the keys that `key` makes of the fields into `state`, as `Intern::hash_key` does with the fields.
fn hash_arguments(
    model: &Model,
    shape: &Shape,
    index: u32,
    state: &Ident,
    key: &dyn Fn(&Field) -> TokenStream,
) -> TokenStream {
    let index = hash_index(model, index, state);
    let hash = shape.keys().map(|field| {
        let (hash, key) = (key_method(model, field, "hash_into"), key(field));
        quote!(#hash(#key, #state);)
    });
    quote!(#index #(#hash)*)
}

/// Compares the fields of `that` with the keys that `key` makes.
fn equals_arguments(
    model: &Model,
    shape: &Shape,
    that: &Ident,
    key: &dyn Fn(&Field) -> TokenStream,
) -> TokenStream {
    let eq = all(shape.keys().map(|field| {
        let stored = match (&shape.variant, &field.member) {
            (Some(_), _) => binding(field, "that").into_token_stream(),
            (None, member) => quote!(&#that.#member),
        };
        let equals = key_method(model, field, "equals");
        let (stored, key) = (stored_key(model, field, stored), key(field));
        quote!(#equals(#stored, #key))
    }));
    if shape.variant.is_none() {
        return eq;
    }
    let pattern = pattern(shape, "that");
    let rest = (model.shapes.len() > 1).then(|| quote!(_ => false,));
    quote!(match #that { #pattern => #eq, #rest })
}

/// Tells the variants of an enum apart.
fn hash_index(model: &Model, index: u32, state: &Ident) -> Option<TokenStream> {
    let private = &model.paths.private;
    (model.shapes.len() > 1).then(|| quote!(#private::Key::hash_into(&#index, #state);))
}

/// Makes the value from the arguments, on a miss.
fn make(model: &Model, shape: &Shape) -> TokenStream {
    let private = &model.paths.private;
    let own = shape.arguments().filter(|field| field.is_borrowed()).map(|field| {
        let Field { argument, ty, .. } = field;
        quote!(let #argument = #private::KeyArg::<#ty>::into_key(#argument);)
    });
    let init = shape.fields.iter().filter_map(|field| {
        let Role::Init { value, at } = &field.role else { return None };
        let (local, ty) = (binding(field, "init"), &field.ty);
        let names = shape.arguments().map(|field| {
            let argument = &field.argument;
            // `_0` is spelt by us and by the user: it is the user's hygiene that counts.
            let name =
                if shape.style == Style::Tuple { &Ident::new(&argument.to_string(), *at) } else { argument };
            quote!(#[allow(unused_variables)] let #name = &#argument;)
        });
        Some(quote! {
            let #local: #ty = {
                #(#names)*
                #value
            };
        })
    });
    let value = value(shape);
    quote!(#(#own)* #(#init)* #value)
}

/// `Self { … }` from the arguments and the values of the `init` fields.
fn value(shape: &Shape) -> TokenStream {
    let local = |field: &Field| match field.role {
        Role::Init { .. } => binding(field, "init"),
        _ => field.argument.clone(),
    };
    let variant = shape.variant.iter();
    let path = quote!(Self #(::#variant)*);
    match shape.style {
        Style::Unit => path,
        Style::Tuple => {
            let fields = shape.fields.iter().map(local);
            quote!(#path(#(#fields),*))
        }
        Style::Named => {
            let fields = shape.fields.iter().map(|field| match (&field.member, local(field)) {
                (Member::Named(name), local) if *name == local => quote!(#name),
                (member, local) => quote!(#member: #local),
            });
            quote!(#path { #(#fields),* })
        }
    }
}

/// The pattern that binds the key fields of a variant.
fn pattern(shape: &Shape, prefix: &str) -> TokenStream {
    let variant = &shape.variant;
    match shape.style {
        Style::Unit => quote!(Self::#variant),
        Style::Tuple => {
            let fields = shape.fields.iter().map(|field| match field.role {
                Role::Key { .. } => binding(field, prefix).into_token_stream(),
                _ => quote!(_),
            });
            quote!(Self::#variant(#(#fields),*))
        }
        Style::Named => {
            let fields = shape.keys().map(|field| {
                let (member, binding) = (&field.member, binding(field, prefix));
                quote!(#member: #binding,)
            });
            quote!(Self::#variant { #(#fields)* .. })
        }
    }
}

fn binding(field: &Field, prefix: &str) -> Ident {
    let name = field.argument.unraw().to_string();
    internal(&format!("{prefix}_{}", name.trim_start_matches('_')))
}

/// `a && b && c`, or `true` of nothing.
fn all(conditions: impl Iterator<Item = TokenStream>) -> TokenStream {
    conditions.reduce(|all, next| quote!(#all && #next)).unwrap_or_else(|| quote!(true))
}

/// `<Type as Key>::method`, spanned at the type: if that is no key, all uses are one error, there.
fn key_method(model: &Model, field: &Field, method: &str) -> TokenStream {
    let (private, ty) = (&model.paths.private, key_type(model, field));
    let (open, method) = around(&field.ty, method);
    quote!(#open #ty as #private::Key>::#method)
}

/// The first and the last token of `<… as …>::last`, spanned so that an error in between has its caret
/// under the whole of `ty`.
fn around(ty: &Type, last: &str) -> (TokenStream, Ident) {
    let mut tokens = ty.to_token_stream().into_iter();
    let start = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let end = tokens.last().map_or(start, |token| token.span());
    (quote_spanned!(start=> <), Ident::new(last, end))
}

/// The tokens with `this` for `Self`.
fn without_self(tokens: TokenStream, this: &TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut replaced = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "Self" => {
                let is_prefix = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':' && next.spacing() == Spacing::Joint);
                replaced.extend(if is_prefix { quote!(<#this>) } else { this.clone() });
            }
            TokenTree::Group(group) => {
                let inner = without_self(group.stream(), this);
                replaced.extend([TokenTree::Group(with_content(&group, inner))]);
            }
            other => replaced.extend([other]),
        }
    }
    replaced
}
