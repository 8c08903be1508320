//! A connection of which an answer as a whole has a time limit. The client's own has one for each read: a server that sends a
//! byte now and then keeps its caller for ever. Commands are written and answers parsed by the client.
//!
//! What needs more than a socket, TLS and the newer protocol, is left to the client, on a thread that can be left behind
//! (`session.rs`).

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use redis::{
    Client, Cmd, ConnectionAddr, ConnectionLike, Parser, ProtocolVersion, RedisError, RedisResult, Value, cmd,
};

use crate::config::Config;
use crate::nested::Nested;

enum Stream {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

pub(crate) struct Wire {
    line: Line,
    parser: Parser,
    db: i64,
    /// Something went wrong in the middle of something.
    is_broken: bool,
}

/// Bytes, until a time.
struct Line {
    stream: Stream,
    /// The limits that the socket has.
    limits: [Duration; 2],
    /// Of one read or write, at most.
    each: Duration,
    until: Instant,
    nested: Nested,
}

impl Wire {
    /// Whether a server can be talked to so.
    pub(crate) fn fits(client: &Client) -> bool {
        let info = client.get_connection_info();
        let is_tcp = matches!(info.addr(), ConnectionAddr::Tcp(..));
        let is_plain = is_tcp || cfg!(unix) && matches!(info.addr(), ConnectionAddr::Unix(_));
        is_plain && info.redis_settings().protocol() == ProtocolVersion::RESP2
    }

    /// Connects. To find out where takes as long as it takes.
    pub(crate) fn open(client: &Client, config: &Config) -> RedisResult<Self> {
        let info = client.get_connection_info();
        let stream = match info.addr() {
            ConnectionAddr::Tcp(host, port) => Stream::Tcp(tcp(host, *port, config.connect_timeout)?),
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => Stream::Unix(UnixStream::connect(path)?),
            _ => return Err(io::Error::from(io::ErrorKind::Unsupported).into()),
        };
        let (each, until) = (config.response_timeout, Instant::now() + config.response_timeout);
        let settings = info.redis_settings();
        let mut wire = Self {
            line: Line { stream, limits: [Duration::ZERO; 2], each, until, nested: Nested::new() },
            parser: Parser::new(),
            db: settings.db(),
            is_broken: false,
        };
        if let Some(password) = settings.password() {
            let old_style = || cmd("AUTH").arg(password).to_owned();
            match settings.username() {
                None => old_style().exec(&mut wire)?,
                Some(name) => {
                    let named = cmd("AUTH").arg(name).arg(password).exec(&mut wire);
                    // A server from before there were names. Any other refusal is one: the password may be another user's too.
                    match named {
                        Err(error) if knows_no_names(&error) => {
                            old_style().exec(&mut wire).map_err(|_| error)?;
                        }
                        named => named?,
                    }
                }
            }
        }
        if wire.db != 0 {
            cmd("SELECT").arg(wire.db).exec(&mut wire)?;
        }
        Ok(wire)
    }

    /// What is asked from here on is answered by then, or fails.
    pub(crate) fn until(&mut self, time: Instant) {
        self.line.until = time;
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    fn read(&mut self) -> RedisResult<Value> {
        self.parser.parse_value(&mut self.line)
    }

    /// Asks, and skips so many answers, which say what is wrong with what comes after them.
    fn ask(&mut self, bytes: &[u8], skip: usize, count: usize) -> RedisResult<Vec<Value>> {
        // Until it is known to be well: a panic is no answer either.
        let was_broken = std::mem::replace(&mut self.is_broken, true);
        if was_broken {
            return Err(io::Error::from(io::ErrorKind::NotConnected).into());
        }
        // What came before it was asked for is no answer, and would lie around this one uncounted.
        self.parser = Parser::new();
        self.line.nested.begin();
        self.line.write_all(bytes)?;
        let mut answers = Vec::with_capacity(count.min(16));
        let mut is_refused = false;
        for number in 0..skip + count {
            let answer = self.read()?;
            if number >= skip {
                answers.push(answer);
            } else {
                is_refused |= matches!(answer, Value::ServerError(_));
            }
        }
        self.is_broken = false;
        match answers.pop() {
            Some(last @ Value::ServerError(_)) if is_refused => Err(last.extract_error().unwrap_err()),
            last => {
                answers.extend(last);
                Ok(answers)
            }
        }
    }
}

impl ConnectionLike for Wire {
    fn req_packed_command(&mut self, bytes: &[u8]) -> RedisResult<Value> {
        Ok(self.ask(bytes, 0, 1)?.pop().unwrap_or(Value::Nil))
    }

    fn req_packed_commands(&mut self, bytes: &[u8], offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        self.ask(bytes, offset, count)
    }

    fn req_command(&mut self, command: &Cmd) -> RedisResult<Value> {
        self.req_packed_command(&command.get_packed_command())
    }

    fn get_db(&self) -> i64 {
        self.db
    }

    fn check_connection(&mut self) -> bool {
        cmd("PING").exec(self).is_ok()
    }

    fn is_open(&self) -> bool {
        !self.is_broken
    }
}

fn knows_no_names(error: &RedisError) -> bool {
    error.detail().is_some_and(|detail| detail.contains("wrong number of arguments"))
}

/// To the first address that answers, in this time together.
fn tcp(host: &str, port: u16, limit: Duration) -> io::Result<TcpStream> {
    let mut failure = io::Error::from(io::ErrorKind::AddrNotAvailable);
    let addresses = (host, port).to_socket_addrs()?;
    let until = Instant::now() + limit;
    for address in addresses {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

impl Line {
    /// Sets the limit of a read (0) or a write (1) to what is left. Often it is that already, which saves a call of the system.
    fn limit(&mut self, way: usize) -> io::Result<()> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let limit = left.min(self.each);
        if self.limits[way] == limit {
            return Ok(());
        }
        match (&self.stream, way) {
            (Stream::Tcp(stream), 0) => stream.set_read_timeout(Some(limit))?,
            (Stream::Tcp(stream), _) => stream.set_write_timeout(Some(limit))?,
            #[cfg(unix)]
            (Stream::Unix(stream), 0) => stream.set_read_timeout(Some(limit))?,
            #[cfg(unix)]
            (Stream::Unix(stream), _) => stream.set_write_timeout(Some(limit))?,
        }
        self.limits[way] = limit;
        Ok(())
    }
}

impl Read for Line {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            self.limit(0)?;
            let read = match &mut self.stream {
                Stream::Tcp(stream) => stream.read(bytes),
                #[cfg(unix)]
                Stream::Unix(stream) => stream.read(bytes),
            };
            match read {
                Ok(read) => {
                    self.nested.add(&bytes[..read])?;
                    return Ok(read);
                }
                // By a signal. (Who writes all tries again by itself.)
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.limit(1)?;
        match &mut self.stream {
            Stream::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
