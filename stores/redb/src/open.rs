//! One path is one database: those that a process has, by canonical path.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use crate::database::Database;
use crate::options::Options;

/// An entry stays until its database is closed: a file is not opened before it is.
static OPEN: Mutex<Option<HashMap<PathBuf, Weak<Open>>>> = Mutex::new(None);
static CLOSED: Condvar = Condvar::new();

/// A database that takes itself from the table, once it is closed.
pub(crate) struct Open {
    /// Always there, but while it is dropped.
    database: Option<Database>,
}

impl Open {
    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().expect("it is taken by the destructor alone")
    }

    /// That of a path. The options are those of whoever is first.
    pub(crate) fn shared(path: &Path, options: Options) -> Arc<Self> {
        let path = canonical(path);
        let mut table = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match table.get_or_insert_default().entry(path.clone()) {
                Entry::Vacant(place) => {
                    let open = Arc::new(Self { database: Some(Database::new(path, options)) });
                    place.insert(Arc::downgrade(&open));
                    return open;
                }
                Entry::Occupied(place) => {
                    if let Some(open) = place.get().upgrade() {
                        return open;
                    }
                    // Its last handle is gone, and it is being closed.
                    table = CLOSED.wait(table).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(database) = self.database.take() else { return };
        let path = database.path().to_owned();
        drop(database);
        let mut table = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = &mut *table {
            table.remove(&path);
        }
        CLOSED.notify_all();
    }
}

/// So many links in a row are a circle, to Linux too.
const LINKS: usize = 40;

/// As the file system has it, as far as there is anything: the file, or the folders above it, need not exist, nor need that
/// to which a link leads.
fn canonical(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing: Vec<OsString> = Vec::new();
    let mut links = 0;
    let mut there = absolute.clone();
    loop {
        if let Ok(mut canonical) = there.canonicalize() {
            canonical.extend(missing.iter().rev());
            return canonical;
        }
        match (there.parent(), there.file_name()) {
            (Some(parent), Some(name)) => {
                there = match there.read_link() {
                    Ok(target) if links < LINKS => {
                        links += 1;
                        parent.join(target)
                    }
                    Ok(_) => return absolute,
                    Err(_) => {
                        missing.push(name.to_owned());
                        parent.to_owned()
                    }
                };
            }
            // It ends in `..`, below something that is not there.
            _ => return absolute,
        }
    }
}
