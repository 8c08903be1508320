//! From text to nodes.

use std::collections::HashMap;
use std::fmt;

use crate::{Expr, FUNCTIONS, Node};

/// Parses
///
/// ```text
/// input = (name "=" sum ";")* sum
/// sum   = term (("+" | "-") term)*
/// term  = sign (("*" | "/") sign)*
/// sign  = "-" sign | power
/// power = atom ("^" sign)?
/// atom  = number | name | name "(" sum ")" | "(" sum ")"
/// ```
pub(crate) fn parse(text: &str) -> Result<Node, ParseError> {
    let mut parser = Parser { text, at: 0, depth: 0, names: HashMap::new() };
    parser.input().map_err(|(at, message)| ParseError { text: text.to_owned(), at, message })
}

pub(crate) struct ParseError {
    text: String,
    /// The byte at which it went wrong.
    at: usize,
    message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, at, message } = self;
        // The line, with a caret under the place.
        let start = text[..*at].rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let column = text[start..*at].chars().count();
        writeln!(f, "{message}\n  {line}\n  {:column$}^", "")
    }
}

type Parsed<T> = Result<T, (usize, String)>;

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    /// What `name = …;` has given a name.
    names: HashMap<&'a str, Node>,
}

impl<'a> Parser<'a> {
    /// The parser is recursive, the rest of this program is not.
    const MAX_DEPTH: u32 = 200;

    fn input(&mut self) -> Parsed<Node> {
        loop {
            let start = self.at;
            if let Some(name) = self.word()
                && self.eat('=')
            {
                let value = self.sum()?;
                self.expect(';')?;
                self.names.insert(name, value);
                continue;
            }
            self.at = start;
            let result = self.sum()?;
            return match self.peek() {
                None => Ok(result),
                Some(_) => Err(self.error("expected an operator")),
            };
        }
    }

    fn sum(&mut self) -> Parsed<Node> {
        let mut sum = self.term()?;
        loop {
            if self.eat('+') {
                sum = Expr::add(sum, self.term()?);
            } else if self.eat('-') {
                sum = Expr::sub(sum, self.term()?);
            } else {
                return Ok(sum);
            }
        }
    }

    fn term(&mut self) -> Parsed<Node> {
        let mut term = self.sign()?;
        loop {
            if self.eat('*') {
                term = Expr::mul(term, self.sign()?);
            } else if self.eat('/') {
                term = Expr::div(term, self.sign()?);
            } else {
                return Ok(term);
            }
        }
    }

    fn sign(&mut self) -> Parsed<Node> {
        if self.depth == Self::MAX_DEPTH {
            return Err(self.error("nested too deeply: give a part a name, as in `a = …; a * a`"));
        }
        // All recursion passes here.
        self.depth += 1;
        let result = if self.eat('-') { self.sign().map(Expr::neg) } else { self.power() };
        self.depth -= 1;
        result
    }

    fn power(&mut self) -> Parsed<Node> {
        let base = self.atom()?;
        if self.eat('^') { Ok(Expr::pow(base, self.sign()?)) } else { Ok(base) }
    }

    fn atom(&mut self) -> Parsed<Node> {
        if self.eat('(') {
            return self.closed_sum();
        }
        self.skip_blanks();
        let start = self.at;
        if let Some(name) = self.word() {
            if self.eat('(') {
                let Some((_, function)) = FUNCTIONS.iter().find(|(other, _)| *other == name) else {
                    let names = FUNCTIONS.map(|(name, _)| name).join(", ");
                    return Err((start, format!("no function `{name}`; there are: {names}")));
                };
                return self.closed_sum().map(|of| Expr::call(*function, of));
            }
            return Ok(self.names.get(name).cloned().unwrap_or_else(|| Expr::var(name)));
        }
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() {
            return Err(self.error("expected a number, a name or `(`"));
        }
        digits.parse().map(Expr::num).map_err(|_| (start, "this number is too large".to_owned()))
    }

    fn closed_sum(&mut self) -> Parsed<Node> {
        let sum = self.sum()?;
        self.expect(')')?;
        Ok(sum)
    }

    fn expect(&mut self, wanted: char) -> Parsed<()> {
        if self.eat(wanted) {
            Ok(())
        } else {
            Err(self.error(&format!("expected an operator or `{wanted}`")))
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn word(&mut self) -> Option<&'a str> {
        self.peek()
            .is_some_and(char::is_alphabetic)
            .then(|| self.take_while(|c| c.is_alphanumeric() || c == '_'))
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.text[self.at..].chars().next()
    }

    fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = &self.text[self.at..];
        let taken = &rest[..rest.find(|c| !accept(c)).unwrap_or(rest.len())];
        self.at += taken.len();
        taken
    }

    fn error(&self, message: &str) -> (usize, String) {
        (self.at, message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_point_at_the_place() {
        for (source, message) in [
            ("2 * * x", "expected a number, a name or `(`\n  2 * * x\n      ^\n"),
            ("2 x", "expected an operator\n  2 x\n    ^\n"),
            ("(x + 1", "expected an operator or `)`\n  (x + 1\n        ^\n"),
            ("", "expected a number, a name or `(`\n  \n  ^\n"),
            ("a = 1;\nb = é $ 2; a", "expected an operator or `;`\n  b = é $ 2; a\n        ^\n"),
            ("1 + tan(x)", "no function `tan`; there are: sin, cos, exp, ln, sqrt\n  1 + tan(x)\n      ^\n"),
            ("9223372036854775808", "this number is too large\n  9223372036854775808\n  ^\n"),
        ] {
            let error = parse(source).expect_err(source);
            assert_eq!(error.to_string(), message);
        }
        let error = parse(&"(".repeat(100_000)).expect_err("no end of parentheses");
        assert!(error.message.starts_with("nested too deeply"));
        assert!(parse(&"-".repeat(100_000)).is_err());
        assert!(parse(&"x^".repeat(100_000)).is_err());
    }
}
