//! Simplification, node by node.

use weakcache::{InternedRef, memoize};

use crate::Expr::{Add, Call, Div, Mul, Neg, Num, Pow, Sub, Var};
use crate::Function::{Cos, Exp, Ln, Sin, Sqrt};
use crate::{Expr, Function, Lent, Node, bottom_up, lent};

/// The same by simpler means, as algebra is done on paper: `x / x` is 1, whatever `x` may be.
pub(crate) fn simplified(root: &Node) -> Node {
    bottom_up(root, simple::peek, simple)
}

/// The same, of a node under which all are known. What is simple already is its own result, so that is held weakly too.
#[memoize(weak, weak_key(node))]
pub(crate) fn simple(node: Lent<'_>) -> Node {
    let simple = |node| simple(lent(node));
    match &*node {
        Num(_) | Var(_) => InternedRef::to_interned(node),
        Neg { of } => negated(&simple(of)),
        Add(a, b) => sum(&simple(a), &simple(b)),
        Sub(a, b) => difference(&simple(a), &simple(b)),
        Mul(a, b) => product(&simple(a), &simple(b)),
        Div(a, b) => quotient(&simple(a), &simple(b)),
        Pow { base, exponent } => power(&simple(base), &simple(exponent)),
        Call(function, a) => call(*function, &simple(a)),
    }
}

// Of simple operands, these make the simple result. A number that would overflow stays an operation.

pub(crate) fn negated(a: &Node) -> Node {
    match &**a {
        Num(n) if *n != i64::MIN => Expr::num(-n),
        Neg { of } => of.clone(),
        Sub(b, c) => difference(c, b),
        _ => Expr::neg(a),
    }
}

pub(crate) fn sum(a: &Node, b: &Node) -> Node {
    if let Some(number) = folded(a, b, i64::checked_add) {
        return number;
    }
    match (&**a, &**b) {
        (Num(0), _) => return b.clone(),
        (_, Num(0)) => return a.clone(),
        (_, Neg { of }) => return difference(a, of),
        (Neg { of }, _) => return difference(b, of),
        (Num(_), Num(_)) => {}
        // Numbers go to the end, where they meet.
        (Num(_), _) => return sum(b, a),
        (Add(rest, last), Num(_)) => {
            if let Some(number) = folded(last, b, i64::checked_add) {
                return sum(rest, &number);
            }
        }
        _ if a == b => return product(&Expr::num(2), a),
        _ => {}
    }
    Expr::add(a, b)
}

pub(crate) fn difference(a: &Node, b: &Node) -> Node {
    match (&**a, &**b) {
        (Num(0), _) => negated(b),
        (_, Num(0)) => a.clone(),
        (_, Neg { of }) => sum(a, of),
        _ if a == b => Expr::num(0),
        _ => folded(a, b, i64::checked_sub).unwrap_or_else(|| Expr::sub(a, b)),
    }
}

pub(crate) fn product(a: &Node, b: &Node) -> Node {
    if let Some(number) = folded(a, b, i64::checked_mul) {
        return number;
    }
    match (&**a, &**b) {
        (Num(0), _) | (_, Num(1)) => return a.clone(),
        (Num(1), _) | (_, Num(0)) => return b.clone(),
        (Num(-1), _) => return negated(b),
        (Neg { of }, _) => return negated(&product(of, b)),
        (_, Neg { of }) => return negated(&product(a, of)),
        (_, Div(one, by)) if matches!(**one, Num(1)) => return quotient(a, by),
        (Div(one, by), _) if matches!(**one, Num(1)) => return quotient(b, by),
        (Num(_), Num(_)) => {}
        // Numbers go to the front, where they meet.
        (_, Num(_)) => return product(b, a),
        (Num(_), Mul(first, rest)) => {
            if let Some(number) = folded(a, first, i64::checked_mul) {
                return product(&number, rest);
            }
        }
        (Num(_), _) => {}
        (_, Mul(first, rest)) if matches!(**first, Num(_)) => return product(first, &product(a, rest)),
        (Mul(first, rest), _) if matches!(**first, Num(_)) => return product(first, &product(rest, b)),
        _ => {
            let ((a, m), (b, n)) = (as_power(a), as_power(b));
            if a == b {
                return power(&a, &sum(&m, &n));
            }
        }
    }
    Expr::mul(a, b)
}

pub(crate) fn quotient(a: &Node, b: &Node) -> Node {
    match (&**a, &**b) {
        // Not a number, and not to be hidden.
        (_, Num(0)) => {}
        (Num(0), _) | (_, Num(1)) => return a.clone(),
        (Neg { of }, _) => return negated(&quotient(of, b)),
        (_, Neg { of }) => return negated(&quotient(a, of)),
        _ if a == b => return Expr::num(1),
        _ => {
            let exact = |m: i64, n| (m.checked_rem(n) == Some(0)).then(|| m / n);
            if let Some(number) = folded(a, b, exact) {
                return number;
            }
        }
    }
    Expr::div(a, b)
}

pub(crate) fn power(base: &Node, exponent: &Node) -> Node {
    match (&**base, &**exponent) {
        (_, Num(0)) => return Expr::num(1),
        (Num(1), _) | (_, Num(1)) => return base.clone(),
        (Pow { base, exponent: inner }, Num(_)) => {
            if let Some(product) = folded(inner, exponent, i64::checked_mul) {
                return power(base, &product);
            }
        }
        (Call(Sqrt, of), Num(2)) => return of.clone(),
        _ => {
            let raised = |m: i64, n: i64| m.checked_pow(u32::try_from(n).ok()?);
            if let Some(number) = folded(base, exponent, raised) {
                return number;
            }
        }
    }
    Expr::pow(base, exponent)
}

pub(crate) fn call(function: Function, a: &Node) -> Node {
    match (function, &**a) {
        (Sin | Sqrt, Num(0)) | (Sqrt, Num(1)) => a.clone(),
        (Cos | Exp, Num(0)) => Expr::num(1),
        (Ln, Num(1)) => Expr::num(0),
        (Ln, Call(Exp, of)) => of.clone(),
        _ => Expr::call(function, a),
    }
}

/// The operation on two numbers, if these are two and it gives one.
fn folded(a: &Node, b: &Node, operation: impl Fn(i64, i64) -> Option<i64>) -> Option<Node> {
    match (&**a, &**b) {
        (Num(m), Num(n)) => operation(*m, *n).map(Expr::num),
        _ => None,
    }
}

/// Base and exponent.
fn as_power(a: &Node) -> (Node, Node) {
    match &**a {
        Pow { base, exponent } => (base.clone(), exponent.clone()),
        _ => (a.clone(), Expr::num(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{POINTS, SOURCES, assert_close, parsed, value};
    use crate::{derivative, tree_size};

    #[test]
    fn simplification_keeps_the_value() {
        for source in SOURCES {
            let f = parsed(source);
            let simple = simplified(&f);
            assert!(tree_size(&simple) <= tree_size(&f), "{source}: {simple}");
            assert!(simplified(&simple) == simple, "{source}: {simple}");
            for x in POINTS {
                assert_close(value(&simple, x), value(&f, x), 1e-12, &format!("{source} = {simple} at {x}"));
            }
        }
    }

    #[test]
    fn simple_forms() {
        for (source, simple) in [
            ("x + x", "2 * x"),
            ("x * 0 + 1 * x - 0", "x"),
            ("(y + 1) * (y + 1)", "(y + 1)^2"),
            ("x^2 * x^3", "x^5"),
            ("2 * x * 3 * (x * 4)", "24 * x^2"),
            ("-(-x)", "x"),
            ("0 / x", "0"),
            ("x / 0", "x / 0"),
            ("6 / 3 + 7 / 2", "7 / 2 + 2"),
            ("1 + (1 + x) + 1", "x + 3"),
            ("1 / x * y", "y / x"),
            ("9223372036854775807 + 1", "9223372036854775807 + 1"),
            ("2 * 9223372036854775807", "2 * 9223372036854775807"),
            ("-9223372036854775807 - 1 - 1", "-9223372036854775808 - 1"),
            ("10^30", "10^30"),
            ("(x^2)^3", "x^6"),
        ] {
            assert_eq!(simplified(&parsed(source)).to_string(), simple, "{source}");
        }
        for (source, slope) in [("y^2", "0"), ("x^2", "2 * x"), ("5 * x", "5"), ("sin(x)", "cos(x)")] {
            assert_eq!(derivative(&parsed(source), &Expr::var("x")).to_string(), slope, "{source}");
        }
    }
}
