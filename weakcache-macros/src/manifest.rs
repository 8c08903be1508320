//! Whether the user's package depends on `weakcache` under another name.
//!
//! An expansion names `::weakcache`, and the compiler's word on a name that it does not find cannot be ours.
//! The manifest tells before. It is read once a package, line by line: what is not understood is no reason to
//! speak up.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::{env, fs};

const NAME: &str = "weakcache";

/// The options of an attribute called `attribute` with the `crate = …` that they lack, and the error that says
/// so; `None` where they are as they should be.
pub(crate) fn with_crate(options: &TokenStream, attribute: &str) -> Option<(TokenStream, TokenStream)> {
    if gives_crate(options) {
        return None;
    }
    let name = renamed()?;
    let error = syn::Error::new(
        Span::call_site(),
        format_args!(
            "`{NAME}` is a dependency of this package under the name `{name}`\nhelp: write `#[{attribute}(crate = {name})]`"
        ),
    );
    let name = Ident::new(&name, Span::call_site());
    // With it all else is right, and so this is the one error.
    Some((quote!(crate = #name, #options), error.to_compile_error().into_token_stream()))
}

/// Whether `crate = …` is among the options. (A `crate::…` may be in a value.)
fn gives_crate(options: &TokenStream) -> bool {
    let next = options.clone().into_iter().skip(1);
    options.clone().into_iter().zip(next).any(|pair| {
        matches!(pair, (TokenTree::Ident(word), TokenTree::Punct(equals)) if word == "crate" && equals.as_char() == '=')
    })
}

/// The name that `weakcache` has in the package which is compiled, where it is another.
fn renamed() -> Option<String> {
    thread_local!(static KNOWN: RefCell<HashMap<OsString, Option<String>>> = RefCell::default());
    let directory = env::var_os("CARGO_MANIFEST_DIR")?;
    KNOWN.with_borrow_mut(|known| {
        known.entry(directory).or_insert_with_key(|directory| renamed_in(Path::new(directory))).clone()
    })
}

fn renamed_in(directory: &Path) -> Option<String> {
    let read =
        |directory: &Path| Some(Manifest::read(&fs::read_to_string(directory.join("Cargo.toml")).ok()?));
    let manifest = read(directory)?;
    if manifest.is_own || manifest.names(NAME) {
        return None;
    }
    let crate_name = |name: &str| name.replace('-', "_");
    if let Some(name) = manifest.renamed.first() {
        return Some(crate_name(name));
    }
    if manifest.inherited.is_empty() {
        return None;
    }
    let workspace = directory.ancestors().filter_map(read).find(|manifest| manifest.is_workspace)?;
    let name = manifest.inherited.iter().find(|name| workspace.renamed_for_members.contains(name))?;
    Some(crate_name(name))
}

/// What a manifest says of dependencies.
#[derive(Default)]
struct Manifest {
    /// Whether it is that of `weakcache` itself.
    is_own: bool,
    is_workspace: bool,
    dependencies: Vec<String>,
    /// Those that are `weakcache` under another name.
    renamed: Vec<String>,
    /// Those that the workspace describes.
    inherited: Vec<String>,
    renamed_for_members: Vec<String>,
}

impl Manifest {
    fn read(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut table = "";
        for line in text.lines().map(str::trim) {
            if let Some(header) = line.strip_prefix('[') {
                table = header.split(']').next().unwrap_or_default().trim_matches(['[', ' ']);
                manifest.is_workspace |= table == "workspace" || table.starts_with("workspace.");
                if let (Some(name), true) = dependency_table(table) {
                    manifest.dependencies.push(name);
                }
                continue;
            }
            let Some((key, value)) = line.split_once('=') else { continue };
            manifest.line(table, key.trim(), value.trim());
        }
        manifest
    }

    fn line(&mut self, table: &str, key: &str, value: &str) {
        if table == "package" && key == "name" && unquoted(value) == NAME {
            self.is_own = true;
        }
        let (name, sets) = match dependency_table(table) {
            (_, false) => return,
            // `[dependencies.name]`
            (Some(name), true) => (name, format!("{key} = {value}")),
            // `name = { … }`, `name.key = …`
            (None, true) => match key.split_once('.') {
                Some((name, key)) => (unquoted(name).to_owned(), format!("{key} = {value}")),
                None => (unquoted(key).to_owned(), value.to_owned()),
            },
        };
        let sets: String = sets.split_whitespace().collect();
        let is_ours = sets.contains("package=\"weakcache\"") || sets.contains("package='weakcache'");
        if table.starts_with("workspace.") {
            self.renamed_for_members.extend(is_ours.then_some(name));
            return;
        }
        self.renamed.extend(is_ours.then(|| name.clone()));
        self.inherited.extend(sets.contains("workspace=true").then(|| name.clone()));
        self.dependencies.push(name);
    }

    fn names(&self, name: &str) -> bool {
        self.dependencies.iter().any(|known| known == name)
    }
}

/// Whether the table is one of dependencies, and of which, where it is that of one.
fn dependency_table(table: &str) -> (Option<String>, bool) {
    for kind in ["dependencies", "dev-dependencies"] {
        if table == kind || table.ends_with(&format!(".{kind}")) {
            return (None, true);
        }
        if let Some((before, name)) = table.rsplit_once(&format!("{kind}."))
            && (before.is_empty() || before.ends_with('.'))
        {
            return (Some(unquoted(name).to_owned()), true);
        }
    }
    (None, false)
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::{Manifest, gives_crate};
    use quote::quote;

    #[test]
    fn whether_the_option_is_there() {
        assert!(gives_crate(&quote!(lru = 1, crate = a::b)));
        assert!(!gives_crate(&quote!(key = crate::key(x), name = "crate")));
    }

    #[test]
    fn dependencies_of_another_name() {
        for text in [
            "[dependencies]\nserde = \"1\"\nwc = { version = \"0.1\", package = \"weakcache\" }",
            "[dependencies]\nwc.version = \"0.1\"\nwc.package='weakcache'",
            "[dependencies.\"wc\"]\npackage   = \"weakcache\" # renamed\nversion = \"0.1\"",
            "[target.'cfg(unix)'.dev-dependencies]\nwc = {package=\"weakcache\", path = \"..\"}",
            "[target.'cfg(unix)'.dependencies.wc]\npackage = \"weakcache\"",
        ] {
            let manifest = Manifest::read(text);
            assert_eq!(manifest.renamed, ["wc"], "{text}");
            assert!(!manifest.names("weakcache") && !manifest.is_own, "{text}");
        }
    }

    #[test]
    fn dependencies_of_its_own_name() {
        for text in [
            "[dependencies]\nweakcache = \"0.1\"",
            "[dependencies.weakcache]\nversion = \"0.1\"",
            "[dependencies]\nweakcache.workspace = true",
            "[dev-dependencies]\nweakcache = { path = \"..\" }\n[dependencies]\nwc = { package = \"weakcache\" }",
        ] {
            assert!(Manifest::read(text).names("weakcache"), "{text}");
        }
        let others = "[build-dependencies]\nwc = { package = \"weakcache\" }\n[package]\nname = \"wc\"\n[features]\nx = []";
        let manifest = Manifest::read(others);
        assert!(manifest.renamed.is_empty() && manifest.dependencies.is_empty() && !manifest.is_own);
        assert!(Manifest::read("[package]\nname = \"weakcache\"").is_own);
    }

    #[test]
    fn dependencies_of_a_workspace() {
        let member = Manifest::read("[dependencies]\nwc = { workspace = true }\nother.workspace = true");
        assert_eq!(
            (member.inherited, member.is_workspace),
            (vec!["wc".to_owned(), "other".to_owned()], false)
        );
        let root = "[workspace]\nmembers = []\n[workspace.dependencies]\nwc = { package = \"weakcache\", path = \"..\" }";
        let root = Manifest::read(root);
        assert!(root.is_workspace && root.renamed.is_empty());
        assert_eq!(root.renamed_for_members, ["wc"]);
    }
}
