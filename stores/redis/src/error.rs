//! What can go wrong with a server.

use std::any::Any;
use std::fmt;

use redis::{ErrorKind, RedisError, ServerErrorKind};
use weakcache_runtime::store::StoreError;

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Redis(RedisError),
    /// It is a server that does not answer what it is asked.
    Unexpected,
    /// An entry that is not what was written.
    BadEntry,
    /// A claim that this store has not given, or for other tags.
    BadClaim,
    TimedOut,
    Thread(String),
    Panicked(String),
}

impl Fault {
    pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        Self::Panicked(text.unwrap_or("no message").to_owned())
    }

    /// Whether the server has forgotten the scripts, as after a restart.
    pub(crate) fn is_no_script(error: &RedisError) -> bool {
        server_errors(error).any(|kind| kind == Some(ServerErrorKind::NoScript))
    }

    /// Whether the server has refused a transaction as a whole. One that is out of memory refuses all of it, whatever is in it.
    pub(crate) fn is_refused(&self) -> bool {
        let Self::Redis(error) = self else { return false };
        error.kind() == ErrorKind::Server(ServerErrorKind::ExecAbort)
            || server_errors(error).any(|kind| kind == Some(ServerErrorKind::ExecAbort))
    }

    /// Whether the connection is as good as before: the server has understood, and said no.
    pub(crate) fn is_answer(error: &RedisError) -> bool {
        server_errors(error).next().is_some()
    }
}

fn server_errors(error: &RedisError) -> impl Iterator<Item = Option<ServerErrorKind>> {
    let errors = error.clone().into_server_errors();
    errors.into_iter().flat_map(|errors| errors.iter().map(|(_, error)| error.kind()).collect::<Vec<_>>())
}

impl From<RedisError> for Fault {
    fn from(error: RedisError) -> Self {
        Self::Redis(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redis(error) => error.fmt(f),
            Self::Unexpected => f.write_str("the server answered something else"),
            Self::BadEntry => f.write_str("an entry is damaged"),
            Self::BadClaim => f.write_str("a claim that this store has not given, or for other tags"),
            Self::TimedOut => f.write_str("the time limit is over"),
            Self::Thread(error) => write!(f, "there is no thread to be had: {error}"),
            Self::Panicked(message) => write!(f, "the client panicked: {message}"),
        }
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Redis(error) => Self::new(error),
            other => Self::new(other.to_string()),
        }
    }
}
