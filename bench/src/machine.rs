//! Where the figures were taken, and of what. A module of each package that takes some, which is asked about itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// The root of the workspace that this was built from.
pub fn root() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    folders.find(|folder| folder.join("Cargo.lock").exists()).expect("a member of the workspace").to_owned()
}

/// What a command prints, without the last line's end; nothing if it cannot be run.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The version and the target of the compiler.
pub fn compiler() -> String {
    let verbose = output("rustc", &["-vV"]);
    let mut lines = verbose.lines();
    let version = lines.next().unwrap_or("an unknown rustc");
    let host = lines.find_map(|line| line.strip_prefix("host: ")).unwrap_or("an unknown target");
    format!("{version} for {host}")
}

/// The day, in UTC.
pub fn date() -> String {
    output("date", &["-u", "+%F"])
}

/// The processor's name, how many there are, and how busy they are with other things.
pub fn processors() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, name)| name);
    let count = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let busy = match busy() {
        None => String::new(),
        Some(percent) if percent < 5.0 => ", with nothing else to do".to_owned(),
        Some(percent) => {
            format!(", **{percent:.0} % of them busy with other things: times are not to be relied on**")
        }
    };
    format!("{name}, {count} processors{busy}")
}

/// How many hundredths of the processors' time go to others, over a second in which we do nothing.
fn busy() -> Option<f64> {
    let times = || -> Option<(f64, f64)> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        let times: Vec<f64> = stat.lines().next()?.split_whitespace().skip(1).flat_map(str::parse).collect();
        // Idle, and waiting for a disk.
        Some((times.get(3)? + times.get(4)?, times.iter().sum()))
    };
    let (idle, all) = times()?;
    thread::sleep(Duration::from_secs(1));
    let (idle, all) = times().map(|(idle_now, all_now)| (idle_now - idle, all_now - all))?;
    (all > 0.0).then(|| 100.0 * (1.0 - idle / all))
}

/// What the package depends on, the contestants among them, each with its version.
pub fn versions() -> Vec<String> {
    let read = |folder: &Path, file| fs::read_to_string(folder.join(file)).unwrap_or_default();
    let manifest = read(Path::new(env!("CARGO_MANIFEST_DIR")), "Cargo.toml");
    let lock = read(&root(), "Cargo.lock");
    let dependencies = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    dependencies
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = ").filter(|_| !line.starts_with('#')))
        // `name.workspace = true` too.
        .map(|(key, _)| key.split('.').next().unwrap_or(key))
        .map(|name| format!("{name} {}", version(&lock, name)))
        .collect()
}

/// The version that `Cargo.lock` has of a package.
fn version<'a>(lock: &'a str, package: &str) -> &'a str {
    // Of several versions the last is the newest, and ours: old ones are those of other packages.
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    let mut found = None;
    while let Some(line) = lines.next() {
        if line == name {
            found = lines.next().and_then(|line| line.strip_prefix("version = "));
        }
    }
    found.unwrap_or("unknown").trim_matches('"')
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_contestant_has_a_version() {
        let versions = super::versions();
        assert!(versions.iter().any(|version| version.starts_with("cached 4.")), "{versions:?}");
        assert!(versions.iter().all(|version| !version.ends_with("unknown")), "{versions:?}");
    }
}
