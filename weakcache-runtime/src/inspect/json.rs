//! Reports as JSON: the same as `Serialize` gives, without serde.
#![forbid(unsafe_code)]

use crate::CacheReport;
use crate::caches::reorders;
use std::fmt::Write;

/// A text, such that it may stand in the script of a page too, and that nobody who looks at the JSON is shown another
/// order of it than there is.
pub(super) fn text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c.is_ascii_control() || matches!(c, '<' | '>' | '&') || reorders(c) => {
                push(json, format_args!("\\u{:04x}", u32::from(c)));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

/// All of them, as a list.
pub(super) fn reports(json: &mut String, reports: impl Iterator<Item = CacheReport>) {
    json.push('[');
    for (at, each) in reports.enumerate() {
        if at > 0 {
            json.push(',');
        }
        report(json, &each);
    }
    json.push(']');
}

fn report(json: &mut String, report: &CacheReport) {
    // Whole, so that no field is forgotten.
    let CacheReport {
        kind,
        name,
        file,
        line,
        instances,
        len,
        capacity,
        hits,
        misses,
        evictions,
        expirations,
        bytes,
        weight,
        refreshes,
        stale,
        store_hits,
        store_failures,
    } = report;
    push(json, format_args!("{{\"kind\":\"{kind}\",\"name\":"));
    text(json, name);
    json.push_str(",\"file\":");
    text(json, file);
    push(json, format_args!(",\"line\":{line},\"instances\":{instances},\"len\":{len},\"capacity\":"));
    match capacity {
        Some(capacity) => push(json, format_args!("{capacity}")),
        None => json.push_str("null"),
    }
    push(json, format_args!(",\"hits\":{hits},\"misses\":{misses},\"evictions\":{evictions}"));
    push(json, format_args!(",\"expirations\":{expirations},\"bytes\":{bytes},\"weight\":{weight}"));
    push(json, format_args!(",\"refreshes\":{refreshes},\"stale\":{stale}"));
    push(json, format_args!(",\"store_hits\":{store_hits},\"store_failures\":{store_failures}}}"));
}

pub(super) fn push(json: &mut String, text: std::fmt::Arguments<'_>) {
    // Never `Err`: it is a `String`.
    let _ = json.write_fmt(text);
}
