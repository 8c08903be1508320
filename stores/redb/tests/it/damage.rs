//! Files that are not what was written. Whatever is done to one: opening it is an error, or whatever is found in it is
//! right; no call panics.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use redb::{ReadableDatabase, ReadableTable, TableDefinition, TableHandle};
use weakcache::store::{Answer, Claim, Entry, Key, Namespace, Store, TagId};
use weakcache_redb::{Builder, OpenErrorKind, Redb};

use crate::support::{Place, Random, SPACE, key, put, unsynced, value, within};

const ENTRIES: u32 = 60;

/// A file with entries in it, as bytes.
fn whole() -> Vec<u8> {
    let place = Place::new();
    let store = unsynced().open(place.path()).unwrap();
    for number in 0..ENTRIES {
        put(&store, &number.to_le_bytes(), &value(number));
    }
    drop(store);
    fs::read(place.path()).unwrap()
}

/// How many entries are found; all of them are right.
fn look(store: &Redb) -> u32 {
    let mut found = 0;
    for number in 0..ENTRIES {
        if let Ok(Answer::Found(entry)) = store.get(key(&number.to_le_bytes()), &[]) {
            assert_eq!(entry.value, value(number), "entry {number} is another");
            found += 1;
        }
    }
    found
}

/// Opens it in both ways and does all there is to do. Says whether it was refused by the one that checks.
fn survive(path: &Path, bytes: &[u8], what: &str) -> bool {
    let mut refused = false;
    for check in [true, false] {
        fs::write(path, bytes).unwrap();
        let done = catch_unwind(AssertUnwindSafe(|| match unsynced().check(check).open(path) {
            Err(error) => {
                assert_ne!(error.kind(), OpenErrorKind::Locked, "{error}");
                assert!(!error.to_string().is_empty());
                refused |= check;
            }
            Ok(store) => {
                look(&store);
                let _ = store.put(key(b"new"), Entry::new(b"new"), Claim::default());
                let _ = store.remove(key(&1_u32.to_le_bytes()));
                let _ = store.sweep();
                let _ = store.compact();
                let _ = store.clear(&SPACE);
            }
        }));
        assert!(done.is_ok(), "{what}, checked: {check}");
    }
    refused
}

/// redb's panics are caught, and there are many.
fn quietly<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    within(Duration::from_mins(2), work)
}

#[test]
fn a_whole_file_is_whole() {
    let place = Place::new();
    fs::write(place.path(), whole()).unwrap();
    assert_eq!(look(&Redb::open(place.path()).unwrap()), ENTRIES);
}

#[test]
fn truncated_files() {
    let refused = quietly(|| {
        let bytes = whole();
        let place = Place::new();
        (1..40)
            .filter(|part| {
                let length = bytes.len() * part / 40;
                survive(&place.path(), &bytes[..length], &format!("{length} of {} bytes", bytes.len()))
            })
            .count()
    });
    assert_eq!(refused, 39);
}

#[test]
fn flipped_bits() {
    let refused = quietly(|| {
        let bytes = whole();
        let place = Place::new();
        let mut random = Random(0x5eed);
        (0..200)
            .filter(|_| {
                let mut damaged = bytes.clone();
                let bit = random.below(bytes.len() * 8);
                damaged[bit / 8] ^= 1 << (bit % 8);
                survive(&place.path(), &damaged, &format!("bit {bit}"))
            })
            .count()
    });
    // The others are in pages that nothing is in.
    assert!(refused > 20, "{refused} of 200 were found out");
}

#[test]
fn zeroed_and_overwritten_pages() {
    quietly(|| {
        let bytes = whole();
        let place = Place::new();
        let mut random = Random(0xfeed);
        for page in 0..bytes.len() / 4096 {
            let range = page * 4096..(page + 1) * 4096;
            let mut damaged = bytes.clone();
            damaged[range.clone()].fill(0);
            survive(&place.path(), &damaged, &format!("page {page} zeroed"));
            damaged[range].copy_from_slice(&random.bytes(4096));
            survive(&place.path(), &damaged, &format!("page {page} overwritten"));
        }
    });
}

/// redb panics on some of these under a lock of its own, which panics again where a table is dropped: that must not end
/// the process.
#[test]
fn the_list_of_tables() {
    quietly(|| {
        let bytes = whole();
        let place = Place::new();
        let pages: Vec<usize> = (0..bytes.len() / 4096)
            .filter(|page| {
                bytes[page * 4096..(page + 1) * 4096].windows(10).any(|name| name == b"namespaces")
            })
            .collect();
        assert!(!pages.is_empty(), "no list of tables was found");
        for at in pages.iter().flat_map(|page| page * 4096 + 64..page * 4096 + 128) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            survive(&place.path(), &damaged, &format!("byte {at}"));
        }
    });
}

#[test]
fn what_is_no_database() {
    let place = Place::new();
    let mut random = Random(0xbeef);
    for length in [1, 9, 100, 4096, 100_000] {
        let noise: Vec<u8> = random.bytes(length);
        for bytes in [noise, vec![0; length], vec![b'x'; length]] {
            fs::write(place.path(), &bytes).unwrap();
            let error = Redb::open(place.path()).unwrap_err();
            assert_eq!(error.kind(), OpenErrorKind::Damaged, "{error}");
            // Whatever it is, it is left as it is.
            assert_eq!(fs::read(place.path()).unwrap(), bytes);
        }
    }
    // Nothing at all is a new one.
    fs::write(place.path(), b"").unwrap();
    put(&Redb::open(place.path()).unwrap(), b"a", b"1");
}

#[test]
fn databases_of_other_versions_and_of_others() {
    let place = Place::new();
    // The version of redb's format is in both of its commit slots.
    let mut old = whole();
    old[64] = 1;
    old[192] = 1;
    fs::write(place.path(), old).unwrap();
    let error = Redb::open(place.path()).unwrap_err();
    assert!(matches!(error.kind(), OpenErrorKind::Version | OpenErrorKind::Damaged), "{error}");

    fs::write(place.path(), whole()).unwrap();
    let database = redb::Database::open(place.path()).unwrap();
    let change = database.begin_write().unwrap();
    let meta: TableDefinition<&str, u64> = TableDefinition::new("weakcache");
    change.open_table(meta).unwrap().insert("format", 99).unwrap();
    change.commit().unwrap();
    drop(database);
    let error = Redb::open(place.path()).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::Version, "{error}");
    assert!(error.to_string().contains("99"), "{error}");

    fs::remove_file(place.path()).unwrap();
    let database = redb::Database::create(place.path()).unwrap();
    let change = database.begin_write().unwrap();
    let table: TableDefinition<&str, &str> = TableDefinition::new("of somebody else");
    change.open_table(table).unwrap().insert("dear", "data").unwrap();
    change.commit().unwrap();
    drop(database);
    let error = Redb::open(place.path()).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::Version, "{error}");
    let database = redb::Database::open(place.path()).unwrap();
    let read = database.begin_read().unwrap().open_table(table).unwrap();
    assert_eq!(read.iter().unwrap().count(), 1);
}

#[test]
fn a_damaged_file_is_put_aside_where_that_is_asked_for() {
    let place = Place::new();
    let path = place.path();
    fs::write(&path, b"dear data").unwrap();
    let store = Redb::builder().replace_damaged(true).open(&path).unwrap();
    put(&store, b"a", b"1");
    assert_eq!(fs::read(path.with_extension("redb.damaged")).unwrap(), b"dear data");
    drop(store);
    // What was put aside before stays.
    for number in [2, 3] {
        fs::write(&path, format!("dear data {number}")).unwrap();
        Redb::builder().replace_damaged(true).open(&path).unwrap();
        let aside = path.with_extension(format!("redb.damaged-{number}"));
        assert_eq!(fs::read_to_string(aside).unwrap(), format!("dear data {number}"));
    }
    assert_eq!(fs::read(path.with_extension("redb.damaged")).unwrap(), b"dear data");
}

/// With parts of its pages in other places: redb notices as the file is read, and panics as it is closed.
#[test]
fn a_file_that_cannot_be_closed_either() {
    /// Of this name, since it says in which order entries lie.
    static SPACE: Namespace = Namespace::new("fuzz::space", 1);
    let place = Place::new();
    let open = || unsynced().memory(1 << 20).check(false);
    let store = open().open(place.path()).unwrap();
    for number in 0..12_u8 {
        let tags = if number % 2 == 1 { vec![TagId::of("odd"), TagId::of(&number)] } else { Vec::new() };
        let (key, value) = ([number], vec![number; usize::from(number) * 100 + 1]);
        let key = Key::new(&SPACE, &key);
        let claim = store.claim(key, &tags).unwrap();
        store.put(key, Entry::new(&value).tags(&tags), claim).unwrap();
    }
    store.invalidate_tag(TagId::of("something else")).unwrap();
    drop(store);
    let mut bytes = fs::read(place.path()).unwrap();
    bytes.copy_within(68506..68506 + 567, 57362);
    bytes.copy_within(67733..67733 + 3600, 45094);
    fs::write(place.path(), &bytes).unwrap();

    let path = place.path();
    let (error, store) = quietly(move || {
        let refused = open().open(&path).map(drop);
        (refused.unwrap_err(), open().replace_damaged(true).open(&path).unwrap())
    });
    assert_eq!(error.kind(), OpenErrorKind::Damaged, "{error}");
    assert_eq!(look(&store), 0);
}

#[test]
fn files_beside_it_are_left_alone() {
    let place = Place::new();
    let path = place.path();
    let name = path.file_name().unwrap().to_str().unwrap();
    let notes = "notes of somebody's, of no database\n".repeat(400);
    let others = [".new", ".tmp", ".damaged"].map(|ending| path.with_file_name(format!("{name}{ending}")));
    for other in &others {
        fs::write(other, &notes).unwrap();
    }
    Redb::open(&path).unwrap();
    for other in &others {
        assert_eq!(fs::read_to_string(other).unwrap(), notes);
    }
    fs::remove_file(&path).unwrap();
    // What a process has left that was killed as it made one is in nobody's way; what no such process left stays.
    let unfinished = path.with_file_name(format!(".{name}.weakcache-new"));
    for left in [vec![], vec![0; 5000], [&b"redb\x1a\x0a\xa9\x0d\x0a"[..], &[0; 5000]].concat()] {
        fs::write(&unfinished, left).unwrap();
        Redb::open(&path).unwrap();
        assert!(!unfinished.exists());
        fs::remove_file(&path).unwrap();
    }
    fs::write(&unfinished, &notes).unwrap();
    for replace in [false, true] {
        let error = Redb::builder().replace_damaged(replace).open(&path).unwrap_err();
        assert_eq!((error.kind(), error.path()), (OpenErrorKind::Damaged, unfinished.as_path()));
        assert_eq!(fs::read_to_string(&unfinished).unwrap(), notes);
    }
}

#[test]
fn entries_that_were_forged() {
    // A whole database, with rows that this package never wrote.
    let place = Place::new();
    fs::write(place.path(), whole()).unwrap();
    let database = redb::Database::open(place.path()).unwrap();
    let change = database.begin_write().unwrap();
    let entries: TableDefinition<&[u8; 16], &[u8]> = TableDefinition::new("entries");
    let long: TableDefinition<u64, &[u8]> = TableDefinition::new("long");
    {
        let mut random = Random(0xf00d);
        let mut entries = change.open_table(entries).unwrap();
        let rows: Vec<([u8; 16], Vec<u8>)> = entries
            .iter()
            .unwrap()
            .map(|row| row.map(|(place, row)| (*place.value(), row.value().to_vec())).unwrap())
            .collect();
        for (turn, (place, row)) in rows.iter().enumerate() {
            let forged = match turn % 4 {
                0 => Vec::new(),
                1 => {
                    let length = random.below(200);
                    random.bytes(length)
                }
                // Another's.
                2 => rows[turn - 1].1.clone(),
                _ => row[..row.len() - 1].to_vec(),
            };
            entries.insert(place, forged.as_slice()).unwrap();
        }
        entries.insert(&[0xff; 16], &[0xff; 31][..]).unwrap();
        let mut long = change.open_table(long).unwrap();
        let numbers: Vec<u64> = long.iter().unwrap().map(|row| row.unwrap().0.value()).collect();
        assert!(numbers.len() > 10, "else there are no long ones");
        for number in numbers.iter().step_by(3) {
            long.remove(number).unwrap();
        }
    }
    change.commit().unwrap();
    drop(database);
    let store = unsynced().max_entries(30).open(place.path()).unwrap();
    assert!(look(&store) < ENTRIES);
    // What is damaged is taken out by that, so that it is missing, no error.
    for number in 0..ENTRIES {
        let started = Instant::now();
        while store.get(key(&number.to_le_bytes()), &[]).is_err() {
            assert!(started.elapsed() < Duration::from_secs(10), "{number} is in the way");
        }
    }
    for number in 0..ENTRIES {
        put(&store, &number.to_le_bytes(), &value(number));
        let Answer::Found(found) = store.get(key(&number.to_le_bytes()), &[]).unwrap() else {
            panic!("{number} is missing");
        };
        assert_eq!(found.value, value(number));
    }
    store.sweep().unwrap();
    assert_eq!(store.info().entries, 30);
}

const COUNTS: TableDefinition<(), (u64, u64, u64, u64, u64, bool)> = TableDefinition::new("counts");

/// Without a bound, and with one, for which there are turns.
const BOTH: [fn() -> Builder; 2] = [unsynced, || unsynced().max_entries(1000)];

/// A file that has been changed by means of redb is found out when it is opened, with whatever options, so that it is put aside
/// where that is asked for.
fn is_refused(written: fn() -> Builder, change: impl Fn(&redb::WriteTransaction), what: &str) {
    for options in BOTH {
        let place = Place::new();
        let store = written().open(place.path()).unwrap();
        put(&store, b"a", b"1");
        store.invalidate_tag(TagId::of("a")).unwrap();
        drop(store);
        let database = redb::Database::open(place.path()).unwrap();
        let transaction = database.begin_write().unwrap();
        change(&transaction);
        transaction.commit().unwrap();
        drop(database);
        let error = options().open(place.path()).expect_err(what);
        assert_eq!(error.kind(), OpenErrorKind::Damaged, "{what}: {error}");
        let store = options().replace_damaged(true).open(place.path()).expect(what);
        put(&store, b"b", b"2");
        assert_eq!(store.info().entries, 1, "{what}");
    }
}

#[test]
fn counts_that_were_forged() {
    // The bytes, the next number, the next namespace, the clock, the floor.
    let too_many = (0..5).flat_map(|at| [(at, 1 << 63), (at, u64::MAX)]);
    // More namespaces than there are numbers for, and a floor above the clock, which shows 1.
    for (at, count) in too_many.chain([(2, (1 << 32) + 1), (4, 2)]) {
        let forge = |transaction: &redb::WriteTransaction| {
            let mut counts = transaction.open_table(COUNTS).unwrap();
            let (bytes, next, namespace, clock, floor, turns) = counts.get(()).unwrap().unwrap().value();
            let mut row = [bytes, next, namespace, clock, floor];
            row[at] = count;
            let [bytes, next, namespace, clock, floor] = row;
            counts.insert((), (bytes, next, namespace, clock, floor, turns)).unwrap();
        };
        for written in BOTH {
            is_refused(written, forge, &format!("count {at} is {count}"));
        }
    }
    is_refused(unsynced, |transaction| drop(transaction.open_table(COUNTS).unwrap().remove(())), "no counts");
}

#[test]
fn tables_that_are_missing_or_of_another_type() {
    let [unbounded, bounded] = BOTH;
    for (written, turns) in [(unbounded, None), (bounded, Some("turns"))] {
        for name in ["entries", "long", "namespaces", "tags", "counts"].into_iter().chain(turns) {
            let remove = |transaction: &redb::WriteTransaction| {
                let mut tables = transaction.list_tables().unwrap();
                transaction.delete_table(tables.find(|table| table.name() == name).unwrap()).unwrap();
            };
            is_refused(written, remove, &format!("{name} is missing"));
            let replace = |transaction: &redb::WriteTransaction| {
                remove(transaction);
                transaction.open_table(TableDefinition::<u8, u8>::new(name)).unwrap();
            };
            is_refused(written, replace, &format!("{name} is of another type"));
        }
    }
}

#[test]
fn a_file_that_is_damaged_while_it_is_open() {
    quietly(|| {
        let place = Place::new();
        let path = place.path();
        // Almost nothing of it is in memory.
        let store = unsynced().memory(0).open(&path).unwrap();
        for number in 0..ENTRIES {
            put(&store, &number.to_le_bytes(), &value(number));
        }
        let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        let length = file.metadata().unwrap().len();
        let mut random = Random(0xdead);
        for _ in 0..60 {
            file.seek(SeekFrom::Start(random.next() % length)).unwrap();
            let noise: Vec<u8> = random.bytes(500);
            file.write_all(&noise).unwrap();
            let done = catch_unwind(AssertUnwindSafe(|| {
                look(&store);
                let _ = store.put(key(b"new"), Entry::new(b"new"), Claim::default());
            }));
            assert!(done.is_ok());
        }
        file.set_len(100).unwrap();
        look(&store);
        // Asked for by name, it is opened anew, which it cannot be.
        store.get(Key::new(&SPACE, b"never there"), &[]).unwrap_err();
    });
}
