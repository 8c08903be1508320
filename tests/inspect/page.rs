//! The page about all caches, and what it asks for. In a browser: `examples/web/tests/browser`.

use crate::alone;
use serde_json::{Value, json};
use std::sync::Arc;
use weakcache::inspect;
use weakcache_inspect::{Inspect, Kind, Registration, Report, register};

/// What a name must not do: end a script, be HTML, end a text, end a line, turn the order of what follows, be replaced.
const HOSTILE: [&str; 7] = [
    "</script><img src=x onerror=alert(1)>",
    "<!--<script>",
    "<!--table--><!--data-->",
    "\" ' \\ \\u003c &lt; &amp; `${1}`",
    "\0\x07\x08\t\n\r\x1b\x7f",
    "\u{61c}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202e}\u{2066}\u{2069}\u{feff}",
    "שלום \u{1f980} é",
];

/// Something that is called so, with counts of any size.
struct Named(&'static str);

impl Inspect for Named {
    fn report(&self) -> Option<Report> {
        let mut report = Report::new(Kind::Pool, self.0);
        (report.hits, report.misses, report.capacity) = (u64::MAX, (1 << 53) + 1, Some(usize::MAX));
        Some(report)
    }
}

fn listed(name: &'static str) -> (Arc<dyn Inspect>, Registration) {
    let named: Arc<dyn Inspect> = Arc::new(Named(name));
    let registration = register(Arc::downgrade(&named));
    (named, registration)
}

fn data(page: &str) -> Value {
    let (_, data) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap()
}

fn names(json: &Value) -> Vec<&str> {
    json["caches"].as_array().unwrap().iter().map(|cache| cache["name"].as_str().unwrap()).collect()
}

/// As serde writes them, which has its own way to.
#[cfg(feature = "serde")]
#[test]
fn the_json_is_that_of_serde() {
    let _alone = alone();
    #[weakcache::memoize(lru = 3, name = "three")]
    fn f(n: u64) -> u64 {
        n
    }

    for n in [1, 2, 3, 4, 4] {
        f(n);
    }
    let _caches = HOSTILE.map(listed);
    let written: Value = serde_json::from_str(&inspect::json()).unwrap();
    assert_eq!(written["caches"], serde_json::to_value(weakcache::caches()).unwrap());
    assert!(names(&written).len() > HOSTILE.len());
}

#[test]
fn numbers_are_written_in_full() {
    let _alone = alone();
    let _listed = listed("large");
    let json = inspect::json();
    let written: Value = serde_json::from_str(&json).unwrap();
    let written =
        written["caches"].as_array().unwrap().iter().find(|cache| cache["name"] == "large").unwrap();
    assert_eq!(written["hits"], json!(u64::MAX));
    assert_eq!(written["misses"], json!((1_u64 << 53) + 1));
    assert_eq!(written["capacity"], json!(usize::MAX));
    assert_eq!(written["kind"], "pool");
}

#[test]
fn a_name_is_a_text_and_nothing_else() {
    let _alone = alone();
    let before = inspect::page().matches('<').count();
    let _caches = HOSTILE.map(listed);
    let json = inspect::json();
    for c in ['<', '>', '&', '\u{2028}', '\u{2029}', '\u{202e}', '\u{200f}', '\0', '\n'] {
        assert!(!json.contains(c), "{c:?}");
    }
    let page = inspect::page();
    assert_eq!(page.matches('<').count(), before, "no name makes a tag");
    for json in [data(&page), serde_json::from_str(&json).unwrap()] {
        assert!(names(&json).ends_with(&HOSTILE), "{json}");
    }
    let (_, table) = page.split_once("<noscript><pre>").unwrap();
    assert!(table.contains("&lt;/script&gt;&lt;img"), "the table is there without scripts too");
}

#[test]
fn it_is_whole() {
    let _alone = alone();
    let page = inspect::page();
    for part in ["http:", "https:", "src=", "url(", "@import", "eval("] {
        assert!(!page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
    assert!(!page.contains("<!--"), "what is to be put in is in");
    let own = include_str!("../../weakcache-runtime/src/inspect/page.html").len();
    assert!(own < 12_000, "{own} bytes");
}

#[test]
fn a_process_keeps_its_name() {
    let [first, second] = [inspect::json(), inspect::json()]
        .map(|json| serde_json::from_str::<Value>(&json).unwrap()["process"].take());
    assert_eq!(first, second);
    assert_eq!(first.as_str().unwrap().len(), 16);
}
