//! The committed figures.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use weakcache_bench::machine;

/// How much more a path may take than its baseline.
const TOLERANCE: f64 = 1.05;

/// What each path took when it was last looked at.
pub(super) struct Baseline {
    compiler: String,
    figures: Vec<(String, f64)>,
}

/// The outcome of a comparison.
pub(super) struct Report {
    /// All figures, a line each.
    pub(super) text: String,
    /// What must be mended, a sentence each.
    pub(super) faults: Vec<String>,
}

fn file() -> PathBuf {
    machine::root().join("bench/instructions.txt")
}

impl Baseline {
    pub(super) fn of(figures: &[(&str, f64)]) -> Self {
        let figures = figures.iter().map(|(path, figure)| ((*path).to_owned(), *figure)).collect();
        Self { compiler: machine::compiler(), figures }
    }

    pub(super) fn read() -> Result<Self, String> {
        let text = fs::read_to_string(file()).map_err(|error| format!("{}: {error}", file().display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut baseline = Self { compiler: String::new(), figures: Vec::new() };
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix('#') {
                if let Some(compiler) = comment.trim().strip_prefix("Compiled by ") {
                    compiler.clone_into(&mut baseline.compiler);
                }
            } else if let Some((figure, path)) = line.trim().split_once("  ") {
                let figure = figure.parse().map_err(|_| format!("no figure in the baseline's `{line}`"))?;
                baseline.figures.push((path.trim().to_owned(), figure));
            } else if !line.trim().is_empty() {
                return Err(format!("no figure and path in the baseline's `{line}`"));
            }
        }
        Ok(baseline)
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "# Instructions a call, by callgrind. `bench/instructions --update` writes this file,\n\
             # `bench/instructions --check` fails where a path takes 5 % more than it says.\n\
             # Compiled by {}\n",
            self.compiler
        );
        for (path, figure) in &self.figures {
            let _ = writeln!(text, "{figure:>8.1}  {path}");
        }
        text
    }

    pub(super) fn write(&self) -> Result<(), String> {
        fs::write(file(), self.text()).map_err(|error| format!("{}: {error}", file().display()))
    }

    pub(super) fn compare(&self, measured: &[(&str, f64)]) -> Report {
        let mut report = Report { text: String::from("baseline      now\n"), faults: Vec::new() };
        let compiler = machine::compiler();
        if compiler != self.compiler {
            let _ =
                writeln!(report.text, "the baseline was compiled by {}, this by {compiler}", self.compiler);
        }
        for (path, now) in measured {
            let Some((_, before)) = self.figures.iter().find(|(other, _)| other == path) else {
                report.faults.push(format!("`{path}` is not in the baseline"));
                continue;
            };
            let change = (now / before - 1.0) * 100.0;
            let _ = writeln!(report.text, "{before:>8.1} {now:>8.1} {change:>+6.1} %  {path}");
            if *now > before * TOLERANCE {
                report.faults.push(format!(
                    "`{path}` takes {now:.1} instructions, {change:.1} % more than the {before:.1} of the baseline"
                ));
            }
        }
        for (path, _) in &self.figures {
            if measured.iter().all(|(other, _)| other != path) {
                report.faults.push(format!("`{path}` is in the baseline, but no longer measured"));
            }
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::Baseline;

    fn faults(now: &[(&str, f64)]) -> Vec<String> {
        let written = Baseline::of(&[("a hit", 100.0), ("a miss", 300.0)]).text();
        let read = Baseline::parse(&written).expect("what was written can be read");
        read.compare(now).faults
    }

    #[test]
    fn five_percent_more_is_a_fault_and_names_the_path() {
        assert!(faults(&[("a hit", 104.9), ("a miss", 12.0)]).is_empty());
        let faults = faults(&[("a hit", 105.2), ("a miss", 300.0)]);
        assert!(matches!(&*faults, [one] if one.contains("`a hit` takes 105.2")), "{faults:?}");
    }

    #[test]
    fn a_path_that_only_one_side_knows_is_a_fault() {
        let faults = faults(&[("a hit", 100.0), ("another", 1.0)]);
        assert!(matches!(&*faults, [new, gone] if new.contains("another") && gone.contains("a miss")));
    }

    #[test]
    fn a_line_without_a_figure_is_an_error() {
        assert!(Baseline::parse("x  a hit").is_err());
        assert!(Baseline::parse("100.0").is_err());
    }
}
