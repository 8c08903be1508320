//! Connections of the client's own: for what a [`Wire`](crate::wire::Wire) cannot do, and for what nobody waits for.
//!
//! Each connection has a thread of its own, and whoever calls waits for its answer no longer than the limit. The limits of
//! the client are of a single read or write: a server that sends a byte now and then, or a name that does not resolve,
//! would keep a caller for ever. A connection that is kept so is not used until it ends; there are so many of them at most.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Client, Connection, Pipeline, RedisResult, Value};

use crate::config::Config;
use crate::error::Fault;
use crate::request::Requests;

/// A connection that nobody has used for so long is closed.
const IDLE: Duration = Duration::from_secs(30);

/// More than this is not sent. (A lease ends by itself, and what is damaged is met again.)
const BACKLOG: usize = 1024;

struct Job {
    pipeline: Pipeline,
    /// Nobody, where nobody waits for it.
    done: Option<Sender<Result<Value, Fault>>>,
    /// What the thread returns to the pool when it is ready for more.
    home: Sender<Job>,
}

struct State {
    /// What nobody waits for, while all are busy.
    backlog: VecDeque<Pipeline>,
    /// The one that was used last is used next, so that those which are too many become idle.
    idle: Vec<(usize, Sender<Job>)>,
    threads: usize,
    next: usize,
}

pub(crate) struct Sessions {
    client: Client,
    config: Config,
    most: usize,
    state: Mutex<State>,
    returned: Condvar,
}

impl Sessions {
    /// At most so many.
    pub(crate) fn new(client: Client, config: Config, most: usize) -> Arc<Self> {
        Arc::new(Self {
            client,
            config,
            most,
            state: Mutex::new(State { backlog: VecDeque::new(), idle: Vec::new(), threads: 0, next: 0 }),
            returned: Condvar::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under it leaves it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server, and waits for the answer.
    pub(crate) fn run(self: &Arc<Self>, pipeline: Pipeline) -> Result<Value, Fault> {
        let deadline = Instant::now() + self.config.limit();
        let (done, answer) = mpsc::channel();
        self.hand_over(pipeline, Some(done), Some(deadline))?;
        match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(Fault::TimedOut),
            // The thread has ended as it took the job: as if the connection had.
            Err(RecvTimeoutError::Disconnected) => Err(Fault::Unexpected),
        }
    }

    /// Asks the server as soon as there is a connection to be had, and does not wait.
    pub(crate) fn send(self: &Arc<Self>, pipeline: Pipeline) {
        // What fails is no worse than what is not sent.
        let _ = self.hand_over(pipeline, None, None);
    }

    fn hand_over(
        self: &Arc<Self>,
        mut pipeline: Pipeline,
        done: Option<Sender<Result<Value, Fault>>>,
        deadline: Option<Instant>,
    ) -> Result<(), Fault> {
        let mut state = self.state();
        loop {
            if let Some((_, home)) = state.idle.pop() {
                let job = Job { pipeline, done: done.clone(), home: home.clone() };
                match home.send(job) {
                    Ok(()) => return Ok(()),
                    // It was about to end.
                    Err(SendError(job)) => pipeline = job.pipeline,
                }
            } else if state.threads < self.most {
                state.threads += 1;
                let id = state.next;
                state.next += 1;
                drop(state);
                return self.start(id, pipeline, done);
            } else {
                let Some(deadline) = deadline else {
                    if state.backlog.len() < BACKLOG {
                        state.backlog.push_back(pipeline);
                    }
                    return Ok(());
                };
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Fault::TimedOut);
                }
                let waited = self.returned.wait_timeout(state, left);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    fn start(
        self: &Arc<Self>,
        id: usize,
        pipeline: Pipeline,
        done: Option<Sender<Result<Value, Fault>>>,
    ) -> Result<(), Fault> {
        let (home, jobs) = mpsc::channel();
        let session = Session {
            id,
            pool: Arc::downgrade(self),
            client: self.client.clone(),
            config: self.config.clone(),
            connection: None,
        };
        let job = Job { pipeline, done, home: home.clone() };
        let spawned =
            thread::Builder::new().name("weakcache-redis".to_owned()).spawn(move || session.run(&jobs));
        match spawned {
            Ok(_) => {
                // It waits for nothing else.
                let _ = home.send(job);
                Ok(())
            }
            Err(error) => {
                self.state().threads -= 1;
                Err(Fault::Thread(error.to_string()))
            }
        }
    }
}

/// A thread with a connection.
struct Session {
    id: usize,
    /// What is gone when the store is, whoever waits for a server.
    pool: Weak<Sessions>,
    client: Client,
    config: Config,
    connection: Option<Connection>,
}

impl Session {
    fn run(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(IDLE) {
                Ok(Job { pipeline, done, home }) => {
                    let answer = self.caught(&pipeline);
                    drop(pipeline);
                    // Before the answer: who asks again at once is to have the same.
                    if let Some(pool) = self.pool.upgrade() {
                        let mut state = pool.state();
                        if let Some(pipeline) = state.backlog.pop_front() {
                            let _ = home.clone().send(Job { pipeline, done: None, home });
                        } else {
                            state.idle.push((self.id, home));
                            pool.returned.notify_one();
                        }
                    }
                    if let Some(done) = done {
                        let _ = done.send(answer);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let Some(pool) = self.pool.upgrade() else { return };
                    let mut state = pool.state();
                    // Where it is not there, a job is on its way.
                    if let Some(at) = state.idle.iter().position(|(id, _)| *id == self.id) {
                        state.idle.remove(at);
                        state.threads -= 1;
                        return;
                    }
                }
            }
        }
    }

    fn caught(&mut self, pipeline: &Pipeline) -> Result<Value, Fault> {
        catch_unwind(AssertUnwindSafe(|| self.ask(pipeline))).unwrap_or_else(|payload| {
            // Whatever it was in the middle of.
            self.connection = None;
            Err(Fault::panicked(&*payload))
        })
    }

    fn ask(&mut self, pipeline: &Pipeline) -> Result<Value, Fault> {
        let started = Instant::now();
        let was_open = self.connection.is_some();
        let mut answer = self.try_ask(pipeline);
        if let Err(error) = &answer
            && was_open
            && self.connection.is_none()
            && !error.is_timeout()
            && started.elapsed() < self.config.response_timeout
        {
            // The server has closed what was idle, or was restarted. All that is asked can be asked twice.
            answer = self.try_ask(pipeline);
        }
        answer.map_err(Fault::from)
    }

    fn try_ask(&mut self, pipeline: &Pipeline) -> RedisResult<Value> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let connection = self.client.get_connection_with_timeout(self.config.connect_timeout)?;
                connection.set_read_timeout(Some(self.config.response_timeout))?;
                connection.set_write_timeout(Some(self.config.response_timeout))?;
                none.insert(connection)
            }
        };
        let mut answer = pipeline.query(connection);
        if answer.as_ref().is_err_and(Fault::is_no_script) {
            answer = match Requests::scripts().exec(connection) {
                Ok(()) => pipeline.query(connection),
                Err(error) => Err(error),
            };
        }
        if answer.as_ref().is_err_and(|error| !Fault::is_answer(error)) {
            // An answer that comes late would be taken for that of the next question.
            self.connection = None;
        }
        answer
    }
}
