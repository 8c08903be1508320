//! Contestants side by side.
//!
//! A *round* runs every contestant once for the same number of operations, in an order that rotates from
//! round to round; what disturbs the machine then disturbs all alike. Reported are the minimum and the
//! median over the rounds; the driver then takes them over several processes.

use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use weakcache_bench::contestants::bodies;

use crate::table::{Better, Column, Join, Role, Table, median};

/// How much to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds a race.
    pub(crate) rounds: usize,
    /// About how long one contestant takes in one round.
    pub(crate) slice: Duration,
}

impl Effort {
    /// The words by which one process tells another.
    pub(crate) fn to_args(self) -> [String; 2] {
        [self.rounds.to_string(), self.slice.as_micros().to_string()]
    }

    pub(crate) fn from_args(rounds: &str, slice: &str) -> Option<Self> {
        Some(Self { rounds: rounds.parse().ok()?, slice: Duration::from_micros(slice.parse().ok()?) })
    }
}

/// How many threads a race has at most.
pub(crate) const MOST_THREADS: usize = 64;

/// How long so many operations on one of the threads took.
type Run<'a> = Box<dyn Fn(usize, u64) -> Duration + Sync + 'a>;

/// One way to do the thing.
struct Contestant<'a> {
    role: Role,
    name: &'static str,
    run: Run<'a>,
}

/// Contestants, and what they run for.
pub(crate) struct Race<'a> {
    title: String,
    threads: usize,
    first: u64,
    hits: bool,
    cells: u64,
    notes: Vec<&'static str>,
    contestants: Vec<Contestant<'a>>,
}

impl<'a> Race<'a> {
    /// On one thread.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        let title = title.into();
        Self {
            title,
            threads: 1,
            first: 0,
            hits: false,
            cells: 1,
            notes: Vec::new(),
            contestants: Vec::new(),
        }
    }

    /// On as many, as its title then says.
    pub(crate) fn threads(self, threads: usize) -> Self {
        let plural = if threads == 1 { "" } else { "s" };
        let title = format!("{}, {threads} thread{plural}", self.title);
        Self { title, threads, ..self }
    }

    /// So many operations come first, on each thread, and are not measured.
    pub(crate) fn full(mut self, first: u64) -> Self {
        self.first = first;
        self
    }

    /// The same; then all operations are hits: that is asserted, of contestants which compute by way of
    /// `contestants::body`.
    pub(crate) fn hits(mut self, first: u64) -> Self {
        self.hits = true;
        self.full(first)
    }

    /// One operation is so many of what is counted.
    pub(crate) fn cells(mut self, cells: u64) -> Self {
        self.cells = cells;
        self
    }

    pub(crate) fn note(mut self, note: &'static str) -> Self {
        self.notes.push(note);
        self
    }

    fn add(mut self, role: Role, name: &'static str, run: Run<'a>) -> Self {
        self.contestants.push(Contestant { role, name, run });
        self
    }

    /// `op(thread, i)` is one operation, the `i`th on that thread. Its result is kept from the optimiser.
    pub(crate) fn ours<R>(self, name: &'static str, op: impl Fn(usize, u64) -> R + Sync + 'a) -> Self {
        self.add(Role::Ours, name, timed(op))
    }

    pub(crate) fn peer<R>(self, name: &'static str, op: impl Fn(usize, u64) -> R + Sync + 'a) -> Self {
        self.add(Role::Peer, name, timed(op))
    }

    /// One that does less.
    pub(crate) fn less<R>(self, name: &'static str, op: impl Fn(usize, u64) -> R + Sync + 'a) -> Self {
        self.add(Role::Less, name, timed(op))
    }

    /// One that starts each operation afresh: `reset` is not in the time.
    pub(crate) fn afresh<R>(
        self,
        role: Role,
        name: &'static str,
        reset: impl Fn() + Sync + 'a,
        op: impl Fn() -> R + Sync + 'a,
    ) -> Self {
        let run = move |_, operations| {
            let mut time = Duration::ZERO;
            for _ in 0..operations {
                reset();
                let start = Instant::now();
                black_box(op());
                time += start.elapsed();
            }
            time
        };
        self.add(role, name, Box::new(run))
    }

    /// Runs it and hands on a table: nanoseconds of wall time an operation and thread.
    pub(crate) fn run(self, effort: Effort) {
        let times = self.times(effort);
        let rows = self.contestants.iter().map(|contestant| (contestant.role, contestant.name)).zip(times);
        let mut table = race_table(&self.title, rows);
        table.notes.extend(self.notes.into_iter().map(str::to_owned));
        table.emit();
    }

    /// Of each contestant, nanoseconds an operation, one a round.
    ///
    /// # Panics
    ///
    /// If what should hit does not.
    fn times(&self, effort: Effort) -> Vec<Vec<f64>> {
        let contestants = &self.contestants;
        for contestant in contestants {
            for thread in 0..self.threads {
                (contestant.run)(thread, self.first);
            }
        }
        let before = bodies();
        let operations: Vec<u64> =
            contestants.iter().map(|contestant| calibrate(effort, contestant, self.threads)).collect();
        let mut times = vec![Vec::with_capacity(effort.rounds); contestants.len()];
        for round in 0..effort.rounds {
            for turn in 0..contestants.len() {
                let who = (round + turn) % contestants.len();
                let time = contestants[who].time(self.threads, operations[who]);
                #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
                times[who].push(time.as_nanos() as f64 / (operations[who] * self.cells) as f64);
            }
        }
        if self.hits {
            assert_eq!(bodies(), before, "{}: not all of them hit", self.title);
        }
        times
    }

    /// The contestants' medians alone, for those who make a table of several races.
    pub(crate) fn medians(self, effort: Effort) -> Vec<(Role, &'static str, f64)> {
        let times = self.times(effort);
        let contestants = self.contestants.iter().map(|contestant| (contestant.role, contestant.name));
        contestants.zip(times).map(|((role, name), times)| (role, name, median(times))).collect()
    }
}

/// A table of nanoseconds an operation: of each contestant, those of every round.
pub(crate) fn race_table<'a>(
    title: &str,
    contestants: impl Iterator<Item = ((Role, &'a str), Vec<f64>)>,
) -> Table {
    let mut table = Table::new(title, Better::Less(1), &[]);
    table.columns = vec![Column::new("min ns", 1, Join::Min), Column::new("median ns", 1, Join::Median)];
    for ((role, name), times) in contestants {
        let min = times.iter().copied().fold(f64::INFINITY, f64::min);
        table.row(role, name, vec![min, median(times)]);
    }
    table
}

fn timed<'a, R>(op: impl Fn(usize, u64) -> R + Sync + 'a) -> Run<'a> {
    // Each slice goes on where the thread's last one ended: what was to miss does not hit.
    let next: [AtomicU64; MOST_THREADS] = std::array::from_fn(|_| AtomicU64::new(0));
    Box::new(move |thread, operations| {
        let first = next[thread].fetch_add(operations, Relaxed);
        let start = Instant::now();
        for i in first..first + operations {
            black_box(op(thread, black_box(i)));
        }
        start.elapsed()
    })
}

impl Contestant<'_> {
    /// Wall time for `operations` on each of `threads` threads.
    fn time(&self, threads: usize, operations: u64) -> Duration {
        if threads == 1 {
            return (self.run)(0, operations);
        }
        let barrier = Barrier::new(threads);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|thread| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        (self.run)(thread, operations)
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("a contestant panicked"))
                .max()
                .unwrap_or_default()
        })
    }
}

/// How many operations fill a slice.
fn calibrate(effort: Effort, contestant: &Contestant<'_>, threads: usize) -> u64 {
    let mut operations = 1;
    loop {
        let time = contestant.time(threads, operations);
        if time * 8 >= effort.slice {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let scaled = (operations as f64 * effort.slice.as_secs_f64() / time.as_secs_f64()) as u64;
            return scaled.max(1);
        }
        operations *= 4;
    }
}
