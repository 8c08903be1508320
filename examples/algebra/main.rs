//! Derivatives of expressions whose nodes exist once: `cargo run --example algebra [-- EXPR…]`.
//!
//! Look for: how many nodes an expression has as a tree, and how many distinct ones; and that all results died with their
//! nodes. What cannot be parsed gets a sentence, with the place, and exit code 1.
//!
//! Equal expressions are one node. So a tree with a thousand million nodes may be a graph of sixty; and as
//! a handle compares and hashes in O(1), what was found out about a node is looked up by it, and each is
//! looked at once. It is remembered for as long as the node lives, and keeps none alive.

mod parse;
mod simplify;

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::process::ExitCode;

use weakcache::{CacheInfo, Interned, InternedRef, interned, memoize};

use parse::parse;
use simplify::{call, difference, negated, power, product, quotient, simplified, sum};

type Node = Interned<Expr>;
type Lent<'a> = InternedRef<'a, Expr>;

/// With handles spelt out: so constructors take them lent, and count where a node is new.
#[interned]
#[derive(Debug)]
enum Expr {
    Num(i64),
    Var(Box<str>),
    Neg { of: Interned<Expr> },
    Add(Interned<Expr>, Interned<Expr>),
    Sub(Interned<Expr>, Interned<Expr>),
    Mul(Interned<Expr>, Interned<Expr>),
    Div(Interned<Expr>, Interned<Expr>),
    Pow { base: Interned<Expr>, exponent: Interned<Expr> },
    Call(Function, Interned<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Function {
    Sin,
    Cos,
    Exp,
    Ln,
    Sqrt,
}

use Expr::{Add, Call, Div, Mul, Neg, Num, Pow, Sub, Var};
use Function::{Cos, Exp, Ln, Sin, Sqrt};

const FUNCTIONS: [(&str, Function); 5] =
    [("sin", Sin), ("cos", Cos), ("exp", Exp), ("ln", Ln), ("sqrt", Sqrt)];

/// What has more nodes as a tree is not printed.
const PRINTABLE: u128 = 100;

fn main() -> ExitCode {
    let mut texts: Vec<_> =
        std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
    if texts.is_empty() {
        texts = ["x^2 * sin(x)", "exp(-x^2)", "x^x", "(x + 1) * (1 + x) / (x + x)", "ln(x) / sqrt(x - 3)"]
            .map(str::to_owned)
            .into();
        texts.push(tower(29));
    }
    let mut code = ExitCode::SUCCESS;
    for text in &texts {
        match parse(text) {
            Ok(f) => differentiate(&f),
            Err(error) => {
                eprint!("algebra: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    // Handles are all that keeps nodes alive.
    assert!(Expr::registry().is_empty());
    forgotten();
    code
}

/// `a1 = sin(x) + x; a2 = sin(a1) + a1; …`: each step doubles the tree, and adds two nodes to the graph.
fn tower(height: u32) -> String {
    let mut text = String::from("a0 = x; ");
    for i in 1..=height {
        let _ = write!(text, "a{i} = sin(a{0}) + a{0}; ", i - 1);
    }
    let _ = write!(text, "a{height}");
    text
}

/// Says how many results were remembered, all of which have died by now.
fn forgotten() {
    simplify::simple::sweep();
    size::sweep();
    slope::sweep();
    let memos = [simplify::simple::cache_info(), size::cache_info(), slope::cache_info()];
    let sum = |count: fn(&CacheInfo) -> u64| memos.iter().map(count).sum::<u64>();
    let (remembered, died) = (sum(|memo| memo.misses), sum(|memo| memo.expirations));
    println!("{remembered} results were remembered, of which {died} died with their nodes");
    assert!(memos.iter().all(|memo| memo.len == 0));
}

fn differentiate(f: &Node) {
    show("f ", f);
    let simple = simplified(f);
    if simple != *f {
        show("  ", &simple);
    }
    show("f'", &derivative(&simple, &Expr::var("x")));
    println!();
}

fn show(name: &str, f: &Node) {
    let (tree, distinct) = (tree_size(f), distinct(f));
    if tree <= PRINTABLE {
        println!("{name} = {f}");
    } else {
        println!("{name} = too large to print");
    }
    let or_more = if tree == u128::MAX { " or more" } else { "" };
    println!("     {tree}{or_more} nodes as a tree, {distinct} distinct");
}

fn lent(node: &Node) -> Lent<'_> {
    Interned::borrow(node)
}

/// What `visit` makes of `root`, after it was called for each node under it, every node once, children first.
///
/// It is a memoized function, which asks itself for the results of the children, and `known` is its `peek`. A loop, since
/// recursion would go as deep as the tree; and it holds the results, of which some are remembered weakly.
fn bottom_up<R>(root: &Node, known: impl Fn(Lent<'_>) -> Option<R>, visit: impl Fn(Lent<'_>) -> R) -> R {
    let mut made = Vec::new();
    let mut path = vec![lent(root)];
    while let Some(node) = path.pop() {
        if let Some(result) = known(node) {
            made.push(result);
            continue;
        }
        let waiting: Vec<_> = children(node).filter(|&child| known(child).is_none()).collect();
        if waiting.is_empty() {
            made.push(visit(node));
        } else {
            path.push(node);
            path.extend(waiting);
        }
    }
    visit(lent(root))
}

fn children(node: Lent<'_>) -> impl Iterator<Item = Lent<'_>> {
    InternedRef::get(node).children().map(lent)
}

/// How many nodes there would be if none were shared, as far as one can count.
fn tree_size(root: &Node) -> u128 {
    bottom_up(root, size::peek, size)
}

#[memoize(weak_key(node))]
fn size(node: Lent<'_>) -> u128 {
    children(node).fold(1, |sum, child| sum.saturating_add(size(child)))
}

fn distinct(root: &Node) -> usize {
    let mut seen = HashSet::new();
    let mut path = vec![lent(root)];
    while let Some(node) = path.pop() {
        if seen.insert(node) {
            path.extend(children(node));
        }
    }
    seen.len()
}

/// The derivative by the variable `x`, simplified.
fn derivative(root: &Node, x: &Node) -> Node {
    let x = lent(x);
    bottom_up(root, |node| slope::peek(node, x), |node| slope(node, x))
}

/// The same, of a node under which all are known. It may hold the node itself, as that of `exp(x)` does, and would keep
/// it alive if it were not held weakly as well.
#[memoize(weak, weak_key(node, x))]
fn slope(node: Lent<'_>, x: Lent<'_>) -> Node {
    let d = |node| slope(lent(node), x);
    let same = InternedRef::as_interned(&node);
    match &*node {
        Num(_) => Expr::num(0),
        Var(_) => Expr::num(i64::from(node == x)),
        Neg { of } => negated(&d(of)),
        Add(a, b) => sum(&d(a), &d(b)),
        Sub(a, b) => difference(&d(a), &d(b)),
        Mul(a, b) => sum(&product(&d(a), b), &product(a, &d(b))),
        Div(a, b) => quotient(&difference(&product(&d(a), b), &product(a, &d(b))), &power(b, &Expr::num(2))),
        Pow { base, exponent } if matches!(*d(exponent), Num(0)) => {
            let less = difference(exponent, &Expr::num(1));
            product(&product(exponent, &power(base, &less)), &d(base))
        }
        // base^exponent = exp(exponent * ln(base))
        Pow { base, exponent } => {
            let by_exponent = product(&d(exponent), &call(Ln, base));
            let by_base = quotient(&product(exponent, &d(base)), base);
            product(same, &sum(&by_exponent, &by_base))
        }
        Call(Sin, a) => product(&call(Cos, a), &d(a)),
        Call(Cos, a) => negated(&product(&call(Sin, a), &d(a))),
        Call(Exp, a) => product(same, &d(a)),
        Call(Ln, a) => quotient(&d(a), a),
        Call(Sqrt, a) => quotient(&d(a), &product(&Expr::num(2), same)),
    }
}

impl Expr {
    fn children(&self) -> impl Iterator<Item = &Node> {
        let (first, second) = match self {
            Num(_) | Var(_) => (None, None),
            Neg { of: a } | Call(_, a) => (Some(a), None),
            Add(a, b) | Sub(a, b) | Mul(a, b) | Div(a, b) | Pow { base: a, exponent: b } => {
                (Some(a), Some(b))
            }
        };
        first.into_iter().chain(second)
    }

    /// The higher, the closer it binds.
    fn precedence(&self) -> u8 {
        match self {
            Add(..) | Sub(..) => 1,
            Mul(..) | Div(..) => 2,
            Neg { .. } | Num(i64::MIN..=-1) => 3,
            Pow { .. } => 4,
            Num(_) | Var(_) | Call(..) => 5,
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operand = |f: &mut fmt::Formatter<'_>, operand: &Node, least: u8| {
            if operand.precedence() < least { write!(f, "({operand})") } else { write!(f, "{operand}") }
        };
        let mut infix = |a, least_a, operator, b, least_b| {
            operand(f, a, least_a)?;
            f.write_str(operator)?;
            operand(f, b, least_b)
        };
        match self {
            Add(a, b) => infix(a, 1, " + ", b, 1),
            Sub(a, b) => infix(a, 1, " - ", b, 2),
            Mul(a, b) => infix(a, 2, " * ", b, 2),
            Div(a, b) => infix(a, 2, " / ", b, 3),
            Pow { base, exponent } => infix(base, 5, "^", exponent, 3),
            Neg { of } => {
                f.write_str("-")?;
                operand(f, of, 3)
            }
            Num(n) => write!(f, "{n}"),
            Var(name) => f.write_str(name),
            Call(function, a) => {
                let name =
                    FUNCTIONS.iter().find(|(_, other)| other == function).map_or("?", |(name, _)| name);
                write!(f, "{name}({a})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) const SOURCES: [&str; 16] = [
        "7",
        "x",
        "-x - -3",
        "x^3 - 2*x^2 + 5",
        "(x + 1) * (x + 2) / (x + 3)",
        "x / x + x - x + x + x",
        "x * x^2 * 2 * 3 * x",
        "3 * (x - 1) - (1 - x) * 2",
        "(-x)^3 - 2^x",
        "x^x",
        "x^-2^2",
        "sin(x) * cos(2 * x)",
        "exp(-x^2) / 4",
        "ln(x)^2 + ln(exp(x))",
        "sqrt(x + sqrt(2)) - sqrt(0)",
        "a = x * sin(x); b = a + exp(a); b * b - a",
    ];
    pub(crate) const POINTS: [f64; 5] = [0.3, 0.9, 1.0, 1.7, 2.6];

    pub(crate) fn parsed(text: &str) -> Node {
        parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn value(root: &Node, x: f64) -> f64 {
        let x = x.to_bits();
        bottom_up(root, |node| value_at::peek(node, x), |node| value_at(node, x))
    }

    /// At a point that is given by its bits: a float is no key.
    #[memoize(weak_key(node))]
    fn value_at(node: Lent<'_>, x: u64) -> f64 {
        let of = |node| value_at(lent(node), x);
        match &*node {
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            Num(n) => *n as f64,
            Var(name) => {
                assert_eq!(&**name, "x");
                f64::from_bits(x)
            }
            Neg { of: a } => -of(a),
            Add(a, b) => of(a) + of(b),
            Sub(a, b) => of(a) - of(b),
            Mul(a, b) => of(a) * of(b),
            Div(a, b) => of(a) / of(b),
            Pow { base, exponent } => of(base).powf(of(exponent)),
            Call(Sin, a) => of(a).sin(),
            Call(Cos, a) => of(a).cos(),
            Call(Exp, a) => of(a).exp(),
            Call(Ln, a) => of(a).ln(),
            Call(Sqrt, a) => of(a).sqrt(),
        }
    }

    #[track_caller]
    pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(error <= tolerance, "{what}: {found}, expected {expected}");
    }

    #[test]
    fn derivative_is_the_limit_of_differences() {
        let h = 1e-5;
        for source in SOURCES {
            // `(-x)^3` is no real number by `powf`, nor are its differences, unless simplified.
            let f = simplified(&parsed(source));
            let slope = derivative(&f, &Expr::var("x"));
            for x in POINTS {
                let expected = (value(&f, x + h) - value(&f, x - h)) / (2.0 * h);
                assert_close(value(&slope, x), expected, 1e-6, &format!("({source})' = {slope} at {x}"));
            }
        }
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        for source in SOURCES {
            for f in [parsed(source), simplified(&parsed(source))] {
                let again = parsed(&f.to_string());
                for x in POINTS {
                    assert_close(value(&again, x), value(&f, x), 1e-12, &format!("{source}: {f} at {x}"));
                }
            }
        }
    }

    #[test]
    fn equal_expressions_are_one_node() {
        assert!(Interned::ptr_eq(&parsed("sin(x) + 1"), &parsed(" sin( x )+1 ")));
        assert!(parsed("x - 1 - 1") != parsed("x - (1 - 1)"));
        assert!(parsed("x^x^x") == parsed("x^(x^x)"));
        assert_eq!((tree_size(&parsed("x*x + x*x")), distinct(&parsed("x*x + x*x"))), (7, 3));
    }

    #[test]
    fn a_thousand_million_nodes() {
        let f = parsed(&tower(29));
        assert_eq!(tree_size(&f), (3 << 29) - 2);
        assert_eq!(distinct(&f), 59);
        let slope = derivative(&simplified(&f), &Expr::var("x"));
        assert!(tree_size(&slope) > 1_000_000_000);
        assert!(distinct(&slope) < 200);
        // The tower's own recurrence: a' = (cos(a) + 1) * a'.
        let (mut a, mut d) = (0.1_f64, 1.0);
        for _ in 0..29 {
            (a, d) = (a.sin() + a, a.cos() * d + d);
        }
        assert_close(value(&slope, 0.1), d, 1e-9, "tower");
    }

    #[test]
    fn deep_expressions_do_not_recurse() {
        let f = parsed(&tower(20_000));
        assert_eq!(tree_size(&f), u128::MAX);
        // As in the tower above, five a step: the sum, its sine and cosine, the product and its sum.
        assert_eq!(distinct(&derivative(&f, &Expr::var("x"))), 5 * 20_000 - 1);
    }

    #[test]
    fn nothing_is_remembered_of_what_is_gone() {
        let f = parsed("exp(x_of_its_own * 3) + 2");
        let x = Expr::var("x_of_its_own");
        let slope_of_f = derivative(&f, &x);
        assert_eq!((tree_size(&f), slope::peek(lent(&f), lent(&x))), (6, Some(slope_of_f.clone())));
        drop((slope_of_f, f));
        assert!(Expr::get_call(Exp, Expr::mul(&x, Expr::num(3))).is_none());
        assert_eq!(Interned::strong_count(&x), 1);
    }
}
