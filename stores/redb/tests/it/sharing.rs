//! One path, one database; and no two processes.

use std::fs;
use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use weakcache::store::{Answer, Store};
use weakcache_redb::{OpenErrorKind, Redb};

use crate::support::{Place, child, found, key, put, told, value, within};

#[test]
fn a_path_is_one_database_however_it_is_spelt() {
    let place = Place::new();
    let path = place.path();
    let folder = path.parent().unwrap();
    let one = Redb::open(&path).unwrap();
    put(&one, b"a", b"1");
    fs::create_dir(folder.join("sub")).unwrap();
    let detour = Redb::open(folder.join("sub").join("..").join(path.file_name().unwrap())).unwrap();
    assert_eq!(found(&detour, key(b"a")).unwrap(), b"1");
    assert_eq!(detour.path(), one.path());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, folder.join("link.redb")).unwrap();
        let link = Redb::open(folder.join("link.redb")).unwrap();
        put(&link, b"b", b"2");
    }
    let lazy = Redb::at(&path);
    #[cfg(unix)]
    assert_eq!(found(&lazy, key(b"b")).unwrap(), b"2");
    drop(one);
    drop(detour);
    assert_eq!(found(&lazy, key(b"a")).unwrap(), b"1");
}

#[cfg(unix)]
#[test]
fn a_link_to_what_is_not_there_yet_is_the_same_database() {
    use std::os::unix::fs::symlink;
    let place = Place::new();
    let path = place.path();
    let folder = path.parent().unwrap();
    let name = path.file_name().unwrap();
    // Relative, absolute, by way of another, and by a folder that is not there either.
    symlink(name, folder.join("relative.redb")).unwrap();
    symlink(&path, folder.join("absolute.redb")).unwrap();
    symlink("relative.redb", folder.join("chain.redb")).unwrap();
    symlink("none", folder.join("folder")).unwrap();
    for link in ["relative.redb", "absolute.redb", "chain.redb"] {
        let by_link = Redb::open(folder.join(link)).unwrap();
        let direct = Redb::open(&path).unwrap();
        assert_eq!(by_link.path(), direct.path(), "{link}");
        put(&by_link, b"a", b"1");
        assert_eq!(found(&direct, key(b"a")).unwrap(), b"1");
        drop((by_link, direct));
        assert!(fs::symlink_metadata(folder.join(link)).unwrap().is_symlink());
        fs::remove_file(&path).unwrap();
    }
    let by_link = Redb::open(folder.join("folder").join("x.redb")).unwrap();
    assert_eq!(by_link.path(), Redb::open(folder.join("none").join("x.redb")).unwrap().path());
    // A circle leads nowhere, and is no endless loop.
    symlink("circle.redb", folder.join("circle.redb")).unwrap();
    let error = Redb::open(folder.join("circle.redb")).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::Io);
}

#[test]
fn a_file_is_made_at_first_use_with_the_folders_above_it() {
    let place = Place::new();
    let path = place.path().with_extension("").join("deep").join("file.redb");
    let store = Redb::at(&path);
    assert!(!path.exists() && !store.path().parent().unwrap().exists());
    put(&store, b"a", b"1");
    assert!(path.exists());
    assert_eq!(found(&Redb::open(&path).unwrap(), key(b"a")).unwrap(), b"1");
}

#[test]
fn opened_and_dropped_by_many_threads_it_is_never_open_twice() {
    let place = Place::new();
    let path = place.path();
    within(Duration::from_mins(1), move || {
        thread::scope(|scope| {
            for thread in 0..4_u32 {
                let path = &path;
                scope.spawn(move || {
                    for round in 0..25_u32 {
                        let store = Redb::open(path).unwrap();
                        let name = [thread, round].map(u32::to_le_bytes).concat();
                        put(&store, &name, &value(round));
                        assert_eq!(found(&store, key(&name)), Some(value(round)));
                    }
                });
            }
        });
        assert_eq!(Redb::open(&path).unwrap().info().entries, 100);
    });
}

#[test]
fn what_cannot_be_opened_is_a_store_that_fails_until_it_can() {
    let place = Place::new();
    let path = place.path();
    fs::create_dir(&path).unwrap();
    let error = Redb::open(&path).unwrap_err();
    assert_eq!((error.kind(), error.path()), (OpenErrorKind::Io, &*path.canonicalize().unwrap()));
    let store = Redb::at(&path);
    store.get(key(b"a"), &[]).unwrap_err();
    store.claim(key(b"a"), &[]).unwrap_err();
    store.remove(key(b"a")).unwrap_err();
    store.compact().unwrap_err();
    fs::remove_dir(&path).unwrap();
    // It is tried again within a second or so.
    let started = Instant::now();
    while store.get(key(b"a"), &[]).is_err() {
        assert!(started.elapsed() < Duration::from_secs(10));
        thread::sleep(Duration::from_millis(20));
    }
    put(&store, b"a", b"1");
}

#[test]
fn a_process_that_has_it_open_locks_others_out() {
    if let Some(path) = told() {
        let store = Redb::open(path).unwrap();
        put(&store, b"a", b"of the child");
        println!("open");
        // Until the other end is closed.
        let _ = std::io::stdin().read(&mut [0]);
        return;
    }
    let place = Place::new();
    let path = place.path();
    let mut other = child("sharing::a_process_that_has_it_open_locks_others_out", path.to_str().unwrap());
    let mut out = other.stdout.take().unwrap();
    let mut heard = String::new();
    while !heard.contains("open\n") {
        let mut bytes = [0; 256];
        let read = out.read(&mut bytes).unwrap();
        assert_ne!(read, 0, "the child ended: {heard}");
        heard.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    let error = Redb::open(&path).unwrap_err();
    assert_eq!(error.kind(), OpenErrorKind::Locked);
    assert!(error.to_string().contains("another process has it open"), "{error}");
    let lazy = Redb::at(&path);
    lazy.get(key(b"a"), &[]).unwrap_err();
    other.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(other.wait().unwrap().success());
    // Asked for by name, it is tried at once.
    let store = Redb::open(&path).unwrap();
    assert_eq!(found(&store, key(b"a")).unwrap(), b"of the child");
    assert!(matches!(lazy.get(key(b"a"), &[]), Ok(Answer::Found(_))));
}
