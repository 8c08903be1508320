//! Which equations follow from others: `cargo run --example solver`.
//!
//! Look for: indented lines follow from the equations above them, or do not (`≠`); the last line says that no term is left.
//!
//! Congruence closure: where `a = b`, also `f(a) = f(b)`, for whatever `f`. Terms are hash-consed and have a handle of
//! their own, so that they can be written with operators and have an order: the older of two, by its number, stands for
//! their class.
//!
//! That two terms are alike, in the eyes of the solver, when their functions are the same and their arguments stand in
//! the same classes, is itself asked by hash-consing: their *signature* is a term, of the same function and the terms that
//! stand for the classes. Two are alike if that is one and the same. A signature that is new can belong to no other.
//!
//! (Downey, Sethi and Tarjan, *Variations on the Common Subexpression Problem*, 1980, without their union by size; the
//! known results are from Nelson and Oppen, *Fast Decision Procedures Based on Congruence Closure*, of the same year.)

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, Mul};

use weakcache::{Interned, InternedRef, Str, interned};

/// A function of terms; without any, a constant. In one piece with its arguments.
#[interned(handle = Term, numbered, is_new = "new_is_new")]
#[derive(Debug)]
struct RTerm {
    #[interned(borrow)]
    function: Str,
    arguments: [Term],
}

fn constant(name: &str) -> Term {
    RTerm::new(Str::new(name), [])
}

fn apply(function: &str, arguments: &[&Term]) -> Term {
    RTerm::new(Str::new(function), arguments.iter().copied().cloned().collect::<Vec<_>>())
}

/// `f(f(… term))`.
fn times(n: usize, function: &str, term: &Term) -> Term {
    (0..n).fold(term.clone(), |term, _| apply(function, &[&term]))
}

impl Add for &Term {
    type Output = Term;

    fn add(self, other: Self) -> Term {
        apply("+", &[self, other])
    }
}

impl Mul for &Term {
    type Output = Term;

    fn mul(self, other: Self) -> Term {
        apply("*", &[self, other])
    }
}

impl Ord for Term {
    /// By age: what a term is made of comes before it.
    fn cmp(&self, other: &Self) -> Ordering {
        Interned::number(self.as_ref()).cmp(&Interned::number(other.as_ref()))
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Term {
    /// For a look: nothing is counted.
    fn lend(&self) -> InternedRef<'_, RTerm> {
        Interned::borrow(self.as_ref())
    }
}

impl fmt::Display for RTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.function, &self.arguments) {
            (name, []) => f.write_str(name),
            (operator @ ("+" | "*"), [a, b]) => write!(f, "({a} {operator} {b})"),
            (name, [first, rest @ ..]) => {
                write!(f, "{name}({first}")?;
                rest.iter().try_for_each(|argument| write!(f, ", {argument}"))?;
                f.write_str(")")
            }
        }
    }
}

/// How many terms a term consists of, each time that it occurs.
fn size(term: InternedRef<'_, RTerm>) -> usize {
    let mut rest = vec![term];
    let mut size = 0;
    while let Some(term) = rest.pop() {
        size += 1;
        rest.extend(InternedRef::get(term).arguments.iter().map(Term::lend));
    }
    size
}

/// Terms in classes of those that are known to be equal.
#[derive(Default)]
struct Solver {
    /// Of each term an older one of its class; the oldest is its own.
    older: HashMap<Term, Term>,
    /// By the oldest of a class, the terms that have one of that class as an argument.
    uses: HashMap<Term, Vec<Term>>,
    /// By signature, a term that has it.
    alike: HashMap<Term, Term>,
}

impl Solver {
    /// Makes two terms equal, and all that follows from it.
    fn equate(&mut self, a: &Term, b: &Term) {
        self.enter(a);
        self.enter(b);
        self.merge(vec![(a.clone(), b.clone())]);
    }

    /// Whether two terms are equal, by what is known.
    fn are_equal(&mut self, a: &Term, b: &Term) -> bool {
        self.enter(a);
        self.enter(b);
        self.oldest(a) == self.oldest(b)
    }

    /// The term that stands for the class of an entered one.
    fn oldest<'a>(&'a self, mut term: &'a Term) -> &'a Term {
        loop {
            match &self.older[term] {
                older if older == term => return term,
                older => term = older,
            }
        }
    }

    /// Makes a term known, with its parts.
    fn enter(&mut self, term: &Term) {
        if self.older.contains_key(term) {
            return;
        }
        for argument in &term.arguments {
            self.enter(argument);
        }
        self.older.insert(term.clone(), term.clone());
        for argument in &term.arguments {
            let oldest = self.oldest(argument).clone();
            self.uses.entry(oldest).or_default().push(term.clone());
        }
        let equal = self.sign(term).map(|other| (term.clone(), other));
        self.merge(equal.into_iter().collect());
    }

    /// Another term that is like this one. If there is none, this is the one from now on.
    fn sign(&mut self, term: &Term) -> Option<Term> {
        let arguments: Vec<_> = term.arguments.iter().map(|argument| self.oldest(argument).clone()).collect();
        let (signature, is_new) = RTerm::new_is_new(&term.function, arguments);
        if !is_new && let Some(other) = self.alike.get(&signature) {
            return Some(other.clone());
        }
        self.alike.insert(signature, term.clone());
        None
    }

    fn merge(&mut self, mut pending: Vec<(Term, Term)>) {
        while let Some((a, b)) = pending.pop() {
            let (a, b) = (self.oldest(&a).clone(), self.oldest(&b).clone());
            let (older, younger) = match a.cmp(&b) {
                Ordering::Less => (a, b),
                Ordering::Greater => (b, a),
                Ordering::Equal => continue,
            };
            self.older.insert(younger.clone(), older.clone());
            // These have another signature now.
            for user in self.uses.remove(&younger).unwrap_or_default() {
                if let Some(other) = self.sign(&user) {
                    pending.push((user.clone(), other));
                }
                self.uses.entry(older.clone()).or_default().push(user);
            }
        }
    }
}

fn main() {
    known_results();
    powers();
    groups();
    let pairs = (0..300).map(beside_a_simple_one).sum::<usize>();
    println!("{pairs} pairs of random terms: as a solver says that tries everything");
    assert!(RTerm::registry().is_empty());
    println!("no terms are left, of {} that were made", RTerm::registry().info().misses);
}

/// Prints what follows, and checks that it is what is known to.
fn follows(solver: &mut Solver, a: &Term, b: &Term, expected: bool) {
    let follows = solver.are_equal(a, b);
    println!("    {a} {} {b}", if follows { "=" } else { "≠" });
    assert_eq!(follows, expected, "{a} and {b}");
}

fn known_results() {
    let (a, b) = (constant("a"), constant("b"));
    let f = |a: &Term, b: &Term| apply("f", &[a, b]);

    println!("f(a, b) = a");
    let mut solver = Solver::default();
    solver.equate(&f(&a, &b), &a);
    follows(&mut solver, &f(&f(&a, &b), &b), &a, true);
    follows(&mut solver, &f(&b, &a), &a, false);

    println!("a = b");
    let mut solver = Solver::default();
    solver.equate(&a, &b);
    let g = |term: &Term| apply("g", &[term]);
    follows(&mut solver, &f(&a, &g(&b)), &f(&b, &g(&a)), true);
    follows(&mut solver, &g(&a), &a, false);
    // The same the other way round: first the terms, then what they have in common.
    let mut solver = Solver::default();
    assert!(!solver.are_equal(&f(&a, &g(&b)), &f(&b, &g(&a))));
    solver.equate(&b, &a);
    assert!(solver.are_equal(&f(&a, &g(&b)), &f(&b, &g(&a))));
}

/// From `f^m(a) = a` and `f^n(a) = a` there follows `f^k(a) = a` where `k` is a multiple of the greatest common divisor.
fn powers() {
    let a = constant("a");
    println!("f(f(f(a))) = a and f(f(f(f(f(a))))) = a");
    let mut solver = Solver::default();
    solver.equate(&times(3, "f", &a), &a);
    follows(&mut solver, &times(1, "f", &a), &a, false);
    solver.equate(&times(5, "f", &a), &a);
    follows(&mut solver, &times(1, "f", &a), &a, true);

    let gcd = |mut m: usize, mut n: usize| {
        while n != 0 {
            (m, n) = (n, m % n);
        }
        m
    };
    let mut count = 0;
    for m in 1..=24 {
        for n in m..=24 {
            let mut solver = Solver::default();
            solver.equate(&times(m, "f", &a), &a);
            solver.equate(&times(n, "f", &a), &a);
            for k in 1..=48 {
                assert_eq!(solver.are_equal(&times(k, "f", &a), &a), k % gcd(m, n) == 0, "{m} {n} {k}");
                count += 1;
            }
        }
    }
    println!("{count} powers: as the greatest common divisor says");
}

/// With the axioms, written for the terms in question.
fn groups() {
    let (e, x, y) = (constant("e"), constant("x"), constant("y"));
    let inverse = |term: &Term| apply("i", &[term]);
    let mut solver = Solver::default();
    let associative =
        |solver: &mut Solver, a: &Term, b: &Term, c: &Term| solver.equate(&(&(a * b) * c), &(a * &(b * c)));

    println!("in a group, of x * x = x");
    solver.equate(&(&e * &x), &x);
    solver.equate(&(&inverse(&x) * &x), &e);
    associative(&mut solver, &inverse(&x), &x, &x);
    follows(&mut solver, &x, &e, false);
    solver.equate(&(&x * &x), &x);
    follows(&mut solver, &x, &e, true);

    println!("in a group, of x * y = e");
    let mut solver = Solver::default();
    let i = inverse(&x);
    solver.equate(&(&i * &x), &e);
    solver.equate(&(&e * &y), &y);
    solver.equate(&(&i * &e), &i);
    associative(&mut solver, &i, &x, &y);
    follows(&mut solver, &y, &i, false);
    solver.equate(&(&x * &y), &e);
    follows(&mut solver, &y, &i, true);
    let sum = &(&x + &y) + &(&i + &e);
    println!("    so {sum}, of size {}, is", size(sum.lend()));
    follows(&mut solver, &sum, &(&(&x + &i) + &(&y + &e)), true);
    follows(&mut solver, &sum, &(&(&y + &x) + &(&i + &e)), false);
}

/// Random equations between random terms, and which of all pairs are equal then. How many pairs that were.
fn beside_a_simple_one(mut seed: u64) -> usize {
    let mut random = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % n
    };
    let mut terms: Vec<Term> = ["a", "b", "c"].map(constant).into();
    while terms.len() < 24 {
        let (left, right) = (&terms[random(terms.len())], &terms[random(terms.len())]);
        let term = match random(3) {
            0 => left + right,
            1 => left * right,
            _ => apply("g", &[left]),
        };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let equations: Vec<_> = (0..=random(5)).map(|_| (random(24), random(24))).collect();

    let mut solver = Solver::default();
    for &(a, b) in &equations {
        solver.equate(&terms[a], &terms[b]);
    }
    let equal = by_trying(&terms, &equations);
    for (i, a) in terms.iter().enumerate() {
        for (j, b) in terms.iter().enumerate() {
            assert_eq!(solver.are_equal(a, b), equal[i][j], "{a} and {b}");
        }
    }
    terms.len() * terms.len()
}

/// Which of these terms are equal, among which all their parts are: what follows in one step, until nothing does.
fn by_trying(terms: &[Term], equations: &[(usize, usize)]) -> Vec<Vec<bool>> {
    let place: HashMap<&Term, usize> = terms.iter().zip(0..).collect();
    let mut equal: Vec<Vec<bool>> =
        (0..terms.len()).map(|i| (0..terms.len()).map(|j| i == j).collect()).collect();
    for &(a, b) in equations {
        (equal[a][b], equal[b][a]) = (true, true);
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (i, a) in terms.iter().enumerate() {
            for (j, b) in terms.iter().enumerate() {
                let congruent = a.function == b.function
                    && a.arguments.len() == b.arguments.len()
                    && !a.arguments.is_empty()
                    && a.arguments.iter().zip(&b.arguments).all(|(a, b)| equal[place[a]][place[b]]);
                let by_another = || (0..terms.len()).any(|k| equal[i][k] && equal[k][j]);
                if !equal[i][j] && (congruent || by_another()) {
                    equal[i][j] = true;
                    changed = true;
                }
            }
        }
    }
    equal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that it prints is checked.
    #[test]
    fn it_runs() {
        known_results();
        groups();
        assert!(beside_a_simple_one(7) > 0);
    }

    #[test]
    fn the_oldest_stands_for_its_class() {
        let (a, b, c) = (constant("oldest a"), constant("oldest b"), constant("oldest c"));
        let mut solver = Solver::default();
        solver.equate(&c, &b);
        solver.equate(&b, &a);
        assert!([&a, &b, &c].iter().all(|term| *solver.oldest(term) == a));
    }

    #[test]
    fn terms_are_written_as_usual() {
        let (x, y) = (constant("x"), constant("y"));
        let term = &(&x + &y) * &apply("f", &[&x, &times(2, "g", &y)]);
        assert_eq!((term.to_string().as_str(), size(term.lend())), ("((x + y) * f(x, g(g(y))))", 9));
    }
}
