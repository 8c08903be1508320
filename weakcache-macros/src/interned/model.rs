//! What `#[interned]` on a struct or an enum was found to say. Made by `validate` alone.

use crate::paths::{Paths, Prefix};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, Generics, LitStr, Member, Type, Visibility};

pub(crate) struct Model {
    /// What `paths` begin with, as a `use`.
    pub(crate) import: TokenStream,
    pub(crate) paths: Paths,
    /// Only the signatures: the rest would be one error more each.
    pub(crate) is_stub: bool,
    /// What the item says of its layout.
    pub(crate) repr: Vec<Attribute>,
    /// The item's `cfg`s, and what it and its parts say of lints: of what is generated they hold as well.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// What generic code asks of the parameters and of the types made of them.
    pub(crate) bounds: Vec<TokenStream>,
    pub(crate) label: Option<LitStr>,
    pub(crate) hasher: Option<Type>,
    pub(crate) shards: Option<Expr>,
    pub(crate) numbered: bool,
    pub(crate) reach: Reach,
    pub(crate) handle: Option<OwnHandle>,
    pub(crate) is_enum: bool,
    /// Where the compiler is to say that the values cannot be shared, if it does.
    pub(crate) guilty: Option<Span>,
    /// The struct itself, or the variants of the enum.
    pub(crate) shapes: Vec<Shape>,
}

/// Who shares the values.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Reach {
    Shared,
    /// A registry a thread.
    Local,
}

/// The user's own handle.
pub(crate) struct OwnHandle {
    pub(crate) ident: Ident,
    pub(crate) docs: Vec<Attribute>,
    /// It stands beside the type, where `paths` mean nothing.
    pub(crate) private: Prefix,
}

/// The fields of a struct or of a variant, and the functions that take them.
pub(crate) struct Shape {
    /// The place among the variants, which is part of the key.
    pub(crate) index: u32,
    /// `None` for a struct.
    pub(crate) variant: Option<Ident>,
    pub(crate) style: Style,
    pub(crate) fields: Vec<Field>,
    pub(crate) new: Option<Ident>,
    /// As `new`, and it says whether the value is new.
    pub(crate) is_new: Option<Ident>,
    pub(crate) get: Option<Ident>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

pub(crate) struct Field {
    pub(crate) member: Member,
    /// The parameter for this field, and the name by which an `init` knows it.
    pub(crate) argument: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

pub(crate) enum Role {
    Key(Taken),
    /// `at` is where `init` stands, whose hygiene the names in `value` have.
    Init {
        value: Expr,
        at: Span,
    },
    /// Filled by a constructor of the user's own.
    Skip,
    /// A field that an error was reported for: a parameter, to keep the signature, but no key.
    Broken,
}

/// What a parameter for a key field may be.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Taken {
    /// The field's type, and nothing else.
    AsIs,
    /// The field's type or its borrowed form: a `KeyArg`.
    Borrowed,
    /// The field's type or a reference to it: a `RefArg`.
    ByRef,
    /// What becomes the last field of a struct, which has no fixed size: a `TailArg`.
    Tail,
}

impl Model {
    pub(crate) fn is_local(&self) -> bool {
        self.reach == Reach::Local
    }

    /// Where the functions and traits are that know how far the values reach.
    pub(crate) fn reach(&self) -> TokenStream {
        let private = &self.paths.private;
        if self.is_local() { quote!(#private::local) } else { quote!(#private) }
    }

    /// The handle that is not of the user's own.
    pub(crate) fn interned(&self, private: &Prefix) -> TokenStream {
        if self.is_local() { quote!(#private::local::LocalInterned) } else { quote!(#private::Interned) }
    }
}

impl Shape {
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| matches!(field.role, Role::Key(_)))
    }

    /// The last field, if it has no fixed size.
    pub(crate) fn tail(&self) -> Option<&Field> {
        self.fields.last().filter(|field| matches!(field.role, Role::Key(Taken::Tail)))
    }

    /// The fields that are parameters.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| matches!(field.role, Role::Key(_) | Role::Broken))
    }
}

impl Model {
    /// The last field of a struct that ends in one without a fixed size.
    pub(crate) fn tail(&self) -> Option<&Field> {
        self.shapes.first()?.tail()
    }
}

impl Field {
    pub(crate) fn is_borrowed(&self) -> bool {
        matches!(self.role, Role::Key(Taken::Borrowed))
    }

    pub(crate) fn is_tail(&self) -> bool {
        matches!(self.role, Role::Key(Taken::Tail))
    }

    pub(crate) fn is_by_ref(&self) -> bool {
        matches!(self.role, Role::Key(Taken::ByRef))
    }
}
