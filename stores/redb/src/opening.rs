//! How a file is opened, or made.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase};

use crate::backend::Unsynced;
use crate::common::caught;
use crate::error::{OpenError, OpenErrorKind};
use crate::options::{Durability, Options};
use crate::tables::{Ledger, Origin, is_prepared, ledger, origin, prepare};

/// Opens it, and puts aside what stands in its place where that was asked for.
pub(crate) fn open_or_replace(path: &Path, options: &Options) -> Result<(Database, Ledger), OpenError> {
    match open(path, options) {
        Err(error)
            if options.replace_damaged
                && error.path() == path
                && matches!(error.kind(), OpenErrorKind::Damaged | OpenErrorKind::Version) =>
        {
            // Not deleted: it may be something else that somebody needs.
            put_aside(path).map_err(|error| OpenError::io(path, error))?;
            open(path, options)
        }
        other => other,
    }
}

/// Renames it, to a name that nothing has.
fn put_aside(path: &Path) -> io::Result<()> {
    for number in 1_u64.. {
        let mut name = path.as_os_str().to_owned();
        name.push(".damaged");
        if number > 1 {
            name.push(format!("-{number}"));
        }
        // Who has made the file has the name.
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(_) => {
                return fs::rename(path, &name).inspect_err(|_| {
                    let _ = fs::remove_file(&name);
                });
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("a folder has fewer files")
}

/// What is refused is closed again, at which redb may panic. (What it panics with before is caught by itself: to close the
/// database as that unwinds could be a second panic, which aborts.)
fn open(path: &Path, options: &Options) -> Result<(Database, Ledger), OpenError> {
    caught(|| Ok(open_file(path, options))).unwrap_or_else(|fault| Err(OpenError::from_fault(path, fault)))
}

fn open_file(path: &Path, options: &Options) -> Result<(Database, Ledger), OpenError> {
    make(path, options)?;
    let database = database(path, options)?;
    let origin = caught(|| origin(&database.begin_read()?));
    let is_new = match origin.map_err(|fault| OpenError::from_fault(path, fault))? {
        Origin::Ours => false,
        Origin::New => true,
        Origin::OtherFormat(format) => {
            let message = format!("its format is {format}");
            return Err(OpenError::new(path, OpenErrorKind::Version, message));
        }
        Origin::Foreign => {
            let message = "a database of somebody else";
            return Err(OpenError::new(path, OpenErrorKind::Version, message));
        }
    };
    let ledger = caught(|| {
        if is_new || !is_prepared(&database.begin_read()?, options.bounds)? {
            let transaction = database.begin_write()?;
            prepare(&transaction, options.bounds)?;
            transaction.commit()?;
        }
        ledger(&database.begin_read()?)
    });
    Ok((database, ledger.map_err(|fault| OpenError::from_fault(path, fault))?))
}

/// As redb opens it, or makes it. Whatever it meets, it is no panic.
fn database(path: &Path, options: &Options) -> Result<Database, OpenError> {
    let mut builder = Builder::new();
    builder.set_cache_size(options.memory).set_check_integrity_on_open(options.check);
    caught(|| {
        Ok(match options.durability {
            Durability::Machine => builder.create(path),
            Durability::Process => OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
                .map_err(redb::DatabaseError::from)
                .and_then(FileBackend::new)
                .and_then(|file| builder.create_with_backend(Unsynced(file))),
        })
    })
    .map_err(|fault| OpenError::from_fault(path, fault))?
    .map_err(|error| OpenError::from_redb(path, error))
}

/// Sees to it that there is a file. A new one gets its name when it is whole: a process that is killed as it makes one
/// leaves what nobody could tell from a damaged one.
fn make(path: &Path, options: &Options) -> Result<(), OpenError> {
    let io = |error| OpenError::io(path, error);
    if path.try_exists().map_err(io)? {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let new = unfinished(path);
    // Two that make one at the same time have this lock between them.
    let made = match database(&new, options) {
        Err(error) if error.kind() == OpenErrorKind::Damaged && is_of_redb(&new).map_err(io)? => {
            // Of one that was killed.
            fs::remove_file(&new).map_err(io)?;
            database(&new, options)?
        }
        other => other?,
    };
    let named = match fs::hard_link(&new, path) {
        // Another was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Not every file system has links. Where a file was made meanwhile, it has no entries yet.
        Err(_) => fs::rename(&new, path),
        Ok(()) => Ok(()),
    };
    let closed = caught(move || {
        drop(made);
        Ok(())
    });
    let _ = fs::remove_file(&new);
    named.map_err(io)?;
    closed.map_err(|fault| OpenError::from_fault(path, fault))
}

/// What a new file is called before it is whole.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".weakcache-new");
    path.with_file_name(name)
}

/// Whether it begins as what redb makes, from the first moment to the last.
fn is_of_redb(path: &Path) -> io::Result<bool> {
    /// Of redb's file format. Zeros, before it is written.
    const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";
    let mut begin = Vec::new();
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == MAGIC || begin.iter().all(|byte| *byte == 0))
}
