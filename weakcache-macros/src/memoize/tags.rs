//! The tags of results: expressions of the arguments, evaluated before the body runs.

use super::key;
use super::mention::{idents, names};
use super::model::Model;
use super::spell::memo;
use crate::diag::Diagnostics;
use crate::options::{Exprs, Given};
use crate::signature::{Parameter, Parameters};
use crate::types::mentions;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::Expr;

/// Tags are owned, and say what the key says: `prime` knows no more.
pub(super) fn validate(
    given: Option<Given<Exprs>>,
    parameters: &Parameters,
    (keeps_receiver, kept): (bool, &[Ident]),
    errors: &mut Diagnostics,
) -> Vec<Expr> {
    let exprs = given.map_or_else(Vec::new, |given| given.value.0);
    for expr in &exprs {
        match expr {
            Expr::Closure(_) => {
                let help = "write what it returns: the arguments are in scope, as references";
                errors.error(expr, "a tag is a value, not a function", help);
            }
            other => key::of_references(other, parameters, "a tag", errors),
        }
        let others = parameters.others.iter().filter(|parameter| !kept.contains(&parameter.name));
        let unknown = others.filter(|parameter| is_named(parameter, &expr.to_token_stream()));
        let unknown = unknown.map(|parameter| parameter.pat.to_token_stream().to_string());
        let own = parameters.receiver.as_ref().filter(|_| !keeps_receiver && mentions(expr, "self"));
        for name in own.map(|_| "self".to_owned()).into_iter().chain(unknown) {
            let help = "tag with what is in the key: `prime` and `invalidate` know nothing else";
            errors.error(expr, format_args!("`{name}` has no part in the key, and so in no tag"), help);
        }
    }
    exprs
}

/// Whether the code names an argument, or a part of it.
pub(super) fn is_named(parameter: &Parameter, code: &TokenStream) -> bool {
    match parameter.is_pattern() {
        true => idents(&parameter.pat).iter().any(|name| names(code.clone(), name)),
        false => names(code.clone(), &parameter.name),
    }
}

/// The kind of the cache, if results have tags, out of that of one whose results have none.
pub(super) fn kind(model: &Model, kind: TokenStream) -> TokenStream {
    let (memo, count) = (memo(model), model.tags.len());
    if count == 0 { kind } else { quote!(#memo::tagged::<#count, _, _>(#kind)) }
}
