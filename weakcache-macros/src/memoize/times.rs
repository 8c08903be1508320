//! Options about time: what each needs, and what it excludes.

use super::model::{Body, Place};
use crate::diag::Diagnostics;
use crate::function::Function;
use crate::options::{Assigned, Given, MemoizeOptions, exclude};
use crate::types::mentions;
use crate::values::{Later, Span};
use syn::Expr;

/// Reports options that make no sense alone, or together.
pub(super) fn validate(
    options: &MemoizeOptions,
    function: &Function,
    place: &Place,
    errors: &mut Diagnostics,
) {
    let MemoizeOptions {
        ttl,
        err_ttl,
        cache_errors,
        refresh_after,
        spawn,
        stale_if_error,
        jitter,
        ttl_of,
        ..
    } = options;
    if let (Some(jitter), None, None, None) = (jitter, ttl, ttl_of, err_ttl) {
        let help = "add `ttl = \"60s\"`, or leave `jitter` out";
        errors.error(&jitter.name, "`jitter` shortens a `ttl`, and there is none", help);
    }
    if let (Some(stale), None, None) = (stale_if_error, ttl, ttl_of) {
        let help =
            "add `ttl = \"60s\"`, or leave `stale_if_error` out: what does not expire is served anyway";
        errors.error(&stale.name, "`stale_if_error` begins where a `ttl` ends, and there is none", help);
    }
    let help = "leave `cache_errors` out: a value that is served in the place of errors and an error that is kept \
                in its place are contraries";
    exclude(stale_if_error.as_ref(), cache_errors.as_ref(), help, errors);
    if let (
        Some(Given { name, value: Assigned(Later(Span::Literal(refresh_after))) }),
        Some(Given { value: Assigned(Span::Literal(ttl)), .. }),
    ) = (refresh_after, ttl)
        && refresh_after >= ttl
    {
        let help = "write a shorter time than that of `ttl`, or leave one of them out";
        errors.error(name, "nothing is left to refresh: the `ttl` has ended by then", help);
    }
    of_closures(options, errors);
    if let Some(spawn) = spawn {
        of_spawn(spawn, options, function, place, errors);
    }
}

/// What is shown entries is a function, as far as can be seen, and there is something to be shown.
fn of_closures(options: &MemoizeOptions, errors: &mut Diagnostics) {
    let MemoizeOptions { ttl_of, on_evict, weak, weak_key, .. } = options;
    if let Some(Given { value: Assigned(of @ (Expr::Lit(_) | Expr::Binary(_) | Expr::Unary(_))), .. }) =
        ttl_of
    {
        let help = "write `ttl_of = |key, value| …`, or `ttl = \"60s\"` for one time for all";
        errors.error(of, "`ttl_of` takes a function of the key and the value", help);
    }
    if let Some(Given { value: Assigned(tell @ (Expr::Lit(_) | Expr::Binary(_) | Expr::Unary(_))), .. }) =
        on_evict
    {
        let help = "write `on_evict = |key, value, cause| …`";
        errors.error(tell, "`on_evict` takes a function of the key, the value and the cause", help);
    }
    for (given, arity) in [(ttl_of, 2), (on_evict, 3)] {
        if let Some(Given { name, value: Assigned(Expr::Closure(closure)) }) = given
            && closure.inputs.len() != arity
        {
            let inputs = if arity == 2 { "|key, value|" } else { "|key, value, cause|" };
            let help = format_args!("write `{name} = {inputs} …`");
            errors.error(closure, format_args!("`{name}` is shown {arity} things"), help);
        }
    }
    let help = "leave `on_evict` out: what is held weakly may be gone before its entry is";
    exclude(weak.as_ref(), on_evict.as_ref(), help, errors);
    exclude(weak_key.as_ref(), on_evict.as_ref(), help, errors);
}

/// Who runs a refresh, has the stored key and nothing else.
fn of_spawn(
    spawn: &Given<Assigned<Expr>>,
    options: &MemoizeOptions,
    function: &Function,
    place: &Place,
    errors: &mut Diagnostics,
) {
    let name = &spawn.name;
    if options.refresh_after.is_none() {
        let help = "add `refresh_after = \"50s\"`, or leave `spawn` out";
        errors.error(name, "`spawn` runs refreshes, and there are none", help);
    }
    if function.sig.asyncness.is_none() {
        let help = "leave it out: the first call after `refresh_after` runs the body, and the others do not wait for it";
        errors.error(name, "`spawn` is for an `async fn`", help);
    }
    let of_key = "leave it out, or `spawn`: a body in the background has only the arguments that are stored";
    exclude(options.spawn.as_ref(), options.skip.as_ref(), of_key, errors);
    exclude(options.spawn.as_ref(), options.key.as_ref(), of_key, errors);
    let of_value =
        "leave one of them out: the cache goes with its value, and a body in the background may outlive that";
    // Without a receiver there is no such value, and that is the fault.
    let within = options.within.as_ref().filter(|_| function.sig.receiver().is_some());
    exclude(options.spawn.as_ref(), within, of_value, errors);
    if matches!(place, Place::Alone) && function.sig.receiver().is_some() {
        let help = "put `#[memoize]` on the impl block as well, and this one with its options in it";
        errors.error(name, "a method outside of a memoized impl block cannot run in the background", help);
    }
    if let Expr::Lit(_) = &spawn.value.0 {
        let help = "write `spawn = tokio::spawn`, or `spawn = |future| …`";
        errors.error(&spawn.value.0, "`spawn` takes a function that is given a future", help);
    }
}

/// Where the body of a function goes that runs in the background as well. As a function it can be given what lives for
/// another time.
pub(super) fn body(body: Body, spawns: bool, function: &Function) -> Body {
    let names_self = || mentions(&function.sig, "Self") || mentions(&function.body, "Self");
    if spawns && body == Body::Closure && !names_self() { Body::Nested } else { body }
}
