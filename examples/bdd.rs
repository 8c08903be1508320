//! Binary decision diagrams, and queens that do not attack each other: `cargo run --example bdd`.
//!
//! Look for: nearly all answers that were remembered have died with their nodes; what is left are the nodes of the result.
//!
//! A diagram is a function of yes-or-no variables. As each node exists once, and tests a variable that
//! stands before those under it, equal functions are the same handle. The one algorithm, `if_then_else`,
//! lives from that: it compares diagrams in O(1), and looks up in O(1) whether it had these before.
//!
//! What it had before is remembered for as long as the diagrams live, and keeps none of them alive: most are only
//! on the way to others. On the way down, nothing is counted: diagrams are lent.

use weakcache::{Interned, InternedRef, interned, memoize};

type Diagram = Interned<Bdd>;
type Lent<'a> = InternedRef<'a, Bdd>;

#[interned]
#[derive(Debug)]
enum Bdd {
    False,
    True,
    /// `low` where the variable is false, `high` where it is true.
    Branch {
        variable: u32,
        low: Interned<Bdd>,
        high: Interned<Bdd>,
    },
}

fn main() {
    for (size, expected) in [(6, 4), (7, 40), (8, 92)] {
        let before = Bdd::registry().info().misses;
        let board = queens(size);
        let made = Bdd::registry().info().misses - before;
        let solutions = count(lent(&board), size * size);
        println!("{size} queens: {solutions} solutions");
        assert_eq!(solutions, expected);
        println!("          {made} nodes were made, and {} are left: the result", Bdd::registry().len());

        decided::sweep();
        let memo = decided::cache_info();
        println!(
            "          {} answers were remembered, of which {} died with their nodes",
            memo.misses, memo.expirations
        );
        if size == 8 {
            print(&board, size);
        }
        drop(board);
        // Handles are all that keeps nodes alive.
        assert!(Bdd::registry().is_empty());
        decided::cache_clear();
        below::cache_clear();
    }
}

fn lent(f: &Diagram) -> Lent<'_> {
    Interned::borrow(f)
}

/// The function that is `low` or `high`, as `variable` is.
fn branch(variable: u32, low: &Diagram, high: &Diagram) -> Diagram {
    // One that does not depend on the variable does not test it.
    if low == high { low.clone() } else { Bdd::branch(variable, low, high) }
}

fn variable(variable: u32) -> Diagram {
    branch(variable, &Bdd::false_(), &Bdd::true_())
}

fn not(f: &Diagram) -> Diagram {
    if_then_else(lent(f), lent(&Bdd::false_()), lent(&Bdd::true_()))
}

fn and(f: &Diagram, g: &Diagram) -> Diagram {
    if_then_else(lent(f), lent(g), lent(&Bdd::false_()))
}

fn or(f: &Diagram, g: &Diagram) -> Diagram {
    if_then_else(lent(f), lent(&Bdd::true_()), lent(g))
}

/// The function that is `g` where `f` is true, and `h` where it is false.
///
/// Recursion goes as deep as there are variables.
fn if_then_else(f: Lent<'_>, g: Lent<'_>, h: Lent<'_>) -> Diagram {
    match (&*f, &*g, &*h) {
        (Bdd::True, ..) => InternedRef::to_interned(g),
        (Bdd::False, ..) => InternedRef::to_interned(h),
        _ if g == h => InternedRef::to_interned(g),
        (_, Bdd::True, Bdd::False) => InternedRef::to_interned(f),
        _ => decided(f, g, h),
    }
}

/// The same where it is not plain. A result holds what it was made of, so it is held weakly as well: the answer is
/// remembered as long as all four live.
#[memoize(weak, weak_key(f, g, h))]
fn decided(f: Lent<'_>, g: Lent<'_>, h: Lent<'_>) -> Diagram {
    let first = [f, g, h].into_iter().filter_map(first_variable).min().expect("`f` tests one");
    let [low, high] = [false, true].map(|value| {
        let [f, g, h] = [f, g, h].map(|of| given(of, first, value));
        if_then_else(f, g, h)
    });
    branch(first, &low, &high)
}

fn first_variable(f: Lent<'_>) -> Option<u32> {
    match *f {
        Bdd::False | Bdd::True => None,
        Bdd::Branch { variable, .. } => Some(variable),
    }
}

/// What is left of `f` when `first`, which it tests before all others or not at all, is known.
fn given(f: Lent<'_>, first: u32, value: bool) -> Lent<'_> {
    match InternedRef::get(f) {
        Bdd::Branch { variable, low, high } if *variable == first => lent(if value { high } else { low }),
        _ => f,
    }
}

/// How many assignments of `variables` variables make `f` true.
fn count(f: Lent<'_>, variables: u32) -> u128 {
    below(f, variables) << first_variable(f).unwrap_or(variables)
}

/// How many assignments of the variables from the first that `f` tests.
#[memoize(weak_key(f))]
fn below(f: Lent<'_>, variables: u32) -> u128 {
    let Bdd::Branch { variable, low, high } = &*f else {
        return u128::from(matches!(*f, Bdd::True));
    };
    let of = |branch| {
        let branch = lent(branch);
        let skipped = first_variable(branch).unwrap_or(variables) - variable - 1;
        below(branch, variables) << skipped
    };
    of(low) + of(high)
}

/// Where queens can stand on a board so that there is one in every row, and none attacks another.
///
/// Variable `row * size + column` says whether there is one on that square.
fn queens(size: u32) -> Diagram {
    let squares = || (0..size).flat_map(|row| (0..size).map(move |column| (row, column)));
    let mut board = Bdd::true_();
    for row in 0..size {
        let mut any = Bdd::false_();
        for column in 0..size {
            any = or(&any, &variable(row * size + column));
        }
        board = and(&board, &any);
    }
    for (row, column) in squares() {
        // From the last square up, so that each step adds a node on top.
        let mut alone = Bdd::true_();
        for (r, c) in squares().collect::<Vec<_>>().into_iter().rev() {
            let attacked = r == row || c == column || r.abs_diff(row) == c.abs_diff(column);
            if attacked && (r, c) != (row, column) {
                let free = not(&variable(r * size + c));
                alone = and(&free, &alone);
            }
        }
        let queen = variable(row * size + column);
        let safe = if_then_else(lent(&queen), lent(&alone), lent(&Bdd::true_()));
        board = and(&board, &safe);
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

    fn of_table(table: Table) -> Diagram {
        let mut f = Bdd::false_();
        for assignment in (0..16).filter(|assignment| table >> assignment & 1 == 1) {
            let mut here = Bdd::true_();
            for v in 0..VARIABLES {
                let set = variable(v);
                let literal = if assignment >> v & 1 == 1 { set } else { not(&set) };
                here = and(&here, &literal);
            }
            f = or(&f, &here);
        }
        f
    }

    fn is_ordered_and_reduced(f: &Diagram) -> bool {
        let Bdd::Branch { variable, low, high } = &**f else { return true };
        low != high
            && [low, high].into_iter().all(|of| {
                first_variable(lent(of)).is_none_or(|next| next > *variable) && is_ordered_and_reduced(of)
            })
    }

    #[test]
    fn operations_are_those_of_the_tables() {
        // Some of the 65,536 functions, and the one that is always true.
        let tables: Vec<_> = (0..=255).map(|i: u16| i.wrapping_mul(0x9E37)).chain([Table::MAX]).collect();
        let functions: Vec<_> = tables.iter().map(|&table| of_table(table)).collect();
        for (i, f) in functions.iter().enumerate() {
            assert_eq!(table(f), tables[i]);
            assert!(is_ordered_and_reduced(f));
            assert_eq!(count(lent(f), VARIABLES), u128::from(tables[i].count_ones()));
            let (j, k) = ((i * 31 + 7) % tables.len(), (i * 17 + 3) % tables.len());
            let (g, h) = (&functions[j], &functions[k]);
            assert_eq!(table(&not(f)), !tables[i]);
            assert_eq!(table(&and(f, g)), tables[i] & tables[j]);
            assert_eq!(table(&or(f, g)), tables[i] | tables[j]);
            let either = if_then_else(lent(f), lent(g), lent(h));
            assert_eq!(table(&either), tables[i] & tables[j] | !tables[i] & tables[k]);
            assert!(is_ordered_and_reduced(&either));
        }
    }

    #[test]
    fn equal_functions_are_the_same_handle() {
        let (f, g) = (of_table(0x1EE7), of_table(0xCAFE));
        // De Morgan.
        let both = and(&f, &g);
        let (not_f, not_g) = (not(&f), not(&g));
        let neither = or(&not_f, &not_g);
        assert!(Interned::ptr_eq(&not(&neither), &both));
        assert!(or(&f, &not_f) == Bdd::true_());
    }

    #[test]
    fn counts_variables_that_are_not_tested() {
        let count = |f: &Diagram| count(lent(f), 5);
        assert_eq!((count(&Bdd::true_()), count(&Bdd::false_())), (32, 0));
        assert_eq!((count(&variable(3)), count(&variable(0))), (16, 16));
    }

    #[test]
    fn an_answer_is_remembered_as_long_as_its_diagrams_live() {
        let (f, g, h) = (variable(1000), variable(1001), variable(1002));
        let [f_lent, g_lent, h_lent] = [&f, &g, &h].map(lent);
        let either = if_then_else(f_lent, g_lent, h_lent);
        assert_eq!(decided::peek(f_lent, g_lent, h_lent).as_ref(), Some(&either));
        drop(either);
        assert_eq!(decided::peek(f_lent, g_lent, h_lent), None);
        assert_eq!(Interned::strong_count(&h), 1);
    }

    #[test]
    fn solutions_of_small_boards() {
        for (size, solutions) in [(1, 1), (2, 0), (3, 0), (4, 2), (5, 10), (6, 4)] {
            assert_eq!(count(lent(&queens(size)), size * size), solutions, "{size}");
        }
    }
}
