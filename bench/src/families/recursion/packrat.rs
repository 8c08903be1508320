//! The example's packrat parser, on the runtime's own sources.

#[path = "../../../../examples/packrat/grammar.rs"]
mod grammar;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use weakcache::{Interned, interned};

use grammar::Rules;
pub(crate) use grammar::{Groups, parse_in_one_pass};
use weakcache_bench::machine::root;

/// A text as part of a key, by its address.
#[interned]
pub(crate) struct Source(Box<str>);

pub(crate) mod ours {
    use super::{Groups, Interned, Memoized, Source, grammar};
    use weakcache::memoize;

    #[memoize]
    pub(crate) fn trees(source: &Interned<Source>, at: usize) -> Groups {
        grammar::trees(&Memoized(source, trees), at)
    }

    #[memoize(local)]
    pub(crate) fn local(source: &Interned<Source>, at: usize) -> Groups {
        grammar::trees(&Memoized(source, local), at)
    }
}

/// Remembers by a memoized function.
struct Memoized<'a, F>(&'a Interned<Source>, F);

impl<F: Fn(&Interned<Source>, usize) -> Groups> Rules for Memoized<'_, F> {
    fn text(&self) -> &str {
        &self.0.0
    }

    fn trees(&self, at: usize) -> Groups {
        (self.1)(self.0, at)
    }
}

/// Remembers in a map, or in a table that has a place for every place of the text.
struct ByHand<'a, M>(&'a str, RefCell<M>);

impl Rules for ByHand<'_, HashMap<usize, Groups>> {
    fn text(&self) -> &str {
        self.0
    }

    fn trees(&self, at: usize) -> Groups {
        let known = self.1.borrow().get(&at).copied();
        known.unwrap_or_else(|| {
            let found = grammar::trees(self, at);
            self.1.borrow_mut().insert(at, found);
            found
        })
    }
}

impl Rules for ByHand<'_, Vec<Option<Groups>>> {
    fn text(&self) -> &str {
        self.0
    }

    fn trees(&self, at: usize) -> Groups {
        let known = self.1.borrow()[at];
        known.unwrap_or_else(|| {
            let found = grammar::trees(self, at);
            self.1.borrow_mut()[at] = Some(found);
            found
        })
    }
}

/// Remembers nothing.
struct Plain<'a>(&'a str, Cell<u64>);

impl Rules for Plain<'_> {
    fn text(&self) -> &str {
        self.0
    }

    fn trees(&self, at: usize) -> Groups {
        self.1.set(self.1.get() + 1);
        grammar::trees(self, at)
    }
}

/// What parsing finds, or the place of a fault.
pub(crate) type Parsed = Result<Groups, usize>;

pub(crate) fn memoized(
    source: &Interned<Source>,
    trees: impl Fn(&Interned<Source>, usize) -> Groups,
) -> Parsed {
    grammar::parse(&Memoized(source, trees))
}

pub(crate) fn by_map(text: &str) -> Parsed {
    grammar::parse(&ByHand(text, RefCell::new(HashMap::<usize, Groups>::new())))
}

pub(crate) fn by_table(text: &str) -> Parsed {
    grammar::parse(&ByHand(text, RefCell::new(vec![None::<Groups>; text.len() + 1])))
}

pub(crate) fn plain(text: &str) -> Parsed {
    grammar::parse(&Plain(text, Cell::new(0)))
}

/// The runtime's sources, one behind another.
pub(crate) fn sources() -> String {
    let mut text = String::new();
    append(&root().join("weakcache-runtime/src"), &mut text);
    text
}

fn append(path: &Path, text: &mut String) {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("the sources can be read");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("as above").path()).collect();
        paths.sort();
        for path in paths {
            append(&path, text);
        }
    } else {
        text.push_str(&fs::read_to_string(path).expect("sources are text"));
    }
}
