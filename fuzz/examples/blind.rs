//! Runs a target on inputs that no coverage guides: half of them random, half of them seeds that were changed. Nothing is
//! instrumented, so that there are ten to a hundred times as many a second as from libFuzzer, which finds other faults.
//!
//! `cargo run --release --example blind -- TARGET SECONDS [FIRST]`: those of the seeds `FIRST`, `FIRST + 1`, … of the random
//! numbers. One that fails goes to `artifacts/TARGET/blind-N`, for the target itself to run.

#![forbid(unsafe_code)]

use fastrand::Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

macro_rules! targets {
    ($($name:ident in $path:literal,)*) => {
        $(#[path = $path] mod $name;)*

        const TARGETS: &[(&str, fn(&[u8]))] = &[$((stringify!($name), |bytes| { $name::run(bytes); })),*];
    };
}

targets! {
    amounts in "../src/amounts.rs",
    flight in "../src/flight.rs",
    functions in "../src/functions/mod.rs",
    macros in "../src/macros/mod.rs",
    memo in "../src/memo/mod.rs",
    pool in "../src/pool.rs",
    redb in "../src/redb.rs",
    redis in "../src/redis.rs",
    registry in "../src/registry.rs",
    stored in "../src/stored.rs",
    tasks in "../src/tasks/mod.rs",
    weak in "../src/weak.rs",
}

/// As libFuzzer's in `.ci/fuzz`: what takes so long hangs.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest input.
const LONGEST: usize = 1024;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((target, duration, first)) = read(&arguments) else {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        eprintln!("usage: blind TARGET SECONDS [FIRST], where TARGET is one of {}", names.join(", "));
        return ExitCode::FAILURE;
    };
    match storm(target, duration, first) {
        Ok(count) => {
            println!("{}: {count} inputs in {} s", target.0, duration.as_secs());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", target.0);
            ExitCode::FAILURE
        }
    }
}

type Target = (&'static str, fn(&[u8]));

fn read(arguments: &[String]) -> Option<(Target, Duration, u64)> {
    let (name, seconds, first) = match arguments {
        [name, seconds] => (name, seconds, "0"),
        [name, seconds, first] => (name, seconds, first.as_str()),
        _ => return None,
    };
    let target = TARGETS.iter().find(|(known, _)| known == name)?;
    Some((*target, Duration::from_secs(seconds.parse().ok()?), first.parse().ok()?))
}

/// How many inputs were run.
fn storm((name, run): Target, duration: Duration, first: u64) -> io::Result<u64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let artifacts = root.join("artifacts").join(name);
    fs::create_dir_all(&artifacts)?;
    let seeds = seeds(&root.join("seeds").join(name))?;
    let watched = Watched::new(artifacts.clone());
    let start = Instant::now();
    let mut number = first;
    while start.elapsed() < duration {
        let input = input(&mut Rng::with_seed(number), &seeds);
        watched.begin(number, &input);
        if catch_unwind(AssertUnwindSafe(|| run(&input))).is_err() {
            return Err(io::Error::other(format!("fails, see {}", watched.save().display())));
        }
        number += 1;
    }
    Ok(number - first)
}

fn seeds(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    // In the order of their names: a number is to be the same input everywhere.
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort_unstable();
    paths.iter().map(fs::read).collect()
}

fn input(random: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    if random.bool() {
        let longest = if random.u8(..8) == 0 { LONGEST } else { 256 };
        let length = random.usize(8..=longest);
        // Of small bytes more is made of what an input says first, and keys meet.
        let mask = [0xff, 0x7f, 0x3f, 0xff][random.usize(..4)];
        return (0..length).map(|_| random.u8(..) & mask).collect();
    }
    let mut input = random.choice(seeds).cloned().unwrap_or_default();
    for _ in 0..random.u8(1..=6) {
        let at = random.usize(..=input.len());
        match random.u8(..6) {
            0 => input.insert(at, random.u8(..)),
            1 => drop(input.drain(at..input.len().min(at + random.usize(1..=8)))),
            2 => {
                let other = random.choice(seeds).map_or(&[][..], Vec::as_slice);
                let from = random.usize(..=other.len());
                input.truncate(at);
                input.extend(&other[from..]);
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.u8(..);
                }
            }
        }
    }
    input.truncate(LONGEST);
    input
}

/// The input that is run, watched by a thread that ends the process if it hangs.
struct Watched {
    artifacts: PathBuf,
    input: Mutex<(u64, Vec<u8>)>,
}

impl Watched {
    fn new(artifacts: PathBuf) -> Arc<Self> {
        let watched = Arc::new(Self { artifacts, input: Mutex::default() });
        let (watching, mut before) = (watched.clone(), u64::MAX);
        thread::spawn(move || {
            loop {
                thread::sleep(TIMEOUT);
                let number = watching.input.lock().unwrap_or_else(PoisonError::into_inner).0;
                if number == before {
                    eprintln!("hangs, see {}", watching.save().display());
                    process::abort();
                }
                before = number;
            }
        });
        watched
    }

    fn begin(&self, number: u64, input: &[u8]) {
        let mut current = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        current.0 = number;
        current.1.clear();
        current.1.extend(input);
    }

    /// Where it is written to.
    fn save(&self) -> PathBuf {
        let (number, input) = &*self.input.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.artifacts.join(format!("blind-{number}"));
        match fs::write(&path, input) {
            Ok(()) => path,
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}
