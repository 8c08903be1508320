//! What all days were like, and where that is from.

use crate::analysis::{Route, Summary};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// All days together.
#[derive(Debug, Default)]
pub struct Report {
    days: u64,
    requests: u64,
    unread: u64,
    bytes: u64,
    most_clients: u64,
    routes: BTreeMap<String, Route>,
}

impl Report {
    /// Adds a day, in whatever order they come.
    pub fn add(&mut self, day: &Summary) {
        self.days += 1;
        self.requests += day.requests;
        self.unread += day.unread;
        self.bytes += day.bytes;
        self.most_clients = self.most_clients.max(day.clients);
        for (name, of_day) in &day.routes {
            let route = self.routes.entry(name.clone()).or_default();
            route.requests += of_day.requests;
            route.errors += of_day.errors;
            route.median = route.median.max(of_day.median);
            route.percentile_99 = route.percentile_99.max(of_day.percentile_99);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "route        requests   errors   worst median    worst 99th percentile")?;
        for (name, Route { requests, errors, median, percentile_99 }) in &self.routes {
            let [median, percentile_99] = [*median, *percentile_99].map(Duration::from_micros);
            writeln!(f, "{name:<10} {requests:>10} {errors:>8} {median:>14.1?} {percentile_99:>24.1?}")?;
        }
        let Self { days, requests, unread, bytes, most_clients, routes: _ } = self;
        writeln!(
            f,
            "{requests} requests in {days} days, {bytes} bytes, at most {most_clients} clients a day, {unread} lines not read"
        )
    }
}
