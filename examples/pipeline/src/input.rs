//! The files: those of a folder, and a folder of them for those who have none.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file, as it is now.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes.
    pub len: u64,
    /// When it was changed.
    pub modified: SystemTime,
}

/// The files of a folder that end in `.log`, by name.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<File>> {
    let folder = folder.canonicalize()?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let metadata = fs::metadata(&path)?;
        if metadata.is_file() && path.extension().is_some_and(|extension| extension == "log") {
            files.push(File { path, len: metadata.len(), modified: metadata.modified()? });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Writes the logs of so many days, with so many lines each, unless the folder is there.
///
/// # Errors
///
/// If they cannot be written.
pub fn generate(folder: &Path, days: u32, lines: u32, mut written: impl FnMut()) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    // Whole, or not at all.
    let unfinished = folder.with_extension("unfinished");
    fs::create_dir_all(&unfinished)?;
    for day in 0..days {
        fs::write(unfinished.join(format!("day-{:03}.log", day + 1)), log(day, lines))?;
        written();
    }
    fs::rename(unfinished, folder)
}

/// A log that is the same each time.
fn log(day: u32, lines: u32) -> String {
    const ROUTES: [&str; 6] = ["items", "search", "cart", "users", "static", "health"];
    let mut random = Random(u64::from(day) + 1);
    let mut log = String::new();
    for line in 0..lines {
        let second = u64::from(line) * 86_400 / u64::from(lines);
        let route = ROUTES[random.below(6).min(random.below(6))];
        let status = match random.below(1000) {
            0..=4 => 503,
            5..=34 => 404,
            _ => 200,
        };
        // Most are quick, and some are not.
        let tenths = 5 + random.below(300) + if random.below(50) == 0 { random.below(20_000) } else { 0 };
        let _ = writeln!(
            log,
            "2026-{:02}-{:02}T{:02}:{:02}:{:02}Z 10.0.{}.{} GET /{route}/{} {status} {} {}.{}",
            day / 28 % 12 + 1,
            day % 28 + 1,
            second / 3600,
            second / 60 % 60,
            second % 60,
            random.below(8),
            random.below(256),
            random.below(100_000),
            200 + random.below(20_000),
            tenths / 10,
            tenths % 10,
        );
        if random.below(5000) == 0 {
            log.push_str("-- rotated --\n");
        }
    }
    log
}

/// splitmix64
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let z = usize::try_from((z ^ (z >> 31)) >> 33).unwrap_or_default();
        z % bound
    }
}
