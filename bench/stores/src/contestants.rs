//! What is measured.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use cached::{AsyncRedisCache, ConcurrentCached, ConcurrentCachedAsync, RedbCache, RedisCache};
use tempfile::TempDir;
use weakcache::memoize;
use weakcache_redb::{Durability, Redb};
use weakcache_redis::Redis;

use crate::harness::{Effort, Race, Role, Table, measured};
use crate::server::Server;

/// A value of 100 bytes.
fn value(key: u64) -> String {
    format!("{key:0>100}")
}

static FOLDER: OnceLock<TempDir> = OnceLock::new();
static URL: OnceLock<String> = OnceLock::new();

fn file(name: &str) -> std::path::PathBuf {
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder")).path().join(name)
}

fn url() -> &'static str {
    URL.get().expect("it is set first")
}

// A cache of one entry in memory: calls with other keys than the last come to the store.

#[memoize(lru = 1, store = Redb::at(file("ours.redb")))]
fn on_disk(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1, store = Redb::builder().durability(Durability::Process).at(file("ours-process.redb")))]
fn on_disk_for_the_process(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1, ttl = "1h", store = Redis::at(url()))]
fn in_redis(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1, ttl = "1h", store = Redis::at(url()))]
async fn in_redis_async(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1, ttl = "1h", store = Redis::builder().lease(Duration::ZERO).at(url()))]
fn in_redis_without_leases(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1000, ttl = "1h")]
fn in_memory(key: u64) -> String {
    value(key)
}

#[memoize(lru = 1000, ttl = "1h", store = Redis::at(url()))]
fn in_memory_before_redis(key: u64) -> String {
    value(key)
}

fn redb_cache(name: &str, durable: bool) -> RedbCache<u64, String> {
    RedbCache::builder(name).disk_dir(file("cached")).durable(durable).build().expect("a file")
}

fn redis_cache(prefix: &str) -> RedisCache<u64, String> {
    let builder = RedisCache::builder(prefix).connection_string(url()).ttl(Duration::from_hours(1));
    builder.build().expect("a server")
}

/// Keys that no contestant has had.
fn counter() -> impl FnMut() -> u64 {
    let next = Cell::new(1_000_000_000);
    move || {
        next.set(next.get() + 1);
        next.get()
    }
}

pub(crate) fn tables(effort: Effort) -> Vec<Table> {
    let server = Server::start();
    URL.set(server.url()).expect("once");
    let mut tables = on_disk_tables(effort);
    tables.extend(redis_tables(effort, &server));
    for key in 0..500 {
        in_memory(key);
        in_memory_before_redis(key);
    }
    let hit = Race::new("A hit in memory, of a function with a store and of one without")
        .in_nanoseconds()
        .add(Role::Shown, "`lru`, `ttl`", |turn| drop(in_memory(turn % 500)))
        .add(Role::Shown, "`lru`, `ttl`, `store`", |turn| drop(in_memory_before_redis(turn % 500)));
    tables.push(hit.run(effort));
    if let Some(folder) = FOLDER.get() {
        // A static is not dropped.
        let _ = fs::remove_dir_all(folder.path());
    }
    tables
}

fn on_disk_tables(effort: Effort) -> Vec<Table> {
    let entries = effort.entries;
    let (durable, relaxed) = (redb_cache("durable", true), redb_cache("relaxed", false));
    for key in 0..entries {
        on_disk_for_the_process(key);
        relaxed.cache_set(key, value(key)).expect("a disk");
    }
    for key in 0..entries.min(1000) {
        on_disk(key);
        durable.cache_set(key, value(key)).expect("a disk");
    }
    // (Less than 4 GiB, and so exactly.)
    let small = |number: u64| u32::try_from(number).map_or(f64::NAN, f64::from);
    let size = |path: &Path| fs::metadata(path).map_or(f64::NAN, |file| small(file.len())) / small(entries);
    let (ours, cached) = (size(&file("ours-process.redb")), size(relaxed.disk_path()));
    let _ = Redb::at(file("ours-process.redb")).compact();
    let compact = size(&file("ours-process.redb"));
    let joblib = joblib(entries.min(2000));

    // Not one after another: neighbours lie on one page.
    let scattered = move |turn: u64| turn.wrapping_mul(7919) % entries;
    let mut hit = Race::new("On disk, a hit, 100 bytes")
        .add(Role::Ours, "weakcache-redb", move |turn| drop(on_disk_for_the_process(scattered(turn))))
        .add(Role::Peer, "cached `RedbCache`", |turn| {
            drop(relaxed.cache_get(&scattered(turn)).expect("a disk").expect("it is there"));
        })
        .run(effort);
    if let Some((hit_time, _, _)) = joblib {
        hit.lines.push(crate::harness::Line::one(Role::Shown, "joblib, in Python", hit_time));
    }
    let mut fresh = [counter(), counter(), counter(), counter()];
    let [a, b, c, d] = &mut fresh;
    let mut miss = Race::new("On disk, a miss: looked for in vain, and stored")
        .add(Role::Ours, "weakcache-redb, that outlives the machine", |_| drop(on_disk(a())))
        .add(Role::Peer, "cached, durable", |_| {
            let key = b();
            assert!(durable.cache_get(&key).expect("a disk").is_none());
            durable.cache_set(key, value(key)).expect("a disk");
        })
        .add(Role::Ours, "weakcache-redb, that outlives the process", |_| drop(on_disk_for_the_process(c())))
        .add(Role::Shown, "cached, not durable: lost with the process", |_| {
            let key = d();
            assert!(relaxed.cache_get(&key).expect("a disk").is_none());
            relaxed.cache_set(key, value(key)).expect("a disk");
        })
        .run(effort);
    if let Some((_, miss_time, _)) = joblib {
        miss.lines.push(crate::harness::Line::one(Role::Shown, "joblib, in Python, not synced", miss_time));
    }
    let sizes = [
        (Role::Ours, "weakcache-redb", ours),
        (Role::Ours, "weakcache-redb, compacted", compact),
        (Role::Peer, "cached `RedbCache`", cached),
    ];
    let sizes =
        sizes.into_iter().chain(joblib.map(|(_, _, bytes)| (Role::Shown, "joblib, in Python", bytes)));
    vec![hit, miss, measured("On disk, an entry of a `u64` and 100 bytes", "bytes", sizes)]
}

fn redis_tables(effort: Effort, server: &Server) -> Vec<Table> {
    let entries = effort.entries;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let blocking = redis_cache("blocking");
    let waiting: AsyncRedisCache<u64, String> = runtime
        .block_on(
            AsyncRedisCache::builder("waiting")
                .connection_string(url())
                .connection_manager(true)
                .ttl(Duration::from_hours(1))
                .build(),
        )
        .expect("a server");
    for key in 0..entries {
        in_redis(key);
        runtime.block_on(in_redis_async(key));
        blocking.cache_set(key, value(key)).expect("a server");
        runtime.block_on(waiting.async_cache_set(key, value(key))).expect("a server");
    }
    let sizes = [
        (Role::Ours, "weakcache-redis", server.bytes_a_key("weakcache:e:*")),
        (Role::Peer, "cached `RedisCache`", server.bytes_a_key("*blocking*")),
    ];
    let key = |turn: u64| turn % entries;
    let hit = Race::new("In Redis, a hit, 100 bytes")
        .add(Role::Ours, "weakcache-redis", |turn| drop(in_redis(key(turn))))
        .add(Role::Peer, "cached `RedisCache`", |turn| {
            drop(blocking.cache_get(&key(turn)).expect("a server").expect("it is there"));
        })
        .run(effort);
    let hit_async = Race::new("In Redis, a hit, 100 bytes, on tokio")
        .add(Role::Ours, "weakcache-redis", |turn| drop(runtime.block_on(in_redis_async(key(turn)))))
        .add(Role::Peer, "cached `AsyncRedisCache`", |turn| {
            drop(
                runtime
                    .block_on(waiting.async_cache_get(&key(turn)))
                    .expect("a server")
                    .expect("it is there"),
            );
        })
        .run(effort);
    let mut fresh = [counter(), counter(), counter()];
    let [a, b, c] = &mut fresh;
    let miss = Race::new("In Redis, a miss: looked for in vain, and stored")
        .add(Role::Ours, "weakcache-redis, with a lease", |_| drop(in_redis(a())))
        .add(Role::Ours, "weakcache-redis, without", |_| drop(in_redis_without_leases(b())))
        .add(Role::Peer, "cached `RedisCache`", |_| {
            let key = c();
            assert!(blocking.cache_get(&key).expect("a server").is_none());
            blocking.cache_set(key, value(key)).expect("a server");
        })
        .run(effort);
    vec![hit, hit_async, miss, measured("In Redis, an entry of a `u64` and 100 bytes", "bytes", sizes)]
}

/// Microseconds of a hit and of a miss, and bytes an entry, if there is a joblib.
fn joblib(entries: u64) -> Option<(f64, f64, f64)> {
    const SCRIPT: &str = r"
import os, sys, time
from joblib import Memory
folder, entries = sys.argv[1], int(sys.argv[2])
memory = Memory(folder, verbose=0)
@memory.cache
def value(key):
    return str(key).zfill(100)
begin = time.perf_counter()
for key in range(entries): value(key)
miss = time.perf_counter() - begin
begin = time.perf_counter()
for key in range(entries): value(key)
hit = time.perf_counter() - begin
size = sum(os.lstat(os.path.join(path, name)).st_blocks * 512 for path, folders, files in os.walk(folder) for name in files + folders)
print(hit * 1e6 / entries, miss * 1e6 / entries, size / entries)
";
    let arguments = ["-c", SCRIPT, file("joblib").to_str()?, &entries.to_string()].map(str::to_owned);
    // That of the system, where another one comes first.
    let output = ["python3", "/usr/bin/python3"].into_iter().find_map(|python| {
        Command::new(python).args(&arguments).output().ok().filter(|output| output.status.success())
    })?;
    let mut figures = std::str::from_utf8(&output.stdout).ok()?.split_whitespace().map(str::parse);
    Some((figures.next()?.ok()?, figures.next()?.ok()?, figures.next()?.ok()?))
}
