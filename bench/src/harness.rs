//! Contestants side by side.
//!
//! A *round* runs every contestant once for the same number of operations, in an order that rotates from
//! round to round; what disturbs the machine then disturbs all alike. Reported are the minimum and the
//! median over the rounds, and the ratio of the medians to the fastest contestant's.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How much to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds per race.
    pub(crate) rounds: usize,
    /// About how long one contestant takes in one round.
    pub(crate) slice: Duration,
}

/// One way to do the thing.
pub(crate) struct Contestant<'a> {
    /// As it stands in the table.
    pub(crate) name: &'static str,
    run: Box<dyn Fn(usize, u64) + Sync + 'a>,
}

impl<'a> Contestant<'a> {
    /// `op(thread, i)` is one operation, the `i`th on that thread. Its result is kept from the optimiser.
    pub(crate) fn new<R>(name: &'static str, op: impl Fn(usize, u64) -> R + Sync + 'a) -> Self {
        let run = move |thread, operations| {
            for i in 0..operations {
                black_box(op(thread, black_box(i)));
            }
        };
        Self { name, run: Box::new(run) }
    }

    /// Wall time for `operations` on each of `threads` threads.
    fn time(&self, threads: usize, operations: u64) -> Duration {
        if threads == 1 {
            let start = Instant::now();
            (self.run)(0, operations);
            return start.elapsed();
        }
        let barrier = Barrier::new(threads + 1);
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|thread| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        let start = Instant::now();
                        (self.run)(thread, operations);
                        start.elapsed()
                    })
                })
                .collect();
            barrier.wait();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("a contestant panicked"))
                .max()
                .unwrap_or_default()
        })
    }
}

/// Runs the contestants and prints a Markdown table: nanoseconds of wall time an operation and thread.
pub(crate) fn race(effort: Effort, title: &str, threads: usize, contestants: &[Contestant<'_>]) {
    let operations: Vec<u64> =
        contestants.iter().map(|contestant| calibrate(effort, contestant, threads)).collect();
    let mut times = vec![Vec::with_capacity(effort.rounds); contestants.len()];
    for round in 0..effort.rounds {
        for turn in 0..contestants.len() {
            let who = (round + turn) % contestants.len();
            let time = contestants[who].time(threads, operations[who]);
            #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
            times[who].push(time.as_nanos() as f64 / operations[who] as f64);
        }
    }
    let plural = if threads == 1 { "" } else { "s" };
    let names = contestants.iter().map(|contestant| contestant.name);
    report(&format!("{title}, {threads} thread{plural}"), names.zip(times));
}

/// Prints a Markdown table of nanoseconds an operation: one a round, for each contestant.
pub(crate) fn report<'a>(title: &str, contestants: impl Iterator<Item = (&'a str, Vec<f64>)>) {
    let mut contestants: Vec<_> = contestants.collect();
    for (_, times) in &mut contestants {
        times.sort_by(f64::total_cmp);
    }
    let median = |times: &Vec<f64>| times[times.len() / 2];
    let fastest = contestants.iter().map(|(_, times)| median(times)).fold(f64::INFINITY, f64::min);
    println!("\n### {title}\n");
    println!("| | min ns | median ns | to the fastest |\n|:--|--:|--:|--:|");
    for (name, times) in &contestants {
        let (min, median) = (times[0], median(times));
        println!("| {name} | {min:.1} | {median:.1} | {:.2} |", median / fastest);
    }
}

/// How many operations fill a slice.
fn calibrate(effort: Effort, contestant: &Contestant<'_>, threads: usize) -> u64 {
    let mut operations = 64;
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
