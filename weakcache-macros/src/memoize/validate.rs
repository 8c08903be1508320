//! From what was written to a [`Model`]; all that can be wrong is found here.

use super::key::{self, Part};
use super::model::{Block, Errors, Key, Model, Place};
use crate::diag::{Diagnostics, list, nearest};
use crate::function::{Function, ImplBlock};
use crate::options::{Given, MemoizeBlockOptions, MemoizeOptions, Named, exclude};
use crate::paths::Paths;
use crate::signature::{Parameter, Parameters, borrows, mentions, output, param_name, parameter_names};
use proc_macro2::Ident;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{GenericParam, Generics, ReturnType, Type, WherePredicate};

/// What the functions of a block are to know of it.
pub(super) fn block(block: &ImplBlock, options: MemoizeBlockOptions, errors: &mut Diagnostics) -> Block {
    let MemoizeBlockOptions { controls, krate } = options;
    if let Some(Given { value: Named::As(name), .. }) = &controls {
        let help = "write `controls = \"name\"` on a function; on the block, `controls = false`";
        errors.error(name, "the controls of a block have no common name", help);
    }
    let header = &block.header;
    let self_ty = &header.self_ty;
    Block {
        unbound: unbound(&header.generics, self_ty),
        is_generic: header.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_))),
        is_trait: header.trait_.is_some(),
        self_name: self_ty.to_token_stream().to_string().replace(' ', ""),
        controls: controls.is_none(),
        krate: krate.map(|given| given.value.0),
    }
}

/// The parameters of a block that its type does not mention, with what the block says of them.
fn unbound(generics: &Generics, self_ty: &Type) -> Generics {
    let mut unbound = Generics::default();
    let params = generics.params.iter().filter(|param| !mentions(self_ty, param_name(param)));
    unbound.params = params.cloned().collect::<Punctuated<_, _>>();
    let about =
        |predicate: &&WherePredicate| unbound.params.iter().any(|p| mentions(predicate, param_name(p)));
    let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let predicates: Vec<_> = predicates.filter(about).cloned().collect();
    if !predicates.is_empty() {
        unbound.make_where_clause().predicates.extend(predicates);
    }
    unbound
}

pub(super) fn validate(
    function: Function,
    options: MemoizeOptions,
    place: Place,
    errors: &mut Diagnostics,
) -> Option<Model> {
    let MemoizeOptions {
        lru,
        ttl,
        idle,
        local,
        weak,
        skip,
        key,
        cache_if,
        cache_errors,
        err_ttl,
        single_flight,
        controls,
        name,
        hasher,
        krate,
    } = options;
    exclude(skip.as_ref(), key.as_ref(), "leave the arguments out of the expression instead", errors);
    exclude(cache_errors.as_ref(), err_ttl.as_ref(), "keep one of them", errors);
    exclude(weak.as_ref(), cache_errors.as_ref(), "an error cannot be held weakly", errors);
    exclude(weak.as_ref(), err_ttl.as_ref(), "an error cannot be held weakly", errors);
    exclude(
        local.as_ref(),
        single_flight.as_ref(),
        "leave `single_flight` out: a thread does not wait for itself",
        errors,
    );
    of_signature(&function, &place, lru.is_some(), errors);
    let parameters = Parameters::from_syn(&function.sig);
    for parameter in &parameters.others {
        if let Some(attr) = parameter.attrs.iter().find(|attr| attr.path().is_ident("cfg")) {
            let help = "write the function twice, each with a `#[cfg]` of its own";
            errors.error(attr, "an argument of a memoized function cannot be configured", help);
        }
    }
    let output = output(&function.sig);
    of_output(&output, errors);
    let skipped = skip.map_or_else(Vec::new, |skip| skip.value.0);
    of_skip(&skipped, &parameters, errors);
    let selecting = selecting(&function, &parameters, &skipped, &output);
    let key = match key {
        Some(key) => Key::Whole(key.value.0),
        None => Key::Parts(parts(&parameters, &skipped, errors)),
    };
    let krate = krate.map(|given| given.value.0);
    let (controls, krate) = match &place {
        Place::Free => (Some(controls_name(controls, &function)), krate),
        Place::Alone => {
            if let Some(Given { value: Named::As(name), .. }) = &controls {
                let help = "put `#[memoize]` on the impl block, and this one with its options in it";
                errors.error(name, "a method outside of a memoized impl block has no controls", help);
            }
            (None, krate)
        }
        Place::Block(block) => {
            let none = match &controls {
                Some(given) => matches!(given.value, Named::No),
                None => !block.controls,
            };
            let name = (!none).then(|| controls_name(controls, &function));
            (name, krate.or_else(|| block.krate.clone()))
        }
    };
    if !errors.is_empty() {
        return None;
    }
    Some(Model {
        paths: Paths::new(krate.as_ref()),
        parameters,
        output,
        selecting,
        key,
        lru: lru.map(|given| given.value.0.0),
        ttl: ttl.map(|given| given.value.0),
        idle: idle.map(|given| given.value.0),
        errors: match (cache_errors, err_ttl) {
            (Some(_), _) => Errors::Kept,
            (None, Some(given)) => Errors::KeptFor(given.value.0),
            (None, None) => Errors::Returned,
        },
        cache_if: cache_if.map(|given| given.value.0),
        local: local.is_some(),
        weak: weak.is_some(),
        single_flight: single_flight.is_none_or(|given| given.value.0.value),
        controls,
        label: name.map(|given| given.value.0),
        hasher: hasher.map(|given| given.value.0),
        place,
        function,
    })
}

fn controls_name(given: Option<Given<Named>>, function: &Function) -> Ident {
    match given {
        Some(Given { value: Named::As(name), .. }) => name,
        _ => function.sig.ident.clone(),
    }
}

fn of_signature(function: &Function, place: &Place, has_lru: bool, errors: &mut Diagnostics) {
    let sig = &function.sig;
    if let Some(token) = &sig.constness {
        let help = "take `const` off: a constant needs no cache";
        errors.error(token, "a `const fn` cannot be memoized", help);
    }
    if let Some(variadic) = &sig.variadic {
        let help = "memoize a function that takes what this one finds";
        errors.error(variadic, "variadic arguments cannot be part of a key", help);
    } else if let Some(abi) = &sig.abi {
        let help = "memoize a plain function and call it from this one";
        errors.error(abi, "a function with a foreign ABI cannot be memoized", help);
    }
    if has_lru && matches!(sig.output, ReturnType::Default) {
        let help = "write `-> Type`, or leave `lru` out";
        errors.error(&sig.ident, "this function returns nothing that could be kept", help);
    }
    let own = Ident::new("Self", sig.ident.span());
    if matches!(place, Place::Free) && (mentions(&sig.inputs, &own) || mentions(&sig.output, &own)) {
        let help = "put `#[memoize]` on the impl block as well, and this one with its options in it";
        errors.error(&sig.ident, "the attribute cannot see the type that this function belongs to", help);
    }
}

fn of_output(output: &Type, errors: &mut Diagnostics) {
    let mentions = |word| mentions(output, &Ident::new(word, proc_macro2::Span::call_site()));
    if mentions("impl") {
        let help = match mentions("Future") {
            true => "write `async fn`, and what the future is ready with",
            false => "name the type, or return a `Box<dyn Trait>` in an `Arc`",
        };
        errors.error(output, "a cache cannot name the type that this returns", help);
    } else if !matches!(output, Type::FnPtr(_)) && borrows(output) {
        let help = "return an owned value, or an `Arc` of it";
        errors.error(output, "this result borrows, and a cache keeps it for longer", help);
    }
}

/// Every name in `skip` is that of an argument.
fn of_skip(skipped: &[Ident], parameters: &Parameters, errors: &mut Diagnostics) {
    for name in skipped {
        let found = match name == "self" {
            true => parameters.receiver.is_some(),
            false => {
                parameters.others.iter().any(|parameter| !parameter.is_pattern() && parameter.name == *name)
            }
        };
        if !found {
            let known = parameters.others.iter().filter(|parameter| !parameter.is_pattern());
            let known: Vec<_> = parameters
                .receiver
                .iter()
                .map(|_| "self".to_owned())
                .chain(known.map(|parameter| parameter.name.to_string()))
                .collect();
            let help = match (nearest(&name.to_string(), known.iter().map(String::as_str)), known.as_slice())
            {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, []) => "leave `skip` out: the function has no arguments that have a name".to_owned(),
                (None, [only]) => format!("the argument is `{only}`"),
                (None, known) => format!("the arguments are {}", list(known)),
            };
            errors.error(name, format_args!("there is no argument `{name}`"), help);
        }
    }
}

/// The type and const parameters that have a cache for each of their values: all but those that only
/// skipped arguments mention.
fn selecting(function: &Function, parameters: &Parameters, skipped: &[Ident], output: &Type) -> Vec<Ident> {
    let is_skipped = |parameter: &&Parameter| skipped.contains(&parameter.name);
    parameter_names(&function.sig.generics)
        .filter(|name| {
            let (out, of_key): (Vec<_>, Vec<_>) =
                parameters.others.iter().filter(|p| mentions(&p.ty, name)).partition(is_skipped);
            out.is_empty() || !of_key.is_empty() || mentions(output, name)
        })
        .cloned()
        .collect()
}

/// The arguments that are the key.
fn parts(parameters: &Parameters, skipped: &[Ident], errors: &mut Diagnostics) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(receiver) = &parameters.receiver
        && !skipped.iter().any(|name| name == "self")
    {
        key::receiver(receiver, &mut parts, errors);
    }
    for parameter in parameters.others.iter().filter(|parameter| !skipped.contains(&parameter.name)) {
        let name = &parameter.name;
        key::parts(&parameter.ty, &quote!(#name), &mut parts, errors);
    }
    parts
}
