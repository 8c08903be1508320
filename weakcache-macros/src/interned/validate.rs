//! From the syntax of a struct or an enum to its [`Model`], with every fault reported on the way.
//!
//! A model is made in spite of faults wherever its functions can be: without them each use of the type
//! would be an error as well.

use super::model::{Field, Model, OwnHandle, Reach, Role, Shape, Style, Taken};
use super::{ATTRIBUTE, lints};
use crate::diag::{Diagnostics, spelt};
use crate::names::{identifier, snake_case, unlinted};
use crate::options::{FieldOptions, Given, Named, Options, TypeOptions, VariantOptions, exclude, once};
use crate::paths::Paths;
use crate::types::{
    Borrowed, borrowed, float, has_elided_lifetime, is_handle, is_opaque, is_tail, is_unsized, mentions,
    mentions_any, of_one_thread, plain,
};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Expr, ExprLit, ExprUnary, Fields, Generics, Index, ItemEnum, ItemStruct, Lit, LitStr, Member,
    Meta, Path, Token, Type, TypeParamBound, UnOp, Visibility, WherePredicate, parse_quote,
};

pub(crate) fn of_struct(mut options: TypeOptions, item: ItemStruct, errors: &mut Diagnostics) -> Model {
    let ItemStruct { attrs, vis, ident, generics, fields, .. } = item;
    let new = constructor(options.new.take(), "new", &ident);
    let get = constructor(options.get.take(), "get", &ident);
    let is_new = options.is_new.take().and_then(|given| {
        let text = given.value.0.value();
        if text.contains(['{', '}']) {
            errors.error(
                &given.value.0,
                "a struct has one constructor, so there is no name to put into braces",
                "write `is_new = \"new_is_new\"`, or another name",
            );
            return None;
        }
        named(&text, &given.value.0, errors)
    });
    let functions = Functions { new, is_new, get };
    let shape = shape(0, None, &fields, functions, errors);
    if shape.arguments().next().is_none() && !shape.fields.is_empty() {
        errors.error(
            &ident,
            format_args!("no field of `{ident}` is part of its key: it would have one value at most"),
            "leave one field without `init` and `skip`",
        );
    }
    let lints = lints::allowed(attrs.iter().chain(fields.iter().flat_map(|field| &field.attrs)));
    model(Header { attrs, lints, vis, ident, generics, is_enum: false }, options, vec![shape], errors)
}

pub(crate) fn of_enum(mut options: TypeOptions, item: ItemEnum, errors: &mut Diagnostics) -> Model {
    let ItemEnum { attrs, vis, ident, generics, variants, .. } = item;
    let mut are_wanted = |given: Option<Given<Named>>| match given {
        None => true,
        Some(Given { value: Named::No, .. }) => false,
        Some(Given { value: Named::As(_), name }) => {
            errors.error(
                name,
                "an enum has a constructor and a look-up for each variant",
                "name a constructor with `#[interned(new = \"name\")]` on its variant; the look-up follows it",
            );
            true
        }
    };
    let (new_wanted, get_wanted) = (are_wanted(options.new.take()), are_wanted(options.get.take()));
    let is_new = options.is_new.take().and_then(|given| {
        let text = given.value.0;
        if text.value().matches("{}").count() == 1 && text.value().matches(['{', '}']).count() == 2 {
            // Of any variant, and so reported once.
            named(&text.value().replacen("{}", "variant", 1), &text, errors)?;
            return Some(text.value());
        }
        errors.error(
            &text,
            "an enum has such a constructor for each variant",
            "write the place of the variant's name as `{}`, as in `is_new = \"{}_is_new\"`",
        );
        None
    });
    let mut shapes = Vec::new();
    for (index, variant) in (0..).zip(&variants) {
        let ident = &variant.ident;
        let VariantOptions { new } = Options::from_attributes(&variant.attrs, ATTRIBUTE, errors);
        let word = snake_case(&ident.unraw().to_string());
        let (new, word) = match new.map(|given| given.value) {
            None => (Some(identifier(&word, ident.span())), word),
            Some(Named::As(name)) => (Some(name.clone()), name.unraw().to_string()),
            Some(Named::No) => (None, word),
        };
        let get = get_wanted.then(|| format_ident!("get_{word}", span = ident.span()));
        // A variant that is to have no constructor has none of these either.
        let is_new = is_new.as_ref().filter(|_| new.is_some());
        let is_new = is_new.map(|text| identifier(&text.replacen("{}", &word, 1), ident.span()));
        let new = new.filter(|_| new_wanted);
        let functions = Functions { new, is_new, get };
        shapes.push(shape(index, Some(ident), &variant.fields, functions, errors));
    }
    let of_fields = variants.iter().flat_map(|variant| &variant.fields).flat_map(|field| &field.attrs);
    let of_variants = variants.iter().flat_map(|variant| &variant.attrs);
    let lints = lints::allowed(attrs.iter().chain(of_variants).chain(of_fields));
    model(Header { attrs, lints, vis, ident, generics, is_enum: true }, options, shapes, errors)
}

/// What a struct and an enum have in common.
struct Header {
    attrs: Vec<Attribute>,
    /// What the type and its parts allow.
    lints: Vec<Attribute>,
    vis: Visibility,
    ident: Ident,
    generics: Generics,
    is_enum: bool,
}

/// The model of a type whose shapes are known.
fn model(header: Header, options: TypeOptions, mut shapes: Vec<Shape>, errors: &mut Diagnostics) -> Model {
    let Header { attrs, lints, vis, ident, generics, is_enum } = header;
    once(&attrs, ATTRIBUTE, errors);
    let TypeOptions { new: _, get: _, is_new: _, numbered, handle, local, name, hasher, shards, krate } =
        options;
    for lifetime in generics.lifetimes() {
        errors.error(
            lifetime,
            "an interned type has no lifetimes: its registry is a `static`, so its values are `'static`",
            "own the data, as `String` for `&str`, `Arc<T>` or `Interned<T>` for `&T`",
        );
    }
    exclude(
        local.as_ref(),
        shards.as_ref(),
        "leave `shards` out: a registry of one thread has no locks",
        errors,
    );
    let shards = shards.and_then(|given| power_of_two(given.value.0, errors));
    distinct_names(&mut shapes, errors);
    let packed = attrs.iter().find_map(packed);
    if let Some(packed) = &packed {
        errors.error(
            packed,
            "a packed type cannot be interned: to hash and compare a field takes a reference to it",
            "take `packed` away",
        );
    }
    let krate = krate.as_ref().map(|given| &given.value.0);
    let (import, paths) = Paths::import(krate);
    let handle = handle.and_then(|given| own_handle(given.value.0, &ident, &attrs, krate, errors));
    let has_unsized = shapes
        .iter()
        .flat_map(|shape| &shape.fields)
        .any(|field| is_opaque(&field.ty) || is_unsized(&field.ty) && !matches!(field.role, Role::Key(_)));
    let parameter = shapes.iter().filter_map(|shape| shape.fields.last()).find(|field| {
        let is_it = |param: &Ident| matches!(plain(&field.ty), Type::Path(ty) if ty.path.is_ident(param));
        let mut params = generics.type_params().map(|param| &param.ident);
        params.any(|param| is_it(param) && may_have_no_size(&generics, param))
    });
    let has_parameter = parameter.is_some();
    if let Some(Field { ty, .. }) = parameter {
        errors.error(
            ty,
            format_args!("whether a `{}` has a fixed size is not known", spelt(ty)),
            "take `?Sized` away, or let the last field be `str` or `[T]`",
        );
        for shape in &mut shapes {
            (shape.new, shape.is_new, shape.get) = (None, None, None);
        }
    }
    let fields = shapes.iter().flat_map(|shape| &shape.fields);
    let guilty = fields.filter(|_| local.is_none()).find_map(|field| of_one_thread(&field.ty));
    Model {
        is_stub: generics.lifetimes().next().is_some() || packed.is_some() || has_unsized || has_parameter,
        guilty: guilty.map(Spanned::span),
        // Only a type that is deprecated: errors about it are to be at its name, and not in a macro.
        ident: if attrs.iter().any(|attr| mentions(attr, "deprecated")) { unlinted(&ident) } else { ident },
        repr: attrs.iter().filter(|attr| attr.path().is_ident("repr")).cloned().collect(),
        attrs: attrs.into_iter().filter(|attr| attr.path().is_ident("cfg")).chain(lints).collect(),
        vis,
        bounds: bounds(&paths, &generics, &shapes, local.is_some()),
        generics,
        import,
        paths,
        label: name.map(|given| given.value.0.0),
        hasher: hasher.map(|given| given.value.0),
        shards,
        numbered: numbered.is_some(),
        reach: if local.is_some() { Reach::Local } else { Reach::Shared },
        handle,
        is_enum,
        shapes,
    }
}

/// The handle of the user's own, which is documented as the type is.
fn own_handle(
    handle: Ident,
    of: &Ident,
    attrs: &[Attribute],
    krate: Option<&Path>,
    errors: &mut Diagnostics,
) -> Option<OwnHandle> {
    if handle == *of {
        errors.error(
            &handle,
            format_args!("the handle on `{of}` needs a name of its own"),
            format_args!("name the type itself otherwise, as `R{of}`, or write `handle = {of}Ref`"),
        );
        return None;
    }
    let mut docs: Vec<_> = attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect();
    if docs.is_empty() {
        let doc = format!(" A handle on a [`{of}`].");
        docs.push(parse_quote!(#[doc = #doc]));
    }
    Some(OwnHandle { ident: handle, docs, private: Paths::new(krate).private })
}

/// Whether the parameter is `?Sized`.
fn may_have_no_size(generics: &Generics, param: &Ident) -> bool {
    let has_it = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some()))
    };
    let mut predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    generics.type_params().any(|own| own.ident == *param && has_it(&own.bounds))
        || predicates.any(|predicate| match predicate {
            WherePredicate::Type(predicate) => {
                matches!(plain(&predicate.bounded_ty), Type::Path(ty) if ty.path.is_ident(param))
                    && has_it(&predicate.bounds)
            }
            _ => false,
        })
}

/// The `packed` of `#[repr(packed)]`.
fn packed(attr: &Attribute) -> Option<Ident> {
    let Meta::List(repr) = &attr.meta else { return None };
    let mut tokens = repr.tokens.clone().into_iter();
    tokens.find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "packed" && repr.path.is_ident("repr") => Some(ident),
        _ => None,
    })
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

/// The name of a function that an option gives as a text.
fn named(text: &str, given: &LitStr, errors: &mut Diagnostics) -> Option<Ident> {
    // A parser sees through blanks and comments around it.
    let name = syn::parse_str::<Ident>(text).ok().filter(|name| name == text);
    match name {
        Some(mut name) => {
            name.set_span(given.span());
            Some(name)
        }
        None => {
            let message = format_args!("`{text}` is not an identifier");
            errors.error(given, message, "write the name of a function, as in `is_new = \"new_is_new\"`");
            None
        }
    }
}

/// The functions of a struct or of a variant that are wanted.
struct Functions {
    new: Option<Ident>,
    is_new: Option<Ident>,
    get: Option<Ident>,
}

fn shape(
    index: u32,
    variant: Option<&Ident>,
    fields: &Fields,
    functions: Functions,
    errors: &mut Diagnostics,
) -> Shape {
    let Functions { mut new, mut is_new, mut get } = functions;
    let style = match fields {
        Fields::Named(_) => Style::Named,
        Fields::Unnamed(_) => Style::Tuple,
        Fields::Unit => Style::Unit,
    };
    let count = u32::try_from(fields.len()).unwrap_or(u32::MAX);
    let ends_in_tail = variant.is_none() && fields.iter().last().is_some_and(|field| is_tail(&field.ty));
    let mut list = Vec::new();
    for (index, syntax) in (0..).zip(fields) {
        let FieldOptions { init, skip, borrow } = Options::from_attributes(&syntax.attrs, ATTRIBUTE, errors);
        exclude(
            init.as_ref(),
            skip.as_ref(),
            "keep one of them: `init` fills the field, `skip` leaves that to a constructor of your own",
            errors,
        );
        let no_parameter = "leave it out: it is about a parameter, which this field does not have";
        exclude(init.as_ref(), borrow.as_ref(), no_parameter, errors);
        exclude(skip.as_ref(), borrow.as_ref(), no_parameter, errors);
        let is_last = variant.is_none() && index + 1 == count;
        let is_tail = is_last && is_tail(&syntax.ty);
        let role = if is_tail && init.is_none() && skip.is_none() {
            if let Some(borrow) = borrow {
                errors.error(
                    &borrow.name,
                    "the parameter of the last field, which has no fixed size, takes borrows anyway",
                    "leave `borrow` out",
                );
            }
            match float(&syntax.ty) {
                Some(float) => {
                    (new, is_new, get) = (None, None, None);
                    float_in_key(float, errors)
                }
                None => Role::Key(Taken::Tail),
            }
        } else if is_unsized(&syntax.ty) {
            let option = init.as_ref().map(|given| &given.name).or(skip.as_ref().map(|given| &given.name));
            without_size(&syntax.ty, option.filter(|_| is_tail), is_last, errors);
            // Not even a parameter.
            (new, is_new, get) = (None, None, None);
            Role::Broken
        } else if is_opaque(&syntax.ty) {
            // The compiler says so.
            (new, is_new, get) = (None, None, None);
            Role::Broken
        } else if let Some(init) = init {
            Role::Init { value: init.value.0, at: init.name.span() }
        } else if let Some(skip) = skip.as_ref().filter(|_| ends_in_tail) {
            errors.error(
                &skip.name,
                "nothing fills a skipped field beside one without a fixed size: no function makes such a value",
                "write `init = EXPR`",
            );
            (new, is_new, get) = (None, None, None);
            Role::Broken
        } else if let Some(skip) = skip {
            let help = match (new.take(), is_new.take()) {
                (Some(_), _) => Some("add `new = false` and write a constructor of your own"),
                (None, Some(_)) => Some("leave `is_new` out"),
                (None, None) => None,
            };
            if let Some(help) = help {
                let message = "the generated constructor has no value for a skipped field";
                errors.error(&skip.name, message, format_args!("write `init = EXPR`, or {help}"));
            }
            Role::Skip
        } else if let Some(float) = float(&syntax.ty) {
            float_in_key(float, errors)
        } else if has_elided_lifetime(&syntax.ty) {
            // The compiler says so.
            Role::Broken
        } else {
            Role::Key(if borrowed(&syntax.ty).is_some() {
                Taken::Borrowed
            } else if borrow.is_some() || is_handle(&syntax.ty) {
                Taken::ByRef
            } else {
                Taken::AsIs
            })
        };
        let unnamed = || {
            let span = syntax.ty.span();
            (Member::Unnamed(Index { index, span }), format_ident!("_{index}", span = span))
        };
        let named = |ident: &Ident| (Member::Named(ident.clone()), ident.clone());
        let (member, argument) = syntax.ident.as_ref().map_or_else(unnamed, named);
        list.push(Field { member, argument, ty: syntax.ty.clone(), role });
    }
    Shape { index, variant: variant.cloned(), style, fields: list, new, is_new, get }
}

/// Reports a field without a fixed size that is none of those that are made of a parameter, by `option` or as it is.
fn without_size(ty: &Type, option: Option<&Ident>, is_last: bool, errors: &mut Diagnostics) {
    let spelling = spelt(ty);
    let message = format!("`{spelling}` has no size that is known at compile time");
    match option {
        Some(option) => errors.error(
            option,
            format_args!("{message}: such a field is made of a parameter, and part of the key"),
            format_args!("leave `{option}` out, or write `Box<{spelling}>`"),
        ),
        None if is_last => errors.error(ty, message, format_args!("write `Box<{spelling}>`")),
        // The compiler says where such a field may stand.
        None => {}
    }
}

/// Reports a key field that is a float.
fn float_in_key(float: &Type, errors: &mut Diagnostics) -> Role {
    errors.error(
        float,
        format_args!(
            "`{}` is neither `Eq` nor `Hash`, so it cannot be part of a key",
            float.to_token_stream()
        ),
        "keep the integer that its `to_bits` gives, or a wrapper that defines equality",
    );
    Role::Broken
}

/// What generic code asks of its parameters, and of the types made of them.
fn bounds(paths: &Paths, generics: &Generics, shapes: &[Shape], local: bool) -> Vec<TokenStream> {
    let core = &paths.core;
    let shared = (!local).then(|| quote!(#core::marker::Send + #core::marker::Sync +));
    let mut bounds = Vec::new();
    let mut names = Vec::new();
    for param in generics.type_params() {
        let ident = &param.ident;
        bounds.push(quote!(#ident: #shared 'static));
        names.push(ident.to_string());
    }
    if names.is_empty() {
        return bounds;
    }
    names.push("Self".into());
    // A field may be made of a parameter in ways of its own, as `T::Item` is.
    for field in shapes.iter().flat_map(|shape| &shape.fields) {
        let ty = &field.ty;
        if !mentions_any(ty, &names) || has_elided_lifetime(ty) {
            continue;
        }
        bounds.push(quote!(#ty: #shared 'static));
        if let Role::Key(_) = field.role {
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
    bounds
}

/// Takes away what has a name that was there before.
fn distinct_names(shapes: &mut [Shape], errors: &mut Diagnostics) {
    let mut taken = vec![("registry".to_owned(), "the function that returns the registry".to_owned())];
    for shape in shapes {
        let (of, help) = match &shape.variant {
            Some(variant) => (
                format!(" of `{variant}`"),
                "name the constructor with `#[interned(new = \"name\")]` on the variant",
            ),
            None => (String::new(), "choose another name"),
        };
        let mut functions = [
            (&mut shape.new, "new", "constructor"),
            (&mut shape.get, "get", "look-up"),
            (&mut shape.is_new, "", "constructor of `is_new`"),
        ];
        // A name that was chosen is at fault before one that is given to all.
        functions.sort_by_key(|(name, default, _)| name.as_ref().is_some_and(|name| name != default));
        let mut clash = false;
        for (function, default, what) in functions {
            let Some(name) = function.as_ref() else { continue };
            let text = name.unraw().to_string();
            if let (false, Some((_, owner))) = (clash, taken.iter().find(|(taken, _)| *taken == text)) {
                let message = format_args!("the {what}{of} would be `{name}`, the name of {owner}");
                let help = if default.is_empty() { "choose another name for `is_new`" } else { help };
                errors.error(name, message, help);
                clash = true;
            }
            if clash {
                // With its name the look-up of a variant goes as well.
                *function = None;
            } else {
                taken.push((text, format!("the {what}{of}")));
            }
        }
    }
}

/// Checks a literal here, for the caret; anything else is checked when the registry is made.
fn power_of_two(shards: Expr, errors: &mut Diagnostics) -> Option<Expr> {
    let fits = match &shards {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<usize>().is_ok_and(usize::is_power_of_two)
        }
        Expr::Lit(_) | Expr::Unary(ExprUnary { op: UnOp::Neg(_), .. }) => false,
        _ => true,
    };
    if !fits {
        errors.error(&shards, "the number of shards is a power of two", "write `shards = 16`");
    }
    fits.then_some(shards)
}
