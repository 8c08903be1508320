//! How many of the same accesses hit, over the size of the cache: made up ones, and traces of real ones.

use std::cell::Cell;
use std::env;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering::Relaxed;

use lru::LruCache;
use weakcache_bench::contestants::memo::{Moka, Quick};

use super::{COMPUTED, SIZES, Size, moka, quick, table_of};
use crate::harness::Effort;
use crate::table::{Better, Role};

/// Where the folder of traces is named to the process that replays them.
pub(crate) const TRACES: &str = "WEAKCACHE_BENCH_TRACES";

/// How many accesses are made up.
const ACCESSES: usize = 500_000;
/// Of how many keys.
const KEYS: usize = 1 << 17;

/// Those that are made up, and those of the folder.
pub(crate) fn run(effort: Effort) {
    // To see that it runs, a part is enough.
    let accesses = if effort.rounds < 9 { ACCESSES / 10 } else { ACCESSES };
    let zipf = zipf(accesses);
    table("Hit ratio, Zipf's law (exponent 0.9)", &zipf);
    table("Hit ratio, Zipf's law, with a scan now and then", &scanned(&zipf));
    let Some(folder) = env::var_os(TRACES) else {
        return;
    };
    for (name, path) in traces(&PathBuf::from(folder)) {
        match read(&path) {
            Ok(keys) => table(&format!("Hit ratio, trace `{name}`"), &keys),
            Err(message) => eprintln!("{}: {message}", path.display()),
        }
    }
}

fn table(title: &str, keys: &[u64]) {
    // From 64 to 65536, compared at 4096.
    let sizes = &SIZES[..6];
    let mut table = table_of(title, Better::More(3), sizes, 3);
    let over_sizes = |ratio: fn(&Size, &[u64]) -> f64| -> Vec<f64> {
        sizes.iter().map(|size| ratio(size, keys)).collect()
    };
    let ours = over_sizes(ours);
    assert_eq!(ours, over_sizes(exact), "`lru` is exact");
    table.row(Role::Ours, "weakcache, `lru`: exact LRU", ours);
    table.row(Role::Peer, "cached", over_sizes(cached));
    table.row(Role::Peer, "moka", over_sizes(by_moka));
    table.row(Role::Peer, "quick_cache", over_sizes(by_quick));
    table.note("The verdict is on 4096 entries.").emit();
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of a few digits")]
fn ratio(misses: u64, keys: &[u64]) -> f64 {
    1.0 - misses as f64 / keys.len() as f64
}

/// The ratio where `access` runs `compute`, given to it, for what is not there.
fn counted(keys: &[u64], access: impl Fn(u64, &dyn Fn() -> u64)) -> f64 {
    let misses = Cell::new(0);
    for &key in keys {
        access(key, &|| {
            misses.set(misses.get() + 1);
            key
        });
    }
    ratio(misses.get(), keys)
}

fn ours(size: &Size, keys: &[u64]) -> f64 {
    (size.clear)();
    for &key in keys {
        (size.ours)(key);
    }
    let info = (size.info)();
    (size.clear)();
    assert_eq!(info.hits + info.misses, keys.len() as u64);
    ratio(info.misses, keys)
}

fn exact(size: &Size, keys: &[u64]) -> f64 {
    let mut cache = LruCache::new(NonZeroUsize::new(size.entries).expect("not zero"));
    let misses = keys.iter().filter(|key| cache.put(**key, ()).is_none()).count();
    ratio(misses as u64, keys)
}

fn cached(size: &Size, keys: &[u64]) -> f64 {
    (size.clear_cached)();
    let before = COMPUTED.load(Relaxed);
    for &key in keys {
        (size.cached)(key);
    }
    (size.clear_cached)();
    ratio(COMPUTED.load(Relaxed) - before, keys)
}

fn by_moka(size: &Size, keys: &[u64]) -> f64 {
    let cache: Moka<u64, u64> = moka(size.entries);
    counted(keys, |key, compute| {
        cache.get_with(key, compute);
    })
}

fn by_quick(size: &Size, keys: &[u64]) -> f64 {
    let cache = Quick::new(size.entries);
    counted(keys, |key, compute| {
        quick(&cache, key, compute);
    })
}

/// `SplitMix64`, from a seed of its own.
fn random_numbers() -> impl FnMut() -> u64 {
    let mut state = 0x5EED_u64;
    move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }
}

/// The `k`th key is asked for in proportion to `1 / k^0.9`.
#[expect(clippy::cast_precision_loss, reason = "less than 2^53")]
fn zipf(accesses: usize) -> Vec<u64> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=KEYS)
        .map(|k| {
            sum += (k as f64).powf(-0.9);
            sum
        })
        .collect();
    let mut random = random_numbers();
    let mut draw = || {
        let at = (random() >> 11) as f64 / (1_u64 << 53) as f64 * sum;
        sums.partition_point(|sum| *sum < at) as u64
    };
    (0..accesses).map(|_| draw()).collect()
}

/// After each 20,000 accesses, 10,000 keys that come once.
fn scanned(accesses: &[u64]) -> Vec<u64> {
    let mut once = KEYS as u64..;
    accesses
        .chunks(20_000)
        .flat_map(|chunk| [chunk.to_vec(), once.by_ref().take(10_000).collect()].concat())
        .collect()
}

/// The traces of the folder, `NAME.u32.zst` and `NAME.u64.zst`, by name.
fn traces(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut traces: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".u32.zst").or(name.strip_suffix(".u64.zst"))?;
            Some((name.to_owned(), entry.path()))
        })
        .collect();
    traces.sort();
    traces
}

/// The keys of a trace: little-endian integers, of the width that its name tells, compressed.
fn read(path: &Path) -> Result<Vec<u64>, String> {
    let unpacked =
        Command::new("zstd").arg("-dcq").arg(path).output().map_err(|error| format!("zstd: {error}"))?;
    if !unpacked.status.success() {
        return Err(String::from_utf8_lossy(&unpacked.stderr).into_owned());
    }
    let bytes = unpacked.stdout;
    let wide = path.to_string_lossy().ends_with(".u64.zst");
    let keys: Vec<u64> = if wide {
        bytes.as_chunks().0.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect()
    } else {
        bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes).into()).collect()
    };
    if keys.is_empty() { Err("no keys".to_owned()) } else { Ok(keys) }
}
