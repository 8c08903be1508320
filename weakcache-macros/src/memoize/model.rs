//! What a memoized function is, once it is known to be right.

use super::key::Part;
use super::subtrait::Subtrait;
use crate::amounts::Weight;
use crate::code::Code;
use crate::function::Function;
use crate::options::{MemoizeOptions, Named};
use crate::paths::Paths;
use crate::signature::{Parameter, Parameters};
use crate::values::Span;
use proc_macro2::{Ident, TokenStream};
use syn::{Expr, Generics, LitStr, Signature, Type, Visibility};

pub(crate) struct Model {
    /// Below the name that `import` brings.
    pub(crate) paths: Paths,
    pub(crate) import: TokenStream,
    /// What `crate = path` says.
    pub(crate) krate: Option<syn::Path>,
    /// Without attributes of ours.
    pub(crate) function: Function,
    /// Its signature as it is spelt among the controls.
    pub(crate) outside: Signature,
    /// Those of `outside`.
    pub(crate) parameters: Parameters,
    pub(crate) output: Type,
    pub(crate) place: Place,
    pub(crate) body: Body,
    /// The type and const parameters of the function that select a cache.
    pub(crate) selecting: Vec<Ident>,
    /// The parameters, lifetimes included, that only arguments mention that have no part in the key.
    pub(crate) skipped_params: Vec<Ident>,
    /// What is a call of many, of which the controls take one.
    pub(crate) batch: Option<Batch>,
    /// Where the cache lies in `self`, if it does.
    pub(crate) within: Option<Expr>,
    /// Whether `self` has a part in the key, or leads to the cache.
    pub(crate) keeps_receiver: bool,
    /// The other arguments that have one.
    pub(crate) kept: Vec<Ident>,
    pub(crate) key: Key,
    pub(crate) lru: Option<Expr>,
    pub(crate) capacity: Option<Expr>,
    /// What entries may weigh together.
    pub(crate) weight: Option<Weight>,
    /// What one of them does.
    pub(crate) weigh: Option<Expr>,
    pub(crate) ttl: Option<Span>,
    pub(crate) idle: Option<Span>,
    pub(crate) jitter: Option<Expr>,
    pub(crate) ttl_of: Option<Expr>,
    pub(crate) on_evict: Option<Expr>,
    pub(crate) refresh_after: Option<Span>,
    pub(crate) stale_if_error: Option<Span>,
    /// What runs a refresh in the background.
    pub(crate) spawn: Option<Expr>,
    pub(crate) errors: Errors,
    /// Each a tag.
    pub(crate) tags: Vec<Expr>,
    /// The second tier.
    pub(crate) store: Option<Store>,
    pub(crate) cache_if: Option<Expr>,
    pub(crate) local: bool,
    pub(crate) weak: bool,
    pub(crate) single_flight: SingleFlight,
    /// The name of the namespace, or the prefix of the controls; `None` without controls.
    pub(crate) controls: Option<Ident>,
    /// Theirs, if it is not the function's.
    pub(crate) vis: Option<Visibility>,
    pub(crate) label: Option<LitStr>,
    pub(crate) hasher: Option<Type>,
    /// What it is for those who depend on it.
    pub(crate) dependable: Option<Code>,
}

/// A second tier.
pub(crate) struct Store {
    pub(crate) expr: Expr,
    /// Of what is in it.
    pub(crate) code: Code,
}

/// A function of many elements at once. `outside`, `parameters` and `output` are those of one.
pub(crate) struct Batch {
    /// The signature as it was, spelt as `outside` is.
    pub(crate) sig: Signature,
    /// The slice: its place among the arguments that are not `self`.
    pub(crate) at: usize,
    /// Whether its elements are references.
    pub(crate) lent: bool,
    /// What the body gives: all values in their order, or some by their keys.
    pub(crate) ordered: bool,
    /// Whether that is in a `Result`.
    pub(crate) may_fail: bool,
}

/// Who gives way to another, if anyone does.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    None,
    /// The least recently used.
    Lru,
    /// Whom the library chooses.
    Capacity,
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

/// What callers of one key do while another computes.
pub(crate) enum SingleFlight {
    /// They wait for it.
    Join,
    /// They wait for this long.
    Within(Span),
    /// They compute as well.
    Off,
}

/// Where the body of the function is put.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Body {
    /// In a function beside, in the same block.
    Beside,
    /// In a function inside.
    Nested,
    /// In a closure, where it was.
    Closure,
}

/// Where a function stands.
#[derive(Clone)]
pub(crate) enum Place {
    /// In a module or a function: items can stand beside it.
    Free,
    /// Anywhere: nothing can stand beside it, and what is around it is not known.
    Alone,
    /// In an impl block that has the attribute.
    Block(Box<Block>),
}

#[derive(Clone)]
pub(crate) struct Block {
    /// The parameters of the block that the controls of a trait impl have to take themselves, because its
    /// type does not mention them.
    pub(crate) unbound: Generics,
    pub(crate) is_generic: bool,
    /// Those that its header spells.
    pub(crate) lifetimes: Vec<String>,
    /// Of the impl of a trait.
    pub(crate) subtrait: Option<Subtrait>,
    pub(crate) self_name: String,
    pub(crate) controls: bool,
    /// The prefix of the controls, of a block with one memoized function.
    pub(crate) name: Option<Ident>,
    pub(crate) vis: Option<Visibility>,
    pub(crate) krate: Option<syn::Path>,
}

impl Place {
    /// Where a function with the attribute of its own stands.
    pub(crate) fn of_function(function: &Function, options: &MemoizeOptions) -> Self {
        let without_controls =
            options.controls.as_ref().is_some_and(|controls| matches!(controls.value.name, Some(Named::No)));
        if function.sig.receiver().is_some() || without_controls { Self::Alone } else { Self::Free }
    }

    pub(crate) fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }

    pub(crate) fn is_block(&self) -> bool {
        matches!(self, Self::Block(_))
    }

    /// The parameters of a block that its type does not mention.
    pub(crate) fn unbound(&self) -> Option<&Generics> {
        match self {
            Self::Block(block) => Some(&block.unbound),
            _ => None,
        }
    }

    /// The trait beside the block, if that is the impl of one.
    pub(crate) fn subtrait(&self) -> Option<&Subtrait> {
        match self {
            Self::Block(block) => block.subtrait.as_ref(),
            _ => None,
        }
    }
}

impl Model {
    /// Whether closures are shown entries.
    pub(crate) fn shows(&self) -> bool {
        self.ttl_of.is_some() || self.on_evict.is_some() || self.weigh.is_some()
    }

    /// How the cache is bounded.
    pub(crate) fn bound(&self) -> Bound {
        match (&self.lru, &self.capacity, &self.weight) {
            (Some(_), ..) => Bound::Lru,
            (None, None, None) => Bound::None,
            (None, ..) => Bound::Capacity,
        }
    }

    /// How many entries there may be.
    pub(crate) fn most(&self) -> Option<&Expr> {
        self.lru.as_ref().or(self.capacity.as_ref())
    }

    /// Whether a stored value may be the answer of a body that was run.
    pub(crate) fn renews(&self) -> bool {
        self.refresh_after.is_some() || self.stale_if_error.is_some()
    }

    /// The arguments that have a part in the key.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.others.iter().filter(|parameter| self.kept.contains(&parameter.name))
    }
}
