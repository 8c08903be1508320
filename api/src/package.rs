//! What is published, and what it offers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use public_api::Builder;

use crate::Outcome;

/// One that is published.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// All but `default`.
    pub(crate) features: &'static [&'static str],
}

pub(crate) const PACKAGES: &[Package] = &[
    // It re-exports the whole of the runtime: there its features show.
    Package { name: "weakcache", features: &[] },
    Package { name: "weakcache-macros", features: &["store"] },
    Package {
        name: "weakcache-runtime",
        features: &["weak-containers", "serde", "store", "metrics", "tracing"],
    },
    Package { name: "weakcache-inspect", features: &[] },
    Package { name: "weakcache-redb", features: &[] },
    Package { name: "weakcache-redis", features: &["tokio"] },
];

const UNSTABLE: [&str; 2] = ["core::marker::Freeze for ", "core::marker::UnsafeUnpin for "];

/// What is there from a set of features on, and the lines that say so.
pub(crate) type Part = (String, Vec<String>);

impl Package {
    /// What it offers: without features, by each of them, and by more than one.
    pub(crate) fn surface(&self) -> Outcome<Vec<Part>> {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut parts = Vec::new();
        let mut add = |title: String, features: &[&str], known: &mut BTreeSet<String>| -> Outcome<()> {
            let lines = self.lines(features)?;
            let new: Vec<String> = lines.iter().filter(|line| !known.contains(*line)).cloned().collect();
            let set: BTreeSet<String> = lines.into_iter().collect();
            // Features add: what one takes away is an error of ours.
            if let Some(gone) = known.iter().find(|line| !set.contains(*line)) {
                return Err(format!("{}: `{gone}` is not there {title}", self.name).into());
            }
            if !new.is_empty() || title.is_empty() {
                parts.push((title, new));
            }
            known.extend(set);
            Ok(())
        };
        let mut bare = BTreeSet::new();
        add(String::new(), &[], &mut bare)?;
        known.extend(bare.iter().cloned());
        for feature in self.features {
            let mut with = bare.clone();
            add(format!("with `{feature}`"), &[feature], &mut with)?;
            known.extend(with);
        }
        if self.features.len() > 1 {
            add("with all features".to_owned(), self.features, &mut known)?;
        }
        Ok(parts)
    }

    /// An item a line, as public-api spells and sorts them.
    fn lines(&self, features: &[&str]) -> Outcome<Vec<String>> {
        let json = self.rustdoc(features)?;
        let surface = Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
        // Of traits that only a nightly knows, nobody can depend on an impl.
        let unstable = |line: &String| UNSTABLE.iter().any(|of| line.contains(of));
        Ok(surface.items().map(ToString::to_string).filter(|line| !unstable(line)).collect())
    }

    /// Has rustdoc write its JSON.
    fn rustdoc(&self, features: &[&str]) -> Outcome<PathBuf> {
        let status = Command::new("cargo")
            .args(["+nightly", "rustdoc", "-q", "--lib", "--target-dir", "target/surface", "-p", self.name])
            .args(["--no-default-features", "--features", &features.join(",")])
            .args(["--", "-Zunstable-options", "--output-format", "json"])
            .current_dir(root())
            .status()?;
        if !status.success() {
            return Err(format!("{}: rustdoc failed with the features {features:?}", self.name).into());
        }
        Ok(root().join("target/surface/doc").join(self.name.replace('-', "_")).with_extension("json"))
    }
}

/// Of the workspace that this was built from.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
