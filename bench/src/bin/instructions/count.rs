//! Starting this program under callgrind, and reading what it counted.

use std::num::NonZeroUsize;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

/// For each path and contestant, the median over `processes` of the instructions an operation.
pub(super) fn all(wanted: &[(&str, &str)], processes: usize) -> Result<Vec<f64>, String> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Err("valgrind is not installed: `apt-get install valgrind`".to_owned());
    }
    let shared = Mutex::new((0, vec![Vec::new(); wanted.len()], None));
    let jobs = wanted.len() * processes;
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(|| {
                loop {
                    let job = {
                        let (next, _, error) = &mut *shared.lock().expect("no worker panics under it");
                        if *next == jobs || error.is_some() {
                            return;
                        }
                        *next += 1;
                        *next - 1
                    };
                    let (path, contestant) = wanted[job / processes];
                    let counted = one(path, contestant, job % processes);
                    let (_, figures, error) = &mut *shared.lock().expect("no worker panics under it");
                    match counted {
                        Ok(figure) => figures[job / processes].push(figure),
                        Err(message) => *error = Some(format!("{path}, {contestant}: {message}")),
                    }
                }
            });
        }
    });
    let (_, figures, error) = shared.into_inner().expect("no worker panics under it");
    error.map_or_else(
        || {
            Ok(figures
                .into_iter()
                .map(|mut figures: Vec<f64>| {
                    figures.sort_by(f64::total_cmp);
                    figures[processes / 2]
                })
                .collect())
        },
        Err,
    )
}

/// The instructions an operation, in one process.
fn one(path: &str, contestant: &str, process: usize) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_laps*"])
        .arg(program)
        .args(["--path", path, contestant])
        // Moves the stack, from whose address hashers take their seeds.
        .env("WEAKCACHE_BENCH_PADDING", "x".repeat(80 * process))
        .output()
        .map_err(|error| error.to_string())?;
    let (stdout, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !output.status.success() {
        return Err(format!("it failed under callgrind:\n{log}"));
    }
    let operations = stdout.trim().parse::<f64>().ok().filter(|operations| *operations > 0.0);
    let counted = log.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse::<f64>().ok());
    match (operations, counted.filter(|counted| *counted > 0.0)) {
        (Some(operations), Some(counted)) => Ok(counted / operations),
        _ => Err(format!("callgrind counted nothing:\n{stdout}\n{log}")),
    }
}
