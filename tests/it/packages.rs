//! What packages that depend on `weakcache` see: built as such, in a folder of the target directory.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

/// A package with `source` as its library, which depends on `weakcache` as `dependency` says.
fn package(name: &str, dependency: &str, source: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = scratch().join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}\n",
        dependency.replace("PATH", &root.display().to_string()),
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), source).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    folder
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages")
}

fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", scratch().join("target"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .unwrap()
}

const SOURCE: &str = r#"
use NAME::{interned, memoize};

#[interned]
pub struct Date {
    pub year: i32,
    pub name: String,
    #[cfg(all())]
    pub month: u8,
}

#[interned]
impl Date {
    #[interned(by(year, name, month))]
    pub fn load(year: i32, name: &str, month: u8) -> Self {
        Self { year, name: name.to_owned(), month }
    }
}

#[memoize(lru = 2)]
pub fn double(n: u32, name: &str) -> String {
    format!("{name}{n}")
}

pub fn uses() {
    drop((Date::new(1, "x", 2), Date::get(1, "x", 2), Date::load(1, "x", 2), double(1, "x")));
    double::cache_clear();
}
"#;

const METHOD: &str = r#"
pub struct Repo<'a>(pub &'a str, pub weakcache::Memo);

#[memoize]
impl<'a> Repo<'a> {
    #[memoize(in(self.1))]
    pub fn note(&self, name: &str) -> Result<String, String> {
        Ok(format!("{}{name}", self.0))
    }
}
"#;

#[test]
#[ignore = "builds the library anew for each: `.ci/run` does"]
fn a_renamed_dependency_is_one_error_a_place() {
    let renamed = "wc = { package = \"weakcache\", path = \"PATH\" }";
    let folder = package("renamed", renamed, &SOURCE.replace("NAME", "wc"));
    let output = cargo(&folder, &["check"]);
    let messages = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    for attribute in ["interned", "memoize"] {
        assert!(messages.contains(&format!("help: write `#[{attribute}(crate = wc)]`")), "{messages}");
    }
    // One a place of the three, and that of cargo.
    assert_eq!(messages.matches("\nerror: ").count() + 1, 4, "{messages}");
    assert_eq!(messages.matches("error[").count(), 0, "{messages}");

    let told = SOURCE
        .replace("NAME", "wc")
        .replace("#[interned]", "#[interned(crate = wc)]")
        .replace("lru = 2", "lru = 2, crate = wc");
    let output = cargo(&package("renamed", renamed, &told), &["check"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "builds the library anew for each: `.ci/run` does"]
fn documentation_of_users_shows_nothing_that_is_hidden() {
    let source = [&SOURCE.replace("NAME", "weakcache"), METHOD].concat();
    let folder = package("documented", "weakcache = { path = \"PATH\" }", &source);
    let output = cargo(&folder, &["doc", "--no-deps"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let pages = scratch().join("target/doc/documented");
    let page = fs::read_to_string(pages.join("struct.Date.html")).unwrap();
    assert!(["new", "get", "registry", "load"].iter().all(|name| page.contains(&format!("method.{name}"))));
    let mut seen = 0;
    let mut folders = vec![pages];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                seen += 1;
                for hidden in
                    ["__weakcache", "__Weakcache", "__WEAKCACHE", "Key_fields", "KeyFields", "KeyOf"]
                {
                    assert!(!text.contains(hidden), "`{hidden}` is in {}", path.display());
                }
            }
        }
    }
    assert!(seen > 3, "{seen} pages");
}

/// An attribute that replaces tokens in what stands below it.
const EDIT: &str = r#"
use proc_macro::{TokenStream, TokenTree};

#[proc_macro_attribute]
pub fn edit(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut sides = args.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(spelt(group.stream())),
        _ => None,
    });
    let (from, to) = (sides.next().unwrap(), sides.next().unwrap());
    let item = spelt(item);
    assert!(item.contains(&from), "{from} is not in {item}");
    item.replace(&from, &to).parse().unwrap()
}

fn spelt(tokens: TokenStream) -> String {
    tokens.to_string().replace(" :", ":")
}
"#;

#[test]
#[ignore = "builds the library anew for each: `.ci/run` does"]
fn what_another_attribute_does_to_a_layout_is_noticed() {
    package("edit", "[lib]\nproc-macro = true", EDIT);
    let edited = |edit: &str, command: &str| {
        let source = format!(
            "use weakcache::interned;\n\
            #[interned]\n{edit}\npub struct S {{ a: u8, b: u32, c: u32, d: bool, t: [u16] }}\n\
            pub fn made() {{ drop(S::new(1, 2, 3, true, [4])); }}\n\
            #[test] #[should_panic(expected = \"another attribute changed\")] fn panics() {{ made() }}"
        );
        let edit = "weakcache = { path = \"PATH\" }\nedit = { path = \"../edit\" }";
        let output = cargo(&package("edited", edit, &source), &[command]);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let built = |edit: &str| edited(edit, "build");
    let edit = |edit: &str| built(&format!("#[edit::edit({edit})]"));
    for harmless in ["", "#[edit::edit({ a: u8 } => { pub a: u8 })]"] {
        assert_eq!(built(harmless), (true, String::new()), "{harmless}");
    }
    let (built, added) = edit("{ b: u32 } => { b: u32, more: u64 }");
    assert!(!built && added.contains("error: pattern requires"), "{added}");
    for retyped in ["{ a: u8 } => { a: bool }", "{ [u16] } => { [u32] }", "{ c: u32 } => { c: f32 }"] {
        let (built, messages) = edit(retyped);
        assert!(!built && messages.contains("mismatched types"), "{retyped}: {messages}");
    }
    // What is asked of a value, before there is one.
    for moved in
        ["{ a: u8, b: u32 } => { b: u32, a: u8 }", "{ pub struct } => { #[repr(align(64))] pub struct }"]
    {
        let (panicked, messages) = edited(&format!("#[edit::edit({moved})]"), "test");
        assert!(panicked, "{moved}: {messages}");
    }
}
