//! One queue, in which a hit only notes that it was.

use std::collections::VecDeque;

use super::Policy;
use super::list::List;

/// The first in goes first out, unless it was hit meanwhile: then it goes round again, once for each hit that was
/// noted (CLOCK; Corbató 1968). FIFO if none is.
pub struct Clock {
    queue: VecDeque<usize>,
    /// Of each key that is there, its hits.
    hits: Vec<Option<u8>>,
    room: usize,
    most: u8,
}

impl Clock {
    /// At most so many hits are noted.
    pub fn new(room: usize, keys: usize, most: u8) -> Self {
        Self { queue: VecDeque::new(), hits: vec![None; keys], room, most }
    }
}

impl Policy for Clock {
    fn access(&mut self, key: usize) -> bool {
        if let Some(hits) = &mut self.hits[key] {
            *hits = (*hits + 1).min(self.most);
            return true;
        }
        while self.queue.len() >= self.room {
            let Some(first) = self.queue.pop_front() else { break };
            self.hits[first] = self.hits[first].and_then(|hits| hits.checked_sub(1));
            if self.hits[first].is_some() {
                self.queue.push_back(first);
            }
        }
        self.queue.push_back(key);
        self.hits[key] = Some(0);
        false
    }
}

/// As CLOCK, but who was hit stays in its place, and only the hand moves on (Zhang and others, NSDI 2024).
pub struct Sieve {
    queue: List,
    /// Of each key that is there, whether it was hit.
    hit: Vec<Option<bool>>,
    /// Where the hand goes on.
    hand: Option<usize>,
    room: usize,
}

impl Sieve {
    pub fn new(room: usize, keys: usize) -> Self {
        Self { queue: List::new(keys), hit: vec![None; keys], hand: None, room }
    }
}

impl Policy for Sieve {
    fn access(&mut self, key: usize) -> bool {
        if let Some(hit) = &mut self.hit[key] {
            *hit = true;
            return true;
        }
        while self.queue.len() >= self.room {
            let Some(at) = self.hand.or(self.queue.oldest()) else { break };
            self.hand = self.queue.newer(at);
            self.hit[at] = if self.hit[at] == Some(true) { Some(false) } else { None };
            if self.hit[at].is_none() {
                self.queue.remove(at);
            }
        }
        self.queue.push(key);
        self.hit[key] = Some(false);
        false
    }
}
