//! Figures that pages show, beside those that were measured.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// By heading: the header of its table, and the rows.
type Tables = HashMap<String, (Vec<String>, Vec<Vec<String>>)>;

/// Says where a page shows another figure than was measured, or with `update` writes that.
pub(crate) fn check(root: &Path, pages: &[PathBuf], update: bool) -> io::Result<Vec<String>> {
    let measured = tables(&fs::read_to_string(root.join("BENCHMARKS.md"))?);
    let counted = instructions(&fs::read_to_string(root.join("bench/instructions.txt"))?);
    let mut faults = Vec::new();
    for page in pages {
        let text = fs::read_to_string(page)?;
        let mut columns: Option<Vec<String>> = None;
        let mut lines = Vec::new();
        for line in text.lines() {
            let cells = cells(line);
            let is_row = !cells.is_empty() && !line.starts_with("|:");
            if cells.is_empty() {
                columns = None;
            } else if is_row && let Some(columns) = &columns {
                let mut written = vec![cells[0].clone()];
                for (column, shown) in columns[1..].iter().zip(&cells[1..]) {
                    let figure = match columns[0].as_str() {
                        "instructions" => counted.get(&cells[0]).cloned(),
                        unit => figure(&measured, &cells[0], unit, column),
                    };
                    // A place without a figure, where there is none.
                    let figure = figure.unwrap_or_else(|| "–".to_owned());
                    if figure != *shown && !update {
                        let page = page.strip_prefix(root).unwrap_or(page).display();
                        faults.push(format!("{page}: {}, {column}: {shown}, measured {figure}", cells[0]));
                    }
                    written.push(figure);
                }
                lines.push(format!("| {} |", written.join(" | ")));
                continue;
            } else if is_row && ["median ns", "bytes", "instructions"].contains(&cells[0].as_str()) {
                columns = Some(cells);
            }
            lines.push(line.to_owned());
        }
        if update {
            fs::write(page, lines.join("\n") + "\n")?;
        }
    }
    Ok(faults)
}

/// The cells of a row; none if the line is no row.
fn cells(line: &str) -> Vec<String> {
    let Some(row) = line.strip_prefix('|').and_then(|row| row.strip_suffix('|')) else { return Vec::new() };
    // A bar in a cell is written `\|`.
    row.replace("\\|", "\0").split('|').map(|cell| cell.trim().replace('\0', "\\|")).collect()
}

fn tables(text: &str) -> Tables {
    let mut tables = Tables::new();
    let mut heading = "";
    for line in text.lines() {
        if let Some(next) = line.strip_prefix("### ") {
            heading = next;
        }
        let cells = cells(line);
        if cells.is_empty() || line.starts_with("|:") || heading.is_empty() {
            continue;
        }
        match tables.get_mut(heading) {
            None => {
                tables.insert(heading.to_owned(), (cells, Vec::new()));
            }
            Some((_, rows)) => rows.push(cells),
        }
    }
    tables
}

/// What was measured under a heading, of the contestant that is called this or the first whose name begins with it.
fn figure(tables: &Tables, heading: &str, unit: &str, contestant: &str) -> Option<String> {
    let (header, rows) = tables.get(heading)?;
    let column = header.iter().position(|name| name == unit)?;
    let begins = |name: &str| {
        name.strip_prefix(contestant).is_some_and(|rest| rest.starts_with(' ') || rest.starts_with(','))
    };
    let exact = rows.iter().find(|row| row[0] == contestant);
    exact.or_else(|| rows.iter().find(|row| begins(&row[0]))).map(|row| row[column].clone())
}

/// Counts of instructions, without their fractions.
fn instructions(text: &str) -> HashMap<String, String> {
    let lines = text.lines().filter_map(|line| line.trim().split_once("  "));
    let lines = lines.filter_map(|(count, path)| Some((path.to_owned(), count.parse::<f64>().ok()?)));
    lines.map(|(path, count)| (path, format!("{count:.0}"))).collect()
}
