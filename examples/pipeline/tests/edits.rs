//! What an edit of the code does to results on disk. Copies of `src/analysis.rs` with one edit each, made by `build.rs`, are as
//! many states of the program, which find one store.

use std::fs;
use std::sync::LazyLock;
use tempfile::TempDir;
use weakcache::CacheInfo;
use weakcache_redb::Redb;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a folder"));

/// As in the program.
fn results() -> Redb {
    Redb::open(FOLDER.path().join("results.redb")).expect("it can be opened")
}

macro_rules! states {
    ($($state:ident)*) => {
        $(
            #[allow(unused, unused_qualifications, unreachable_pub, missing_docs, clippy::pedantic)]
            mod $state {
                include!(concat!(env!("OUT_DIR"), "/", stringify!($state), ".rs"));

                /// Runs this state of the program: what it says of the 99th percentile, and how.
                pub(super) fn run(file: &std::path::Path) -> (u64, weakcache::CacheInfo) {
                    let metadata = std::fs::metadata(file).unwrap();
                    let summary = summary(file, metadata.len(), metadata.modified().unwrap()).unwrap();
                    let percentile = summary.routes["items"].percentile_99;
                    (u64::try_from(percentile).unwrap(), summary::cache_info())
                }
            }
        )*
    };
}

states! { original commented edited edited_below edited_type }

/// What a call said, and whether it was answered from disk.
fn told((percentile, info): (u64, CacheInfo)) -> (u64, bool) {
    assert_eq!((info.hits, info.misses + info.store_hits, info.store_failures), (0, 1, 0));
    (percentile, info.store_hits == 1)
}

#[test]
fn an_edit_of_the_code_computes_anew_and_one_of_a_comment_does_not() {
    let file = FOLDER.path().join("day.log");
    let line = |at| format!("2026-03-01T13:05:59Z 10.0.0.7 GET /items/4711 200 5120 {at}.0\n");
    fs::write(&file, (1..=100).map(line).collect::<Vec<_>>().concat()).expect("it can be written");

    assert_eq!(told(original::run(&file)), (99_000, false));
    // As in the next process, after an edit of comments and layout.
    assert_eq!(told(commented::run(&file)), (99_000, true));
    // Of the body, of a function that it calls, and of a type that only that uses.
    assert_eq!(told(edited::run(&file)), (98_000, false));
    assert_eq!(told(edited_below::run(&file)), (99_000, false));
    assert_eq!(told(edited_type::run(&file)), (99_000, false));
}
