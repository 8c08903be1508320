//! The front end of a small language: lexer, parser, interned types and terms, a memoized type checker and a memoized
//! evaluator. The chapter *Hash-consing a language* goes through it.
//!
//! ```
//! use weakcache_book::language;
//!
//! assert_eq!(language::run("let twice = fn f: Int -> Int => fn x: Int => f (f x) in twice (fn n: Int => n * 3) 7"), Ok("63 : Int".to_owned()));
//! ```

mod check;
mod eval;
mod lexer;
mod parser;
mod term;

pub use check::{Context, TypeError, type_of};
pub use eval::{EvalError, apply, eval};
pub use lexer::{Token, tokens};
pub use parser::{SyntaxError, parse};
pub use term::{Operator, Term, Type};

// ANCHOR: run
/// Parses a program, checks it, and evaluates it.
///
/// # Errors
///
/// A sentence about what is wrong with it.
pub fn run(source: &str) -> Result<String, String> {
    let term = parse(source).map_err(|error| error.to_string())?;
    let ty = type_of(&term, &Context::empty()).map_err(|error| error.to_string())?;
    let value = eval(&term).map_err(|error| error.to_string())?;
    Ok(format!("{value} : {ty}"))
}
// ANCHOR_END: run

#[cfg(test)]
mod tests;
