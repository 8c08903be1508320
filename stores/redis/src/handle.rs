//! What users hold.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use redis::{Client, Pipeline, RedisError, Value};
use weakcache_runtime::store::{
    Answer, Circuit, Claim, Entry, Found, Key, Listener, Namespace, Store, StoreError, StoreId, TagId,
};

use crate::config::{Config, millis};
use crate::entry::{self, Claimed, Token};
use crate::error::Fault;
use crate::listen::{Listeners, Ready};
use crate::pool::Pool;
use crate::request::{Looked, Mode, Requests, Written, unique};
use crate::session::Sessions;
use crate::wire::Wire;

/// A store in a Redis server. Clones share its connections.
///
/// ```no_run
/// use weakcache::store::{Answer, Entry, Key, Namespace, Store};
/// use weakcache_redis::Redis;
///
/// let store = Redis::at("redis://localhost/");
/// let namespace = Namespace::new("square", 1);
/// let key = Key::new(&namespace, b"7");
/// if let Answer::Missing(claim) = store.get(key, &[])? {
///     // Nobody else computes it now.
///     store.put(key, Entry::new(b"49"), claim)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redis {
    inner: Arc<Inner>,
}

struct Inner {
    /// What is wrong with the address, if it is none.
    server: Result<Server, RedisError>,
    requests: Requests,
    listeners: Arc<Listeners>,
    config: Config,
}

struct Server {
    client: Client,
    /// Where the server can be talked to so.
    pool: Option<Arc<Pool>>,
    sessions: Arc<Sessions>,
    #[cfg(feature = "tokio")]
    managers: crate::manager::Managers,
}

impl Server {
    fn run(&self, pipeline: Pipeline) -> Result<Value, Fault> {
        match &self.pool {
            Some(pool) => pool.run(&pipeline),
            None => self.sessions.run(pipeline),
        }
    }
}

impl Redis {
    pub(crate) fn with(url: &str, config: Config) -> Self {
        let requests = Requests::new(&config);
        let server = Client::open(url).map(|client| Server {
            pool: Wire::fits(&client).then(|| Pool::new(client.clone(), config.clone())),
            sessions: Sessions::new(
                client.clone(),
                config.clone(),
                if Wire::fits(&client) { 1 } else { config.connections },
            ),
            client,
            #[cfg(feature = "tokio")]
            managers: crate::manager::Managers::default(),
        });
        Self {
            inner: Arc::new(Inner {
                server,
                listeners: Listeners::new(requests.origin(), requests.channel()),
                requests,
                config,
            }),
        }
    }

    /// Whether the server is there.
    ///
    /// ```no_run
    /// # use weakcache_redis::Redis;
    /// let store = Redis::at("redis://cache.example.org/");
    /// if let Err(error) = store.ping() {
    ///     eprintln!("results are computed by each process by itself: {error}");
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Where it is not, or the address is none.
    pub fn ping(&self) -> Result<(), StoreError> {
        Ok(self.run(Requests::ping()).map(drop)?)
    }

    fn server(&self) -> Result<&Server, Fault> {
        self.inner.server.as_ref().map_err(|error| Fault::Redis(error.clone()))
    }

    fn run(&self, pipeline: Pipeline) -> Result<Value, Fault> {
        self.server()?.run(pipeline)
    }

    /// Asks for it in a transaction; where that is refused, without one. What is impossible then is the failure, but all
    /// else is done.
    fn run_either(&self, pipeline: impl Fn(Mode) -> Pipeline) -> Result<Value, Fault> {
        match self.run(pipeline(Mode::Together)) {
            Err(fault) if fault.is_refused() => self.run(pipeline(Mode::Apart)),
            answer => answer,
        }
    }

    /// Says whether to wait until `ready` is called, or dropped.
    fn listen(&self, listener: Listener, ready: Ready) -> bool {
        let Ok(server) = self.server() else { return false };
        self.inner.listeners.add(listener, &server.client, &self.inner.config, ready)
    }

    fn send(&self, pipeline: Pipeline) {
        if let Ok(server) = self.server() {
            server.sessions.send(pipeline);
        }
    }

    /// The entry of a key that was asked for at that time, if the answer says all.
    fn read_find(
        &self,
        key: Key<'_>,
        tags: &[TagId],
        answer: Value,
        asked: Instant,
    ) -> Result<Option<Answer>, Fault> {
        let Some(written) = Requests::read_find(answer, tags)? else { return Ok(None) };
        self.read_entry(key, written, asked).map(Some)
    }

    /// The same, or whose it is to compute it.
    fn read_look(&self, key: Key<'_>, token: Token, answer: Value, asked: Instant) -> Result<Answer, Fault> {
        match Requests::read_look(answer, token)? {
            Looked::Found(written) => self.read_entry(key, written, asked),
            Looked::Held(left) => Ok(Answer::Held(left)),
            Looked::Missing(claimed) => Ok(Answer::Missing(claimed.encode())),
        }
    }

    fn read_entry(&self, key: Key<'_>, (bytes, left): Written, asked: Instant) -> Result<Answer, Fault> {
        let Some(value) = entry::decode(key.bytes(), bytes) else {
            // It would be in the way of a good one.
            self.send(self.inner.requests.drop_entry(key));
            return Err(Fault::BadEntry);
        };
        // The answer has been on its way.
        let remaining = left.map(|left| left.saturating_sub(asked.elapsed()).max(Duration::from_nanos(1)));
        Ok(Answer::Found(Found { value, remaining }))
    }

    fn read_claim(answer: Value) -> Result<Claim, Fault> {
        match Requests::read_look(answer, [0; 8])? {
            Looked::Missing(claimed) => Ok(claimed.encode()),
            _ => Err(Fault::Unexpected),
        }
    }

    /// The request that stores an entry.
    fn store(&self, key: Key<'_>, entry: Entry<'_>, claim: &Claim) -> Result<Pipeline, Fault> {
        let claimed = Claimed::decode(claim).ok_or(Fault::BadClaim)?;
        if claimed.tags.len() != entry.tags.len() {
            return Err(Fault::BadClaim);
        }
        let requests = &self.inner.requests;
        let ttl = entry.ttl.map(millis);
        let bytes = match ttl {
            Some(0) => None,
            _ => entry::encode(key.bytes(), &claimed, entry.tags, entry.value),
        };
        Ok(match bytes.filter(|bytes| bytes.len() <= LARGEST) {
            Some(bytes) => requests.put(key, &claimed, &bytes, ttl),
            // It cannot be kept.
            None => requests.put_nothing(key, &claimed),
        })
    }
}

/// No server takes more, unless it is told to (`proto-max-bulk-len`).
const LARGEST: usize = 512 << 20;

/// Nobody waits for longer.
const LONGEST: Duration = Duration::from_hours(1);

/// How long somebody who waits pauses each time, before asking again. Who listens is told; the others, and who was not yet
/// there when it was told, find out so.
struct Pauses {
    next: Duration,
    until: Instant,
}

impl Pauses {
    fn within(limit: Duration) -> Self {
        Self { next: Duration::from_millis(2), until: Instant::now() + limit.min(LONGEST) }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        let pause = self.next.min(left);
        self.next = (self.next * 2).min(Duration::from_millis(50));
        (!pause.is_zero()).then_some(pause)
    }
}

/// A lease that may have been taken, though nobody hears of it: the answer was lost, or who asked has gone meanwhile.
struct Asking<'a> {
    store: &'a Redis,
    key: Key<'a>,
    token: Token,
    begun: Instant,
    is_answered: bool,
}

impl<'a> Asking<'a> {
    fn new(store: &'a Redis, key: Key<'a>) -> Self {
        Self { store, key, token: unique(), begun: Instant::now(), is_answered: false }
    }

    fn request(&self, tags: &[TagId]) -> Pipeline {
        self.store.inner.requests.look(self.key, tags, self.token)
    }

    /// The answer, which says whose the lease is.
    fn read(mut self, answer: Result<Value, Fault>) -> Result<Answer, Fault> {
        let answer = self.store.read_look(self.key, self.token, answer?, self.begun)?;
        self.is_answered = true;
        Ok(answer)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.store.send(self.store.inner.requests.release(self.key, self.token));
        }
    }
}

impl Store for Redis {
    fn get(&self, key: Key<'_>, tags: &[TagId]) -> Result<Answer, StoreError> {
        let asked = Instant::now();
        let answer = self.run_either(|mode| self.inner.requests.find(key, tags, mode))?;
        if let Some(found) = self.read_find(key, tags, answer, asked)? {
            return Ok(found);
        }
        let asking = Asking::new(self, key);
        let answer = self.run(asking.request(tags));
        Ok(asking.read(answer)?)
    }

    fn put(&self, key: Key<'_>, entry: Entry<'_>, claim: Claim) -> Result<(), StoreError> {
        let pipeline = self.store(key, entry, &claim)?;
        Ok(self.run(pipeline).map(drop)?)
    }

    fn remove(&self, key: Key<'_>) -> Result<(), StoreError> {
        Ok(self.run_either(|mode| self.inner.requests.remove(key, mode)).map(drop)?)
    }

    fn clear(&self, namespace: &Namespace) -> Result<(), StoreError> {
        Ok(self.run_either(|mode| self.inner.requests.clear(namespace.id(), mode)).map(drop)?)
    }

    fn invalidate_tag(&self, tag: TagId) -> Result<(), StoreError> {
        Ok(self.run_either(|mode| self.inner.requests.invalidate(tag, mode)).map(drop)?)
    }

    fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Result<Claim, StoreError> {
        let answer = self.run(self.inner.requests.claim(key, tags))?;
        Ok(Self::read_claim(answer)?)
    }

    /// It is sent off, if there is a connection to be had at once; if not, the lease ends by itself.
    fn release(&self, key: Key<'_>, claim: Claim) {
        if let Some(claimed) = Claimed::decode(&claim).filter(|claimed| claimed.token != [0; 8]) {
            self.send(self.inner.requests.release(key, claimed.token));
        }
    }

    fn wait(&self, key: Key<'_>, limit: Duration) -> Result<(), StoreError> {
        let (tell, told) = mpsc::channel();
        let _waiting = self.inner.listeners.wait(key, Box::new(move || tell.send(()).is_ok()));
        for pause in Pauses::within(limit) {
            if told.recv_timeout(pause).is_ok()
                || !Requests::read_held(self.run(self.inner.requests.is_held(key))?)?
            {
                break;
            }
        }
        Ok(())
    }

    /// The first waits until the server has heard of it, for no longer than the [time limits](crate::Builder) say.
    fn subscribe(&self, listener: Listener) {
        let (ready, confirmed) = mpsc::channel();
        if self.listen(listener, Box::new(move || ready.send(()).is_ok())) {
            let _ = confirmed.recv_timeout(self.inner.config.limit());
        }
    }

    fn circuit(&self) -> Circuit {
        self.inner.config.circuit
    }

    /// Clones are one store.
    fn identity(&self) -> StoreId {
        StoreId::of(&*self.inner)
    }
}

#[cfg(feature = "tokio")]
mod tokio {
    use std::time::{Duration, Instant};

    use redis::{Pipeline, Value};
    use weakcache_runtime::store::{
        AsyncStore, Claim, Entry, Key, Listener, Namespace, Store, StoreFuture, TagId,
    };

    use super::{Asking, Pauses, Redis};
    use crate::error::Fault;
    use crate::manager::{call, is_called, is_on_runtime};
    use crate::request::{Mode, Requests};

    impl Redis {
        /// On the runtime of the caller; where there is none, it blocks.
        async fn run_async(&self, pipeline: Pipeline) -> Result<Value, Fault> {
            let server = self.server()?;
            if !is_on_runtime() {
                return server.run(pipeline);
            }
            server.managers.run(&server.client, &self.inner.config, pipeline).await
        }

        async fn run_either_async(&self, pipeline: impl Fn(Mode) -> Pipeline) -> Result<Value, Fault> {
            match self.run_async(pipeline(Mode::Together)).await {
                Err(fault) if fault.is_refused() => self.run_async(pipeline(Mode::Apart)).await,
                answer => answer,
            }
        }
    }

    impl AsyncStore for Redis {
        fn get_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, super::Answer> {
            Box::pin(async move {
                let asked = Instant::now();
                let answer = self.run_either_async(|mode| self.inner.requests.find(key, tags, mode)).await?;
                if let Some(found) = self.read_find(key, tags, answer, asked)? {
                    return Ok(found);
                }
                let asking = Asking::new(self, key);
                let answer = self.run_async(asking.request(tags)).await;
                Ok(asking.read(answer)?)
            })
        }

        fn put_async<'a>(&'a self, key: Key<'a>, entry: Entry<'a>, claim: Claim) -> StoreFuture<'a, ()> {
            Box::pin(async move {
                let pipeline = self.store(key, entry, &claim)?;
                Ok(self.run_async(pipeline).await.map(drop)?)
            })
        }

        fn claim_async<'a>(&'a self, key: Key<'a>, tags: &'a [TagId]) -> StoreFuture<'a, Claim> {
            Box::pin(async move {
                let answer = self.run_async(self.inner.requests.claim(key, tags)).await?;
                Ok(Self::read_claim(answer)?)
            })
        }

        fn wait_async<'a>(&'a self, key: Key<'a>, limit: Duration) -> StoreFuture<'a, ()> {
            Box::pin(async move {
                if !is_on_runtime() {
                    return self.wait(key, limit);
                }
                let (ready, mut told) = call();
                let _waiting = self.inner.listeners.wait(key, ready);
                for pause in Pauses::within(limit) {
                    if is_called(&mut told, pause).await
                        || !Requests::read_held(self.run_async(self.inner.requests.is_held(key)).await?)?
                    {
                        break;
                    }
                }
                Ok(())
            })
        }

        fn remove_async<'a>(&'a self, key: Key<'a>) -> StoreFuture<'a, ()> {
            Box::pin(async move {
                let remove = |mode| self.inner.requests.remove(key, mode);
                Ok(self.run_either_async(remove).await.map(drop)?)
            })
        }

        fn clear_async<'a>(&'a self, namespace: &'a Namespace) -> StoreFuture<'a, ()> {
            Box::pin(async move {
                let clear = |mode| self.inner.requests.clear(namespace.id(), mode);
                Ok(self.run_either_async(clear).await.map(drop)?)
            })
        }

        fn invalidate_tag_async(&self, tag: TagId) -> StoreFuture<'_, ()> {
            Box::pin(async move {
                let invalidate = |mode| self.inner.requests.invalidate(tag, mode);
                Ok(self.run_either_async(invalidate).await.map(drop)?)
            })
        }

        fn subscribe_async(&self, listener: Listener) -> StoreFuture<'_, ()> {
            Box::pin(async move {
                if !is_on_runtime() {
                    self.subscribe(listener);
                    return Ok(());
                }
                let (ready, mut confirmed) = call();
                if self.listen(listener, ready) {
                    is_called(&mut confirmed, self.inner.config.limit()).await;
                }
                Ok(())
            })
        }
    }
}

impl fmt::Debug for Redis {
    /// The address is left out: there may be a password in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("prefix", &self.inner.config.prefix).finish_non_exhaustive()
    }
}
