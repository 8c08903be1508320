//! The fields of a file, one after the other.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str;

/// How rows and fields are told apart.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// CSV and its relatives.
    Delimited {
        /// What stands between two fields.
        delimiter: u8,
        /// Whether the first row names the columns.
        header: bool,
    },
    /// A row a line, fields with blanks between; not all rows need have as many.
    Words,
}

/// Why a file cannot be read to its end.
#[derive(Debug)]
pub(crate) struct Fault {
    /// Counted from 1; `None` where it is about the file as a whole.
    pub(crate) line: Option<u64>,
    what: String,
}

impl Fault {
    fn new(line: Option<u64>, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::new(None, error.to_string())
    }
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Self {
        let line = error.position().map(csv::Position::line);
        let what = match error.kind() {
            csv::ErrorKind::Utf8 { err, .. } => format!("field {} is not UTF-8", err.field() + 1),
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("a row of {len} fields, where the first has {expected_len}")
            }
            _ => error.to_string(),
        };
        Self::new(line, what)
    }
}

/// Shows `visit` the fields in the wanted columns (in all, if none is named) and returns the number of rows.
///
/// # Errors
///
/// If the file cannot be read, is not UTF-8, has no such column, or, where it is delimited, has a row of
/// another length than the first.
pub(crate) fn each(
    file: impl Read,
    format: Format,
    columns: &[String],
    visit: &mut dyn FnMut(&str),
) -> Result<u64, Fault> {
    match format {
        Format::Delimited { delimiter, header } => delimited(file, delimiter, header, columns, visit),
        Format::Words => words(file, columns, visit),
    }
}

fn delimited(
    file: impl Read,
    delimiter: u8,
    header: bool,
    columns: &[String],
    visit: &mut dyn FnMut(&str),
) -> Result<u64, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(header)
        // Where tabs separate, a quote is a character like any other.
        .quoting(delimiter != b'\t')
        .from_reader(file);
    // Where there is no header, this is the first row, which comes again below.
    let first = reader.headers()?;
    let wanted = columns
        .iter()
        .map(|column| {
            let named = header.then(|| first.iter().position(|name| name == column)).flatten();
            named.or_else(|| number(column).filter(|&at| at < first.len())).ok_or_else(|| {
                let there = if header {
                    first.iter().collect::<Vec<_>>().join(", ")
                } else {
                    format!("1 to {}", first.len())
                };
                Fault::new(None, format!("no column `{column}`; there are: {there}"))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;

    let mut rows = 0;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        rows += 1;
        if columns.is_empty() {
            record.iter().for_each(&mut *visit);
        } else {
            for &at in &wanted {
                visit(&record[at]);
            }
        }
    }
    Ok(rows)
}

fn words(file: impl Read, columns: &[String], visit: &mut dyn FnMut(&str)) -> Result<u64, Fault> {
    let wanted = columns
        .iter()
        .map(|column| {
            let what = || format!("no column `{column}`: lines of words have no header, count from 1");
            number(column).ok_or_else(|| Fault::new(None, what()))
        })
        .collect::<Result<Vec<_>, _>>()?;

    let mut reader = BufReader::new(file);
    let (mut line, mut rows, mut longest) = (Vec::new(), 0, 0);
    while reader.read_until(b'\n', &mut line)? != 0 {
        rows += 1;
        let text = str::from_utf8(&line).map_err(|error| {
            Fault::new(Some(rows), format!("not UTF-8 from byte {} on", error.valid_up_to() + 1))
        })?;
        if columns.is_empty() {
            text.split_whitespace().for_each(&mut *visit);
        } else {
            let fields: Vec<_> = text.split_whitespace().collect();
            longest = longest.max(fields.len());
            for field in wanted.iter().filter_map(|&at| fields.get(at)) {
                visit(field);
            }
        }
        line.clear();
    }
    match wanted.iter().find(|&&at| at >= longest) {
        Some(at) => {
            let what = format!("no column `{}`; the longest line has {longest} words", at + 1);
            Err(Fault::new(None, what))
        }
        None => Ok(rows),
    }
}

/// The index that a number of a column stands for.
fn number(column: &str) -> Option<usize> {
    column.parse::<usize>().ok()?.checked_sub(1)
}
