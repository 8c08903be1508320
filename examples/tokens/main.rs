//! The identifiers of source files, each kept once: `cargo run --release --example tokens [FILE…]`, by default of the
//! sources of this library.
//!
//! Look for: the bytes a name takes, three times. A file that cannot be read gets a sentence, and exit code 1.
//!
//! A compiler, a linter or an index of code meets the same few names over and over. Interned, a name is one pointer,
//! compared in O(1), and its text is there once. Here that is done three times: with [`Str`], whose text lies in one piece with
//! its counts, and with names of one's own that hold a `String` or a `Box<str>`, an allocation more for each.

mod memory;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use weakcache::{Interned, Str, interned};

#[interned]
struct Owned(String);

#[interned]
struct Boxed(Box<str>);

fn main() -> ExitCode {
    match sources(env::args_os().skip(1).map(PathBuf::from).collect()) {
        Ok(sources) => {
            report(&sources);
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("tokens: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// The texts of these files, or of this library's.
fn sources(mut files: Vec<PathBuf>) -> Result<Vec<String>, String> {
    if files.is_empty() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        collect(root, &mut files).map_err(|error| format!("{}: {error}", root.display()))?;
        files.sort();
    }
    let read =
        |file: &PathBuf| fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()));
    files.iter().map(read).collect()
}

/// The Rust sources below this folder, less what is hidden and what was built.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (entry, path) = entry.map(|entry| (entry.file_type(), entry.path()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if entry?.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// What may be a name in most languages: letters, digits and underscores, not beginning with a digit.
fn identifiers(source: &str) -> impl Iterator<Item = &str> {
    let words = source.split(|c: char| c != '_' && !c.is_alphanumeric());
    words.filter(|word| word.starts_with(|c: char| c == '_' || c.is_alphabetic()))
}

fn report(sources: &[String]) {
    let all = |sources: &[String]| sources.iter().flat_map(|source| identifiers(source)).count();
    let (files, bytes) = (sources.len(), sources.iter().map(String::len).sum::<usize>());
    println!("{files} files of {bytes} bytes, in which there are {} identifiers", all(sources));

    let (texts, of_texts) = keep(sources, Str::new);
    let (owned, of_owned) = keep(sources, Owned::new);
    let (boxed, of_boxed) = keep(sources, Boxed::new);
    let distinct = Str::registry().len();
    println!("{distinct} of them are distinct");
    // One and the same name is one and the same handle, and nothing else is.
    assert_eq!([distinct; 2], [Owned::registry().len(), Boxed::registry().len()]);
    assert!(
        texts
            .iter()
            .zip(&owned)
            .zip(&boxed)
            .all(|((text, owned), boxed)| *text == owned.0 && *text == *boxed.0)
    );

    println!();
    of_texts.print("`Str`", distinct);
    of_owned.print("a `String` field", distinct);
    of_boxed.print("a `Box<str>` field", distinct);

    let mut counts = most_frequent(&texts);
    counts.truncate(5);
    println!("\nThe most frequent ones:");
    for (name, count) in counts {
        println!("{count:>8} {name}");
    }
    drop((texts, owned, boxed));
    assert!(Str::registry().is_empty() && Owned::registry().is_empty() && Boxed::registry().is_empty());
}

/// How much it took.
struct Cost {
    bytes: usize,
    first: Duration,
    again: Duration,
}

impl Cost {
    fn print(&self, what: &str, distinct: usize) {
        let Self { bytes, first, again } = self;
        let each = bytes.checked_div(distinct).unwrap_or(0);
        println!("{what:>18}: {each:>4} bytes a name; {first:>8.1?} to intern all, {again:>8.1?} once more");
    }
}

/// A handle for each identifier, in order, and what the names took, the list of handles not counted.
fn keep<'a, H>(sources: &'a [String], intern: impl Fn(&'a str) -> H) -> (Vec<H>, Cost) {
    let mut handles = Vec::with_capacity(sources.iter().flat_map(|source| identifiers(source)).count());
    let before = memory::live();
    let start = Instant::now();
    handles.extend(sources.iter().flat_map(|source| identifiers(source)).map(&intern));
    let first = start.elapsed();
    let bytes = memory::live().saturating_sub(before);
    let start = Instant::now();
    sources.iter().flat_map(|source| identifiers(source)).for_each(|name| drop(intern(name)));
    (handles, Cost { bytes, first, again: start.elapsed() })
}

/// How often each name occurs, the most frequent first: handles are counted by their addresses.
fn most_frequent(names: &[Str]) -> Vec<(Str, usize)> {
    // A name's handles here are all there are.
    let count = |name: &Str| Interned::strong_count(Str::as_interned(name));
    let mut counts: Vec<_> =
        Str::registry().iter().map(Str::from).map(|name| (count(&name) - 1, name)).collect();
    assert_eq!(counts.iter().map(|(count, _)| count).sum::<usize>(), names.len());
    counts.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| x.cmp(y)));
    counts.into_iter().map(|(count, name)| (name, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found() {
        let found: Vec<_> = identifiers("let r#x1 = _y.foo::<Größe>(2, 0x1f, \"a b\"); // 7up").collect();
        assert_eq!(found, ["let", "r", "x1", "_y", "foo", "Größe", "a", "b"]);
        assert_eq!(identifiers("1 2 3 +").count(), 0);
    }

    #[test]
    fn all_ways_keep_the_same_names() {
        let sources = ["fn f(x: u8) -> u8 { f(x) }".to_owned(), "x y".to_owned()];
        let (texts, _) = keep(&sources, Str::new);
        assert_eq!(texts.iter().map(Str::as_str).collect::<Vec<_>>().join(" "), "fn f x u8 u8 f x x y");
        assert!(texts[2] == texts[6] && texts[2] != texts[8]);
        assert_eq!(most_frequent(&texts)[0], (Str::new("x"), 3));
        // Reports assert that the three ways agree.
        drop(texts);
        report(&sources);
        report(&[]);
    }

    #[test]
    fn a_file_that_cannot_be_read_gets_a_sentence() {
        let sentence = sources(vec!["no/such/file.rs".into()]).unwrap_err();
        assert!(sentence.starts_with("no/such/file.rs: "), "{sentence}");
        let own = sources(vec![]).unwrap();
        assert!(own.iter().any(|text| text.contains("a_file_that_cannot_be_read_gets_a_sentence")));
    }
}
