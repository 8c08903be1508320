//! Keys in an order.

/// Keys from the oldest to the newest, each at most once: a circle through a place of its own.
pub struct List {
    /// Of each key, and of the place after the last, the next older and the next newer.
    links: Vec<(usize, usize)>,
    len: usize,
}

impl List {
    /// An empty one, for keys below `keys`.
    pub fn new(keys: usize) -> Self {
        Self { links: vec![(keys, keys); keys + 1], len: 0 }
    }

    fn circle(&self) -> usize {
        self.links.len() - 1
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The key that has been in it for longest.
    pub fn oldest(&self) -> Option<usize> {
        self.newer(self.circle())
    }

    /// The key after this one, or the oldest, after the place of the circle.
    pub fn newer(&self, key: usize) -> Option<usize> {
        let newer = self.links[key].1;
        (newer != self.circle()).then_some(newer)
    }

    /// Adds a key that is not in it.
    pub fn push(&mut self, key: usize) {
        let circle = self.circle();
        let newest = std::mem::replace(&mut self.links[circle].0, key);
        self.links[newest].1 = key;
        self.links[key] = (newest, circle);
        self.len += 1;
    }

    /// Takes out a key that is in it.
    pub fn remove(&mut self, key: usize) {
        let (older, newer) = self.links[key];
        self.links[older].1 = newer;
        self.links[newer].0 = older;
        self.len -= 1;
    }

    /// Takes out the oldest.
    pub fn pop(&mut self) -> Option<usize> {
        let oldest = self.oldest()?;
        self.remove(oldest);
        Some(oldest)
    }
}

/// Keys that have left, for so many departures.
pub struct Ghosts {
    /// Of each key, the number of its departure, from 1; 0 if it is not remembered.
    left: Vec<usize>,
    departures: usize,
    most: usize,
}

impl Ghosts {
    pub fn new(most: usize, keys: usize) -> Self {
        Self { left: vec![0; keys], departures: 0, most }
    }

    pub fn push(&mut self, key: usize) {
        self.departures += 1;
        self.left[key] = self.departures;
    }

    /// Forgets a key, and says whether it was remembered.
    pub fn take(&mut self, key: usize) -> bool {
        let left = std::mem::take(&mut self.left[key]);
        left > 0 && self.departures - left < self.most
    }
}

/// A share of the room, at least one place where there is one.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn share(room: usize, of: f64) -> usize {
    ((room as f64 * of) as usize).clamp(1, room.max(1))
}
