//! What is computed of a file: one day of a server's log, line by line, and what the day was like.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::SystemTime;
use weakcache::{fingerprint, memoize};

/// A request, as a line has it: `2026-03-01T13:05:59Z 10.0.0.7 GET /items/4711 200 5120 34.2`, with bytes and
/// milliseconds at the end.
#[fingerprint]
struct Request<'a> {
    hour: u8,
    client: Ipv4Addr,
    /// The first part of the path, for all that is below it.
    route: &'a str,
    status: u16,
    bytes: u64,
    micros: u64,
}

/// Reads a line; `None` where it is no request.
#[fingerprint(depends(Request<'_>))]
fn parse(line: &str) -> Option<Request<'_>> {
    let mut words = line.split_ascii_whitespace();
    let (_, time) = words.next()?.split_once('T')?;
    let hour = time.get(..2)?.parse().ok().filter(|hour| *hour < 24)?;
    let client = words.next()?.parse().ok()?;
    let _method = words.next()?;
    let path = words.next()?.strip_prefix('/')?;
    let route = path.split('/').next()?;
    let status = words.next()?.parse().ok()?;
    let bytes = words.next()?.parse().ok()?;
    let millis: f64 = words.next()?.parse().ok()?;
    if words.next().is_some() || !(0.0..1e9).contains(&millis) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in between")]
    let micros = (millis * 1000.0) as u64;
    Some(Request { hour, client, route, status, bytes, micros })
}

/// A day.
#[fingerprint(depends(Route))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// All requests.
    pub requests: u64,
    /// Lines that are none.
    pub unread: u64,
    /// What was sent.
    pub bytes: u64,
    /// Different clients.
    pub clients: u64,
    /// The hour with most requests.
    pub busiest_hour: u8,
    /// By the first part of their paths.
    pub routes: BTreeMap<String, Route>,
}

/// What was requested below one path.
#[fingerprint]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// How often.
    pub requests: u64,
    /// How often without success, by the server's fault.
    pub errors: u64,
    /// Half of the answers took no longer, in microseconds.
    pub median: u64,
    /// 99 of 100 answers took no longer.
    pub percentile_99: u64,
}

/// What a file says. It is looked up by where the file is, how long it is, and when it was changed, as `make` does; the
/// result lies on disk, beside those of all other files, for as long as this code, and the code that it names, is the same.
///
/// # Errors
///
/// If the file cannot be read; that is tried again by the next run.
#[memoize(
    lru = 10_000,
    store = super::results(),
    depends(parse, Summary),
    name = "pipeline::summary",
)]
pub fn summary(file: &Path, len: u64, modified: SystemTime) -> io::Result<Summary> {
    let _ = (len, modified); // They tell one content of the file from another.
    let text = fs::read_to_string(file)?;
    let mut unread = 0;
    let mut requests = Vec::new();
    for line in text.lines() {
        match parse(line) {
            Some(request) => requests.push(request),
            None => unread += 1,
        }
    }
    let mut hours = [0_u64; 24];
    let mut times: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    let mut routes: BTreeMap<String, Route> = BTreeMap::new();
    for request in &requests {
        hours[usize::from(request.hour)] += 1;
        times.entry(request.route).or_default().push(request.micros);
        if request.status >= 500 {
            routes.entry(request.route.to_owned()).or_default().errors += 1;
        }
    }
    for (name, mut times) in times {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        let route = routes.entry(name.to_owned()).or_default();
        route.requests = times.len() as u64;
        (route.median, route.percentile_99) = (at(50), at(99));
    }
    let busiest_hour = (0..24).max_by_key(|hour| hours[usize::from(*hour)]).unwrap_or_default();
    Ok(Summary {
        requests: requests.len() as u64,
        unread,
        bytes: requests.iter().map(|request| request.bytes).sum(),
        clients: requests.iter().map(|request| request.client).collect::<HashSet<_>>().len() as u64,
        busiest_hour,
        routes,
    })
}
