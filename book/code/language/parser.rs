//! From tokens to terms, by recursive descent.

use super::lexer::{Token, tokens};
use super::term::{Operator, Term, Type};
use std::error::Error;
use std::fmt;
use weakcache::{Interned, Str};

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    what: String,
    at: usize,
}

impl SyntaxError {
    pub(super) fn new(what: impl Into<String>, at: usize) -> Self {
        Self { what: what.into(), at }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.what, self.at)
    }
}

impl Error for SyntaxError {}

/// How deep terms may be: parser, checker and evaluator are recursive.
const DEPTH: usize = 200;

// ANCHOR: parser
struct Parser {
    tokens: std::vec::IntoIter<(Token, usize)>,
    /// Where the text ends.
    end: usize,
    /// The names that are bound here, the innermost last.
    scope: Vec<Str>,
    depth: usize,
}

/// The term that a text says.
///
/// # Errors
///
/// Where it says none.
pub fn parse(source: &str) -> Result<Interned<Term>, SyntaxError> {
    let tokens = tokens(source)?.into_iter();
    let mut parser = Parser { tokens, end: source.len(), scope: Vec::new(), depth: 0 };
    let term = parser.term()?;
    match parser.tokens.next() {
        None => Ok(term),
        Some((_, at)) => Err(SyntaxError::new("the program should end here", at)),
    }
}

impl Parser {
    fn term(&mut self) -> Result<Interned<Term>, SyntaxError> {
        self.deeper(|parser| {
            if parser.accept("fn") {
                let (of, body) = parser.binder()?;
                Ok(Term::fn_(of, body))
            } else if parser.accept("rec") {
                let (of, body) = parser.binder()?;
                Ok(Term::rec(of, body))
            } else if parser.accept("let") {
                let name = parser.name()?;
                parser.expect("=")?;
                let value = parser.term()?;
                parser.expect("in")?;
                Ok(Term::let_(value, parser.within(name)?))
            } else if parser.accept("if") {
                let condition = parser.term()?;
                parser.expect("then")?;
                let yes = parser.term()?;
                parser.expect("else")?;
                Ok(Term::if_(condition, yes, parser.term()?))
            } else {
                parser.comparison()
            }
        })
    }

    /// A term in which one name more is bound.
    fn within(&mut self, name: Str) -> Result<Interned<Term>, SyntaxError> {
        self.scope.push(name);
        let term = self.term();
        self.scope.pop();
        term
    }

    /// `name: type => body`
    fn binder(&mut self) -> Result<(Interned<Type>, Interned<Term>), SyntaxError> {
        let name = self.name()?;
        self.expect(":")?;
        let of = self.ty()?;
        self.expect("=>")?;
        Ok((of, self.within(name)?))
    }
    // ANCHOR_END: parser

    fn comparison(&mut self) -> Result<Interned<Term>, SyntaxError> {
        let left = self.sum()?;
        for (symbol, operator) in [("<", Operator::Less), ("==", Operator::Equal)] {
            if self.accept(symbol) {
                return Ok(Term::op(operator, left, self.sum()?));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Interned<Term>, SyntaxError> {
        let mut left = self.product()?;
        let depth = self.depth;
        loop {
            let operator = if self.accept("+") {
                Operator::Add
            } else if self.accept("-") {
                Operator::Sub
            } else {
                break;
            };
            left = Term::op(operator, left, self.product()?);
            self.count()?;
        }
        self.depth = depth;
        Ok(left)
    }

    fn product(&mut self) -> Result<Interned<Term>, SyntaxError> {
        let mut left = self.call()?;
        let depth = self.depth;
        while self.accept("*") {
            left = Term::op(Operator::Mul, left, self.call()?);
            self.count()?;
        }
        self.depth = depth;
        Ok(left)
    }

    fn call(&mut self) -> Result<Interned<Term>, SyntaxError> {
        let mut callee = self.atom()?.ok_or_else(|| self.error("a term should stand here"))?;
        let depth = self.depth;
        while let Some(argument) = self.atom()? {
            callee = Term::call(callee, argument);
            self.count()?;
        }
        self.depth = depth;
        Ok(callee)
    }

    // ANCHOR: atom
    fn atom(&mut self) -> Result<Option<Interned<Term>>, SyntaxError> {
        let Some((token, at)) = self.tokens.as_slice().first() else { return Ok(None) };
        let term = match token {
            Token::Int(number) => Term::int(*number),
            Token::Fixed("true") => Term::bool(true),
            Token::Fixed("false") => Term::bool(false),
            Token::Name(name) => {
                // From the innermost binder outwards. Names are compared by address.
                let binder = self.scope.iter().rev().position(|bound| bound == name);
                let binder = binder.and_then(|binder| u32::try_from(binder).ok());
                Term::var(binder.ok_or_else(|| SyntaxError::new(format!("`{name}` is not bound"), *at))?)
            }
            Token::Fixed("(") => {
                self.tokens.next();
                let term = self.term()?;
                self.expect(")")?;
                return Ok(Some(term));
            }
            Token::Fixed(_) => return Ok(None),
        };
        self.tokens.next();
        Ok(Some(term))
    }
    // ANCHOR_END: atom

    fn ty(&mut self) -> Result<Interned<Type>, SyntaxError> {
        self.deeper(|parser| {
            let from = if parser.accept("(") {
                let ty = parser.ty()?;
                parser.expect(")")?;
                ty
            } else {
                let at = parser.at();
                match &*parser.name()? {
                    "Int" => Type::int(),
                    "Bool" => Type::bool(),
                    other => return Err(SyntaxError::new(format!("`{other}` is no type"), at)),
                }
            };
            if parser.accept("->") { Ok(Type::fn_(from, parser.ty()?)) } else { Ok(from) }
        })
    }

    fn deeper<R>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<R, SyntaxError>,
    ) -> Result<R, SyntaxError> {
        let depth = self.depth;
        self.count()?;
        let parsed = parse(self)?;
        self.depth = depth;
        Ok(parsed)
    }

    fn count(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH { Err(self.error("this is nested too deep")) } else { Ok(()) }
    }

    fn name(&mut self) -> Result<Str, SyntaxError> {
        match self.tokens.as_slice().first() {
            Some((Token::Name(name), _)) => {
                let name = name.clone();
                self.tokens.next();
                Ok(name)
            }
            _ => Err(self.error("a name should stand here")),
        }
    }

    fn accept(&mut self, fixed: &str) -> bool {
        let found =
            matches!(self.tokens.as_slice().first(), Some((Token::Fixed(token), _)) if *token == fixed);
        if found {
            self.tokens.next();
        }
        found
    }

    fn expect(&mut self, fixed: &str) -> Result<(), SyntaxError> {
        if self.accept(fixed) { Ok(()) } else { Err(self.error(format!("`{fixed}` should stand here"))) }
    }

    fn at(&self) -> usize {
        self.tokens.as_slice().first().map_or(self.end, |(_, at)| *at)
    }

    fn error(&self, what: impl Into<String>) -> SyntaxError {
        SyntaxError::new(what, self.at())
    }
}
