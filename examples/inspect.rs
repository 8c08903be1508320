//! Which of the caches of a service eat memory, and which never hit: what it prints is a table of all of them.
//!
//! `cargo run --example inspect`
//!
//! Look for: `digest`, which never hits and takes most of the memory; the program finds it by itself, with file and line.

use std::sync::Arc;
use std::time::Instant;
use weakcache::pool::Pool;
use weakcache::{Cache, CacheKind, Interned, Memo, caches, clear_all, interned, memoize};

#[interned]
struct Symbol(str);

/// Asked for again and again.
#[memoize(capacity = 1000, ttl = "60s")]
fn price(symbol: &str, day: u32) -> u64 {
    symbol.bytes().map(u64::from).sum::<u64>() * u64::from(day)
}

/// Asked for once each: a cache that only takes memory.
#[memoize]
fn digest(document: u64) -> u64 {
    document.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[memoize]
fn width<T: 'static>(count: usize) -> usize {
    count * size_of::<T>()
}

/// With caches of its own, which go with it.
#[derive(Default)]
struct Repository {
    memo: Memo,
}

#[memoize]
impl Repository {
    #[memoize(in(self.memo), lru = 100)]
    fn title(&self, id: u64) -> Arc<str> {
        format!("title {id}").into()
    }
}

fn main() {
    let symbols: Vec<Interned<Symbol>> = ["ACME", "INIT", "HOLD"].map(Symbol::new).into();
    let sessions: Cache<u64, String> = Cache::builder().lru(500).name("sessions").build();
    let buffers = Pool::builder(Vec::<u8>::new).reset(Vec::clear).name("buffers").build();
    let repositories = [(); 3].map(|()| Repository::default());
    for request in 0..20_000_u64 {
        let symbol = &symbols[(request % 3) as usize];
        let total = price(&symbol.0, (request % 50) as u32) + digest(request);
        sessions.get_or_insert_with(&(request % 600), || format!("session {total}"));
        buffers.acquire().extend(total.to_le_bytes());
        repositories[(request % 3) as usize].title(request % 10);
    }
    width::<u8>(1);
    width::<String>(1);

    println!("{}\n", caches());

    let idle = caches().filter(|cache| cache.kind == CacheKind::Memo && cache.hits == 0 && cache.len > 100);
    for cache in idle {
        println!("{} never hits, and takes {} bytes: {}:{}", cache.name, cache.bytes, cache.file, cache.line);
    }

    clear_all();
    drop(repositories);
    println!("\nafter `clear_all()`, and without the repositories:\n{}\n", caches());

    let many: Vec<Cache<u64, u64>> =
        (0..10_000).map(|n| Cache::builder().name(format!("cache {n}")).build()).collect();
    let list = || {
        let start = Instant::now();
        (caches().len(), start.elapsed())
    };
    let (listed, took) = (0..10).map(|_| list()).min_by_key(|(_, took)| *took).unwrap();
    println!("{listed} caches are listed in {:.2} ms", took.as_secs_f64() * 1000.0);
    drop((many, sessions, buffers, symbols));
}

#[test]
fn it_runs() {
    main();
    assert!(caches().any(|cache| cache.name.ends_with("::digest")));
    assert!(caches().all(|cache| cache.kind != CacheKind::Cache), "those by hand are gone");
}
