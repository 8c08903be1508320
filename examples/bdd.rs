//! Binary decision diagrams, and queens that do not attack each other: `cargo run --example bdd`.
//!
//! A diagram is a function of yes-or-no variables. As each node exists once, and tests a variable that
//! stands before those under it, equal functions are the same handle. The one algorithm, `if_then_else`,
//! lives from that: it compares diagrams in O(1), and looks up in O(1) whether it had these before.

use std::collections::HashMap;

use weakcache::{Interned, interned};

type Diagram = Interned<Bdd>;

#[interned]
#[derive(Debug)]
enum Bdd {
    False,
    True,
    /// `low` where the variable is false, `high` where it is true.
    Branch {
        variable: u32,
        low: Diagram,
        high: Diagram,
    },
}

fn main() {
    for (size, expected) in [(6, 4), (7, 40), (8, 92)] {
        let mut diagrams = Diagrams::default();
        let board = queens(&mut diagrams, size);
        let solutions = count(&board, size * size);
        println!("{size} queens: {solutions} solutions");
        assert_eq!(solutions, expected);

        let made = Bdd::registry().len();
        // The memo holds what was only on the way.
        drop(diagrams);
        println!("          {made} nodes, of which {} are the result", Bdd::registry().len());
        if size == 8 {
            print(&board, size);
        }
    }
    // Handles are all that keeps nodes alive.
    assert!(Bdd::registry().is_empty());
}

/// The function that is `low` or `high`, as `variable` is.
fn branch(variable: u32, low: &Diagram, high: &Diagram) -> Diagram {
    // One that does not depend on the variable does not test it.
    if low == high { low.clone() } else { Bdd::branch(variable, low.clone(), high.clone()) }
}

fn variable(variable: u32) -> Diagram {
    branch(variable, &Bdd::false_(), &Bdd::true_())
}

/// Operations, and what they found out so far.
#[derive(Default)]
struct Diagrams {
    memo: HashMap<[Diagram; 3], Diagram>,
}

impl Diagrams {
    fn not(&mut self, f: &Diagram) -> Diagram {
        self.if_then_else(f, &Bdd::false_(), &Bdd::true_())
    }

    fn and(&mut self, f: &Diagram, g: &Diagram) -> Diagram {
        self.if_then_else(f, g, &Bdd::false_())
    }

    fn or(&mut self, f: &Diagram, g: &Diagram) -> Diagram {
        self.if_then_else(f, &Bdd::true_(), g)
    }

    /// The function that is `g` where `f` is true, and `h` where it is false.
    ///
    /// Recursion goes as deep as there are variables.
    fn if_then_else(&mut self, f: &Diagram, g: &Diagram, h: &Diagram) -> Diagram {
        match &**f {
            Bdd::True => return g.clone(),
            Bdd::False => return h.clone(),
            Bdd::Branch { .. } if g == h => return g.clone(),
            Bdd::Branch { .. } if matches!((&**g, &**h), (Bdd::True, Bdd::False)) => return f.clone(),
            Bdd::Branch { .. } => {}
        }
        let key = [f, g, h].map(Diagram::clone);
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        let first = [f, g, h].into_iter().filter_map(first_variable).min().expect("`f` tests one");
        let [low, high] = [false, true].map(|value| {
            let [f, g, h] = [f, g, h].map(|of| given(of, first, value));
            self.if_then_else(f, g, h)
        });
        let result = branch(first, &low, &high);
        self.memo.insert(key, result.clone());
        result
    }
}

fn first_variable(f: &Diagram) -> Option<u32> {
    match **f {
        Bdd::False | Bdd::True => None,
        Bdd::Branch { variable, .. } => Some(variable),
    }
}

/// What is left of `f` when `first`, which it tests before all others or not at all, is known.
fn given(f: &Diagram, first: u32, value: bool) -> &Diagram {
    match &**f {
        Bdd::Branch { variable, low, high } if *variable == first => {
            if value {
                high
            } else {
                low
            }
        }
        _ => f,
    }
}

/// How many assignments of `variables` variables make `f` true.
fn count(f: &Diagram, variables: u32) -> u128 {
    /// How many assignments of the variables from the first that `f` tests.
    fn below(f: &Diagram, variables: u32, memo: &mut HashMap<Diagram, u128>) -> u128 {
        let Bdd::Branch { variable, low, high } = &**f else {
            return u128::from(matches!(**f, Bdd::True));
        };
        if let Some(&known) = memo.get(f) {
            return known;
        }
        let result = [low, high]
            .map(|of| {
                let skipped = first_variable(of).unwrap_or(variables) - variable - 1;
                below(of, variables, memo) << skipped
            })
            .iter()
            .sum();
        memo.insert(f.clone(), result);
        result
    }
    below(f, variables, &mut HashMap::new()) << first_variable(f).unwrap_or(variables)
}

/// Where queens can stand on a board so that there is one in every row, and none attacks another.
///
/// Variable `row * size + column` says whether there is one on that square.
fn queens(diagrams: &mut Diagrams, size: u32) -> Diagram {
    let squares = || (0..size).flat_map(|row| (0..size).map(move |column| (row, column)));
    let mut board = Bdd::true_();
    for row in 0..size {
        let mut any = Bdd::false_();
        for column in 0..size {
            any = diagrams.or(&any, &variable(row * size + column));
        }
        board = diagrams.and(&board, &any);
    }
    for (row, column) in squares() {
        // From the last square up, so that each step adds a node on top.
        let mut alone = Bdd::true_();
        for (r, c) in squares().collect::<Vec<_>>().into_iter().rev() {
            let attacked = r == row || c == column || r.abs_diff(row) == c.abs_diff(column);
            if attacked && (r, c) != (row, column) {
                let free = diagrams.not(&variable(r * size + c));
                alone = diagrams.and(&free, &alone);
            }
        }
        let queen = variable(row * size + column);
        let safe = diagrams.if_then_else(&queen, &alone, &Bdd::true_());
        board = diagrams.and(&board, &safe);
    }
    board
}

/// One of the boards.
fn print(board: &Diagram, size: u32) {
    let mut at = board;
    for square in 0..size * size {
        let queen = match &**at {
            Bdd::Branch { variable, low, high } if *variable == square => {
                let queen = matches!(**low, Bdd::False);
                at = if queen { high } else { low };
                queen
            }
            _ => false,
        };
        let end = if (square + 1) % size == 0 { "\n" } else { " " };
        print!("{}{end}", if queen { '♛' } else { '·' });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of four variables by its values, a bit for each assignment.
    type Table = u16;

    const VARIABLES: u32 = 4;

    fn value(f: &Diagram, assignment: u32) -> bool {
        match &**f {
            Bdd::False => false,
            Bdd::True => true,
            Bdd::Branch { variable, low, high } => {
                value(if assignment >> variable & 1 == 1 { high } else { low }, assignment)
            }
        }
    }

    fn table(f: &Diagram) -> Table {
        (0..16).fold(0, |table, assignment| table | Table::from(value(f, assignment)) << assignment)
    }

    fn of_table(diagrams: &mut Diagrams, table: Table) -> Diagram {
        let mut f = Bdd::false_();
        for assignment in (0..16).filter(|assignment| table >> assignment & 1 == 1) {
            let mut here = Bdd::true_();
            for v in 0..VARIABLES {
                let set = variable(v);
                let literal = if assignment >> v & 1 == 1 { set } else { diagrams.not(&set) };
                here = diagrams.and(&here, &literal);
            }
            f = diagrams.or(&f, &here);
        }
        f
    }

    fn is_ordered_and_reduced(f: &Diagram) -> bool {
        let Bdd::Branch { variable, low, high } = &**f else { return true };
        low != high
            && [low, high].into_iter().all(|of| {
                first_variable(of).is_none_or(|next| next > *variable) && is_ordered_and_reduced(of)
            })
    }

    #[test]
    fn operations_are_those_of_the_tables() {
        let mut diagrams = Diagrams::default();
        // Some of the 65,536 functions, and the one that is always true.
        let tables: Vec<_> = (0..=255).map(|i: u16| i.wrapping_mul(0x9E37)).chain([Table::MAX]).collect();
        let functions: Vec<_> = tables.iter().map(|&table| of_table(&mut diagrams, table)).collect();
        for (i, f) in functions.iter().enumerate() {
            assert_eq!(table(f), tables[i]);
            assert!(is_ordered_and_reduced(f));
            assert_eq!(count(f, VARIABLES), u128::from(tables[i].count_ones()));
            let (j, k) = ((i * 31 + 7) % tables.len(), (i * 17 + 3) % tables.len());
            let (g, h) = (&functions[j], &functions[k]);
            assert_eq!(table(&diagrams.not(f)), !tables[i]);
            assert_eq!(table(&diagrams.and(f, g)), tables[i] & tables[j]);
            assert_eq!(table(&diagrams.or(f, g)), tables[i] | tables[j]);
            let either = diagrams.if_then_else(f, g, h);
            assert_eq!(table(&either), tables[i] & tables[j] | !tables[i] & tables[k]);
            assert!(is_ordered_and_reduced(&either));
        }
    }

    #[test]
    fn equal_functions_are_the_same_handle() {
        let mut diagrams = Diagrams::default();
        let (f, g) = (of_table(&mut diagrams, 0x1EE7), of_table(&mut diagrams, 0xCAFE));
        // De Morgan, with a memo that knows nothing of the other way.
        let both = diagrams.and(&f, &g);
        let mut others = Diagrams::default();
        let (not_f, not_g) = (others.not(&f), others.not(&g));
        let neither = others.or(&not_f, &not_g);
        assert!(Interned::ptr_eq(&others.not(&neither), &both));
        assert!(diagrams.or(&f, &not_f) == Bdd::true_());
    }

    #[test]
    fn counts_variables_that_are_not_tested() {
        assert_eq!(count(&Bdd::true_(), 5), 32);
        assert_eq!(count(&Bdd::false_(), 5), 0);
        assert_eq!(count(&variable(3), 5), 16);
        assert_eq!(count(&variable(0), 5), 16);
    }

    #[test]
    fn solutions_of_small_boards() {
        for (size, solutions) in [(1, 1), (2, 0), (3, 0), (4, 2), (5, 10), (6, 4)] {
            assert_eq!(count(&queens(&mut Diagrams::default(), size), size * size), solutions, "{size}");
        }
    }
}
