//! A computation over the files of a folder, whose results lie on disk: a second run answers from there. What is in a
//! file that was changed, is computed anew, and so is all after an edit of the code; an edit of a comment costs nothing.
#![forbid(unsafe_code)]

pub mod analysis;
pub mod input;
pub mod report;

use analysis::summary;
use input::File;
use report::Report;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use weakcache_redb::{Durability, OpenError, Redb};

static RESULTS: OnceLock<Redb> = OnceLock::new();

/// Opens the file that results lie in. What stands in its place and is no such file, or one of another version of the store,
/// is put aside if the place `is_ours`.
///
/// # Errors
///
/// If it is no such file and is not ours, or another process has it.
pub fn open(path: &Path, is_ours: bool) -> Result<Redb, OpenError> {
    let store = Redb::builder()
        .max_bytes(256 << 20)
        // A result that a power cut takes away is computed once more: no need to wait for the disk.
        .durability(Durability::Process)
        .replace_damaged(is_ours)
        .open(path)?;
    Ok(RESULTS.get_or_init(|| store).clone())
}

/// That file.
fn results() -> Redb {
    RESULTS.get().cloned().expect("it is opened before anything is computed")
}

/// What all files say, by as many threads as there are cores. `done` is called after each.
///
/// # Errors
///
/// The first error of a file.
///
/// # Panics
///
/// If the results were not [opened](open).
pub fn run(files: &[File], done: impl Fn() + Sync) -> io::Result<Report> {
    let report = Mutex::new(Report::default());
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<()> {
        while let Some(file) = files.get(next.fetch_add(1, Relaxed)) {
            let day = summary(&file.path, file.len, file.modified)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.path.display())))?;
            report.lock().unwrap_or_else(PoisonError::into_inner).add(&day);
            done();
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a panic has been told"))
    })?;
    Ok(report.into_inner().unwrap_or_else(PoisonError::into_inner))
}
