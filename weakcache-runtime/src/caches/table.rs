//! Reports as a table for a terminal.

use super::CacheReport;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// Of a terminal, where nothing else is said.
const WIDTH: usize = 80;
/// What a name is given at least.
const NAME: usize = 12;

/// What stands in a column, and above it. A column of nothing but nothing is left out.
struct Column {
    head: &'static str,
    cell: fn(&CacheReport) -> String,
}

const COLUMNS: [Column; 10] = [
    Column {
        head: "in",
        cell: |report| if report.instances == 1 { String::new() } else { count(report.instances as u64) },
    },
    Column { head: "len", cell: |report| count(report.len as u64) },
    Column { head: "of", cell: |report| report.capacity.map_or_else(String::new, |most| count(most as u64)) },
    Column { head: "hits", cell: |report| count(report.hits) },
    Column { head: "misses", cell: |report| count(report.misses) },
    Column { head: "rate", cell: rate },
    Column { head: "evicted", cell: |report| unless_zero(report.evictions) },
    Column { head: "expired", cell: |report| unless_zero(report.expirations) },
    Column { head: "weight", cell: |report| unless_zero(report.weight) },
    Column { head: "bytes", cell: |report| bytes(report.bytes) },
];

/// Writes them, in as many columns as the format says: `{:120}`. With `{:#}`, also where they are, beyond that.
pub(super) fn write(reports: &[CacheReport], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let columns = COLUMNS.map(|column| (column.head, reports.iter().map(column.cell).collect::<Vec<_>>()));
    let columns: Vec<_> = columns
        .into_iter()
        .filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()))
        .map(|(head, cells)| {
            (cells.iter().map(String::len).chain([head.len()]).max().unwrap_or(0), head, cells)
        })
        .collect();
    let kinds = || reports.iter().map(|report| report.kind.as_str());
    let kind = kinds().map(str::len).chain(["kind".len()]).max().unwrap_or(0);
    let numbers: usize = columns.iter().map(|(width, ..)| width).sum();
    let (most, gaps) = (f.width().unwrap_or(WIDTH), columns.len() + 1);
    // Two spaces between columns, or one where names would suffer.
    let room = |gap: usize| most.saturating_sub(kind + numbers + gaps * gap);
    let (gap, room) = if room(2) >= NAME { (2, room(2)) } else { (1, room(1).max(NAME)) };
    let names: Vec<_> = reports.iter().map(|report| shorten(&report.name, room)).collect();
    let name = names.iter().map(|name| columns_of(name)).chain(["name".len()]).max().unwrap_or(0);

    if !reports.is_empty() {
        write!(f, "{:kind$}{:gap$}{:name$}", "kind", "", "name")?;
        for (width, head, _) in &columns {
            write!(f, "{:gap$}{head:>width$}", "")?;
        }
        f.write_str(if f.alternate() { "  at\n" } else { "\n" })?;
    }
    for (at, report) in reports.iter().enumerate() {
        // Not by the width of the format, which counts characters.
        let padding = name - columns_of(&names[at]);
        write!(f, "{:kind$}{:gap$}{}{:padding$}", report.kind.as_str(), "", names[at], "")?;
        for (width, _, cells) in &columns {
            write!(f, "{:gap$}{:>width$}", "", cells[at])?;
        }
        if f.alternate() {
            write!(f, "  {}:{}", report.file, report.line)?;
        }
        f.write_char('\n')?;
    }
    let total = reports.iter().fold(0_usize, |sum, report| sum.saturating_add(report.bytes));
    let plural = if reports.len() == 1 { "" } else { "s" };
    write!(f, "{} cache{plural}, {}", reports.len(), bytes(total))
}

fn rate(report: &CacheReport) -> String {
    if report.hits == 0 && report.misses == 0 {
        String::new()
    } else {
        // Downwards: 100 % is what never missed.
        format!("{:.0}%", (report.hit_ratio() * 100.0).floor())
    }
}

fn unless_zero(number: u64) -> String {
    if number == 0 { String::new() } else { count(number) }
}

/// In at most five characters: `9999`, `12.3k`, `123M`.
fn count(number: u64) -> String {
    if number < 10_000 { number.to_string() } else { scaled(number, 1000, ["k", "M", "G", "T", "P", "E"]) }
}

/// In at most seven characters: `999B`, `1.23KiB`, `123KiB`.
fn bytes(number: usize) -> String {
    let number = number as u64;
    if number < 1000 {
        format!("{number}B")
    } else {
        scaled(number, 1024, ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"])
    }
}

/// With three digits, downwards, and the least of the units with which it has at most three before the point.
fn scaled(number: u64, step: u64, units: [&str; 6]) -> String {
    let (mut size, mut unit) = (step, 0);
    while number / size >= 1000 && unit < 5 {
        size *= step;
        unit += 1;
    }
    let hundredths = u128::from(number) * 100 / u128::from(size);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let unit = units[unit];
    match whole {
        0..10 => format!("{whole}.{rest:02}{unit}"),
        10..100 => format!("{whole}.{}{unit}", rest / 10),
        _ => format!("{whole}{unit}"),
    }
}

/// A name in at most so many columns: without what could move the cursor or turn a text round, then without the modules of types, then of
/// itself, and in the end cut off.
fn shorten(name: &str, most: usize) -> Cow<'_, str> {
    let disturbs = |c: char| c.is_control() || reorders(c);
    let mut name: Cow<'_, str> = if name.contains(disturbs) {
        name.chars().map(|c| if disturbs(c) { escaped(c) } else { c.into() }).collect()
    } else {
        name.into()
    };
    let is_long = |name: &str| columns_of(name) > most;
    if is_long(&name)
        && let Some(at) = name.find('<')
    {
        let types = without_modules(&name[at..]);
        name = format!("{}{types}", &name[..at]).into();
    }
    while is_long(&name) {
        let path = name.find('<').map_or(&*name, |at| name[..at].trim_end_matches("::"));
        let Some(at) = path.find("::") else { break };
        name = name[at + 2..].to_owned().into();
    }
    if is_long(&name) {
        let (room, mut used) = (most.saturating_sub(width('…')), 0);
        let fits = |c: &char| {
            used += width(*c);
            used <= room
        };
        name = name.chars().take_while(fits).chain(['…']).collect();
    }
    name
}

fn columns_of(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// How many columns of a terminal a character takes, at most: terminals differ, and a row that is too short does less harm
/// than one that is broken. What East Asian fonts show wide counts two, and so do the blocks of symbols with emoji among
/// them; what joins or combines in the scripts that names are mostly written in, none; everything else one.
fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' => 0,
        '\u{1100}'..='\u{115f}' // Hangul, in parts
        | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' // symbols
        | '\u{2e80}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7a3}' // Han, Kana, Yi, Hangul
        | '\u{f900}'..='\u{faff}' | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe6f}' // their forms
        | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' // full width
        | '\u{16fe0}'..='\u{1b2ff}' | '\u{1d300}'..='\u{1d37f}' // Tangut, Khitan, old Kana, old numbers
        | '\u{1f000}'..='\u{1faff}' // emoji
        | '\u{20000}'..='\u{3ffff}' // more Han
        | '\u{17a4}' => 2, // two letters of Khmer in one
        '\u{17d8}' => 3,  // a word of Khmer
        _ => 1,
    }
}

fn escaped(c: char) -> String {
    if c.is_control() { c.escape_debug().to_string() } else { c.escape_unicode().to_string() }
}

/// Whether it is not seen, but changes the order in which what is beside it is, or breaks the line.
pub(crate) fn reorders(c: char) -> bool {
    matches!(
        c,
        '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

/// Types with the last segments of their paths alone.
fn without_modules(types: &str) -> String {
    let mut short = String::with_capacity(types.len());
    let mut rest = types;
    while let Some(at) = rest.find("::") {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let before = rest[..at].trim_end_matches(is_part);
        short.push_str(before);
        // What follows a type, and no module, is its own.
        if before.len() == at {
            short.push_str("::");
        }
        rest = &rest[at + 2..];
    }
    short + rest
}

#[cfg(test)]
mod tests {
    use super::{bytes, columns_of, count, shorten, width};
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

    #[test]
    fn numbers_are_short() {
        let counts = [
            (0, "0"),
            (9999, "9999"),
            (10_000, "10.0k"),
            (12_399, "12.3k"),
            (999_999, "999k"),
            (1_234_567, "1.23M"),
        ];
        for (number, text) in counts {
            assert_eq!(count(number), text);
        }
        assert_eq!(count(u64::MAX), "18.4E");
        let sizes = [
            (0, "0B"),
            (999, "999B"),
            (1000, "0.97KiB"),
            (1024, "1.00KiB"),
            (1023 << 10, "0.99MiB"),
            (999 << 10, "999KiB"),
        ];
        for (number, text) in sizes {
            assert_eq!(bytes(number), text);
        }
        for shift in 0..64 {
            for near in [-1, 0, 1] {
                let number = (1_u64 << shift).saturating_add_signed(near);
                assert!(count(number).len() <= 5, "{number}");
                #[cfg(target_pointer_width = "64")]
                assert!(bytes(usize::try_from(number).unwrap()).len() <= 7, "{number}");
            }
        }
    }

    #[test]
    fn names_are_shortened_from_what_says_least() {
        let name = "app::shop::price::<alloc::string::String, app::Day>";
        for (most, text) in [
            (60, name),
            (40, "app::shop::price::<String, Day>"),
            (30, "shop::price::<String, Day>"),
            (22, "price::<String, Day>"),
            (12, "price::<Str…"),
            (1, "…"),
        ] {
            assert_eq!(shorten(name, most), text);
        }
        assert_eq!(shorten("app::shop::price", 12), "shop::price");
        assert_eq!(shorten("an order of the café", 9), "an order…");
        assert_eq!(shorten("red\u{1b}[31m\n", 40), "red\\u{1b}[31m\\n");
        assert_eq!(shorten("ab\u{202e}cd\u{2066}", 40), "ab\\u{202e}cd\\u{2066}");
        assert_eq!(shorten("<a::Foo as a::Trait>::of", 22), "<Foo as Trait>::of");
    }

    #[test]
    fn wide_characters_are_cut_by_columns() {
        let name = "商店::価格::<商店::日>";
        for (most, text) in [
            (22, name),
            (21, "商店::価格::<日>"),
            (16, "商店::価格::<日>"),
            (15, "価格::<日>"),
            (10, "価格::<日>"),
            (9, "価格::<…"),
            (8, "価格::<…"),
            (4, "価…"),
            (3, "価…"),
            (2, "…"),
            (0, "…"),
        ] {
            let short = shorten(name, most);
            assert!(most < 1 || short.width() <= most, "{short}");
            assert_eq!(short, text, "{most}");
        }
        assert_eq!(shorten("\u{1f980}\u{1f980}\u{1f980}", 5), "\u{1f980}\u{1f980}…");
        assert_eq!(shorten("cafe\u{301}s", 5), "cafe\u{301}s");
    }

    /// Beside the tables of Unicode, which would be one more dependency of every user.
    #[test]
    fn no_character_is_wider_than_it_is_counted() {
        let narrow = (0..=u32::from(char::MAX))
            .filter_map(char::from_u32)
            .filter(|c| c.width().is_some_and(|columns| columns > width(*c)));
        assert_eq!(narrow.collect::<Vec<_>>(), []);
        // Together too: some are wider beside others.
        for text in [
            "\u{2764}\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "\u{1f469}\u{200d}\u{1f4bb}",
            "ｶﾞ",
            "한글",
            "\u{1f1e9}\u{1f1ea}",
        ] {
            assert!(text.width() <= columns_of(text), "{text}");
        }
    }
}
