//! Types and terms, each of which exists once.

use std::fmt;
use weakcache::{Interned, interned};

// ANCHOR: type
/// A type. Equal types are one, so to compare two is to compare two pointers.
#[interned]
#[derive(Debug)]
pub enum Type {
    /// Whole numbers.
    Int,
    /// `true` and `false`.
    Bool,
    /// Functions.
    Fn(Interned<Type>, Interned<Type>),
}
// ANCHOR_END: type

// ANCHOR: term
/// A term. Equal terms are one, also those that differ in the names of variables alone: there are none.
#[interned]
#[derive(Debug)]
pub enum Term {
    /// A number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// The variable that so many binders further out bind (a de Bruijn index).
    Var(u32),
    /// A function of one parameter.
    Fn {
        /// The parameter's type.
        of: Interned<Type>,
        /// The body, in which variable 0 is the parameter.
        body: Interned<Term>,
    },
    /// A value that knows itself, by variable 0.
    Rec {
        /// Its type.
        of: Interned<Type>,
        /// What it is.
        body: Interned<Term>,
    },
    /// A call.
    Call(Interned<Term>, Interned<Term>),
    /// `let … in …`: the value is variable 0 of the second.
    Let(Interned<Term>, Interned<Term>),
    /// `if … then … else …`.
    If(Interned<Term>, Interned<Term>, Interned<Term>),
    /// An operation on two numbers.
    Op(Operator, Interned<Term>, Interned<Term>),
}

/// What can be done with two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `<`
    Less,
    /// `==`
    Equal,
}
// ANCHOR_END: term

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int => f.write_str("Int"),
            Self::Bool => f.write_str("Bool"),
            Self::Fn(from, to) if matches!(**from, Self::Fn(..)) => write!(f, "({from}) -> {to}"),
            Self::Fn(from, to) => write!(f, "{from} -> {to}"),
        }
    }
}

/// Of values: others are never shown.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Bool(truth) => write!(f, "{truth}"),
            _ => f.write_str("<function>"),
        }
    }
}
