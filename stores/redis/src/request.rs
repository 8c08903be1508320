//! What is asked of the server, and what its answers mean. Each is one transaction and one round trip; to look for what is
//! not there takes two.
//!
//! A server that has no memory left and evicts nothing refuses whatever is in a transaction. What needs no memory it does
//! [`Apart`](Mode::Apart): it finds and removes entries, and tells of what is invalid.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use redis::{Cmd, Pipeline, Script, Value, cmd, pipe};
use weakcache_runtime::store::{Heard, Key, TagId};

use crate::config::{Config, millis};
use crate::entry::{self, Claimed, Generation, Token};
use crate::error::Fault;
use crate::message::{self, Origin};
use crate::names::{Named, Names};
use crate::script;

/// Eight bytes that nobody else has: of a hasher that the system seeds for each process, and a count.
pub(crate) fn unique() -> [u8; 8] {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    RandomState::new().hash_one(COUNT.fetch_add(1, Relaxed)).to_ne_bytes()
}

/// What there is to be asked.
pub(crate) struct Requests {
    names: Names,
    look: Script,
    settle: Script,
    release: Script,
    lease: u64,
    remember: u64,
    origin: Origin,
}

/// An entry as it was written, and the time that is left of it.
pub(crate) type Written = (Vec<u8>, Option<Duration>);

/// How several commands are asked for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    /// In a transaction.
    Together,
    /// Each for itself, where the server has refused that.
    Apart,
}

impl Mode {
    fn pipeline(self) -> Pipeline {
        let mut pipeline = pipe();
        if self == Self::Together {
            pipeline.atomic();
        }
        pipeline
    }
}

/// What is known of a key.
pub(crate) enum Looked {
    Found(Written),
    Held(Duration),
    Missing(Claimed),
}

impl Requests {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            names: Names::new(&config.prefix),
            look: Script::new(script::LOOK),
            settle: Script::new(script::SETTLE),
            release: Script::new(script::RELEASE),
            lease: millis(config.lease),
            remember: millis(config.remember).max(1),
            origin: unique(),
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn channel(&self) -> String {
        self.names.channel()
    }

    /// For a server that does not know them.
    pub(crate) fn scripts() -> Pipeline {
        let mut pipeline = pipe();
        for script in [script::LOOK, script::SETTLE, script::RELEASE] {
            pipeline.cmd("SCRIPT").arg("LOAD").arg(script).ignore();
        }
        pipeline
    }

    /// Asks for an entry, and for the generations that hold. In most cases that is all there is to ask.
    pub(crate) fn find(&self, key: Key<'_>, tags: &[TagId], mode: Mode) -> Pipeline {
        let entry = self.names.entry(key);
        let mut left = cmd("PTTL");
        left.arg(&entry);
        let mut find = cmd("MGET");
        find.arg(&entry).arg(self.names.space(key.namespace().id()));
        for tag in tags {
            find.arg(self.names.tag(*tag));
        }
        let mut pipeline = mode.pipeline();
        if mode == Mode::Apart {
            // Before and after: another entry may take its place meanwhile.
            pipeline.add_command(left.clone());
        }
        pipeline.add_command(find).add_command(left);
        pipeline
    }

    /// The entry and what was left of its time, if it is there and valid for all that is known.
    pub(crate) fn read_find(answer: Value, tags: &[TagId]) -> Result<Option<Written>, Fault> {
        let Value::Array(answers) = answer else { return Err(Fault::Unexpected) };
        let mut answers = answers.into_iter();
        let (mut found, left) = match [answers.next(), answers.next(), answers.next(), answers.next()] {
            [Some(Value::Array(found)), Some(Value::Int(left)), None, None] => (found, left),
            [Some(Value::Int(before)), Some(Value::Array(found)), Some(Value::Int(after)), None] => {
                (found, shorter(before, after))
            }
            _ => return Err(Fault::Unexpected),
        };
        if found.len() != 2 + tags.len() {
            return Err(Fault::Unexpected);
        }
        let Value::BulkString(entry) = std::mem::replace(&mut found[0], Value::Nil) else { return Ok(None) };
        let holds: Vec<_> = tags.iter().copied().zip(found[2..].iter().map(bytes)).collect();
        Ok(match left {
            _ if !entry::is_valid(&entry, bytes(&found[1]), &holds) => None,
            -1 => Some((entry, None)),
            1.. => Some((entry, Some(Duration::from_millis(left.unsigned_abs())))),
            // It is about to expire.
            _ => None,
        })
    }

    /// Asks for an entry that was not found; where there is none, for the lease.
    pub(crate) fn look(&self, key: Key<'_>, tags: &[TagId], token: Token) -> Pipeline {
        let names = self.names.key(key);
        let look = self.looking(&names, &names.entry, self.lease, tags, token);
        let mut get = cmd("GET");
        get.arg(&names.entry);
        let mut pipeline = pipe();
        pipeline.atomic().add_command(look).add_command(get);
        pipeline
    }

    /// Asks what holds now, whatever there is and whoever computes it.
    pub(crate) fn claim(&self, key: Key<'_>, tags: &[TagId]) -> Pipeline {
        let names = self.names.key(key);
        // There is never an entry of that name.
        let claim = self.looking(&names, &names.none, 0, tags, [0; 8]);
        let mut pipeline = pipe();
        pipeline.atomic().add_command(claim);
        pipeline
    }

    fn looking(&self, names: &Named, entry: &[u8], lease: u64, tags: &[TagId], token: Token) -> Cmd {
        let mut look = call(&self.look, &[entry, &names.lease, &names.space, &names.removed]);
        look.arg(&unique()).arg(&token).arg(lease).arg(self.names.tags());
        for tag in tags {
            look.arg(&tag.to_bits().to_be_bytes());
        }
        look
    }

    pub(crate) fn read_look(answer: Value, token: Token) -> Result<Looked, Fault> {
        let Value::Array(answers) = answer else { return Err(Fault::Unexpected) };
        let mut answers = answers.into_iter();
        let Some(Value::Array(looked)) = answers.next() else { return Err(Fault::Unexpected) };
        let entry = answers.next().unwrap_or(Value::Nil);
        match (looked.as_slice(), entry) {
            ([Value::Int(-1)], Value::BulkString(entry)) => Ok(Looked::Found((entry, None))),
            ([Value::Int(left @ 0..)], Value::BulkString(entry)) => {
                Ok(Looked::Found((entry, Some(Duration::from_millis(left.unsigned_abs())))))
            }
            // It has expired between the one and the other.
            ([Value::Int(-2 | 0..)], Value::Nil) => Ok(Looked::Held(Duration::from_millis(1))),
            ([Value::Int(-3), Value::Int(left @ 1..)], _) => {
                Ok(Looked::Held(Duration::from_millis(left.unsigned_abs())))
            }
            ([Value::Int(-4), space, removed, Value::BulkString(time), tags @ ..], _) => {
                let Value::BulkString(removed) = removed else { return Err(Fault::Unexpected) };
                if !matches!(removed.len(), 0 | 8) {
                    return Err(Fault::Unexpected);
                }
                Ok(Looked::Missing(Claimed {
                    token,
                    space: generation(space)?,
                    time: time.as_slice().try_into().map_err(|_| Fault::Unexpected)?,
                    removed: removed.clone(),
                    tags: tags.iter().map(generation).collect::<Result<_, _>>()?,
                }))
            }
            _ => Err(Fault::Unexpected),
        }
    }

    /// Stores what has been encoded, for so long.
    pub(crate) fn put(&self, key: Key<'_>, claimed: &Claimed, entry: &[u8], ttl: Option<u64>) -> Pipeline {
        let names = self.names.key(key);
        let mut set = cmd("SET");
        set.arg(&names.written).arg(entry);
        if let Some(ttl) = ttl {
            set.arg("PX").arg(ttl);
        }
        self.settle(&names, claimed, set)
    }

    /// Stores that there is nothing to be stored.
    pub(crate) fn put_nothing(&self, key: Key<'_>, claimed: &Claimed) -> Pipeline {
        let names = self.names.key(key);
        let mut unlink = cmd("UNLINK");
        unlink.arg(&names.written);
        self.settle(&names, claimed, unlink)
    }

    fn settle(&self, names: &Named, claimed: &Claimed, first: Cmd) -> Pipeline {
        let mut settle = call(
            &self.settle,
            &[&names.entry, &names.lease, &names.removed, &names.replaced, &names.written],
        );
        // Without a lease it was computed or given in any case: what was begun before is older.
        let remember = if claimed.token == [0; 8] { self.remember } else { 0 };
        settle.arg(&claimed.token).arg(&claimed.removed).arg(&claimed.time).arg(remember);
        self.tell_of_end(&mut settle);
        let mut pipeline = pipe();
        pipeline.atomic().add_command(first).add_command(settle);
        pipeline
    }

    pub(crate) fn release(&self, key: Key<'_>, token: Token) -> Pipeline {
        let mut release = call(&self.release, &[&self.names.lease(key)]);
        release.arg(&token);
        self.tell_of_end(&mut release);
        let mut pipeline = pipe();
        pipeline.add_command(release);
        pipeline
    }

    fn tell_of_end(&self, ending: &mut Cmd) {
        ending.arg(self.names.channel()).arg(&message::ENDED[..]).arg(self.names.id_of_lease());
    }

    /// Removes an entry, and remembers that for a while: what is computed of it now is not to be stored.
    pub(crate) fn remove(&self, key: Key<'_>, mode: Mode) -> Pipeline {
        let names = self.names.key(key);
        let mut unlink = cmd("UNLINK");
        unlink.arg(&names.entry).arg(&names.lease);
        let mut pipeline = mode.pipeline();
        if mode == Mode::Apart {
            // It may make the room that is missing. The other takes what is stored between the two.
            pipeline.add_command(unlink.clone());
        }
        pipeline.cmd("SET").arg(&names.removed).arg(&unique()).arg("PX").arg(self.remember);
        pipeline.add_command(unlink);
        let told = Heard::Removed { namespace: key.namespace().id(), key: key.bytes() };
        self.tell(&mut pipeline, told);
        pipeline
    }

    /// Takes out an entry that is damaged, of which nobody need hear.
    pub(crate) fn drop_entry(&self, key: Key<'_>) -> Pipeline {
        let mut pipeline = pipe();
        pipeline.cmd("UNLINK").arg(self.names.entry(key));
        pipeline
    }

    pub(crate) fn clear(&self, namespace: u128, mode: Mode) -> Pipeline {
        let mut pipeline = mode.pipeline();
        pipeline.cmd("SET").arg(self.names.space(namespace)).arg(&unique());
        self.tell(&mut pipeline, Heard::Cleared { namespace });
        pipeline
    }

    pub(crate) fn invalidate(&self, tag: TagId, mode: Mode) -> Pipeline {
        let mut pipeline = mode.pipeline();
        pipeline.cmd("SET").arg(self.names.tag(tag)).arg(&unique());
        self.tell(&mut pipeline, Heard::Invalidated(tag));
        pipeline
    }

    fn tell(&self, pipeline: &mut Pipeline, told: Heard<'_>) {
        pipeline.cmd("PUBLISH").arg(self.names.channel()).arg(message::encode(self.origin, told));
    }

    /// Whether somebody has the lease of a key.
    pub(crate) fn is_held(&self, key: Key<'_>) -> Pipeline {
        let mut pipeline = pipe();
        pipeline.cmd("EXISTS").arg(self.names.lease(key));
        pipeline
    }

    pub(crate) fn read_held(answer: Value) -> Result<bool, Fault> {
        match answer {
            Value::Array(answers) => match answers.as_slice() {
                [Value::Int(count)] => Ok(*count > 0),
                _ => Err(Fault::Unexpected),
            },
            _ => Err(Fault::Unexpected),
        }
    }

    pub(crate) fn ping() -> Pipeline {
        let mut pipeline = pipe();
        pipeline.cmd("PING");
        pipeline
    }
}

/// Of two answers to `PTTL`: -1 is for ever, -2 is gone.
fn shorter(one: i64, other: i64) -> i64 {
    match (one, other) {
        (-1, left) | (left, -1) => left,
        _ => one.min(other),
    }
}

fn call(script: &Script, keys: &[&[u8]]) -> Cmd {
    let mut call = cmd("EVALSHA");
    call.arg(script.get_hash()).arg(keys.len());
    for key in keys {
        call.arg(*key);
    }
    call
}

/// Nothing, if there is nothing or something else.
fn bytes(value: &Value) -> &[u8] {
    match value {
        Value::BulkString(bytes) => bytes,
        _ => &[],
    }
}

fn generation(value: &Value) -> Result<Generation, Fault> {
    match value {
        Value::BulkString(bytes) => bytes.as_slice().try_into().map_err(|_| Fault::Unexpected),
        _ => Err(Fault::Unexpected),
    }
}
