//! Files that are not what was written: bytes of a database changed anywhere, and databases that are whole, but whose entries,
//! tags and counts are anybody's. Opening one is an error, or what is found in it is right; nothing panics, hangs, or takes
//! more memory than there are bytes for.

use arbitrary::{Arbitrary, Result, Unstructured};
use redb::{ReadableTable, TableDefinition};
use std::fs;
use std::panic::{set_hook, take_hook};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Once};
use weakcache::store::{Answer, Claim, Entry, Key, Namespace, Store, TagId};
use weakcache_fuzz::fault::{Fault, is_planted};
use weakcache_redb::{Builder, Durability, OpenErrorKind, Redb};
use xxhash_rust::xxh3::Xxh3;

pub fn run(bytes: &[u8]) {
    let Ok(input) = Input::some(&mut Unstructured::new(bytes)) else { return };
    weakcache_fuzz::show(&input);
    spare_redb();
    let place = Place::new();
    match &input.what {
        What::Bytes(changes) => {
            let mut file = WHOLE.clone();
            changes.iter().for_each(|change| change.make(&mut file));
            fs::write(&place.0, file).expect("a place for files");
        }
        What::Rows(rows) => {
            fs::write(&place.0, &*WHOLE).expect("a place for files");
            forge(&place.0, rows).expect("what redb has written it reads");
        }
    }
    // What nothing can have counted is refused.
    let is_whole =
        matches!(&input.what, What::Rows(rows) if !rows.iter().any(|row| matches!(row, Row::Count(..))));
    match options().check(input.check).open(&place.0) {
        Err(error) => {
            assert!(!is_whole, "{error}");
            assert!(!error.to_string().is_empty());
            assert_ne!(error.kind(), OpenErrorKind::Locked, "{error}");
        }
        Ok(store) => use_it(&store, &input),
    }
}

/// libFuzzer ends the process at each panic, also at one that is caught: redb panics at some kinds of damage, and the store sees
/// to that. Any other panic is a fault.
fn spare_redb() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let end = take_hook();
        set_hook(Box::new(move |panic| {
            let is_of_redb = panic.location().is_some_and(|place| place.file().contains("/redb-"));
            if !is_of_redb {
                end(panic);
            }
        }));
    });
}

const WRITTEN: u8 = 12;
static SPACE: Namespace = Namespace::new("fuzz::space", 1);

fn key(bytes: &[u8]) -> Key<'_> {
    Key::new(&SPACE, bytes)
}

/// What every entry has that an odd number has.
fn tags(number: u8) -> Vec<TagId> {
    if number % 2 == 1 { vec![TagId::of("odd"), TagId::of(&number)] } else { Vec::new() }
}

fn value(number: u8) -> Vec<u8> {
    [number].repeat(usize::from(number) * 100 + 1)
}

fn options() -> Builder {
    Redb::builder().durability(Durability::Process).memory(1 << 20)
}

/// A path that is only this one's, in memory where the system has such a place, and gone with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Relaxed));
        Self(folder.join(format!("weakcache-fuzz-{process}-{count}.redb")))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A file with entries in it.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let place = Place::new();
    let store = options().open(&place.0).expect("a new file");
    for number in 0..WRITTEN {
        let (number, tags) = ([number], tags(number));
        let claim = store.claim(key(&number), &tags).expect("a claim");
        let value = value(number[0]);
        store.put(key(&number), Entry::new(&value).tags(&tags), claim).expect("stored");
    }
    store.invalidate_tag(TagId::of("something else")).expect("a tag");
    drop(store);
    fs::read(&place.0).expect("written")
});

#[derive(Debug)]
struct Input {
    /// Whether all checksums are verified as it is opened.
    check: bool,
    compacts: bool,
    what: What,
}

#[derive(Debug)]
enum What {
    Bytes(Vec<Change>),
    Rows(Vec<Row>),
}

/// Of the bytes of a file.
#[derive(Debug)]
enum Change {
    Flip(usize, u8),
    Write(usize, Vec<u8>),
    Move(usize, usize, usize),
    End(usize),
}

/// Of its tables. Which entry, a number says.
#[derive(Arbitrary, Debug)]
enum Row {
    /// An entry's row is these bytes; with the right checksum, if that is said.
    Bytes(u8, Vec<u8>, bool),
    /// Some bytes of a row are changed, behind a checksum that is right.
    Part(u8, u8, u32),
    /// A row stands where another did.
    Moved(u8, u8),
    /// What lies apart from its row is these bytes, or is gone.
    Long(u64, Option<Vec<u8>>),
    /// A count, or the clock.
    Count(u8, u64),
    Tag(u8, u64),
    /// Of this one, or another.
    Namespace(Option<u128>, u32, u64),
}

impl Input {
    fn some(source: &mut Unstructured<'_>) -> Result<Self> {
        let (check, compacts) = (source.arbitrary()?, source.ratio(1, 16)?);
        let what = if source.ratio(1, 2)? {
            let mut rows = Vec::new();
            while rows.len() < 6 && !source.is_empty() {
                rows.push(source.arbitrary()?);
            }
            What::Rows(rows)
        } else {
            let mut changes = Vec::new();
            while changes.len() < 6 && !source.is_empty() {
                changes.push(Change::some(source)?);
            }
            What::Bytes(changes)
        };
        Ok(Self { check, compacts, what })
    }
}

impl Change {
    fn some(source: &mut Unstructured<'_>) -> Result<Self> {
        let at = place(source)?;
        Ok(match source.int_in_range(0..=7)? {
            0..=2 => Self::Flip(at, 1 << source.int_in_range(0..=7)?),
            3..=5 => {
                let length = source.int_in_range(1..=32)?;
                Self::Write(at, source.bytes(length.min(source.len()))?.to_vec())
            }
            6 => Self::Move(at, place(source)?, source.int_in_range(1..=4096)?),
            _ => Self::End(at),
        })
    }

    fn make(&self, file: &mut Vec<u8>) {
        match *self {
            Self::Flip(at, bits) => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Write(at, ref bytes) => {
                if let Some(place) = file.get_mut(at..at + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            }
            Self::Move(from, to, length) => {
                if from.max(to) + length <= file.len() {
                    file.copy_within(from..from + length, to);
                }
            }
            Self::End(at) => file.truncate(at),
        }
    }
}

/// Somewhere in the file, and most likely where something stands: half of the places are among the bytes that are not zero.
fn place(source: &mut Unstructured<'_>) -> Result<usize> {
    static NOT_ZERO: LazyLock<Vec<usize>> =
        LazyLock::new(|| (0..WHOLE.len()).filter(|at| WHOLE[*at] != 0).collect());
    Ok(match source.int_in_range(0..=3)? {
        // The head of the file.
        0 => source.int_in_range(0..=511)?,
        1 => source.int_in_range(0..=WHOLE.len() - 1)?,
        _ => *source.choose(&NOT_ZERO)?,
    })
}

const ENTRIES: TableDefinition<&[u8; 16], &[u8]> = TableDefinition::new("entries");
const LONG: TableDefinition<u64, &[u8]> = TableDefinition::new("long");
const NAMESPACES: TableDefinition<&[u8; 16], (u32, u64, &str)> = TableDefinition::new("namespaces");
const TAGS: TableDefinition<&[u8; 16], u64> = TableDefinition::new("tags");
const COUNTS: TableDefinition<(), (u64, u64, u64, u64, u64, bool)> = TableDefinition::new("counts");

/// Changes rows of the tables of `stores/redb/src/tables.rs`, and leaves a file that redb finds nothing wrong with.
fn forge(path: &Path, rows: &[Row]) -> std::result::Result<(), redb::Error> {
    let database = redb::Database::create(path)?;
    let write = database.begin_write()?;
    {
        let mut entries = write.open_table(ENTRIES)?;
        let mut long = write.open_table(LONG)?;
        let mut counts = write.open_table(COUNTS)?;
        let mut tags = write.open_table(TAGS)?;
        let mut namespaces = write.open_table(NAMESPACES)?;
        let written: Vec<([u8; 16], Vec<u8>)> = entries
            .iter()?
            .map(|row| row.map(|(place, row)| (*place.value(), row.value().to_vec())))
            .collect::<std::result::Result<_, _>>()?;
        let nth = |number: u8| &written[usize::from(number) % written.len()];
        for row in rows {
            match *row {
                Row::Bytes(entry, ref bytes, has_sum) => {
                    let (place, _) = nth(entry);
                    entries.insert(place, &*[&sum(place, bytes, None, has_sum)[..], bytes].concat())?;
                }
                Row::Part(entry, from, bytes) => {
                    let (place, mut row) = nth(entry).clone();
                    // The first are the most interesting: numbers and lengths.
                    let from = 8 + usize::from(from) % 40;
                    if let Some(part) = row.get_mut(from..from + 4) {
                        part.copy_from_slice(&bytes.to_le_bytes());
                    }
                    let number = u64::from_le_bytes(std::array::from_fn(|byte| row[16 + byte]));
                    let apart = if row[24] == 1 { long.get(number)? } else { None };
                    let sum = sum(&place, &row[8..], apart.as_ref().map(|body| body.value()), true);
                    row[..8].copy_from_slice(&sum);
                    entries.insert(&place, &*row)?;
                }
                Row::Moved(from, to) => drop(entries.insert(&nth(to).0, &*nth(from).1)?),
                Row::Long(number, ref bytes) => {
                    let number = number % u64::from(WRITTEN);
                    match bytes {
                        Some(bytes) => drop(long.insert(number, &**bytes)?),
                        None => drop(long.remove(number)?),
                    }
                }
                Row::Count(which, count) => {
                    let row = counts.get(())?.map(|row| row.value());
                    let (mut bytes, mut next, mut next_namespace, mut clock, mut floor, has_turns) =
                        row.unwrap_or_default();
                    let all = [&mut bytes, &mut next, &mut next_namespace, &mut clock, &mut floor];
                    *all[usize::from(which) % 5] = count;
                    counts.insert((), (bytes, next, next_namespace, clock, floor, has_turns))?;
                }
                Row::Tag(number, clock) => {
                    let id = if number == 0 { TagId::of("odd") } else { TagId::of(&number) };
                    tags.insert(&id.to_bits().to_le_bytes(), clock)?;
                }
                Row::Namespace(id, number, cleared) => {
                    let id = id.unwrap_or(SPACE.id());
                    namespaces.insert(&id.to_le_bytes(), (number, cleared, "anybody's"))?;
                }
            }
        }
    }
    write.commit()?;
    Ok(())
}

/// That of `stores/redb/src/record.rs`, or another.
fn sum(place: &[u8; 16], row: &[u8], apart: Option<&[u8]>, is_right: bool) -> [u8; 8] {
    let [low, high] = [0, 8].map(|from| u64::from_le_bytes(std::array::from_fn(|byte| place[from + byte])));
    let mut sum = Xxh3::with_seed(low.rotate_left(32) ^ high);
    sum.update(row);
    sum.update(apart.unwrap_or_default());
    (sum.digest() ^ u64::from(!is_right)).to_le_bytes()
}

/// All there is to do with a store.
fn use_it(store: &Redb, input: &Input) {
    // Of forged records, what is said is what is found.
    let is_forged = |row: &Row| matches!(row, Row::Bytes(_, _, true) | Row::Part(..));
    let forged = matches!(&input.what, What::Rows(rows) if rows.iter().any(is_forged));
    for number in 0..WRITTEN {
        if let Ok(Answer::Found(found)) = store.get(key(&[number]), &tags(number)) {
            let right = value(if is_planted(Fault::RedbOther) { number + 1 } else { number });
            assert!(found.value == right || forged, "entry {number} is another: {:?}", found.value);
            assert!(found.remaining.is_none() || forged, "entry {number} has no end");
        }
    }
    // With clocks and counts that are anybody's, it is anybody's what is valid.
    let is_honest = !matches!(&input.what, What::Rows(rows) if !rows.is_empty());
    let is_gone = |number: u8| match store.get(key(&[number]), &tags(number)) {
        Ok(Answer::Found(found)) => assert!(!is_honest, "{:?} was invalidated", found.value),
        Ok(_) | Err(_) => {}
    };
    if store.invalidate_tag(TagId::of("odd")).is_ok() {
        is_gone(1);
    }
    if store.remove(key(&[2])).is_ok() {
        is_gone(2);
    }
    let new = store.put(key(b"new"), Entry::new(b"new"), Claim::default());
    match store.get(key(b"new"), &[]) {
        Ok(Answer::Found(found)) => assert_eq!(found.value, b"new"),
        Ok(answer) => assert!(new.is_err() || !is_honest, "{answer:?}, and it was stored"),
        Err(_) => {}
    }
    let _ = store.sweep();
    if input.compacts {
        let _ = store.compact();
    }
    let _ = store.info();
    if store.clear(&SPACE).is_ok() {
        is_gone(3);
        is_gone(4);
    }
}
