//! A page that shows all caches of the process: what is in them, how often they hit, and how that changes.
//!
//! [`page`] is a whole page in HTML: a table that is sorted by a click on a column, and charts of hits, misses, entries and
//! bytes over the last five minutes, since the page was opened. It has its style and its script in it and asks for nothing
//! else but [`json`], every two seconds.
//!
//! # How they are served
//!
//! Give the page a path, and the JSON the same path with `.json` behind it: a page at `/caches` asks `/caches.json`, one at
//! `/admin/caches/` asks `/admin/caches.json`. What stands in the page's address behind a `?` goes along, and so do
//! cookies. Nothing else has to be set.
//!
//! ```
//! fn answer(path: &str) -> Option<(&'static str, String)> {
//!     match path {
//!         "/caches" => Some(("text/html; charset=utf-8", weakcache::inspect::page())),
//!         "/caches.json" => Some(("application/json", weakcache::inspect::json())),
//!         _ => None,
//!     }
//! }
//!
//! #[weakcache::memoize(name = "squares")]
//! fn square(n: u64) -> u64 {
//!     n * n
//! }
//!
//! square(4);
//! let (content_type, page) = answer("/caches").unwrap();
//! assert!(content_type.starts_with("text/html") && page.contains("squares"));
//! ```
//!
//! With axum it is two routes, of `|| async { Html(inspect::page()) }` and
//! `|| async { ([(header::CONTENT_TYPE, "application/json")], inspect::json()) }`; the example `web` does so.
//!
//! * The page shows names of functions and of files, as the JSON does. Serve them to those who may see that.
//! * Names may be any text: they are shown as they are, and never as HTML. The page forbids itself, by a
//!   `Content-Security-Policy`, whatever is not its own, so it works below any policy that has
//!   `script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'`.
//! * Where the process is started anew the page goes on, says since when, and draws a gap. As long as there is no answer it
//!   says so, and asks less and less often, up to every half minute.
//! * Without scripts it is a table of the moment.
#![forbid(unsafe_code)]

mod json;

use crate::caches;
use std::borrow::Cow;
use std::hash::{BuildHasher, RandomState};
use std::process;
use std::sync::LazyLock;

/// A page about all caches, in HTML: see [the module](self) for how it is served.
///
/// Costs a call of [`caches`], and some 12 KB beside what these say.
///
/// ```
/// let page = weakcache::inspect::page();
/// assert!(page.starts_with("<!doctype html>"));
/// ```
#[must_use]
pub fn page() -> String {
    // The longest first: what is put in is not searched.
    let (start, rest) = part(include_str!("page.html"), "<!--table-->");
    let (middle, end) = part(rest, "<!--data-->");
    let (table, data) = (caches().to_string(), json());
    [start, &escaped(&table), middle, &data, end].concat()
}

/// What the page asks for: all caches, in JSON.
///
/// An object of `process`, a text that is another in each process, and `caches`, a list of objects with the fields of
/// [`CacheReport`](crate::CacheReport), in its order; `capacity` is `null` where there is none. Numbers are written in full; JavaScript, and so the page, rounds
/// those above 2⁵³. What HTML or a script would take for its own is written as `\u003c` and the like.
///
/// ```
/// #[weakcache::memoize(name = "squares", lru = 8)]
/// fn square(n: u64) -> u64 {
///     n * n
/// }
///
/// square(4);
/// square(4);
/// let json = weakcache::inspect::json();
/// assert!(json.contains(r#""name":"squares""#) && json.contains(r#""len":1,"capacity":8,"hits":1,"misses":1"#));
/// ```
#[must_use]
pub fn json() -> String {
    /// By chance, and by what no two of the system's processes have at once.
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(process::id()));

    let mut json = String::new();
    json::push(&mut json, format_args!("{{\"process\":\"{:016x}\",\"caches\":", *PROCESS));
    json::reports(&mut json, caches());
    json.push('}');
    json
}

fn part<'a>(page: &'a str, mark: &str) -> (&'a str, &'a str) {
    page.split_once(mark).expect("the page has a place for it")
}

/// Text, in HTML.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}
