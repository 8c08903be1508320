//! The thread that has the database: commits, compaction, closing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use redb::{Database, ReadableDatabase};

use crate::common::{Common, Job, Write, caught, now};
use crate::error::{Fault, OpenError};
use crate::opening::open_or_replace;
use crate::options::Options;
use crate::step::Step;
use crate::tables::{Ledger, Snapshot, Tables};

/// Of what waits, at most this goes into one commit, so that the first need not wait for ever.
const BATCH: usize = 1024;
const BATCH_BYTES: usize = 64 << 20;

/// How many entries a commit looks at to see whether they have expired, beside four for each that it writes.
const LOOKS: usize = 16;

/// How many entries an eviction spares, beside four for each that is written.
const SPARED: usize = 16;

/// Until the last sender is gone, or the database has failed. `opened` is called once, if it could be opened.
pub(crate) fn run(
    path: &Path,
    options: &Options,
    common: &Common,
    jobs: &Receiver<Job>,
    opened: impl FnOnce(),
) {
    let (mut database, mut ledger) = match open_or_replace(path, options) {
        Ok(opened) => opened,
        Err(error) => {
            common.fail(error);
            return;
        }
    };
    let mut ended = publish(common, &database, &ledger);
    if ended.is_ok() {
        opened();
    }
    while ended.is_ok() {
        let Ok(job) = jobs.recv() else { break };
        ended = match job {
            Job::Write(first) => {
                let mut batch = vec![first];
                let compact = gather(&mut batch, jobs);
                let mut result = write(&database, &mut ledger, options, common, batch);
                if let (Ok(()), Some(done)) = (&result, compact) {
                    result = compact_now(&mut database, &ledger, common, &done);
                }
                result
            }
            Job::Compact(done) => compact_now(&mut database, &ledger, common, &done),
        };
    }
    let failed = ended.is_err();
    if let Err(fault) = ended {
        common.fail(OpenError::from_fault(path, fault));
    } else {
        common.publish(None);
    }
    // A database that failed may fail again as it is closed.
    let _ = caught(move || {
        if failed {
            drop(database);
        } else {
            let _ = database.close();
        }
        Ok(())
    });
}

/// Adds what is waiting, up to a compaction, which comes after it.
fn gather(batch: &mut Vec<Write>, jobs: &Receiver<Job>) -> Option<Sender<Result<u64, Fault>>> {
    let mut bytes: usize = batch.iter().map(|write| write.change.bytes()).sum();
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        match jobs.try_recv() {
            Ok(Job::Write(write)) => {
                bytes += write.change.bytes();
                batch.push(write);
            }
            Ok(Job::Compact(done)) => return Some(done),
            Err(_) => break,
        }
    }
    None
}

fn write(
    database: &Database,
    ledger: &mut Ledger,
    options: &Options,
    common: &Common,
    batch: Vec<Write>,
) -> Result<(), Fault> {
    let result = caught(|| {
        let transaction = database.begin_write()?;
        let mut answers = Vec::with_capacity(batch.len());
        let mut step = Step {
            tables: Tables::open(&transaction, options.bounds)?,
            ledger,
            bounds: options.bounds,
            marks: common.marks.as_ref(),
            now: now(),
        };
        for write in &batch {
            answers.push(step.apply(&write.change)?);
        }
        step.sweep(LOOKS + 4 * batch.len())?;
        step.evict(SPARED + 4 * batch.len())?;
        step.finish()?;
        transaction.commit()?;
        publish(common, database, ledger)?;
        Ok(answers)
    });
    match result {
        Ok(answers) => {
            for (write, answer) in batch.into_iter().zip(answers) {
                // Who has stopped waiting is not there to be told.
                let _ = write.done.send(Ok(answer));
            }
            Ok(())
        }
        Err(fault) => {
            for write in batch {
                let _ = write.done.send(Err(fault.clone()));
            }
            Err(fault)
        }
    }
}

/// Lets readers see what has been committed.
fn publish(common: &Common, database: &Database, ledger: &Ledger) -> Result<(), Fault> {
    let snapshot = caught(|| Snapshot::new(&database.begin_read()?, ledger))?;
    common.entries.store(ledger.counts.entries, Relaxed);
    common.bytes.store(ledger.counts.bytes, Relaxed);
    common.evictions.store(ledger.evictions, Relaxed);
    common.swept.store(ledger.swept, Relaxed);
    common.publish(Some(Arc::new(snapshot)));
    Ok(())
}

/// Look-ups find nothing meanwhile: redb compacts only what nobody reads.
fn compact_now(
    database: &mut Database,
    ledger: &Ledger,
    common: &Common,
    done: &Sender<Result<u64, Fault>>,
) -> Result<(), Fault> {
    common.publish(None);
    let result = caught(|| {
        let started = Instant::now();
        loop {
            match database.compact().map_err(Fault::from) {
                // Somebody is still reading what was published before. They copy one value, and are gone.
                Err(Fault::Busy) if started.elapsed() < Duration::from_secs(5) => {
                    thread::sleep(Duration::from_millis(1));
                }
                other => return other,
            }
        }
    });
    let fatal = match &result {
        Err(fault) if fault.is_final() => Err(fault.clone()),
        _ => publish(common, database, ledger),
    };
    let _ = done.send(result.map(u64::from));
    fatal
}
