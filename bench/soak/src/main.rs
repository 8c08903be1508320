//! `cargo run --release -p weakcache-soak -- [--seconds N]`: eight threads over interning, memoizing, weak containers
//! and pools at once, with random deaths, panics and cancellations, against what must hold of all of these:
//!
//! * each value says of which key it is;
//! * a living value is never doubled: two living handles of one key have one address;
//! * a body runs at most once at a time for a key, where nothing is invalidated, and what was invalidated is not served;
//! * nothing is lost: constructions are drops and what lives, of every kind, whenever all threads rest;
//! * nothing hangs;
//! * memory does not grow.
//!
//! Every now and then all threads drop what they hold and rest, and it is counted what there is. With `--fault` something
//! goes wrong on purpose, which has to be found: `tests/controls.rs` tries them all.

mod allocator;
mod alone;
mod census;
mod chaos;
mod memory;
mod options;
mod plot;
mod random;
mod report;
mod tasks;
mod watch;
mod witness;
mod work;

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs, panic, process};

use chaos::{Fault, strikes, survive};
use memory::Sample;
use options::{Options, USAGE};
use random::below;
use watch::Doing;
use work::{interning, memoizing, pooling, tasking, weakly};

#[global_allocator]
static ALLOCATOR: allocator::Counting = allocator::Counting;

const THREADS: usize = 8;

/// How often all threads rest in a run, whatever its length.
const RESTS: u32 = 400;
/// After so many of them it is said how it goes, and drawn.
const SHOWN: usize = 40;

static RESTING: AtomicBool = AtomicBool::new(false);
static OVER: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    println!("seed {}, {THREADS} threads, {} s", options.seed, options.time.as_secs());
    fail_on_panic(options.seed);
    let samples = run(&options);
    let outcome = report::print(&samples, options.time);
    match draw(&options, &samples) {
        Ok(()) => outcome,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn draw(options: &Options, samples: &[Sample]) -> Result<(), String> {
    let Some(path) = &options.plot else { return Ok(()) };
    plot::svg(samples, "Memory while all threads rest")
        .and_then(|svg| Ok(fs::write(path, svg)?))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// A panic that is not planned is an oracle's: nothing after it would say more.
fn fail_on_panic(seed: u64) {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        print(info);
        fail(seed);
    }));
}

/// Ends the run with what each thread does.
fn fail(seed: u64) -> ! {
    for thread in 0..THREADS {
        eprintln!("{}", watch::Now(thread));
    }
    eprintln!("FAILED with seed {seed}");
    process::exit(1);
}

fn run(options: &Options) -> Vec<Sample> {
    thread::spawn({
        let (patience, seed) = (options.patience, options.seed);
        move || watch_all(patience, seed)
    });
    // Full from the beginning: what it takes to fill them is no growth.
    random::start(options.seed, THREADS);
    memoizing::fill();
    tasking::fill();
    if let Some(fault) = options.fault {
        println!("a fault is injected: {fault:?}");
        chaos::inject(fault);
    }
    let meeting = Barrier::new(THREADS + 1);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let meeting = &meeting;
            scope.spawn(move || work(options.seed, thread, meeting));
        }
        let start = Instant::now();
        let mut samples = Vec::with_capacity(RESTS as usize + 1);
        loop {
            thread::sleep(options.time / RESTS);
            RESTING.store(true, SeqCst);
            meeting.wait();
            check_at_rest();
            let sample = Sample::at(start.elapsed().as_secs_f64());
            samples.push(sample);
            if samples.len().is_multiple_of(SHOWN) {
                println!("{sample}");
                // Again at the end, where a failure counts.
                let _ = draw(options, &samples);
            }
            RESTING.store(false, SeqCst);
            let over = start.elapsed() >= options.time;
            OVER.store(over, SeqCst);
            meeting.wait();
            if over {
                break;
            }
        }
        memoizing::empty();
        tasking::empty();
        check_at_rest();
        samples
    })
}

/// Drops what no thread holds, and counts what there is.
fn check_at_rest() {
    memoizing::let_go();
    tasking::let_go();
    interning::let_go();
    weakly::let_go();
    interning::check_at_rest();
    memoizing::check_at_rest();
    tasking::check_at_rest();
    weakly::check_at_rest();
    pooling::check_at_rest();
}

/// Fails where a thread has done nothing for so long.
fn watch_all(patience: Duration, seed: u64) {
    let mut last = watch::progress();
    let mut since = [Instant::now(); THREADS];
    loop {
        thread::sleep(Duration::from_millis(200));
        let now = watch::progress();
        for thread in 0..THREADS {
            if now[thread] != last[thread] {
                since[thread] = Instant::now();
            } else if since[thread].elapsed() > patience && !OVER.load(SeqCst) {
                eprintln!("thread {thread} has hung for {} s", patience.as_secs());
                fail(seed);
            }
        }
        last = now;
    }
}

fn work(seed: u64, thread: usize, meeting: &Barrier) {
    random::start(seed, thread);
    watch::i_am(thread);
    let mut interning = interning::Hands::new();
    let mut memoizing = memoizing::Hands::new();
    let mut weakly = weakly::Hands::new();
    let mut pooling = pooling::Hands::new();
    while !OVER.load(SeqCst) {
        if RESTING.load(SeqCst) {
            watch::begin(Doing::Dropping);
            interning.empty();
            survive(|| memoizing.empty());
            weakly.empty();
            pooling.empty();
            tasks::wake_others();
            watch::begin(Doing::Resting);
            meeting.wait();
            meeting.wait();
            continue;
        }
        if strikes(Fault::Hoard, 100) {
            Box::leak(vec![0_u8; 1000].into_boxed_slice());
        }
        match below(16) {
            0..=4 => some(Doing::Interning, || interning.work()),
            5..=9 => some(Doing::Memoizing, || memoizing.work()),
            10 | 11 => some(Doing::Tasks, tasking::work),
            12..=14 => some(Doing::Weak, || weakly.work()),
            _ => some(Doing::Pool, || pooling.work()),
        }
    }
}

/// Some of one kind, so that what choosing and watching cost does not count.
fn some(doing: Doing, mut work: impl FnMut()) {
    tasks::wake_others();
    for _ in 0..8 {
        watch::begin(doing);
        survive(&mut work);
    }
}
