//! Interning: a date (8 bytes, no allocation of its own) and a string of 16 bytes.

use weakcache::Str;
use weakcache_bench::contestants::interned::{
    Date, LocalDate, Symbol, hand_date, hand_text, intern_arc_date, intern_arc_text, internment_date,
    internment_text, lasso_text, local_date, local_hand_date, shared_date, shared_text, symbol, texts,
    ustr_text, weakcache_date, weakcache_str,
};

use crate::harness::{Effort, Race};
use crate::memory::bytes_of;
use crate::table::{Better, Role, Table};

const MANY: u64 = 1_000_000;

/// Text in one piece with its counts.
const STR: &str = "weakcache `Str`";
/// In a `Box<str>`.
const FIELD: &str = "weakcache, a `Box<str>` field";
const INTERNMENT: &str = "internment `ArcIntern`";
const INTERN_ARC: &str = "intern-arc `HashInterner`";
const SHARED: &str = "`DashMap` of `Arc`";
const BY_HAND: &str = "`Mutex<HashMap<_, Weak>>`";
const RC_BY_HAND: &str = "`RefCell<HashMap<_, Weak>>`";
const LASSO: &str = "lasso (never frees)";
const USTR: &str = "ustr (never frees)";

/// Spreads consecutive numbers over `0..below`, so that prefetching does not help.
fn scatter(i: u64, below: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % below
}

pub(crate) fn run(effort: Effort) {
    // First: not all contestants give back what they once had.
    bytes();
    for threads in [1, 2] {
        hits(effort, threads, "hit and release, 1000 live", 1000);
        hits(effort, threads, "hit and release, one hot key", 1);
        hits(effort, threads, "hit and release, a million live", MANY);
        churn(effort, threads);
    }
    local(effort);
}

/// A registry of one thread, beside the one of all and what one writes by hand.
fn local(effort: Effort) {
    for (what, live) in [
        ("hit and release, 1000 live", 1000),
        ("hit and release, one hot key", 1),
        ("hit and release, a million live", MANY),
    ] {
        let at = |i| scatter(i, live);
        let _dates: Vec<_> =
            (0..live).map(|i| (local_date(i), weakcache_date(i), local_hand_date(i))).collect();
        let before = LocalDate::registry().info().misses;
        Race::new(format!("date on one thread: {what}"))
            .ours("weakcache, `local`", |_, i| local_date(at(i)))
            .peer("weakcache, shared", |_, i| weakcache_date(at(i)))
            .peer(RC_BY_HAND, |_, i| local_hand_date(at(i)))
            .run(effort);
        assert_eq!(LocalDate::registry().info().misses, before, "not all of them hit");
    }
    let before = LocalDate::registry().info().hits;
    Race::new("date on one thread: miss and last drop")
        .ours("weakcache, `local`", |_, i| local_date(i))
        .peer("weakcache, shared", |_, i| weakcache_date(i))
        .peer(RC_BY_HAND, |_, i| local_hand_date(i))
        .run(effort);
    assert_eq!(LocalDate::registry().info().hits, before, "not all of them miss");
}

fn hits(effort: Effort, threads: usize, what: &str, live: u64) {
    {
        let at = |i| scatter(i, live);
        let _dates: Vec<_> = (0..live).map(weakcache_date).collect();
        let _others: Vec<_> = (0..live)
            .map(|i| (internment_date(i), intern_arc_date(i), shared_date(i), hand_date(i)))
            .collect();
        let before = Date::registry().info().misses;
        Race::new(format!("date: {what}"))
            .threads(threads)
            .ours("weakcache", |_, i| weakcache_date(at(i)))
            .peer(INTERNMENT, |_, i| internment_date(at(i)))
            .peer(INTERN_ARC, |_, i| intern_arc_date(at(i)))
            .peer(SHARED, |_, i| shared_date(at(i)))
            .peer(BY_HAND, |_, i| hand_date(at(i)))
            .run(effort);
        assert_eq!(Date::registry().info().misses, before, "not all of them hit");
    }
    let texts = texts(live);
    let text = |i| at(&texts, scatter(i, live));
    let _symbols: Vec<_> = texts.iter().map(|text| symbol(text)).collect();
    let _others: Vec<_> = texts
        .iter()
        .map(|text| {
            // No handle of these is needed.
            lasso_text(text);
            ustr_text(text);
            (weakcache_str(text), internment_text(text), shared_text(text), hand_text(text))
        })
        .collect();
    let misses = || Symbol::registry().info().misses + Str::registry().info().misses;
    let before = misses();
    Race::new(format!("16-byte string: {what}"))
        .threads(threads)
        .ours(STR, |_, i| weakcache_str(text(i)))
        .ours(FIELD, |_, i| symbol(text(i)))
        .peer(INTERNMENT, |_, i| internment_text(text(i)))
        .peer(INTERN_ARC, |_, i| intern_arc_text(text(i)))
        .peer(SHARED, |_, i| shared_text(text(i)))
        .peer(BY_HAND, |_, i| hand_text(text(i)))
        .less(LASSO, |_, i| lasso_text(text(i)))
        .less(USTR, |_, i| ustr_text(text(i)))
        .run(effort);
    assert_eq!(misses(), before, "not all of them hit");
}

fn churn(effort: Effort, threads: usize) {
    // Each thread its own keys, so that each is missed, and dropped for the last time.
    let key = |thread: usize, i: u64| (thread as u64) << 20 | i & 0xF_FFFF;
    let before = Date::registry().info().hits;
    Race::new("date: miss and last drop")
        .threads(threads)
        .ours("weakcache", |thread, i| weakcache_date(key(thread, i)))
        .peer(INTERNMENT, |thread, i| internment_date(key(thread, i)))
        .peer(INTERN_ARC, |thread, i| intern_arc_date(key(thread, i)))
        .peer(SHARED, |thread, i| shared_date(key(thread, i)))
        .peer(BY_HAND, |thread, i| hand_date(key(thread, i)))
        .run(effort);
    assert_eq!(Date::registry().info().hits, before, "not all of them miss");
    let texts = texts(4096);
    let text = |thread: usize, i: u64| at(&texts, i % 2048 + 2048 * (thread as u64 % 2));
    Race::new("16-byte string: miss and last drop")
        .threads(threads)
        .ours(STR, |thread, i| weakcache_str(text(thread, i)))
        .ours(FIELD, |thread, i| symbol(text(thread, i)))
        .peer(INTERNMENT, |thread, i| internment_text(text(thread, i)))
        .peer(INTERN_ARC, |thread, i| intern_arc_text(text(thread, i)))
        .peer(SHARED, |thread, i| shared_text(text(thread, i)))
        .peer(BY_HAND, |thread, i| hand_text(text(thread, i)))
        .run(effort);
}

/// Bytes an entry while a million live, and what is left when they are gone, as asked of the allocator.
fn bytes() {
    let columns = [("bytes", 1), ("left", 1)];
    let mut table = Table::new(
        "date: bytes an entry, a million live, and after all are dropped",
        Better::Less(0),
        &columns,
    );
    table.row(Role::Ours, "weakcache", footprint(weakcache_date));
    table.row(Role::Peer, INTERNMENT, footprint(internment_date));
    table.row(Role::Peer, INTERN_ARC, footprint(intern_arc_date));
    table.row(Role::Peer, SHARED, footprint(shared_date));
    table.row(Role::Peer, BY_HAND, footprint(hand_date));
    table.emit();

    let texts = texts(MANY);
    let mut table = Table::new(
        "16-byte string: bytes an entry, a million live, and after all are dropped",
        Better::Less(0),
        &columns,
    );
    table.row(Role::Ours, STR, footprint(|i| weakcache_str(at(&texts, i))));
    table.row(Role::Ours, FIELD, footprint(|i| symbol(at(&texts, i))));
    table.row(Role::Peer, INTERNMENT, footprint(|i| internment_text(at(&texts, i))));
    table.row(Role::Peer, INTERN_ARC, footprint(|i| intern_arc_text(at(&texts, i))));
    table.row(Role::Peer, SHARED, footprint(|i| shared_text(at(&texts, i))));
    table.row(Role::Peer, BY_HAND, footprint(|i| hand_text(at(&texts, i))));
    table.row(Role::Less, LASSO, footprint(|i| lasso_text(at(&texts, i))));
    table.row(Role::Less, USTR, footprint(|i| ustr_text(at(&texts, i))));
    table.emit();
}

fn at(texts: &[String], i: u64) -> &str {
    &texts[usize::try_from(i).expect("64 bits")]
}

fn footprint<H>(make: impl Fn(u64) -> H) -> Vec<f64> {
    let mut handles: Vec<H> = Vec::with_capacity(usize::try_from(MANY).expect("64 bits"));
    let ((), live) = bytes_of(|| handles.extend((0..MANY).map(make)));
    let ((), freed) = bytes_of(|| handles.clear());
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    let each = |bytes: isize| bytes as f64 / MANY as f64;
    vec![each(live), each(live + freed)]
}
