//! A database of a process: who reads, who writes, and what becomes of it when something goes wrong.
//!
//! One thread has the database, opens it, writes, and closes it; everybody else reads the [`Snapshot`] that it publishes
//! after each commit, and hands it what is to be written. So whatever waits to be written while a commit is going on
//! becomes one commit, and who waits can stop waiting. Where anything fails for good, an error of the disk or a panic of
//! redb's, the thread closes the file and ends; the next call that comes after [`PAUSE`] starts another, which opens it
//! anew.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::common::{Common, Failure, Job, Phase, Waiting, Write, caught, now};
use crate::error::{Fault, OpenError, OpenErrorKind};
use crate::options::Options;
use crate::step::Change;
use crate::tables::{Found, Snapshot};
use crate::writer;

/// How long a file that could not be opened is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// More bytes than this wait for the disk only if they are of one entry.
const QUEUE: usize = 256 << 20;

/// A file, open or to be opened, of which a process has one.
pub(crate) struct Database {
    path: PathBuf,
    options: Options,
    common: Arc<Common>,
    /// Of the thread that writes, so that the file is closed when the last handle is gone.
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Database {
    pub(crate) fn new(path: PathBuf, options: Options) -> Self {
        Self { common: Arc::new(Common::new(options.bounds.any())), path, options, writer: Mutex::new(None) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn common(&self) -> &Common {
        &self.common
    }

    /// Opens it where it is not open, or waits for another who does.
    pub(crate) fn open(&self, limit: Option<Duration>) -> Result<(), OpenError> {
        self.jobs(limit, true).map(drop)
    }

    /// The way to the thread that writes. `again` tries at once what has failed just now.
    fn jobs(&self, limit: Option<Duration>, again: bool) -> Result<Sender<Job>, OpenError> {
        let deadline = limit.map(|limit| Instant::now() + limit);
        let mut phase = self.common.phase();
        let mut again = again;
        loop {
            match &*phase {
                Phase::Open(jobs) => return Ok(jobs.clone()),
                Phase::Failed(error, at) if !again && at.elapsed() < PAUSE => return Err(error.clone()),
                Phase::Unopened | Phase::Failed(..) => {
                    again = false;
                    *phase = Phase::Opening;
                    drop(phase);
                    self.start();
                    phase = self.common.phase();
                }
                Phase::Opening => {
                    let Some(deadline) = deadline else {
                        phase = self.common.opened.wait(phase).unwrap_or_else(PoisonError::into_inner);
                        continue;
                    };
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(OpenError::new(&self.path, OpenErrorKind::TimedOut, ""));
                    }
                    phase = self
                        .common
                        .opened
                        .wait_timeout(phase, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0;
                }
            }
            // What failed while this call waited has been tried.
            again &= !matches!(&*phase, Phase::Failed(..));
        }
    }

    fn start(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let (hand_over, before) = mpsc::channel::<Option<JoinHandle<()>>>();
        let (path, options, common) = (self.path.clone(), self.options.clone(), Arc::clone(&self.common));
        let (sender, jobs) = mpsc::channel();
        let run = move || {
            if let Ok(Some(old)) = before.recv() {
                // It has nothing left to do but close the file, which must not be open twice. That may take as long as the
                // disk does, so no caller waits for it but by the limit of its call.
                let _ = old.join();
            }
            writer::run(&path, &options, &common, &jobs, || common.enter_open(sender));
        };
        match thread::Builder::new().name("weakcache-redb".to_owned()).spawn(run) {
            Ok(thread) => {
                let _ = hand_over.send(writer.replace(thread));
            }
            Err(error) => self.common.fail(OpenError::io(&self.path, error)),
        }
    }

    /// What was committed last; opens the file where it has to.
    fn snapshot(&self) -> Result<Arc<Snapshot>, Failure> {
        if let Some(snapshot) = self.common.snapshot() {
            return Ok(snapshot);
        }
        self.jobs(Some(self.options.timeout), false)?;
        self.common.snapshot().ok_or(Failure::Fault(Fault::Busy))
    }

    /// What the clock of the database shows.
    pub(crate) fn clock(&self) -> Result<u64, Failure> {
        Ok(self.snapshot()?.clock)
    }

    #[cfg(test)]
    pub(crate) fn tags(&self) -> u64 {
        self.snapshot().expect("it is open").tags()
    }

    /// The entry of a key, and what the clock shows.
    pub(crate) fn get(&self, namespace: &[u8; 16], key: &[u8]) -> Result<(Option<Found>, u64), Failure> {
        let snapshot = self.snapshot()?;
        let clock = snapshot.clock;
        let found = caught(move || {
            let found = snapshot.get(namespace, key, now, self.common.marks.as_ref());
            // Before the database is closed, where it comes to that.
            drop(snapshot);
            found
        });
        match found {
            Ok(found) => Ok((found, clock)),
            Err(fault) => {
                if fault.is_final() {
                    self.common.fail(OpenError::from_fault(&self.path, fault.clone()));
                } else {
                    // One entry, which is in the way of a good one. Nobody waits for it to be gone.
                    let (namespace, key) = (*namespace, key.to_vec());
                    self.send(Change::Remove { namespace, key });
                }
                Err(fault.into())
            }
        }
    }

    /// Returns when it is in the file, as surely as [`Durability`](crate::Durability) says.
    pub(crate) fn write(&self, change: Change) -> Result<u64, Failure> {
        self.write_within(change, Some(self.options.timeout))
    }

    /// Without a limit: who asks for a pass through the whole file knows that it takes its time.
    pub(crate) fn write_patiently(&self, change: Change) -> Result<u64, Failure> {
        self.write_within(change, None)
    }

    fn write_within(&self, change: Change, limit: Option<Duration>) -> Result<u64, Failure> {
        let (waiting, before) = Waiting::begin(&self.common, change.bytes());
        if before > 0 && before.saturating_add(change.bytes()) > QUEUE {
            return Err(Fault::Busy.into());
        }
        let job = |done| Job::Write(Write { change, done, _waiting: waiting });
        self.ask(job, limit)
    }

    /// Without waiting for anything.
    fn send(&self, change: Change) {
        if let Ok(jobs) = self.jobs(Some(Duration::ZERO), false) {
            let (done, _) = mpsc::channel();
            let (waiting, _) = Waiting::begin(&self.common, change.bytes());
            // What fails is met again.
            let _ = jobs.send(Job::Write(Write { change, done, _waiting: waiting }));
        }
    }

    pub(crate) fn compact(&self) -> Result<u64, Failure> {
        self.ask(Job::Compact, None)
    }

    fn ask(
        &self,
        job: impl FnOnce(Sender<Result<u64, Fault>>) -> Job,
        limit: Option<Duration>,
    ) -> Result<u64, Failure> {
        let (done, reply) = mpsc::channel();
        // What is waited for the opening is not waited for the answer.
        let deadline = limit.map(|limit| Instant::now() + limit);
        let jobs = self.jobs(limit, false)?;
        // (A temporary: with a sender of its own, this call would keep the thread from ending.)
        if { jobs }.send(job(done)).is_err() {
            return Err(Fault::Closed.into());
        }
        let answer = match deadline {
            Some(deadline) => reply.recv_timeout(deadline.saturating_duration_since(Instant::now())),
            None => reply.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        Ok(match answer {
            Ok(answer) => answer?,
            Err(RecvTimeoutError::Timeout) => return Err(Fault::TimedOut.into()),
            Err(RecvTimeoutError::Disconnected) => return Err(Fault::Closed.into()),
        })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The sender in it was the last.
        self.common.enter(Phase::Unopened);
        if let Some(writer) = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Durability;

    /// The last to have the file failed, and hangs as it closes it.
    #[test]
    fn a_file_that_does_not_close_holds_nobody_up_for_longer_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let timeout = Duration::from_millis(50);
        let options = Options { timeout, durability: Durability::Process, ..Options::default() };
        let database = Arc::new(Database::new(folder.path().join("a.redb"), options));
        let (close, closed) = mpsc::channel::<()>();
        *database.writer.lock().unwrap() = Some(thread::spawn(move || _ = closed.recv()));
        let get = |database: &Arc<Database>| {
            let (done, said) = mpsc::channel();
            let database = Arc::clone(database);
            thread::spawn(move || done.send(database.get(&[0; 16], b"key").map(|(found, _)| found)));
            said
        };
        // The first, who begins anew, those who come meanwhile, and those who come later.
        let all: Vec<_> = (0..3).map(|_| get(&database)).collect();
        for said in all.into_iter().chain([get(&database)]) {
            let said = said.recv_timeout(Duration::from_secs(20)).expect("it hangs");
            let Err(Failure::Open(error)) = said else { panic!("{said:?}") };
            assert_eq!(error.kind(), OpenErrorKind::TimedOut);
        }
        drop(close);
        database.open(None).unwrap();
        assert_eq!(get(&database).recv().unwrap().unwrap(), None);
    }

    #[test]
    fn one_that_is_dropped_while_it_is_opened_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let timeout = Duration::from_millis(50);
        let options = Options { timeout, durability: Durability::Process, ..Options::default() };
        let database = Database::new(folder.path().join("a.redb"), options);
        let (close, closed) = mpsc::channel::<()>();
        *database.writer.lock().unwrap() = Some(thread::spawn(move || _ = closed.recv()));
        let Err(Failure::Open(error)) = database.get(&[0; 16], b"key") else { panic!("it is open") };
        assert_eq!(error.kind(), OpenErrorKind::TimedOut);
        let (done, dropped) = mpsc::channel();
        thread::spawn(move || {
            drop(database);
            done.send(())
        });
        // So that it is dropped before it is open, not after.
        thread::sleep(Duration::from_millis(200));
        drop(close);
        dropped.recv_timeout(Duration::from_secs(20)).expect("it hangs");
    }
}
