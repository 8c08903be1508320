//! Which type a term has.

use super::term::{Operator, Term, Type};
use std::error::Error;
use std::fmt;
use weakcache::{Interned, interned, memoize};

// ANCHOR: context
/// The types of the variables, the innermost first: a list of which each tail exists once.
#[interned]
#[derive(Debug)]
pub enum Context {
    /// No variable.
    Empty,
    /// One more.
    Bind(Interned<Type>, Interned<Context>),
}
// ANCHOR_END: context

/// Why a term has no type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeError {
    /// It should have the first type, and has the second.
    Mismatch(Interned<Type>, Interned<Type>),
    /// It is called, and of this type.
    NoFunction(Interned<Type>),
    /// It is no program: this variable is not bound.
    Unbound(u32),
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch(expected, found) => write!(f, "{expected} is expected, and {found} found"),
            Self::NoFunction(found) => write!(f, "{found} is called, which is no function"),
            Self::Unbound(variable) => write!(f, "variable {variable} is not bound"),
        }
    }
}

impl Error for TypeError {}

// ANCHOR: type_of
/// The type of a term whose variables have these types.
///
/// # Errors
///
/// If it has none.
#[memoize(weak_key(term, context))]
pub fn type_of(term: &Interned<Term>, context: &Interned<Context>) -> Result<Interned<Type>, TypeError> {
    let bind = |ty: &Interned<Type>| Context::bind(ty, context);
    Ok(match &**term {
        Term::Int(_) => Type::int(),
        Term::Bool(_) => Type::bool(),
        Term::Var(variable) => lookup(*variable, context)?,
        Term::Fn { of, body } => Type::fn_(of, type_of(body, &bind(of))?),
        Term::Rec { of, body } => expect(of, type_of(body, &bind(of))?)?,
        Term::Call(callee, argument) => {
            let callee = type_of(callee, context)?;
            let Type::Fn(from, to) = &*callee else { return Err(TypeError::NoFunction(callee)) };
            expect(from, type_of(argument, context)?)?;
            to.clone()
        }
        Term::Let(value, body) => type_of(body, &bind(&type_of(value, context)?))?,
        Term::If(condition, yes, no) => {
            expect(&Type::bool(), type_of(condition, context)?)?;
            expect(&type_of(yes, context)?, type_of(no, context)?)?
        }
        Term::Op(operator, left, right) => {
            expect(&Type::int(), type_of(left, context)?)?;
            expect(&Type::int(), type_of(right, context)?)?;
            match operator {
                Operator::Add | Operator::Sub | Operator::Mul => Type::int(),
                Operator::Less | Operator::Equal => Type::bool(),
            }
        }
    })
}

fn expect(expected: &Interned<Type>, found: Interned<Type>) -> Result<Interned<Type>, TypeError> {
    // By address, however large the types are.
    if *expected == found { Ok(found) } else { Err(TypeError::Mismatch(expected.clone(), found)) }
}
// ANCHOR_END: type_of

fn lookup(variable: u32, context: &Interned<Context>) -> Result<Interned<Type>, TypeError> {
    let mut rest = context;
    for _ in 0..variable {
        let Context::Bind(_, outer) = &**rest else { return Err(TypeError::Unbound(variable)) };
        rest = outer;
    }
    match &**rest {
        Context::Bind(ty, _) => Ok(ty.clone()),
        Context::Empty => Err(TypeError::Unbound(variable)),
    }
}
