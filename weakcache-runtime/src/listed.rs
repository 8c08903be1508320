//! How what is listed says what it is called, and where it is. The list itself is `weakcache-inspect`, which all versions
//! of this crate in a program share.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use weakcache_inspect::{Inspect, Kind, Registration, Report};

/// What a cache is called that belongs to code, and where that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    pub(crate) name: &'static str,
    pub(crate) types: Types,
    pub(crate) location: &'static Location<'static>,
}

/// Which instantiation it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Types {
    /// As the compiler calls an item within a function: its type arguments are those of the function. Empty where there
    /// are none.
    OfFunction(&'static str),
    /// As the compiler calls the type.
    OfType(&'static str),
}

impl Label {
    /// A report that says no more than this.
    pub(crate) fn report(self, kind: Kind) -> Report {
        let name = match self.types {
            // They are in the name, where that is made of a path.
            Types::OfType(path) if path.find('<').is_some_and(|at| self.name.ends_with(&path[at..])) => {
                self.name.to_owned()
            }
            Types::OfType(path) => with_arguments(self.name, "<", path),
            Types::OfFunction(path) => with_arguments(self.name, "::<", path),
        };
        report(kind, name, self.location)
    }
}

/// A report that says no more than this.
pub(crate) fn report(kind: Kind, name: String, location: &'static Location<'static>) -> Report {
    let mut report = Report::new(kind, name);
    (report.file, report.line) = (location.file(), location.line());
    report
}

/// Lists what is there for good.
#[cold]
pub(crate) fn list_for_good(cache: &'static dyn Inspect) {
    // A model has thousands of executions.
    if !cfg!(loom) {
        weakcache_inspect::register_static(cache);
    }
}

/// That something with a name is listed, until this is dropped.
pub(crate) struct Listing(
    #[expect(dead_code, reason = "for its drop")] Box<(Registration, Arc<dyn Inspect>)>,
);

impl Listing {
    pub(crate) fn new(cache: impl Inspect + 'static) -> Self {
        let cache: Arc<dyn Inspect> = Arc::new(cache);
        Self(Box::new((weakcache_inspect::register(Arc::downgrade(&cache)), cache)))
    }
}

// It is asked nothing by who holds it.
impl UnwindSafe for Listing {}
impl RefUnwindSafe for Listing {}

/// One for all caches that are shown together, by what they have in common.
pub(crate) struct Groups<I, G: 'static>(Mutex<BTreeMap<I, &'static G>>);

impl<I: Ord, G: Inspect> Groups<I, G> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// The group, made and listed at the first use of one of its caches.
    pub(crate) fn get_or_list(&self, of: I, make: impl FnOnce() -> G) -> &'static G {
        let mut groups = locked(&self.0);
        if let Some(group) = groups.get(&of).copied() {
            return group;
        }
        let group = &*Box::leak(Box::new(make()));
        list_for_good(group);
        groups.insert(of, group);
        group
    }
}

/// No user code runs under locks of this kind, so they are not poisoned.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path without the parameters of the type in it: `Shape<T>::area` as `Shape::area`, since the arguments are added.
fn without_parameters(name: &str) -> Cow<'_, str> {
    let whole = || -> Option<String> {
        let open = name.find('<').filter(|at| *at > 0)?;
        let close = open + closing(&name[open..])?;
        name[close + 1..].starts_with("::").then(|| format!("{}{}", &name[..open], &name[close + 1..]))
    };
    whole().map_or(Cow::Borrowed(name), Cow::Owned)
}

fn with_arguments(name: &str, open: &str, path: &str) -> String {
    let mut arguments = Vec::new();
    push_arguments(path, &mut arguments);
    if arguments.is_empty() {
        return name.to_owned();
    }
    format!("{}{open}{}>", without_parameters(name), arguments.join(", "))
}

/// The generic arguments in a path as `type_name` writes it: `a::Foo<u8>::bar<u16>`, `<a::Foo<u8> as a::Trait>::bar`, where
/// the type is an argument too, or `a::b::<impl a::Foo<u8>>::bar`. Of any other text, something.
fn push_arguments<'a>(path: &'a str, arguments: &mut Vec<&'a str>) {
    let mut rest = path;
    while let Some(open) = rest.find('<') {
        let Some(close) = closing(&rest[open..]) else { return };
        let begins_segment = open == 0 || rest[..open].ends_with("::");
        let within = &rest[open + 1..open + close];
        match within.strip_prefix("impl ").filter(|_| begins_segment) {
            Some(implementation) => match split_at(implementation, " for ") {
                Some((_, of)) => arguments.push(of),
                None => push_arguments(implementation, arguments),
            },
            None => {
                let qualified = if begins_segment { split_at(within, " as ") } else { None };
                arguments.push(qualified.map_or(within, |(of, _)| of));
            }
        }
        rest = &rest[open + close + 1..];
    }
}

/// Where the bracket that a text begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut before) = (0, ' ');
    for (at, char) in text.char_indices() {
        match char {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1, // `->` closes nothing
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = char;
    }
    None
}

/// What stands on either side of a word that is in no bracket.
fn split_at<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    text.match_indices(word).map(|(at, _)| (&text[..at], &text[at + word.len()..])).find(|(left, _)| {
        let opened = left.matches(['<', '(', '[']).count();
        let closed = left.matches(['>', ')', ']']).count() - left.matches("->").count();
        opened == closed
    })
}

#[cfg(test)]
mod tests {
    use super::{Label, Types, with_arguments};
    use std::panic::Location;
    use weakcache_inspect::Kind;

    #[test]
    fn types_stand_in_the_name() {
        for (path, name) in [
            ("a::width::{{closure}}", "f"),
            ("a::width<u8>::{{closure}}", "f::<u8>"),
            ("a::width<alloc::vec::Vec<u8>, 3>::{{closure}}", "f::<alloc::vec::Vec<u8>, 3>"),
            (
                "a::Foo<u8>::area<core::option::Option<i32>>::{{closure}}",
                "f::<u8, core::option::Option<i32>>",
            ),
            ("<a::Foo<u8> as a::Tr<u16>>::m<fn(u8) -> u16>::{{closure}}", "f::<a::Foo<u8>, fn(u8) -> u16>"),
            ("<(u8, [u16; 3]) as a::Tr>::m::{{closure}}", "f::<(u8, [u16; 3])>"),
            ("<dyn a::Of<<u8 as a::X>::Y> as a::Tr>::m", "f::<dyn a::Of<<u8 as a::X>::Y>>"),
            ("a::b::<impl a::Foo>::area::{{closure}}", "f"),
            ("a::b::<impl a::Foo<u8>>::area<u16>::{{closure}}", "f::<u8, u16>"),
            ("a::b::<impl a::Tr<u8> for a::Foo>::area::{{closure}}", "f::<a::Foo>"),
            // What no compiler writes.
            ("", "f"),
            ("<", "f"),
            (">", "f"),
            ("<>", "f::<>"),
            ("->", "f"),
            ("a<b", "f"),
            ("< as >x<ä>", "f::<, ä>"),
        ] {
            assert_eq!(with_arguments("f", "::<", path), name, "{path}");
        }
    }

    #[test]
    fn parameters_give_way_to_arguments() {
        let path = "a::Shape<u8>::__slot<u16>::{{closure}}";
        assert_eq!(with_arguments("a::Shape<T>::area", "::<", path), "a::Shape::area::<u8, u16>");
        assert_eq!(
            with_arguments("a::Shape<u8>::area", "::<", "a::Shape::__slot::{{closure}}"),
            "a::Shape<u8>::area"
        );
        assert_eq!(with_arguments("areas <m2>", "::<", path), "areas <m2>::<u8, u16>");
    }

    #[test]
    fn a_type_is_called_by_its_path() {
        let label = |name, path| Label { name, types: Types::OfType(path), location: Location::caller() };
        let report = label("a::Pair", "a::Pair<u8>").report(Kind::Registry);
        assert_eq!((report.name.as_str(), report.file), ("a::Pair<u8>", file!()));
        assert_eq!(label("pairs", "a::Pair<u8>").report(Kind::Registry).name, "pairs<u8>");
        assert_eq!(label("a::Pair<u8>", "a::Pair<u8>").report(Kind::Registry).name, "a::Pair<u8>");
        assert_eq!(label("<pairs>", "a::Pair<u8>").report(Kind::Registry).name, "<pairs><u8>");
    }
}
