//! Policies whose hits change an order: none of them can do without an exclusive lock.

use super::Policy;
use super::list::{Ghosts, List, share};

/// The least recently used goes.
pub struct Lru {
    order: List,
    there: Vec<bool>,
    room: usize,
}

impl Lru {
    pub fn new(room: usize, keys: usize) -> Self {
        Self { order: List::new(keys), there: vec![false; keys], room }
    }
}

impl Policy for Lru {
    fn access(&mut self, key: usize) -> bool {
        let hit = std::mem::replace(&mut self.there[key], true);
        if hit {
            self.order.remove(key);
        } else if self.order.len() >= self.room
            && let Some(oldest) = self.order.pop()
        {
            self.there[oldest] = false;
        }
        self.order.push(key);
        hit
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Queue {
    First,
    Main,
}

/// New keys in a queue of their own, a quarter of the room; those that come back after it in an LRU order (Johnson and
/// Shasha, VLDB 1994).
pub struct TwoQueues {
    first: List,
    main: List,
    queue: Vec<Option<Queue>>,
    ghosts: Ghosts,
    room: usize,
}

impl TwoQueues {
    pub fn new(room: usize, keys: usize) -> Self {
        Self {
            first: List::new(keys),
            main: List::new(keys),
            queue: vec![None; keys],
            ghosts: Ghosts::new(share(room, 0.5), keys),
            room,
        }
    }

    fn evict(&mut self) {
        if (self.first.len() > share(self.room, 0.25) || self.main.is_empty())
            && let Some(gone) = self.first.pop()
        {
            self.queue[gone] = None;
            self.ghosts.push(gone);
        } else if let Some(gone) = self.main.pop() {
            self.queue[gone] = None;
        }
    }
}

impl Policy for TwoQueues {
    fn access(&mut self, key: usize) -> bool {
        match self.queue[key] {
            Some(Queue::First) => return true,
            Some(Queue::Main) => {
                self.main.remove(key);
                self.main.push(key);
                return true;
            }
            None => {}
        }
        let known = self.ghosts.take(key);
        if self.first.len() + self.main.len() >= self.room {
            self.evict();
        }
        let (queue, list) =
            if known { (Queue::Main, &mut self.main) } else { (Queue::First, &mut self.first) };
        self.queue[key] = Some(queue);
        list.push(key);
        false
    }
}

/// Which of the lists of [`Arc`] a key is in: of those that were seen once, or oftener; there, or gone.
const ONCE: usize = 0;
const OFTEN: usize = 1;
const ONCE_GONE: usize = 2;
const OFTEN_GONE: usize = 3;

/// Adapts the room for what was seen once by what comes back (Megiddo and Modha, FAST 2003).
pub struct Arc {
    lists: [List; 4],
    list: Vec<Option<usize>>,
    /// How many of those that were seen once there are to be.
    target: usize,
    room: usize,
}

impl Arc {
    pub fn new(room: usize, keys: usize) -> Self {
        Self { lists: std::array::from_fn(|_| List::new(keys)), list: vec![None; keys], target: 0, room }
    }

    fn len(&self, list: usize) -> usize {
        self.lists[list].len()
    }

    fn put(&mut self, key: usize, list: Option<usize>) {
        if let Some(before) = std::mem::replace(&mut self.list[key], list) {
            self.lists[before].remove(key);
        }
        if let Some(list) = list {
            self.lists[list].push(key);
        }
    }

    /// Moves the oldest of a list to another, or nowhere.
    fn shift(&mut self, from: usize, to: Option<usize>) {
        if let Some(oldest) = self.lists[from].oldest() {
            self.put(oldest, to);
        }
    }

    fn replace(&mut self, often_came_back: bool) {
        let once = self.len(ONCE);
        let over = once > self.target || often_came_back && once == self.target;
        if once > 0 && over || self.len(OFTEN) == 0 {
            self.shift(ONCE, Some(ONCE_GONE));
        } else {
            self.shift(OFTEN, Some(OFTEN_GONE));
        }
    }

    fn make_room(&mut self) {
        let once = self.len(ONCE) + self.len(ONCE_GONE);
        let all = once + self.len(OFTEN) + self.len(OFTEN_GONE);
        if once == self.room {
            if self.len(ONCE) < self.room {
                self.shift(ONCE_GONE, None);
                self.replace(false);
            } else {
                self.shift(ONCE, None);
            }
        } else if all >= self.room {
            if all == 2 * self.room {
                self.shift(OFTEN_GONE, None);
            }
            if self.len(ONCE) + self.len(OFTEN) >= self.room {
                self.replace(false);
            }
        }
    }
}

impl Policy for Arc {
    fn access(&mut self, key: usize) -> bool {
        let gone = [self.len(ONCE_GONE).max(1), self.len(OFTEN_GONE).max(1)];
        match self.list[key] {
            Some(ONCE_GONE) => {
                self.target = (self.target + (gone[1] / gone[0]).max(1)).min(self.room);
                self.replace(false);
            }
            Some(OFTEN_GONE) => {
                self.target = self.target.saturating_sub((gone[0] / gone[1]).max(1));
                self.replace(true);
            }
            Some(_) => {
                self.put(key, Some(OFTEN));
                return true;
            }
            None => {
                self.make_room();
                self.put(key, Some(ONCE));
                return false;
            }
        }
        self.put(key, Some(OFTEN));
        false
    }
}
