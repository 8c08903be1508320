//! From what was written to a [`Model`]; all that can be wrong is found here.

use super::batch;
use super::bounds;
use super::code;
use super::key::{self, Hold, Part};
use super::mention::{begins_path, idents, names};
use super::model::{Block, Body, Errors, Key, Model, Place, SingleFlight, Store};
use super::spell::{CONTROLS, handed_on};
use super::subtrait::{Subtrait, associated_type};
use super::tags;
use super::times;
use crate::diag::{Diagnostics, list, nearest, spelt};
use crate::function::{Function, ImplBlock, ImplBlockItem};
use crate::loans::{borrows, lifetimes};
use crate::options::{
    Assigned, Chosen, Controls, Flag, Given, MemoizeBlockOptions, MemoizeOptions, Named, Within, exclude,
};
use crate::paths::Paths;
use crate::signature::{Parameter, Parameters, output, param_name, parameter_names};
use crate::types::{mentions, plain};
use crate::values::{self, Waiting};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Expr, FnArg, GenericParam, Generics, ItemImpl, Pat, Path, ReceiverKind, Type, WherePredicate};

/// What the functions of a block are to know of it.
pub(super) fn block(
    block: &ImplBlock,
    memoized: usize,
    options: MemoizeBlockOptions,
    errors: &mut Diagnostics,
) -> Block {
    let MemoizeBlockOptions { controls, krate } = options;
    let (name, vis) = controls.map_or((None, None), |given| (given.value.name, given.value.vis));
    let (controls, name) = match name {
        None => (true, None),
        Some(Named::No) => (false, None),
        Some(Named::As(name)) => (true, Some(name)),
    };
    if let Some(name) = name.as_ref().filter(|_| memoized > 1) {
        let help = "write `controls = \"name\"` on each function, another name on each";
        errors.error(name, "the controls of several functions cannot have one name", help);
    }
    let name = name.filter(|_| memoized == 1);
    let krate = krate.map(|given| given.value.0);
    let header = &block.header;
    let self_ty = &header.self_ty;
    let types = block.items.iter().filter_map(|item| match item {
        ImplBlockItem::Other(tokens) => associated_type(tokens),
        ImplBlockItem::Function(_) => None,
    });
    Block {
        unbound: unbound(&header.generics, self_ty),
        is_generic: header.generics.params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_))),
        lifetimes: lifetimes(header.to_token_stream()),
        subtrait: Subtrait::new(header, types.collect(), krate.as_ref()),
        self_name: self_ty.to_token_stream().to_string().replace(' ', ""),
        controls,
        name,
        vis,
        krate,
    }
}

/// Whether the controls can stand in an impl of the type, as far as its spelling says.
pub(super) fn home(header: &ItemImpl, errors: &mut Diagnostics) {
    let what = match plain(&header.self_ty) {
        Type::Path(path) => {
            let name = path.path.get_ident().or_else(|| match path.path.segments.first() {
                Some(first) if path.path.segments.len() == 1 => Some(&first.ident),
                _ => None,
            });
            let first = path.path.segments.first().map(|first| &first.ident);
            let of_std = first.is_some_and(|first| first == "std" || first == "core" || first == "alloc");
            match name {
                Some(name) if parameter_names(&header.generics).any(|param| param == name) => {
                    "a type parameter has no functions of its own"
                }
                Some(name) if LANGUAGE.iter().chain(&["String", "Vec"]).any(|known| name == known) => {
                    "this type is of another crate"
                }
                None if of_std => "this type is of another crate",
                _ => return,
            }
        }
        Type::Reference(_)
        | Type::Tuple(_)
        | Type::Array(_)
        | Type::Slice(_)
        | Type::FnPtr(_)
        | Type::Never(_)
        | Type::Ptr(_) => "this type is of another crate",
        _ => return,
    };
    let help = "write `#[memoize(controls = false)]` on the block";
    errors.error(&header.self_ty, format_args!("{what}, so controls have no place"), help);
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

#[expect(clippy::too_many_lines, reason = "one for each option, and another")]
pub(super) fn validate(
    mut function: Function,
    options: MemoizeOptions,
    place: Place,
    errors: &mut Diagnostics,
) -> Option<Model> {
    let is_read = errors.is_empty();
    exclusive(&options, errors);
    bounds::validate(&options, errors);
    times::validate(&options, &function, &place, errors);
    batch::validate(&options, errors);
    of_store(&options, errors);
    let dependable = code::dependable(&options, &mut function, &place, errors);
    let stored = code::stored(&options, is_read, &function, dependable.as_ref(), errors);
    let spawns = options.spawn.is_some();
    let MemoizeOptions {
        lru,
        capacity,
        weight,
        weigh,
        ttl,
        idle,
        local,
        weak,
        weak_key,
        batch,
        within,
        skip,
        key,
        cache_if,
        cache_errors,
        err_ttl,
        refresh_after,
        spawn,
        stale_if_error,
        jitter,
        ttl_of,
        on_evict,
        tags,
        store,
        depends: _,
        version: _,
        fingerprint: _,
        single_flight,
        controls,
        name,
        hasher,
        krate,
    } = options;
    of_signature(&function, &place, errors);
    of_waiting(single_flight.as_ref(), &function, errors);
    let krate = krate.map(|given| given.value.0);
    let vis = controls.as_ref().and_then(|given| given.value.vis.clone());
    let (controls, krate) = naming(controls, krate, &function, &place, errors);
    let body = body(&function, &place, controls.is_some() || spawns, errors);
    let body = times::body(body, spawns, &function);
    let body = if batch.is_some() { batch::body(body, &function, errors) } else { body };
    let subtrait = place.subtrait().filter(|_| body == Body::Beside).cloned();
    let outside = |expr: Expr| match &subtrait {
        Some(subtrait) => subtrait.outside(expr, true),
        None => expr,
    };
    let mut sig = match &subtrait {
        Some(subtrait) => subtrait.outside(function.sig.clone(), false),
        None => function.sig.clone(),
    };
    let skipped = skip.map_or_else(Vec::new, |skip| skip.value.0);
    of_output(&output(&function.sig), errors);
    let is_skipped = |pat: &Pat| skipped.iter().any(|name| idents(pat).contains(name));
    let batch = batch.and_then(|_| batch::of_one(&mut sig, is_skipped, errors));
    let parameters = Parameters::from_syn(&sig);
    let output = output(&sig);
    of_names("skip", &skipped, &parameters, errors);
    if let Some(within) = &within {
        of_within(within, &skipped, &function, errors);
    }
    if let Some(weak_key) = &weak_key {
        of_weak_key(weak_key, &skipped, within.is_some(), &parameters, errors);
    }
    if let Some(predicate) = &cache_if {
        of_predicate(&predicate.value.0, errors);
    }
    let whole = key.as_ref().map(|key| key.value.0.to_token_stream());
    let (names_receiver, kept) = kept(whole.as_ref(), &skipped, &parameters);
    let keeps_receiver = within.is_some() || names_receiver;
    let tags = tags::validate(tags, &parameters, (keeps_receiver, &kept), errors);
    let (selecting, skipped_params) = selecting(&sig.generics, &parameters, &kept, &output);
    let key = match key {
        Some(key) => Key::Whole(outside(of_key(key.value.0, &skipped, &parameters, errors))),
        None => {
            let in_key = |name: &Ident| !skipped.contains(name) && (name != "self" || within.is_none());
            Key::Parts(parts(&parameters, in_key, weak_key.as_ref(), errors))
        }
    };
    let weigh = weigh.and_then(|given| given.value.0);
    let weigh = weigh.and_then(|weigh| {
        let own = (keeps_receiver && within.is_none()).then(|| "this".to_owned());
        let others = parameters.others.iter().filter(|parameter| kept.contains(&parameter.name));
        let others = others.map(|parameter| match parameter.is_pattern() {
            true => spelt(&parameter.pat),
            false => parameter.name.to_string(),
        });
        let names: Vec<_> = own.into_iter().chain(others).collect();
        bounds::weigher(outside(weigh), &key, &names, errors)
    });
    if let (Place::Free, Some(name)) = (&place, &controls) {
        of_namespace(name, &function, errors);
    }
    if !errors.is_empty() {
        return None;
    }
    let (import, paths) = Paths::import_memo(krate.as_ref());
    Some(Model {
        paths,
        import,
        krate,
        outside: sig,
        parameters,
        output,
        body,
        selecting,
        skipped_params,
        batch,
        within: within.map(|given| outside(given.value.0)),
        keeps_receiver,
        kept,
        key,
        lru: lru.map(|given| outside(given.value.0.0)),
        capacity: capacity.map(|given| outside(given.value.0.0)),
        weight: weight.and_then(|given| given.value.0).map(|weight| weight.map(outside)),
        weigh,
        ttl: ttl.map(|given| given.value.0.map(outside)),
        idle: idle.map(|given| given.value.0.map(outside)),
        jitter: jitter.map(|given| outside(given.value.0.0)),
        ttl_of: ttl_of.map(|given| outside(given.value.0)),
        on_evict: on_evict.map(|given| outside(given.value.0)),
        refresh_after: refresh_after.map(|given| given.value.0.0.map(outside)),
        stale_if_error: stale_if_error.map(|given| given.value.0.0.map(outside)),
        spawn: spawn.map(|given| given.value.0),
        errors: kept_errors(cache_errors, err_ttl, outside),
        tags: tags.into_iter().map(outside).collect(),
        store: store.zip(stored).map(|(given, code)| Store { expr: outside(given.value.0), code }),
        cache_if: cache_if.map(|given| outside(given.value.0)),
        local: local.is_some(),
        weak: weak.is_some(),
        single_flight: waits(single_flight, outside),
        controls,
        vis,
        label: name.map(|given| given.value.0.0),
        hasher: hasher.map(|given| given.value.0),
        dependable,
        place,
        function,
    })
}

/// Options of which one is enough, or which make no sense together.
fn exclusive(options: &MemoizeOptions, errors: &mut Diagnostics) {
    let MemoizeOptions {
        skip, key, cache_errors, err_ttl, weak, weak_key, within, local, single_flight, ..
    } = options;
    exclude(skip.as_ref(), key.as_ref(), "leave the arguments out of the expression instead", errors);
    exclude(
        key.as_ref(),
        weak_key.as_ref(),
        "leave `key` out, and name in `skip(…)` what is no part of the key",
        errors,
    );
    exclude(cache_errors.as_ref(), err_ttl.as_ref(), "keep one of them", errors);
    exclude(
        weak.as_ref(),
        cache_errors.as_ref(),
        "leave `cache_errors` out: an error cannot be held weakly",
        errors,
    );
    exclude(weak.as_ref(), err_ttl.as_ref(), "leave `err_ttl` out: an error cannot be held weakly", errors);
    let help = "leave `local` out: whoever shares the value shares its caches";
    exclude(within.as_ref(), local.as_ref(), help, errors);
    exclude(
        local.as_ref(),
        single_flight.as_ref(),
        "leave `single_flight` out: a thread does not wait for itself",
        errors,
    );
}

/// A second tier is for values that can be written, under keys that mean the same in another process.
fn of_store(options: &MemoizeOptions, errors: &mut Diagnostics) {
    let MemoizeOptions { store, local, weak, weak_key, within, batch, .. } = options;
    let Some(given) = store else { return };
    if !cfg!(feature = "store") {
        let help = "write `features = [\"store\"]` for the dependency on weakcache";
        errors.error(&given.name, "`store` needs a feature that is off", help);
    }
    let store = store.as_ref();
    let help = "leave `local` out: what is stored is of all threads, and of other processes";
    exclude(local.as_ref(), store, help, errors);
    let help = "leave `weak` out, which keeps what others hold; a store keeps what nobody holds";
    exclude(weak.as_ref(), store, help, errors);
    let help = "give what identifies the node, as in `key = node.id`: its address means nothing in a store";
    exclude(weak_key.as_ref(), store, help, errors);
    let help = "leave `in` out, and give what identifies the value, as in `key = (self.id, …)`: a store is of no value";
    exclude(within.as_ref(), store, help, errors);
    let help = "memoize the function of one element with the store, and call that: a store is asked for one key at a time";
    exclude(batch.as_ref(), store, help, errors);
}

/// What is done with `Err`.
fn kept_errors(
    all: Option<Given<Flag>>,
    for_a_time: Option<Given<Assigned<values::Span>>>,
    outside: impl Fn(Expr) -> Expr,
) -> Errors {
    match (all, for_a_time) {
        (Some(_), _) => Errors::Kept,
        (None, Some(given)) => Errors::KeptFor(given.value.0.map(outside)),
        (None, None) => Errors::Returned,
    }
}

/// What callers of one key do.
fn waits(given: Option<Given<Assigned<Waiting>>>, outside: impl Fn(Expr) -> Expr) -> SingleFlight {
    match given.map(|given| given.value.0) {
        None | Some(Waiting::Always) => SingleFlight::Join,
        Some(Waiting::Never) => SingleFlight::Off,
        Some(Waiting::For(span)) => SingleFlight::Within(span.map(outside)),
    }
}

/// A cache that lies in a value is that of a method, which finds it by reference.
fn of_within(within: &Given<Within>, skipped: &[Ident], function: &Function, errors: &mut Diagnostics) {
    match function.sig.receiver() {
        None => {
            let help = "take `&self`, or leave `in` out for a cache of the function's own";
            errors.error(&within.name, "this function has no `self` for its cache to lie in", help);
        }
        Some(receiver) if !matches!(receiver.kind, ReceiverKind::Reference(..)) => {
            let help = "take `&self` or `&mut self`";
            errors.error(receiver, "a cache in `self` is found by reference", help);
        }
        Some(_) => {}
    }
    if let Some(name) = skipped.iter().find(|name| *name == "self") {
        let help = "leave it out: beside `in`, `self` is no part of the key";
        errors.error(name, "`in` gives each value a cache of its own, `skip(self)` all of them one", help);
    }
}

/// A limit is for waits that block a thread.
fn of_waiting(waiting: Option<&Given<Assigned<Waiting>>>, function: &Function, errors: &mut Diagnostics) {
    if let (Some(Given { name, value: Assigned(Waiting::For(_)) }), Some(_)) =
        (waiting, &function.sig.asyncness)
    {
        let help = "leave it out, or write `single_flight = false`";
        errors.error(name, "an `async fn` that waits blocks no thread, so its waits have no limit", help);
    }
}

/// What the controls are called, if there are any, and where weakcache is found.
fn naming(
    controls: Option<Given<Controls>>,
    krate: Option<Path>,
    function: &Function,
    place: &Place,
    errors: &mut Diagnostics,
) -> (Option<Ident>, Option<Path>) {
    match place {
        Place::Free => (Some(controls_name(controls, function)), krate),
        Place::Alone => {
            if let Some(Given { name, value }) = &controls
                && !matches!(value.name, Some(Named::No))
            {
                let help = "put `#[memoize]` on the impl block, and this one with its options in it";
                let named = match &value.name {
                    Some(Named::As(name)) => name,
                    _ => name,
                };
                errors.error(named, "a method outside of a memoized impl block has no controls", help);
            }
            (None, krate)
        }
        Place::Block(block) => {
            let none = match &controls {
                Some(Given { value: Controls { name: Some(name), .. }, .. }) => matches!(name, Named::No),
                _ => !block.controls,
            };
            let is_named = controls.as_ref().is_some_and(|given| given.value.name.is_some());
            let name = match &block.name {
                Some(name) if !is_named => name.clone(),
                _ => controls_name(controls, function),
            };
            ((!none).then_some(name), krate.or_else(|| block.krate.clone()))
        }
    }
}

/// Whether `self` has a part in the key, and which of the other arguments have: those that the key names, if
/// it is given as a whole.
fn kept(whole: Option<&TokenStream>, skipped: &[Ident], parameters: &Parameters) -> (bool, Vec<Ident>) {
    let is_kept = |parameter: &&Parameter| match whole {
        Some(key) => {
            let bound = || idents(&parameter.pat).iter().any(|name| names(key.clone(), name));
            names(key.clone(), &parameter.name) || parameter.is_pattern() && bound()
        }
        None => !skipped.contains(&parameter.name),
    };
    let receiver = match whole {
        Some(key) => mentions(key, "self"),
        None => !skipped.iter().any(|name| name == "self"),
    };
    let kept = parameters.others.iter().filter(is_kept).map(|parameter| parameter.name.clone());
    (receiver && parameters.receiver.is_some(), kept.collect())
}

fn controls_name(given: Option<Given<Controls>>, function: &Function) -> Ident {
    match given {
        Some(Given { value: Controls { name: Some(Named::As(name)), .. }, .. }) => name,
        _ => function.sig.ident.clone(),
    }
}

/// Where the body goes. `track_caller` holds of functions, and not of closures.
fn body(function: &Function, place: &Place, has_controls: bool, errors: &mut Diagnostics) -> Body {
    let tracks = function.attrs.iter().find(|attr| mentions(attr, "track_caller"));
    match (place, tracks) {
        (Place::Free, _) | (Place::Block(_), Some(_)) => Body::Beside,
        (Place::Block(_), None) if has_controls => Body::Beside,
        (Place::Alone, Some(attr)) => {
            if mentions(&function.sig, "self")
                || mentions(&function.sig, "Self")
                || mentions(&function.body, "Self")
            {
                let help =
                    "put `#[memoize]` on the impl block as well, or call a function that has the attribute";
                errors.error(
                    attr,
                    "`#[track_caller]` cannot be kept on a memoized method outside of a memoized impl block",
                    help,
                );
            }
            Body::Nested
        }
        (Place::Alone | Place::Block(_), None) => Body::Closure,
    }
}

/// Types that are there without being named anywhere.
const LANGUAGE: &[&str] = &[
    "bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128",
    "isize", "f32", "f64",
];

/// The type beside the function takes its name. What has that name otherwise would be meant no longer.
fn of_namespace(name: &Ident, function: &Function, errors: &mut Diagnostics) {
    let text = name.unraw().to_string();
    let types = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input.ty.to_token_stream()),
        FnArg::Receiver(_) => None,
    });
    let types: TokenStream = types.chain([function.sig.output.to_token_stream()]).collect();
    let what = if LANGUAGE.iter().chain(&["std", "core", "alloc"]).any(|name| *name == text) {
        "which the language has"
    } else if names(types, name) {
        "which means something else in its signature"
    } else if begins_path(function.body.stream(), name, &CONTROLS) {
        "which means something else in its body"
    } else {
        return;
    };
    let message = format_args!("the controls of this function take the name `{text}`, {what}");
    let help = format_args!("write `controls = \"{text}_cache\"`, or `controls = false`");
    errors.error(name, message, help);
}

fn of_signature(function: &Function, place: &Place, errors: &mut Diagnostics) {
    let sig = &function.sig;
    if let Some(token) = &sig.constness {
        let help = "take `const` away: a constant needs no cache";
        errors.error(token, "a `const fn` cannot be memoized", help);
    }
    if let Some(variadic) = &sig.variadic {
        let help = "memoize a function that takes what this one finds";
        errors.error(variadic, "variadic arguments cannot be part of a key", help);
    } else if let Some(abi) = &sig.abi {
        let help = "memoize a plain function and call it from this one";
        errors.error(abi, "a function with a foreign ABI cannot be memoized", help);
    }
    let clause = &sig.generics.where_clause;
    let within = mentions(&sig.inputs, "Self") || mentions(&sig.output, "Self") || mentions(clause, "Self");
    if matches!(place, Place::Free) && within {
        let help = "put `#[memoize]` on the impl block as well, and this one with its options in it";
        errors.error(&sig.ident, "the attribute cannot see the type that this function belongs to", help);
    }
}

fn of_output(output: &Type, errors: &mut Diagnostics) {
    if mentions(output, "impl") {
        let help = match mentions(output, "Future") {
            true => "write `async fn`, and the type that the future is ready with",
            false => "name the type, or return an `Arc<dyn Trait>`",
        };
        errors.error(output, "a cache cannot name the type that this returns", help);
    } else if mentions(output, "async_trait") {
        let help = "put `#[memoize]` above `#[async_trait]`";
        errors.error(output, "what `#[async_trait]` makes of a function cannot be memoized", help);
    } else if !matches!(output, Type::FnPtr(_)) && borrows(output) {
        let help = "return an owned value, or an `Arc` of it";
        errors.error(output, "this result borrows, and a cache keeps it for longer", help);
    } else if let Type::TraitObject(_) = plain(output) {
        let help = "return an `Arc` of it";
        errors.error(output, "this result has no size that is known", help);
    }
}

/// A predicate is a function, as far as can be seen.
fn of_predicate(predicate: &Expr, errors: &mut Diagnostics) {
    if matches!(predicate, Expr::Binary(_) | Expr::Unary(_) | Expr::Lit(_)) {
        let help = "write `cache_if = |value| …`, where `value` is a reference to the result";
        errors.error(predicate, "`cache_if` takes a function of the result", help);
    }
}

/// A key is a value of its own for each call, as far as can be seen.
fn of_key(key: Expr, skipped: &[Ident], parameters: &Parameters, errors: &mut Diagnostics) -> Expr {
    match &key {
        // That there are both, is an error already.
        _ if !skipped.is_empty() => {}
        Expr::Lit(_) => {
            let help = "write an expression of the arguments, without quotes";
            errors.error(&key, "this key is the same for all calls", help);
        }
        Expr::Closure(_) => {
            let help = "write what it returns: the arguments are in scope, as references";
            errors.error(&key, "`key` takes an expression, not a function", help);
        }
        key => key::of_references(key, parameters, "a key", errors),
    }
    key
}

/// What is held weakly is an argument that has a part in the key. Where the cache lies `within` it, `self` has none.
fn of_weak_key(
    given: &Given<Chosen>,
    skipped: &[Ident],
    within: bool,
    parameters: &Parameters,
    errors: &mut Diagnostics,
) {
    let is_own = |name: &&Ident| *name == "self";
    let Some(names) = &given.value.0 else {
        let is_left = |name: &Ident| !skipped.contains(name);
        let mut names = parameters.others.iter().map(|parameter| &parameter.name);
        let receiver = parameters.receiver.is_some() && !within && !skipped.iter().any(|name| is_own(&name));
        if !receiver && !names.any(is_left) {
            let help = "leave `weak_key` out";
            errors.error(&given.name, "there is no argument that could be held weakly", help);
        }
        return;
    };
    of_names("weak_key", names, parameters, errors);
    for name in names.iter().filter(|name| skipped.contains(name)) {
        let help = "name it in one of them";
        errors.error(name, format_args!("`{name}` is skipped, so it is no part of the key"), help);
    }
    if let Some(own) = names.iter().find(is_own).filter(|_| within) {
        let help = "leave it out of `weak_key(…)`: the cache goes with its value";
        errors.error(own, "the cache lies in `self`, which is no part of the key", help);
    }
}

/// Every name in an option is that of an argument.
fn of_names(option: &str, named: &[Ident], parameters: &Parameters, errors: &mut Diagnostics) {
    for (index, name) in named.iter().enumerate() {
        if named[..index].contains(name) {
            errors.error(name, format_args!("`{name}` is given twice"), "name each argument once");
            continue;
        }
        let found = match name == "self" {
            true => parameters.receiver.is_some(),
            false => {
                parameters.others.iter().any(|parameter| !parameter.is_pattern() && parameter.name == *name)
            }
        };
        if !found {
            let known = parameters.others.iter().filter(|parameter| !parameter.is_pattern());
            let mut known: Vec<_> = parameters
                .receiver
                .iter()
                .map(|_| "self".to_owned())
                .chain(known.map(|parameter| parameter.name.to_string()))
                .collect();
            // Of two under opposite conditions one is there.
            known.dedup();
            let near = nearest(&name.to_string(), known.iter().map(String::as_str));
            let help = match (near, known.as_slice()) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, []) if parameters.others.is_empty() => {
                    format!("leave `{option}` out: the function takes no arguments")
                }
                (None, []) => "give the argument a name in place of the pattern".to_owned(),
                (None, [only]) => format!("the argument is `{only}`"),
                (None, known) => format!("the arguments are {}", list(known)),
            };
            errors.error(name, format_args!("there is no argument `{name}`"), help);
        }
    }
}

/// The type and const parameters that have a cache for each of their values, and those that have not, because
/// only arguments mention them that have no part in the key; lifetimes are among these.
fn selecting(
    generics: &Generics,
    parameters: &Parameters,
    kept: &[Ident],
    output: &Type,
) -> (Vec<Ident>, Vec<Ident>) {
    let selects = |name: &Ident| {
        let mut mentioned =
            parameters.others.iter().filter(|parameter| mentions(&parameter.ty, name)).peekable();
        mentioned.peek().is_none()
            || mentions(output, name)
            || mentioned.any(|parameter| kept.contains(&parameter.name))
    };
    let skipped = generics.params.iter().map(param_name).filter(|name| !selects(name)).cloned().collect();
    (parameter_names(generics).filter(|name| selects(name)).cloned().collect(), skipped)
}

/// The arguments that are the key.
fn parts(
    parameters: &Parameters,
    in_key: impl Fn(&Ident) -> bool,
    weak_key: Option<&Given<Chosen>>,
    errors: &mut Diagnostics,
) -> Vec<Part> {
    let hold = |argument: &dyn Fn(&Ident) -> bool| match weak_key.map(|given| &given.value.0) {
        Some(None) => Hold::WeaklyIfHandle,
        Some(Some(names)) if names.iter().any(argument) => Hold::Weakly,
        None | Some(Some(_)) => Hold::Strongly,
    };
    let mut parts = Vec::new();
    if let Some(receiver) = &parameters.receiver
        && in_key(&Ident::new("self", receiver.self_token.span))
    {
        key::receiver(receiver, hold(&|name| name == "self"), &mut parts, errors);
    }
    for parameter in parameters.others.iter().filter(|parameter| in_key(&parameter.name)) {
        let hold = hold(&|name| *name == parameter.name);
        key::argument(&handed_on(parameters, parameter), &parameter.ty, hold, &mut parts, errors);
    }
    parts
}
