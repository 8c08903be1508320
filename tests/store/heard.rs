//! What other processes invalidate is heard of, whatever this one has done before.

use super::spy::{Spy, counts, forward};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;
use weakcache::store::{Key, Listener, Store};

/// Another process removes the key that was asked for last.
fn removed_elsewhere(spy: &Spy) {
    let (namespace, bytes) = spy.last();
    spy.memory.clone().remove(Key::new(&namespace, &bytes)).unwrap();
}

#[test]
fn by_who_only_primed() {
    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);

    #[memoize(store = &*SPY)]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    twice::prime(1, 5);
    assert_eq!(twice::peek(1), Some(5));
    removed_elsewhere(&SPY);
    assert_eq!((twice::peek(1), twice(1), counts!(twice)), (None, 2, (0, 0, 1)));
}

static IS_UNREADABLE: AtomicBool = AtomicBool::new(false);

#[derive(Serialize, Clone, PartialEq, Eq, Hash)]
struct Odd(u64);

impl<'de> Deserialize<'de> for Odd {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let odd = u64::deserialize(deserializer).map(Self)?;
        if IS_UNREADABLE.load(Relaxed) { Err(D::Error::custom("not now")) } else { Ok(odd) }
    }
}

#[test]
fn of_a_key_that_cannot_be_read() {
    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);

    #[memoize(store = &*SPY)]
    fn of(odd: Odd) -> u64 {
        odd.0
    }

    of(Odd(1));
    of(Odd(2));
    IS_UNREADABLE.store(true, Relaxed);
    removed_elsewhere(&SPY);
    IS_UNREADABLE.store(false, Relaxed);
    assert_eq!((of::peek(Odd(1)), of::peek(Odd(2))), (None, None), "it may be either");
    assert_eq!(counts!(of), (0, 0, 2));
}

/// Where who subscribes first waits to be let go.
struct Gate {
    spy: Spy,
    wait: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Store for Gate {
    forward!(spy: get put remove clear invalidate_tag claim);

    fn subscribe(&self, listener: Listener) {
        let (begun, go) = self.wait.lock().unwrap().take().expect("it is asked once");
        begun.send(()).unwrap();
        go.recv().unwrap();
        self.spy.subscribe(listener);
    }
}

#[test]
fn while_another_call_subscribes() {
    static GATE: LazyLock<Gate> = LazyLock::new(|| Gate { spy: Spy::default(), wait: Mutex::new(None) });

    #[memoize(store = &*GATE)]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
    *GATE.wait.lock().unwrap() = Some((begun, may_go));
    let first = thread::spawn(|| twice(1));
    has_begun.recv().unwrap();
    assert_eq!((twice(7), twice::peek(7)), (14, Some(14)), "nobody waits for it");
    removed_elsewhere(&GATE.spy);
    assert_eq!(twice::peek(7), Some(14), "nobody has told yet");
    go.send(()).unwrap();
    assert_eq!((first.join().unwrap(), twice::peek(7)), (2, None));
    // From now on, at once.
    assert_eq!((twice(7), twice(8), twice::peek(7), twice::peek(8)), (14, 16, Some(14), Some(16)));
    removed_elsewhere(&GATE.spy);
    assert_eq!((twice::peek(7), twice::peek(8)), (Some(14), None));
}

/// Nothing is counted for that, whether or not somebody is told of what leaves.
#[test]
fn of_a_clear_that_counts_nothing() {
    static SPIES: LazyLock<[Spy; 2]> = LazyLock::new(Default::default);

    #[memoize(ttl = "60s", store = &SPIES[0], on_evict = |_, _, _| (), name = "cleared elsewhere, and told")]
    fn told(x: u64) -> u64 {
        x
    }

    #[memoize(ttl = "60s", store = &SPIES[1], name = "cleared elsewhere, and not told")]
    fn untold(x: u64) -> u64 {
        x
    }

    let clock = Mock::new();
    let _installed = clock.install();
    told(1);
    untold(1);
    clock.advance(Duration::from_secs(61));
    for spy in &*SPIES {
        spy.memory.clone().clear(&spy.last().0).unwrap();
    }
    for info in [told::cache_info(), untold::cache_info()] {
        assert_eq!((info.len, info.misses, info.expirations), (0, 1, 0));
    }
}
