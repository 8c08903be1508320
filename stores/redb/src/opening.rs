//! How a file is opened, or made.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase};

use crate::backend::Unsynced;
use crate::common::caught;
use crate::error::{OpenError, OpenErrorKind};
use crate::options::{Durability, Options};
use crate::tables::{Ledger, Origin, Tables, origin};

/// Opens it, and puts aside what stands in its place where that was asked for.
pub(crate) fn open_or_replace(path: &Path, options: &Options) -> Result<(Database, Ledger), OpenError> {
    match open(path, options) {
        Err(error)
            if options.replace_damaged
                && matches!(error.kind(), OpenErrorKind::Damaged | OpenErrorKind::Version) =>
        {
            // Not deleted: it may be something else that somebody needs.
            fs::rename(path, beside(path, ".damaged")).map_err(|error| OpenError::io(path, error))?;
            open(path, options)
        }
        other => other,
    }
}

fn open(path: &Path, options: &Options) -> Result<(Database, Ledger), OpenError> {
    make(path, options)?;
    let database = database(path, options)?;
    let origin = caught(|| origin(&database.begin_read()?));
    match origin.map_err(|fault| OpenError::from_fault(path, fault))? {
        Origin::Ours | Origin::New => {}
        Origin::OtherFormat(format) => {
            let message = format!("its format is {format}");
            return Err(OpenError::new(path, OpenErrorKind::Version, message));
        }
        Origin::Foreign => {
            let message = "a database of somebody else";
            return Err(OpenError::new(path, OpenErrorKind::Version, message));
        }
    }
    let ledger = caught(|| {
        let transaction = database.begin_write()?;
        let ledger = Tables::open(&transaction)?.ledger()?;
        transaction.commit()?;
        Ok(ledger)
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
    let new = beside(path, ".new");
    // Two that make one at the same time have this lock between them.
    let made = match database(&new, options) {
        Err(error) if error.kind() == OpenErrorKind::Damaged => {
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

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}
