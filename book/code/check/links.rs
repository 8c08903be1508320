//! Where links lead.

use super::files;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Files of the repository, as the book links to them.
const REPOSITORY: [&str; 2] = [
    "https://github.com/weakcache/weakcache/blob/main/",
    "https://github.com/weakcache/weakcache/edit/main/",
];
/// The reference, which `cargo doc` builds.
const REFERENCE: &str = "https://docs.rs/weakcache/latest/";

/// Says which links of the built book, and of the Markdown in the repository, lead nowhere.
pub(crate) fn check(root: &Path) -> io::Result<Vec<String>> {
    let mut anchors = Anchors::default();
    let mut faults = Vec::new();
    let reference = root.join("target/doc");
    if !reference.join("weakcache").exists() {
        println!("NOT RUN: links to the reference, since `cargo doc` was not run");
    }

    let mut pages = files(&root.join("target/book"), "html")?;
    // It is shown where an address is wrong, and links from the root of a site.
    pages.retain(|page| !page.ends_with("404.html"));
    let mut markdown = files(&root.join("docs"), "md")?;
    let beside =
        ["README.md", "ARCHITECTURE.md", "BENCHMARKS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    markdown.extend(beside.map(|name| root.join(name)));
    for page in pages.iter().chain(&markdown) {
        let text = fs::read_to_string(page)?;
        let in_html = page.extension().is_some_and(|extension| extension == "html");
        let links = if in_html {
            [between(&text, "href=\"", "\""), between(&text, "src=\"", "\"")].concat()
        } else {
            between(&without_code(&text), "](", ")")
        };
        for link in links {
            let in_repository = REPOSITORY.iter().find_map(|prefix| link.strip_prefix(prefix));
            let (base, rest) = if let Some(rest) = in_repository {
                (root.to_owned(), rest)
            } else if let Some(rest) = link.strip_prefix(REFERENCE) {
                if !reference.join("weakcache").exists() {
                    continue;
                }
                (reference.clone(), rest)
            } else if link.contains("://") || link.starts_with("data:") {
                continue;
            } else {
                (page.parent().unwrap_or(root).to_owned(), &*link)
            };
            let (path, anchor) = rest.split_once('#').unwrap_or((rest, ""));
            let target = if path.is_empty() { page.clone() } else { base.join(path) };
            if !target.exists() || !(anchor.is_empty() || anchors.has(&target, anchor)?) {
                let page = page.strip_prefix(root).unwrap_or(page).display();
                faults.push(format!("{page}: `{link}` leads nowhere"));
            }
        }
    }
    Ok(faults)
}

/// The anchors of each file that was asked for.
#[derive(Default)]
struct Anchors(HashMap<PathBuf, HashSet<String>>);

impl Anchors {
    fn has(&mut self, file: &Path, anchor: &str) -> io::Result<bool> {
        if !self.0.contains_key(file) {
            let text = fs::read_to_string(file)?;
            let anchors = if file.extension().is_some_and(|extension| extension == "md") {
                without_code(&text).lines().filter(|line| line.starts_with('#')).map(slug).collect()
            } else {
                between(&text, "id=\"", "\"").into_iter().collect()
            };
            self.0.insert(file.to_owned(), anchors);
        }
        Ok(self.0[file].contains(anchor))
    }
}

/// The anchor of a heading, as GitHub makes it.
fn slug(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Everything that stands between these two.
fn between(text: &str, begin: &str, end: &str) -> Vec<String> {
    let parts = text.split(begin).skip(1);
    parts.filter_map(|part| part.split_once(end)).map(|(found, _)| found.replace("&amp;", "&")).collect()
}

/// A text in Markdown without its code, in which brackets are no links and `#` is no heading.
fn without_code(text: &str) -> String {
    let mut prose = String::new();
    for (i, part) in text.split("\n```").enumerate() {
        if i % 2 == 0 {
            for (i, part) in part.split('`').enumerate() {
                // In a heading, code counts.
                let in_heading = prose.rsplit('\n').next().is_some_and(|line| line.starts_with('#'));
                if i % 2 == 0 || in_heading {
                    prose.push_str(part);
                }
            }
            prose.push('\n');
        }
    }
    prose
}
