//! Connections for calls that block, each used by one at a time, on the thread of whoever calls: to hand over to another
//! would take as long as the server does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Client, Pipeline, RedisResult, Value};

use crate::config::Config;
use crate::error::Fault;
use crate::request::Requests;
use crate::wire::Wire;

/// A connection that nobody has used for so long is closed by the next call.
const IDLE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct State {
    /// The one that was used last is used next, so that those which are too many become idle.
    idle: Vec<(Open, Instant)>,
    count: usize,
}

pub(crate) struct Pool {
    client: Client,
    config: Config,
    state: Mutex<State>,
    returned: Condvar,
}

/// A connection, and its place among those that there may be.
struct Open {
    wire: Wire,
    /// Whether it may be older than the server.
    is_old: bool,
    _place: Place,
}

struct Place(Weak<Pool>);

impl Pool {
    pub(crate) fn new(client: Client, config: Config) -> Arc<Self> {
        Arc::new(Self { client, config, state: Mutex::default(), returned: Condvar::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under it leaves it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the server, and waits for the answer.
    pub(crate) fn run(self: &Arc<Self>, pipeline: &Pipeline) -> Result<Value, Fault> {
        let started = Instant::now();
        let until = started + self.config.limit();
        let mut open = self.take(until)?;
        let mut answer = ask(&mut open.wire, pipeline, until);
        if let Err(Fault::Redis(error)) = &answer
            && open.is_old
            && open.wire.is_broken()
            && !error.is_timeout()
            && started.elapsed() < self.config.response_timeout
        {
            // The server has closed what was idle, or was restarted, and then all are of no use. All that is asked can be asked twice.
            drop(open);
            let old = std::mem::take(&mut self.state().idle);
            drop(old);
            open = self.take(until)?;
            answer = ask(&mut open.wire, pipeline, until);
        }
        self.put(open);
        answer
    }

    /// A connection, for as long as nobody else has it.
    fn take(self: &Arc<Self>, until: Instant) -> Result<Open, Fault> {
        let mut state = self.state();
        loop {
            if let Some((open, _)) = state.idle.pop() {
                return Ok(open);
            }
            if state.count < self.config.connections {
                state.count += 1;
                drop(state);
                return self.open(Place(Arc::downgrade(self)), until);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::TimedOut);
            }
            state = self.returned.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A new one, by a thread that can be left behind: a name that does not resolve has no limit. Until it ends, its place is
    /// taken.
    fn open(&self, place: Place, until: Instant) -> Result<Open, Fault> {
        let (client, config) = (self.client.clone(), self.config.clone());
        let (done, opened) = mpsc::channel();
        let connect = move || {
            let wire = catch_unwind(AssertUnwindSafe(|| Wire::open(&client, &config)));
            let open = match wire {
                Ok(Ok(wire)) => Ok(Open { wire, is_old: false, _place: place }),
                Ok(Err(error)) => Err(Fault::from(error)),
                Err(payload) => Err(Fault::panicked(&*payload)),
            };
            let _ = done.send(open);
        };
        let thread = thread::Builder::new().name("weakcache-redis".to_owned());
        thread.spawn(connect).map_err(|error| Fault::Thread(error.to_string()))?;
        match opened.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(opened) => opened,
            Err(RecvTimeoutError::Timeout) => Err(Fault::TimedOut),
            Err(RecvTimeoutError::Disconnected) => Err(Fault::Unexpected),
        }
    }

    fn put(&self, mut open: Open) {
        if open.wire.is_broken() {
            return;
        }
        open.is_old = true;
        let now = Instant::now();
        let mut state = self.state();
        // The first was used before all others.
        let old = state.idle.iter().take_while(|(_, used)| now.duration_since(*used) > IDLE).count();
        let old: Vec<_> = state.idle.drain(..old).collect();
        state.idle.push((open, now));
        drop(state);
        self.returned.notify_one();
        drop(old);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            pool.state().count -= 1;
            pool.returned.notify_one();
        }
    }
}

fn ask(wire: &mut Wire, pipeline: &Pipeline, until: Instant) -> Result<Value, Fault> {
    wire.until(until);
    let asked = catch_unwind(AssertUnwindSafe(|| try_ask(wire, pipeline)));
    match asked {
        Ok(answer) => answer.map_err(Fault::from),
        // It is broken, then.
        Err(payload) => Err(Fault::panicked(&*payload)),
    }
}

fn try_ask(wire: &mut Wire, pipeline: &Pipeline) -> RedisResult<Value> {
    let answer = pipeline.query(wire);
    if answer.as_ref().is_err_and(Fault::is_no_script) {
        Requests::scripts().exec(wire)?;
        return pipeline.query(wire);
    }
    answer
}
