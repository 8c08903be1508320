//! Processes that are killed, and disks that are full.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::thread;
use std::time::Duration;

use weakcache::store::{Claim, Entry, Store};
use weakcache_redb::{Durability, Redb};

use crate::support::{Place, Random, child, found, key, put, told, unsynced, value};

const ROUNDS: u32 = 100;

#[test]
fn what_was_confirmed_outlives_a_hundred_kills() {
    if let Some(told) = told() {
        return write_until_killed(&told);
    }
    let place = Place::new();
    let mut random = Random(0x00c0_ffee);
    let mut confirmed: Vec<u32> = Vec::new();
    for round in 0..ROUNDS {
        let told = format!("{} {}", round * 10_000, place.path().display());
        let mut writer = child("crash::what_was_confirmed_outlives_a_hundred_kills", &told);
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let reader = thread::spawn(move || {
            let lines = lines.map_while(Result::ok);
            // (The last may be half a line: it ends in no semicolon.)
            lines.filter_map(|line| line.strip_suffix(';')?.parse().ok()).collect::<Vec<u32>>()
        });
        thread::sleep(Duration::from_millis(5 + random.next() % 20));
        // SIGKILL.
        writer.kill().unwrap();
        writer.wait().unwrap();
        confirmed.extend(reader.join().unwrap());
        let store = unsynced().open(place.path()).unwrap();
        for number in &confirmed {
            assert_eq!(found(&store, key(&number.to_le_bytes())), Some(value(*number)), "in round {round}");
        }
        // Those that were written and not confirmed are there whole, or not at all.
        let last = confirmed.last().copied().unwrap_or_default();
        for number in last..last + 20 {
            let there = found(&store, key(&number.to_le_bytes()));
            assert!(there.is_none_or(|there| there == value(number)));
        }
        assert!(store.info().entries >= confirmed.len() as u64);
    }
    assert!(confirmed.len() > ROUNDS as usize, "only {} were confirmed", confirmed.len());
}

fn write_until_killed(told: &str) {
    let (first, path) = told.split_once(' ').unwrap();
    let first: u32 = first.parse().unwrap();
    let durability = match first / 10_000 % 2 {
        0 => Durability::Machine,
        _ => Durability::Process,
    };
    let store = Redb::builder().durability(durability).open(path).unwrap();
    thread::scope(|scope| {
        for thread in 0..2 {
            let store = &store;
            scope.spawn(move || {
                for number in (first..first + 10_000).filter(|number| number % 2 == thread) {
                    put(store, &number.to_le_bytes(), &value(number));
                    // Things happen to entries that nobody is told of.
                    store.put(key(b"again"), Entry::new(&value(number)), Claim::default()).unwrap();
                    if number % 7 == 0 {
                        store.remove(key(b"again")).unwrap();
                    }
                    let mut out = std::io::stdout().lock();
                    // At the beginning of a line, whatever the harness has said.
                    out.write_all(format!("\n{number};\n").as_bytes()).unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_an_error_and_what_was_confirmed_stays() {
    if let Some(path) = told() {
        let store = Redb::at(&path);
        let mut confirmed = Vec::new();
        let mut failed = 0;
        for number in 0..400_u32 {
            let entry = value(1000 + number).repeat(20);
            let key = number.to_le_bytes();
            match store.put(self::key(&key), Entry::new(&entry), Claim::default()) {
                Ok(()) => confirmed.push(number),
                Err(_) => failed += 1,
            }
            if failed > 0 && number % 150 == 0 {
                // It is opened again after a second, and full again.
                thread::sleep(Duration::from_millis(1010));
            }
        }
        assert!(failed > 0 && !confirmed.is_empty(), "{failed} failed");
        drop(store);
        let store = Redb::open(&path).unwrap();
        for number in confirmed {
            assert_eq!(found(&store, key(&number.to_le_bytes())), Some(value(1000 + number).repeat(20)));
        }
        println!("all is well");
        return;
    }
    let place = Place::new();
    // A file of this process may not grow beyond a megabyte or so, and is told so by an error.
    let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["crash::a_full_disk_is_an_error_and_what_was_confirmed_stays", "--exact", "--nocapture"])
        .env("WEAKCACHE_CHILD", place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("all is well"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}
