//! From the syntax of a struct or an enum to its [`Model`], with every fault reported on the way.
//!
//! A model is made in spite of faults wherever its functions can be: without them each use of the type
//! would be an error as well.

use super::ATTRIBUTE;
use super::model::{Field, Model, Role, Shape, Style};
use super::types::{Borrowed, borrowed, float, has_elided_lifetime, mentions};
use crate::diag::Diagnostics;
use crate::names::{identifier, snake_case};
use crate::options::{
    EnumOptions, FieldOptions, Given, Named, Options, StructOptions, VariantOptions, exclude,
};
use crate::paths::Paths;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Fields, Generics, Index, ItemEnum, ItemStruct, Lit, Member};

pub(crate) fn of_struct(
    options: StructOptions,
    item: &ItemStruct,
    errors: &mut Diagnostics,
) -> Option<Model> {
    let StructOptions { new, get, name, hasher, shards, krate } = options;
    let (new, get) = (constructor(new, "new", &item.ident), constructor(get, "get", &item.ident));
    let shape = shape(None, &item.fields, new, get, errors);
    if shape.keys().next().is_none() && !shape.fields.is_empty() && shape.arguments().next().is_none() {
        errors.error(
            &item.ident,
            format_args!("no field of `{}` is part of its key: it would have one value at most", item.ident),
            "leave one field without `init` and `skip`",
        );
    }
    let paths = Paths::new(krate.as_ref().map(|given| &given.value.0));
    let mut model = Model {
        bounds: bounds(&paths, &item.generics, &[&shape], errors)?,
        paths,
        cfgs: cfgs(&item.attrs),
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        generics: item.generics.clone(),
        label: name.map(|given| given.value.0),
        hasher: hasher.map(|given| given.value.0),
        shards: shards.and_then(|given| power_of_two(given.value.0, errors)),
        is_enum: false,
        shapes: vec![shape],
    };
    distinct_names(&mut model, errors);
    Some(model)
}

pub(crate) fn of_enum(options: EnumOptions, item: &ItemEnum, errors: &mut Diagnostics) -> Option<Model> {
    let EnumOptions { new, get, name, hasher, shards, krate } = options;
    let help = "name a constructor with `#[interned(new = \"name\")]` on its variant; look-ups follow it";
    for given in [&new, &get].into_iter().flatten() {
        if let Named::As(_) = given.value {
            let message = "an enum has a constructor and a look-up for each variant";
            errors.error(&given.name, message, help);
        }
    }
    let no =
        |given: &Option<Given<Named>>| given.as_ref().is_some_and(|given| matches!(given.value, Named::No));
    let (no_new, no_get) = (no(&new), no(&get));
    let mut shapes = Vec::new();
    for variant in &item.variants {
        let VariantOptions { new } = Options::from_attributes(&variant.attrs, ATTRIBUTE, errors);
        let word = snake_case(&variant.ident.unraw().to_string());
        let renamed = match &new {
            Some(Given { value: Named::As(name), .. }) => Some(name.clone()),
            _ => None,
        };
        let looked_up = renamed.as_ref().map_or_else(|| word.clone(), |name| name.unraw().to_string());
        let get = (!no_get).then(|| format_ident!("get_{looked_up}", span = variant.ident.span()));
        let no_new = no_new || no(&new);
        let new = (!no_new).then(|| renamed.unwrap_or_else(|| identifier(&word, variant.ident.span())));
        shapes.push(shape(Some(&variant.ident), &variant.fields, new, get, errors));
    }
    let paths = Paths::new(krate.as_ref().map(|given| &given.value.0));
    let mut model = Model {
        bounds: bounds(&paths, &item.generics, &shapes.iter().collect::<Vec<_>>(), errors)?,
        paths,
        cfgs: cfgs(&item.attrs),
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        generics: item.generics.clone(),
        label: name.map(|given| given.value.0),
        hasher: hasher.map(|given| given.value.0),
        shards: shards.and_then(|given| power_of_two(given.value.0, errors)),
        is_enum: true,
        shapes,
    };
    distinct_names(&mut model, errors);
    Some(model)
}

/// The name of a generated function of a struct, if it is wanted.
fn constructor(given: Option<Given<Named>>, default: &str, of: &Ident) -> Option<Ident> {
    match given.map(|given| given.value) {
        // Spanned at the struct, to which an editor is to go from a call.
        None => Some(Ident::new(default, of.span())),
        Some(Named::As(name)) => Some(name),
        Some(Named::No) => None,
    }
}

fn shape(
    variant: Option<&Ident>,
    fields: &Fields,
    mut new: Option<Ident>,
    get: Option<Ident>,
    errors: &mut Diagnostics,
) -> Shape {
    let style = match fields {
        Fields::Named(_) => Style::Named,
        Fields::Unnamed(_) => Style::Tuple,
        Fields::Unit => Style::Unit,
    };
    let mut list = Vec::new();
    for (index, syntax) in (0..).zip(fields) {
        let FieldOptions { init, skip } = Options::from_attributes(&syntax.attrs, ATTRIBUTE, errors);
        exclude(
            init.as_ref(),
            skip.as_ref(),
            "`init` fills the field, `skip` leaves that to a constructor of your own",
            errors,
        );
        let role = if let Some(init) = init {
            Role::Init { value: init.value.0, at: init.name.span() }
        } else if let Some(skip) = skip {
            if new.take().is_some() {
                errors.error(
                    &skip.name,
                    "the generated constructor has no value for a skipped field",
                    "write `init = EXPR`, or add `new = false` and write a constructor of your own",
                );
            }
            Role::Skip
        } else if let Some(float) = float(&syntax.ty) {
            errors.error(
                float,
                format_args!(
                    "`{}` is neither `Eq` nor `Hash`, so it cannot be part of a key",
                    float.to_token_stream()
                ),
                "keep the integer that its `to_bits` gives, or a wrapper that defines equality",
            );
            Role::Broken
        } else if has_elided_lifetime(&syntax.ty) {
            // The compiler says so.
            Role::Broken
        } else {
            Role::Key { borrowed: borrowed(&syntax.ty).is_some() }
        };
        let (member, argument) = match &syntax.ident {
            Some(ident) => (Member::Named(ident.clone()), ident.clone()),
            None => {
                let span = syntax.ty.span();
                (Member::Unnamed(Index { index, span }), format_ident!("_{index}", span = span))
            }
        };
        list.push(Field { member, argument, ty: syntax.ty.clone(), role });
    }
    Shape { variant: variant.cloned(), style, fields: list, new, get }
}

/// What generic code asks of its parameters; `None` where there can be no code at all.
fn bounds(
    paths: &Paths,
    generics: &Generics,
    shapes: &[&Shape],
    errors: &mut Diagnostics,
) -> Option<Vec<TokenStream>> {
    for lifetime in generics.lifetimes() {
        errors.error(
            lifetime,
            "an interned type has no lifetimes: its registry is a `static`, so its values are `'static`",
            "own the data, as `String` for `&str`, `Arc<T>` or `Interned<T>` for `&T`",
        );
    }
    if generics.lifetimes().next().is_some() {
        return None;
    }
    let core = &paths.core;
    let mut bounds = Vec::new();
    let mut names = Vec::new();
    for param in generics.type_params() {
        let ident = &param.ident;
        bounds.push(quote!(#ident: #core::marker::Send + #core::marker::Sync + 'static));
        names.push(ident.to_string());
    }
    if names.is_empty() {
        return Some(bounds);
    }
    names.push("Self".into());
    // A field may be made of a parameter in ways of its own, as `T::Item` is.
    for field in shapes.iter().flat_map(|shape| &shape.fields).filter(|field| mentions(&field.ty, &names)) {
        let ty = &field.ty;
        bounds.push(quote!(#ty: #core::marker::Send + #core::marker::Sync + 'static));
        if let Role::Key { .. } = field.role {
            let ty = match borrowed(ty) {
                // The element, not the list: only so may the argument be a slice.
                Some(Borrowed::Slice(element)) => element,
                _ => ty,
            };
            bounds.push(quote!(#ty: #core::hash::Hash + #core::cmp::Eq));
        }
    }
    // One bound for all fields of one type.
    let mut seen = Vec::new();
    bounds.retain(|bound| {
        let text = bound.to_string();
        let new = !seen.contains(&text);
        seen.push(text);
        new
    });
    Some(bounds)
}

/// Takes away what has a name that was there before.
fn distinct_names(model: &mut Model, errors: &mut Diagnostics) {
    let mut taken = vec![("registry".to_owned(), "the function that returns the registry".to_owned())];
    for shape in &mut model.shapes {
        let (of, help) = match &shape.variant {
            Some(variant) => (
                format!(" of `{variant}`"),
                "name the constructor with `#[interned(new = \"name\")]` on the variant",
            ),
            None => (String::new(), "choose another name"),
        };
        let mut functions = [(&mut shape.new, "new", "constructor"), (&mut shape.get, "get", "look-up")];
        // A name that was chosen is at fault before one that is given to all.
        functions.sort_by_key(|(name, default, _)| name.as_ref().is_some_and(|name| name != default));
        let mut clash = false;
        for (function, _, what) in functions {
            let Some(name) = function.as_ref().filter(|_| !clash) else { continue };
            let text = name.unraw().to_string();
            match taken.iter().find(|(taken, _)| *taken == text) {
                Some((_, owner)) => {
                    errors.error(
                        name,
                        format_args!("the {what}{of} would be `{name}`, the name of {owner}"),
                        help,
                    );
                    clash = true;
                }
                None => taken.push((text, format!("the {what}{of}"))),
            }
            if clash {
                *function = None;
            }
        }
    }
}

/// Checks a literal here, for the caret; anything else is checked when the registry is made.
fn power_of_two(shards: Expr, errors: &mut Diagnostics) -> Option<Expr> {
    if let Expr::Lit(literal) = &shards {
        let fits = matches!(&literal.lit, Lit::Int(n) if n.base10_parse::<usize>().is_ok_and(usize::is_power_of_two));
        if !fits {
            errors.error(&shards, "the number of shards is a power of two", "write `shards = 16`");
            return None;
        }
    }
    Some(shards)
}

fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).cloned().collect()
}
