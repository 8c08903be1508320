//! What a memoized function is, once it is known to be right.

use crate::function::Function;
use crate::options::{MemoizeOptions, Named};
use crate::paths::Paths;
use crate::signature::Parameters;
use crate::values::Span;
use proc_macro2::Ident;
use syn::{Expr, Generics, LitStr, Type};

use super::key::Part;

pub(crate) struct Model {
    pub(crate) paths: Paths,
    /// Without attributes of ours.
    pub(crate) function: Function,
    pub(crate) parameters: Parameters,
    pub(crate) output: Type,
    pub(crate) place: Place,
    /// The type and const parameters of the function that select a cache.
    pub(crate) selecting: Vec<Ident>,
    /// The arguments that are no part of the key, `self` among them.
    pub(crate) skipped: Vec<Ident>,
    pub(crate) key: Key,
    pub(crate) lru: Option<Expr>,
    pub(crate) ttl: Option<Span>,
    pub(crate) idle: Option<Span>,
    pub(crate) errors: Errors,
    pub(crate) cache_if: Option<Expr>,
    pub(crate) local: bool,
    pub(crate) weak: bool,
    pub(crate) single_flight: bool,
    /// The name of the namespace, or the prefix of the controls; `None` without controls.
    pub(crate) controls: Option<Ident>,
    pub(crate) label: Option<LitStr>,
    pub(crate) hasher: Option<Type>,
}

/// What is done with `Err`.
pub(crate) enum Errors {
    /// It is handed back.
    Returned,
    /// It is kept as `Ok` is.
    Kept,
    /// It is kept for this long.
    KeptFor(Span),
}

/// The key of a call.
pub(crate) enum Key {
    /// These arguments.
    Parts(Vec<Part>),
    /// This expression.
    Whole(Expr),
}

/// Where a function stands.
#[derive(Clone)]
pub(crate) enum Place {
    /// In a module or a function: items can stand beside it.
    Free,
    /// Anywhere: nothing can stand beside it, and what is around it is not known.
    Alone,
    /// In an impl block that has the attribute.
    Block(Block),
}

#[derive(Clone)]
pub(crate) struct Block {
    /// The parameters of the block that the controls of a trait impl have to take themselves, because its
    /// type does not mention them.
    pub(crate) unbound: Generics,
    pub(crate) is_generic: bool,
    pub(crate) is_trait: bool,
    pub(crate) self_name: String,
    pub(crate) controls: bool,
    /// The prefix of the controls, of a block with one memoized function.
    pub(crate) name: Option<Ident>,
    pub(crate) krate: Option<syn::Path>,
}

impl Place {
    /// Where a function with the attribute of its own stands.
    pub(crate) fn of_function(function: &Function, options: &MemoizeOptions) -> Self {
        let without_controls =
            options.controls.as_ref().is_some_and(|controls| matches!(controls.value, Named::No));
        if function.sig.receiver().is_some() || without_controls { Self::Alone } else { Self::Free }
    }
}
