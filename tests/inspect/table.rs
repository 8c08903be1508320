//! The list as a table, and as what serde writes.

use crate::alone;
use weakcache::{Cache, caches};

#[test]
fn it_fits_a_terminal() {
    let _alone = alone();
    let long = "a::very::long::path::to::a::function::somewhere::deep::in::some::module::price".to_owned();
    let hostile = "red \u{1b}[31m\nname".to_owned();
    let names = [long, hostile, "x".to_owned()];
    let held = names.map(|name| Cache::<u32, u32>::builder().lru(1_000_000).name(name).build());
    for n in 0..20_000 {
        held[0].insert(n, n);
        held[0].get(&n);
    }
    held[2].get(&1);
    let ours = || {
        let skip = caches().len() - 3;
        let mut caches = caches();
        if let Some(before) = skip.checked_sub(1) {
            caches.nth(before);
        }
        caches
    };
    let text = ours().to_string();
    let lines: Vec<_> = text.lines().collect();
    println!("{text}");
    assert_eq!(lines.len(), 5, "{text}");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[0]), ["kind", "name", "len", "of", "hits", "misses", "rate", "bytes"]);
    assert!(words(lines[1])[1].ends_with("module::price"), "{text}");
    assert_eq!(words(lines[1])[2..7], ["20.0k", "1.00M", "20.0k", "0", "100%"]);
    assert!(lines[2].contains("red \\u{1b}[31m\\nname"));
    assert_eq!(words(lines[3])[..2], ["cache", "x"]);
    assert!(lines[4].starts_with("3 caches, "));
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{text}");
    let widths: Vec<_> = lines[..4].iter().map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|two| two[0] == two[1]), "aligned: {text}");

    let wide = format!("{:140}", ours());
    assert!(wide.contains("a::very::long::path::to::a::function::somewhere::deep::in::some::module::price"));
    let narrow = format!("{:40}", ours());
    assert!(
        narrow.lines().skip(1).take(1).all(|line| line.contains('…') || line.contains("price")),
        "{narrow}"
    );
    assert!(format!("{:#}", ours()).contains(concat!(file!(), ":")));

    let mut rest = ours();
    rest.next();
    assert!(rest.to_string().ends_with('B') && rest.to_string().contains("2 caches"));
    rest.by_ref().for_each(drop);
    assert_eq!(rest.to_string(), "0 caches, 0B");
}

#[test]
fn wide_names_fit_too() {
    use unicode_width::UnicodeWidthStr;

    let _alone = alone();
    let names = ["価格".repeat(30), "한글 이름".to_owned(), "\u{1f980}".repeat(50), "x".to_owned()];
    let held = names.map(|name| Cache::<u8, u8>::builder().name(name).build());
    let text = caches().to_string();
    let lines: Vec<_> = text.lines().collect();
    let widths: Vec<_> = lines[..lines.len() - 1].iter().map(|line| line.width()).collect();
    assert!(widths.iter().all(|width| *width <= 80), "{text}");
    assert!(widths.windows(2).all(|two| two[0] == two[1]), "aligned: {text}");
    assert!(lines.iter().any(|line| line.contains("価格価格") && line.contains('…')), "{text}");
    assert!(lines.iter().any(|line| line.contains("한글 이름 ")), "{text}");
    drop(held);
}

#[cfg(feature = "serde")]
#[test]
fn serde_writes_all_of_it() {
    let _alone = alone();
    let cache = Cache::<u32, u32>::builder().lru(7).name("written").build();
    let line = line!() - 1;
    cache.insert(1, 1);
    let written = serde_json::to_value(caches()).unwrap();
    let written = written.as_array().unwrap().iter().find(|report| report["name"] == "written").unwrap();
    let bytes = caches().find(|report| report.name == "written").unwrap().bytes;
    let expected = serde_json::json!({
        "kind": "cache", "name": "written", "file": file!(), "line": line, "instances": 1, "len": 1, "capacity": 7, "hits": 0,
        "misses": 0, "evictions": 0, "expirations": 0, "bytes": bytes, "weight": 0, "refreshes": 0, "stale": 0,
        "store_hits": 0, "store_failures": 0,
    });
    assert_eq!(*written, expected);
}
