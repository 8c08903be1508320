//! Hearing what other processes invalidate: a thread with a connection of its own, once somebody listens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use redis::{Client, Connection, RedisResult};
use weakcache_runtime::store::{Heard, Listener};

use crate::config::Config;
use crate::message::{self, Origin};

/// After so long without a message, the server is asked whether it is there.
const QUIET: Duration = Duration::from_secs(2);

/// Between two attempts to connect, at most.
const PAUSE: Duration = Duration::from_secs(2);

/// Those who listen.
pub(crate) struct Listeners {
    all: Mutex<Vec<Listener>>,
    origin: Origin,
    channel: String,
}

impl Listeners {
    pub(crate) fn new(origin: Origin, channel: String) -> Arc<Self> {
        Arc::new(Self { all: Mutex::new(Vec::new()), origin, channel })
    }

    /// Adds one. The first starts the thread, and waits until it is heard or that has taken too long: what is loaded
    /// after that is not missed.
    pub(crate) fn add(self: &Arc<Self>, listener: Listener, client: &Client, config: &Config) {
        let is_first = {
            let mut listeners = self.all.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.push(listener);
            listeners.len() == 1
        };
        if !is_first {
            return;
        }
        let (ready, subscribed) = mpsc::channel();
        let ear = Ear { listeners: Arc::downgrade(self), client: client.clone(), config: config.clone() };
        let thread = thread::Builder::new().name("weakcache-redis-ear".to_owned());
        if thread.spawn(move || ear.run(ready)).is_ok() {
            let _ = subscribed.recv_timeout(config.limit());
        }
    }

    fn tell(&self, heard: Heard<'_>) {
        // Called without the lock: it is other people's code.
        let listeners = self.all.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(heard)));
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
    fn run(self, ready: Sender<()>) {
        let mut ready = Some(ready);
        let mut pause = Duration::from_millis(50);
        while self.listeners.strong_count() > 0 {
            let mut connected = false;
            let heard = catch_unwind(AssertUnwindSafe(|| self.hear(&mut ready, &mut connected)));
            if matches!(heard, Ok(Ok(()))) {
                return;
            }
            if connected {
                // Nobody knows since when it was lost. Once: while there is no server, what is computed is kept.
                self.tell(Heard::Everything);
                pause = Duration::from_millis(50);
            }
            // Who waits may as well go on.
            ready = None;
            thread::sleep(pause);
            pause = (pause * 2).min(PAUSE);
        }
    }

    fn tell(&self, heard: Heard<'_>) {
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.tell(heard);
        }
    }

    /// Until the connection is lost, or the store is gone.
    fn hear(&self, ready: &mut Option<Sender<()>>, connected: &mut bool) -> RedisResult<()> {
        let Some((origin, channel)) = self.listeners.upgrade().map(|it| (it.origin, it.channel.clone()))
        else {
            return Ok(());
        };
        let mut connection: Connection =
            self.client.get_connection_with_timeout(self.config.connect_timeout)?;
        connection.set_read_timeout(Some(self.config.response_timeout))?;
        connection.set_write_timeout(Some(self.config.response_timeout))?;
        let mut subscription = connection.as_pubsub();
        subscription.subscribe(channel)?;
        let in_time = ready.take().is_some_and(|ready| ready.send(()).is_ok());
        if !in_time {
            // What was told before nobody has heard.
            self.tell(Heard::Everything);
        }
        *connected = true;
        while self.listeners.strong_count() > 0 {
            subscription.set_read_timeout(Some(QUIET))?;
            match subscription.get_message() {
                Ok(message) => {
                    if let Some(heard) = message::decode(origin, message.get_payload_bytes()) {
                        self.tell(heard);
                    }
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
