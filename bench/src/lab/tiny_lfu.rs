//! W-TinyLFU: a window of what is new, and who leaves it stays only if it is asked for more often than who would go for
//! it (Einziger, Friedman, Manes 2017). Each access is counted in a sketch that all share.

use super::Policy;
use super::list::{List, share};

const ROWS: usize = 4;
const MOST: u8 = 15;
/// Odd, and of no pattern.
const MULTIPLIERS: [u64; ROWS] =
    [0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93];

/// About how often each key was asked for: the least of four counters, all of which are halved now and then.
struct Sketch {
    counters: Vec<[u8; ROWS]>,
    additions: usize,
    period: usize,
}

impl Sketch {
    fn new(room: usize) -> Self {
        let width = room.next_power_of_two().max(16);
        Self { counters: vec![[0; ROWS]; width], additions: 0, period: 10 * room.max(1) }
    }

    fn places(&self, key: usize) -> [usize; ROWS] {
        let mask = self.counters.len() - 1;
        MULTIPLIERS.map(|multiplier| ((key as u64 + 1).wrapping_mul(multiplier) >> 32) as usize & mask)
    }

    fn count(&self, key: usize) -> u8 {
        let places = self.places(key);
        (0..ROWS).map(|row| self.counters[places[row]][row]).min().unwrap_or(0)
    }

    fn add(&mut self, key: usize) {
        let (places, least) = (self.places(key), self.count(key));
        if least == MOST {
            return;
        }
        for (row, place) in places.into_iter().enumerate() {
            let counter = &mut self.counters[place][row];
            *counter = (*counter).max(least + 1);
        }
        self.additions += 1;
        if self.additions >= self.period {
            self.counters.iter_mut().flatten().for_each(|counter| *counter /= 2);
            self.additions /= 2;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Queue {
    Window,
    Probation,
    Protected,
}

pub struct TinyLfu {
    sketch: Sketch,
    window: List,
    probation: List,
    protected: List,
    queue: Vec<Option<Queue>>,
    room: usize,
    /// Of the window.
    window_room: usize,
}

impl TinyLfu {
    /// With a share of the room for the window.
    pub fn new(room: usize, keys: usize, window: f64) -> Self {
        Self {
            sketch: Sketch::new(room),
            window: List::new(keys),
            probation: List::new(keys),
            protected: List::new(keys),
            queue: vec![None; keys],
            room,
            window_room: share(room, window),
        }
    }

    fn list(&mut self, queue: Queue) -> &mut List {
        match queue {
            Queue::Window => &mut self.window,
            Queue::Probation => &mut self.probation,
            Queue::Protected => &mut self.protected,
        }
    }

    fn put(&mut self, key: usize, queue: Option<Queue>) {
        if let Some(before) = std::mem::replace(&mut self.queue[key], queue) {
            self.list(before).remove(key);
        }
        if let Some(queue) = queue {
            self.list(queue).push(key);
        }
    }

    /// Who leaves the window, and who would go for it.
    fn leave_window(&mut self) {
        let Some(candidate) = self.window.oldest() else { return };
        let main = self.probation.len() + self.protected.len();
        if main < self.room - self.window_room {
            return self.put(candidate, Some(Queue::Probation));
        }
        match self.probation.oldest().or(self.protected.oldest()) {
            Some(victim) if self.sketch.count(candidate) > self.sketch.count(victim) => {
                self.put(victim, None);
                self.put(candidate, Some(Queue::Probation));
            }
            _ => self.put(candidate, None),
        }
    }
}

impl Policy for TinyLfu {
    fn access(&mut self, key: usize) -> bool {
        self.sketch.add(key);
        match self.queue[key] {
            Some(Queue::Probation) => {
                self.put(key, Some(Queue::Protected));
                // Four fifths of the main part are protected.
                if self.protected.len() > (self.room - self.window_room) * 4 / 5
                    && let Some(oldest) = self.protected.oldest()
                {
                    self.put(oldest, Some(Queue::Probation));
                }
                true
            }
            Some(queue) => {
                self.put(key, Some(queue));
                true
            }
            None => {
                self.put(key, Some(Queue::Window));
                if self.window.len() > self.window_room {
                    self.leave_window();
                }
                false
            }
        }
    }
}
