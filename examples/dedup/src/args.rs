//! The command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::fields::Format;

pub(crate) const USAGE: &str = "\
Interns the fields of a file and tells what that saves.

Usage: dedup [OPTIONS] [FILE [COLUMN…]]

A .csv or .tsv file is read as such, by its header; any other one as lines of words. A COLUMN
is a name from the header, or a number, counted from 1; without any, all fields are taken.
Without a FILE, the tz database that comes with this program is read.

Options:
  -d, --delimiter CHAR  what stands between fields, whatever the file is called (`tab` for a tab)
      --no-header       the first row of a delimited file is a row like any other
  -h, --help            this text
";

/// The tz database: see the README beside it.
const TZDATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/tzdata.zi");

pub(crate) enum Command {
    Help,
    Dedup(Args),
}

pub(crate) struct Args {
    pub(crate) file: PathBuf,
    pub(crate) format: Format,
    /// As given: what they mean, the header says.
    pub(crate) columns: Vec<String>,
}

impl Command {
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, lexopt::Error> {
        let (mut file, mut columns) = (None, Vec::new());
        let (mut delimiter, mut header) = (None, true);
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Short('h') | Long("help") => return Ok(Self::Help),
                Short('d') | Long("delimiter") => {
                    delimiter = Some(parser.value()?.parse_with(parse_delimiter)?);
                }
                Long("no-header") => header = false,
                Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
                Value(value) => columns.push(value.string()?),
                _ => return Err(arg.unexpected()),
            }
        }
        let file = file.unwrap_or_else(|| TZDATA.into());
        let format = match delimiter.or_else(|| delimiter_of(&file)) {
            Some(delimiter) => Format::Delimited { delimiter, header },
            None if header => Format::Words,
            None => return Err("`--no-header` is for delimited files: add `--delimiter`".into()),
        };
        Ok(Self::Dedup(Args { file, format, columns }))
    }
}

fn parse_delimiter(text: &str) -> Result<u8, &'static str> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("a delimiter is one ASCII character, no quote and no line end"),
    }
}

fn delimiter_of(file: &Path) -> Option<u8> {
    let extension = file.extension()?;
    if extension.eq_ignore_ascii_case("csv") {
        Some(b',')
    } else if extension.eq_ignore_ascii_case("tsv") {
        Some(b'\t')
    } else {
        None
    }
}
