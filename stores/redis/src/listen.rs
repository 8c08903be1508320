//! Hearing what other processes invalidate, and whose leases have ended: a thread with a connection of its own, once somebody
//! listens.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use redis::{Client, Connection, RedisResult};
use weakcache_runtime::store::{Heard, Key, Listener};

use crate::config::Config;
use crate::message::{self, Origin};

/// After so long without a message, the server is asked whether it is there.
const QUIET: Duration = Duration::from_secs(2);

/// Between two attempts to connect, at most.
const PAUSE: Duration = Duration::from_secs(2);

/// Those who listen.
pub(crate) struct Listeners {
    state: Mutex<State>,
    origin: Origin,
    channel: String,
}

#[derive(Default)]
struct State {
    all: Vec<Listener>,
    /// Whether there is a thread, and whether it hears.
    is_running: bool,
    hears: bool,
    /// Whether somebody went on before it did.
    is_deaf: bool,
    /// Who waits for the end of a lease, each with a number.
    waiting: HashMap<Lease, Vec<(u64, Ready)>>,
    next: u64,
}

/// A namespace and a key.
type Lease = (u128, Vec<u8>);

/// One who waits for the end of a lease, until it is dropped.
pub(crate) struct Waiting<'a> {
    listeners: &'a Listeners,
    lease: Lease,
    number: u64,
}

/// Tells who waits for it that it has come, and says whether somebody does.
pub(crate) type Ready = Box<dyn FnOnce() -> bool + Send>;

impl Listeners {
    pub(crate) fn new(origin: Origin, channel: String) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), origin, channel })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under it leaves it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one. The first starts the thread, and says that it is worth while to wait until `ready` is called, or dropped:
    /// what is loaded after that is not missed. The others need not wait: what they miss they are told of.
    pub(crate) fn add(
        self: &Arc<Self>,
        listener: Listener,
        client: &Client,
        config: &Config,
        ready: Ready,
    ) -> bool {
        let mut state = self.state();
        state.all.push(listener);
        if state.is_running {
            state.is_deaf |= !state.hears;
            return false;
        }
        state.is_running = true;
        drop(state);
        let ear = Ear { listeners: Arc::downgrade(self), client: client.clone(), config: config.clone() };
        let thread = thread::Builder::new().name("weakcache-redis-ear".to_owned());
        let is_running = thread.spawn(move || ear.run(ready)).is_ok();
        if !is_running {
            // The next may have one.
            let mut state = self.state();
            state.is_running = false;
            state.is_deaf = true;
        }
        is_running
    }

    /// Has `ready` called when the lease of a key ends, if anybody hears of that.
    pub(crate) fn wait(&self, key: Key<'_>, ready: Ready) -> Waiting<'_> {
        let lease = (key.namespace().id(), key.bytes().to_vec());
        let mut state = self.state();
        let number = state.next;
        state.next += 1;
        state.waiting.entry(lease.clone()).or_default().push((number, ready));
        Waiting { listeners: self, lease, number }
    }

    fn ended(&self, namespace: u128, key: &[u8]) {
        let Some(waited) = self.state().waiting.remove(&(namespace, key.to_vec())) else { return };
        for (_, ready) in waited {
            ready();
        }
    }

    /// A message of the channel.
    fn receive(&self, told: &[u8]) {
        if let Some((namespace, key)) = message::ended(told) {
            self.ended(namespace, key);
        } else if let Some(heard) = message::decode(self.origin, told) {
            self.tell(heard);
        }
    }

    fn tell(&self, heard: Heard<'_>) {
        if let Heard::Removed { namespace, key } = heard {
            // And its lease with it.
            self.ended(namespace, key);
        }
        // Called without the lock: it is other people's code.
        let listeners = self.state().all.clone();
        for listener in listeners {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(heard)));
        }
    }

    /// The server has confirmed the subscription: only now nothing is missed any more. `ready` is that of who waits.
    fn confirmed(&self, ready: Option<Ready>) {
        let is_deaf = {
            let mut state = self.state();
            state.hears = true;
            std::mem::take(&mut state.is_deaf)
        };
        if is_deaf {
            // Before who waits goes on: what that one loads then is not to be dropped with the rest.
            self.tell(Heard::Everything);
        }
        let in_time = ready.is_some_and(|ready| ready());
        if !in_time && !is_deaf {
            self.tell(Heard::Everything);
        }
    }

    fn lost(&self) {
        self.state().hears = false;
        // Nobody knows since when. Once: while there is no server, what is computed is kept.
        self.tell(Heard::Everything);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.listeners.state();
        if let Some(all) = state.waiting.get_mut(&self.lease) {
            all.retain(|(number, _)| *number != self.number);
            if all.is_empty() {
                state.waiting.remove(&self.lease);
            }
        }
    }
}

struct Ear {
    /// The thread ends when the store is gone.
    listeners: Weak<Listeners>,
    client: Client,
    config: Config,
}

impl Ear {
    fn run(self, ready: Ready) {
        let mut ready = Some(ready);
        let mut pause = Duration::from_millis(50);
        while self.listeners.strong_count() > 0 {
            let mut connected = false;
            let heard = catch_unwind(AssertUnwindSafe(|| self.hear(&mut ready, &mut connected)));
            if matches!(heard, Ok(Ok(()))) {
                return;
            }
            if connected {
                if let Some(listeners) = self.listeners.upgrade() {
                    listeners.lost();
                }
                pause = Duration::from_millis(50);
            }
            // Who waits may as well go on.
            ready = None;
            thread::sleep(pause);
            pause = (pause * 2).min(PAUSE);
        }
    }

    /// Until the connection is lost, or the store is gone.
    fn hear(&self, ready: &mut Option<Ready>, connected: &mut bool) -> RedisResult<()> {
        let Some(channel) = self.listeners.upgrade().map(|listeners| listeners.channel.clone()) else {
            return Ok(());
        };
        let mut connection: Connection =
            self.client.get_connection_with_timeout(self.config.connect_timeout)?;
        connection.set_read_timeout(Some(self.config.response_timeout))?;
        connection.set_write_timeout(Some(self.config.response_timeout))?;
        let mut subscription = connection.as_pubsub();
        // It returns when the server has answered.
        subscription.subscribe(channel)?;
        *connected = true;
        let Some(listeners) = self.listeners.upgrade() else { return Ok(()) };
        listeners.confirmed(ready.take());
        drop(listeners);
        while self.listeners.strong_count() > 0 {
            subscription.set_read_timeout(Some(QUIET))?;
            match subscription.get_message() {
                Ok(message) => {
                    let Some(listeners) = self.listeners.upgrade() else { return Ok(()) };
                    listeners.receive(message.get_payload_bytes());
                }
                Err(error) if error.is_timeout() => {
                    subscription.set_read_timeout(Some(self.config.response_timeout))?;
                    subscription.ping::<redis::Value>()?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
