//! What is committed of a package: `api/NAME.txt`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::Outcome;
use crate::package::{Package, Part, root};

/// The text of such a file.
pub(crate) struct Snapshot {
    file: PathBuf,
    text: String,
}

fn file(package: &Package) -> PathBuf {
    root().join("api").join(package.name).with_extension("txt")
}

impl Snapshot {
    pub(crate) fn of(package: &Package, parts: &[Part]) -> Self {
        Self { file: file(package), text: text(package.name, parts) }
    }

    pub(crate) fn read(package: &Package) -> Outcome<Self> {
        let file = file(package);
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(Self { file, text })
    }

    pub(crate) fn write(&self) -> Outcome<()> {
        fs::write(&self.file, &self.text).map_err(|error| format!("{}: {error}", self.file.display()).into())
    }

    /// What is gone (`-`) and what is new (`+`), a line each; nothing where both are the same.
    pub(crate) fn compare(&self, now: &Self) -> String {
        let (was, is) = (keyed(&self.text), keyed(&now.text));
        let mut differences = String::new();
        for (mark, lines) in [('-', was.difference(&is)), ('+', is.difference(&was))] {
            for (part, line) in lines {
                let _ =
                    writeln!(differences, "{mark} {line}{}{part}", if part.is_empty() { "" } else { "  " });
            }
        }
        if differences.is_empty() && self.text != now.text {
            differences.push_str("  the same lines in another order\n");
        }
        match differences.is_empty() {
            true => differences,
            false => format!("{}\n{differences}", self.file.file_name().unwrap_or_default().display()),
        }
    }
}

fn text(name: &str, parts: &[Part]) -> String {
    let mut text = format!(
        "# What {name} offers, an item a line, impls of auto traits included. `api/surface --update` writes this file,\n\
         # `api/surface --check` fails where it is not so.\n"
    );
    for (at, (title, lines)) in parts.iter().enumerate() {
        if at > 0 {
            let _ = writeln!(text, "\n# {title}");
        }
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// Each line with the part in which it stands.
fn keyed(text: &str) -> BTreeSet<(&str, &str)> {
    let mut part = "";
    let mut lines = BTreeSet::new();
    for line in text.lines() {
        match line.strip_prefix("# with ") {
            Some(_) => part = line,
            None if line.starts_with('#') || line.is_empty() => {}
            None => {
                lines.insert((part, line));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Snapshot, text};
    use crate::package::Part;

    fn compare(was: &[Part], is: &[Part]) -> String {
        let snapshot = |parts| Snapshot { file: "of.txt".into(), text: text("of", parts) };
        snapshot(was).compare(&snapshot(is))
    }

    fn part(title: &str, lines: &[&str]) -> Part {
        (title.to_owned(), lines.iter().map(|&line| line.to_owned()).collect())
    }

    #[test]
    fn what_is_gone_and_what_is_new_is_named_with_its_feature() {
        let was = [part("", &["pub fn a()", "pub fn b()"]), part("with `x`", &["pub fn c()"])];
        assert_eq!(compare(&was, &was), "");
        let is = [part("", &["pub fn a()"]), part("with `x`", &["pub fn b()", "pub fn c()"])];
        assert_eq!(compare(&was, &is), "of.txt\n- pub fn b()\n+ pub fn b()  # with `x`\n");
        assert_eq!(
            compare(&[part("", &["a", "b"])], &[part("", &["b", "a"])]),
            "of.txt\n  the same lines in another order\n"
        );
    }
}
