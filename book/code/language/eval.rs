//! What a term comes to.

use super::term::{Operator, Term};
use std::error::Error;
use std::fmt;
use weakcache::{Interned, memoize};

/// Why an evaluation ends without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvalError {
    /// A number does not fit into 64 bits.
    Overflow,
    /// Calls are nested this deep, as those of a function that never ends.
    Depth,
    /// The term has no type, and no meaning.
    Stuck,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overflow => "a number is too large",
            Self::Depth => "calls are nested too deep",
            Self::Stuck => "a term without a type was evaluated",
        })
    }
}

impl Error for EvalError {}

/// How deep calls may be nested.
const DEPTH: u32 = 200;

// ANCHOR: eval
/// The value of a term without variables.
///
/// # Errors
///
/// If it has none.
pub fn eval(term: &Interned<Term>) -> Result<Interned<Term>, EvalError> {
    eval_at(term, 0)
}

fn eval_at(term: &Interned<Term>, depth: u32) -> Result<Interned<Term>, EvalError> {
    match &**term {
        Term::Int(_) | Term::Bool(_) | Term::Fn { .. } => Ok(term.clone()),
        Term::Var(_) => Err(EvalError::Stuck),
        Term::Rec { body, .. } => eval_at(&substituted(body, 0, term), depth),
        Term::Call(callee, argument) => apply(&eval_at(callee, depth)?, &eval_at(argument, depth)?, depth),
        Term::Let(value, body) => eval_at(&substituted(body, 0, &eval_at(value, depth)?), depth),
        Term::If(condition, yes, no) => match *eval_at(condition, depth)? {
            Term::Bool(true) => eval_at(yes, depth),
            Term::Bool(false) => eval_at(no, depth),
            _ => Err(EvalError::Stuck),
        },
        Term::Op(operator, left, right) => {
            operation(*operator, &eval_at(left, depth)?, &eval_at(right, depth)?)
        }
    }
}

/// What a function gives for an argument, both of them values. How deep the call is, does not change that.
///
/// # Errors
///
/// If the call has no value.
#[memoize(lru = 100_000, skip(depth))]
pub fn apply(
    function: &Interned<Term>,
    argument: &Interned<Term>,
    depth: u32,
) -> Result<Interned<Term>, EvalError> {
    if depth == DEPTH {
        return Err(EvalError::Depth);
    }
    let Term::Fn { body, .. } = &**function else { return Err(EvalError::Stuck) };
    eval_at(&substituted(body, 0, argument), depth + 1)
}
// ANCHOR_END: eval

// ANCHOR: substituted
/// The term with this value, which has no variables, in the place of a variable.
#[memoize(weak, weak_key(term, value), controls = false)]
fn substituted(term: &Interned<Term>, variable: u32, value: &Interned<Term>) -> Interned<Term> {
    let within = |term, deeper| substituted(term, variable + deeper, value);
    match &**term {
        Term::Int(_) | Term::Bool(_) => term.clone(),
        Term::Var(this) => {
            if *this == variable {
                value.clone()
            } else {
                term.clone()
            }
        }
        Term::Fn { of, body } => Term::fn_(of, within(body, 1)),
        Term::Rec { of, body } => Term::rec(of, within(body, 1)),
        Term::Call(callee, argument) => Term::call(within(callee, 0), within(argument, 0)),
        Term::Let(bound, body) => Term::let_(within(bound, 0), within(body, 1)),
        Term::If(condition, yes, no) => Term::if_(within(condition, 0), within(yes, 0), within(no, 0)),
        Term::Op(operator, left, right) => Term::op(*operator, within(left, 0), within(right, 0)),
    }
}
// ANCHOR_END: substituted

fn operation(
    operator: Operator,
    left: &Interned<Term>,
    right: &Interned<Term>,
) -> Result<Interned<Term>, EvalError> {
    let (Term::Int(left), Term::Int(right)) = (&**left, &**right) else { return Err(EvalError::Stuck) };
    let number = match operator {
        Operator::Add => left.checked_add(*right),
        Operator::Sub => left.checked_sub(*right),
        Operator::Mul => left.checked_mul(*right),
        Operator::Less => return Ok(Term::bool(left < right)),
        Operator::Equal => return Ok(Term::bool(left == right)),
    };
    Ok(Term::int(number.ok_or(EvalError::Overflow)?))
}
