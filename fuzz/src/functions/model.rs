//! What a memoized function is to do, as the documentation has it.

use super::{Ends, KEYS, TAGS, has_no_weight, is_wanted, ttl_of, weight_of};
use weakcache::{CacheInfo, Cause};
use weakcache_fuzz::fault::{Fault, is_planted};

/// What the attribute says.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) capacity: Option<usize>,
    pub(super) heaviest: Option<usize>,
    /// Who gives way is the least recently used, and nothing else makes room.
    pub(super) is_exact: bool,
    pub(super) ttl: Option<u64>,
    pub(super) idle: Option<u64>,
    pub(super) has_own_ttl: bool,
    pub(super) err_ttl: Option<u64>,
    /// `cache_errors`.
    pub(super) keeps_errors: bool,
    /// `refresh_after`.
    pub(super) due: Option<u64>,
    /// `stale_if_error`.
    pub(super) patience: Option<u64>,
    pub(super) is_tagged: bool,
    /// `cache_if`.
    pub(super) is_picky: bool,
    pub(super) is_batch: bool,
    /// Whether there is a listener.
    pub(super) hears: bool,
}

impl Rules {
    pub(super) const PLAIN: Self = Self {
        capacity: None,
        heaviest: None,
        is_exact: false,
        ttl: None,
        idle: None,
        has_own_ttl: false,
        err_ttl: None,
        keeps_errors: false,
        due: None,
        patience: None,
        is_tagged: false,
        is_picky: false,
        is_batch: false,
        hears: false,
    };

    fn renews(self) -> bool {
        self.due.is_some() || self.patience.is_some()
    }

    /// How long after an error none tries again.
    fn retry(self) -> u64 {
        self.err_ttl.or(self.due.map(|due| due / 10)).unwrap_or(0)
    }
}

/// What a call is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The value of this number, and whether it is past its time.
    Serve(u32, bool),
    /// The body runs, and others are served meanwhile.
    Renew,
    Compute,
}

/// A computation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) id: u32,
    /// How often its key was invalidated before; `None` where there was no room at all.
    since: Option<u64>,
    /// Whether its result takes the place of what there is.
    replaces: bool,
}

#[derive(Debug)]
struct Entry {
    key: u8,
    id: u32,
    is_error: bool,
    weight: usize,
    /// When it is too old, in any case.
    until: u64,
    read: u64,
    /// Until when it is served without a try.
    fresh: u64,
    is_renewed: bool,
    /// Invalidated by its tag.
    is_dead: bool,
}

pub(super) struct Model {
    rules: Rules,
    capacity: Option<usize>,
    /// The most recent last.
    entries: Vec<Entry>,
    pub(super) now: u64,
    ids: u32,
    info: Counts,
    invalidated: [u64; KEYS as usize],
    /// Since when what began before is older than what is stored.
    replaced: [u32; KEYS as usize],
    /// What left, as it was to leave, of which was not told yet.
    left: Vec<(u8, u32, Cause)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    hits: u64,
    misses: u64,
    evictions: u64,
    expirations: u64,
    refreshes: u64,
    stale: u64,
}

impl Model {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            capacity: rules.capacity,
            entries: Vec::new(),
            now: 0,
            ids: 0,
            info: Counts::default(),
            invalidated: [0; KEYS as usize],
            replaced: [0; KEYS as usize],
            left: Vec::new(),
        }
    }

    pub(super) fn new_id(&mut self) -> u32 {
        self.ids += 1;
        self.ids
    }

    fn position(&self, key: u8) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key)
    }

    fn is_idle(&self, entry: &Entry) -> bool {
        self.rules.idle.is_some_and(|idle| self.now >= entry.read.saturating_add(idle))
    }

    /// Whether it may be served without an error.
    fn is_live(&self, entry: &Entry) -> bool {
        !entry.is_dead && self.now < entry.until && !self.is_idle(entry)
    }

    /// Until when it stays.
    fn end(&self, entry: &Entry) -> u64 {
        entry.until.saturating_add(if entry.is_error { 0 } else { self.rules.patience.unwrap_or(0) })
    }

    /// Whether it may be served in the place of one.
    fn is_spared(&self, entry: &Entry) -> bool {
        !entry.is_dead && self.now < self.end(entry) && !self.is_idle(entry)
    }

    fn live(&self, key: u8) -> Option<usize> {
        self.position(key).filter(|at| self.is_live(&self.entries[*at]))
    }

    /// An error of this key has given way, if it may have: of that nobody is told.
    pub(super) fn forget_error(&mut self, key: u8) {
        let may_give_way = !self.rules.is_exact && self.rules.capacity.is_some() && !self.rules.keeps_errors;
        if let Some(at) = self.live(key).filter(|at| self.entries[*at].is_error && may_give_way) {
            self.entries.remove(at);
        }
    }

    pub(super) fn peek(&mut self, key: u8, found: Option<u32>) {
        if found.is_none() {
            self.forget_error(key);
        }
        assert_eq!(found, self.live(key).map(|at| self.entries[at].id), "of {key}");
    }

    /// `is_computed`: in a call further out.
    pub(super) fn plan(&self, key: u8, is_computed: bool) -> Plan {
        let Some(entry) = self.position(key).map(|at| &self.entries[at]) else { return Plan::Compute };
        let is_live = self.is_live(entry);
        let is_fresh = self.now < entry.fresh || is_live && is_computed;
        match (is_live, is_fresh) {
            (true, true) => Plan::Serve(entry.id, false),
            (true, false) => Plan::Renew,
            (false, true) if self.is_spared(entry) => Plan::Serve(entry.id, true),
            _ => Plan::Compute,
        }
    }

    fn touch(&mut self, at: usize) {
        let mut entry = self.entries.remove(at);
        entry.read = self.now;
        self.entries.push(entry);
    }

    pub(super) fn hit(&mut self, key: u8, plan: Plan, found: u32) {
        let Plan::Serve(id, is_stale) = plan else {
            panic!("{key} was served, and was to be computed: {plan:?}")
        };
        assert_eq!(found, id, "of {key}");
        self.info.hits += 1;
        self.info.stale += u64::from(is_stale);
        let at = self.position(key).expect("planned");
        self.touch(at);
    }

    /// One more element of a batch is the same as one that was computed: a hit, if that was stored.
    pub(super) fn share(&mut self, key: u8) {
        if let Some(at) = self.live(key) {
            self.info.hits += u64::from(!is_planted(Fault::FunctionsBatch));
            self.touch(at);
        }
    }

    /// A body begins.
    pub(super) fn begin(&mut self, key: u8, mut plan: Plan) -> Flight {
        if let Plan::Serve(..) = plan {
            self.forget_error(key);
            plan = self.plan(key, false);
        }
        assert!(!matches!(plan, Plan::Serve(..)), "{key} is computed, and was to be served: {plan:?}");
        let is_renewal = plan == Plan::Renew;
        if let Some(at) = self.position(key).filter(|_| is_renewal) {
            let entry = &mut self.entries[at];
            (entry.fresh, entry.is_renewed) = (entry.until, true);
            self.info.refreshes += 1;
        }
        self.start(key, is_renewal)
    }

    pub(super) fn begin_refresh(&mut self, key: u8) -> Flight {
        self.start(key, true)
    }

    fn start(&mut self, key: u8, replaces: bool) -> Flight {
        self.info.misses += 1;
        let id = self.new_id();
        let since = (self.capacity != Some(0)).then_some(self.invalidated[usize::from(key)]);
        Flight { id, since, replaces }
    }

    fn is_valid(&self, key: u8, flight: Flight) -> bool {
        let key = usize::from(key);
        flight.since == Some(self.invalidated[key]) && flight.id >= self.replaced[key]
    }

    /// How long a value of this kind lives, if it is kept.
    fn ttl(&self, kind: u8, is_error: bool) -> Option<u64> {
        let Rules { ttl, err_ttl, has_own_ttl, keeps_errors, .. } = self.rules;
        if is_error && !keeps_errors {
            return err_ttl;
        }
        let ttl = [ttl, has_own_ttl.then(|| ttl_of(kind).into())].into_iter().flatten().min();
        Some(ttl.unwrap_or(u64::MAX)).filter(|ttl| *ttl > 0)
    }

    fn weight(&self, kind: u8) -> usize {
        if self.rules.heaviest.is_some() { weight_of(kind) } else { 0 }
    }

    fn is_kept(&self, kind: u8, is_error: bool) -> bool {
        let is_too_heavy = !is_error && self.rules.heaviest.is_some_and(|most| self.weight(kind) > most);
        self.ttl(kind, is_error).is_some() && (!is_too_heavy || is_planted(Fault::FunctionsHeavy))
    }

    fn is_not_weighed(&self, kind: u8) -> bool {
        self.rules.heaviest.is_some() && has_no_weight(kind)
    }

    /// Whether what ends so may panic: the body, or the weigher after it.
    pub(super) fn is_panic(&self, ends: Ends) -> bool {
        match ends {
            Ends::Value(kind) => self.is_not_weighed(kind),
            Ends::Error => false,
            Ends::Panic => true,
        }
    }

    /// A body ended with a value.
    pub(super) fn finish(&mut self, key: u8, flight: Flight, kind: u8, is_asked: bool) {
        if self.is_not_weighed(kind) {
            let is_shared = self.live(key).is_some() && !flight.replaces && !is_asked;
            assert!(!self.is_valid(key, flight) || is_shared, "{key} is kept, and was not weighed");
            return self.lose(key, flight);
        }
        let is_kept = self.is_kept(kind, false) && !(self.rules.is_picky && !is_wanted(kind));
        self.land(key, flight, kind, false, is_kept, is_asked);
    }

    fn land(&mut self, key: u8, flight: Flight, kind: u8, is_error: bool, is_kept: bool, is_asked: bool) {
        if !self.is_valid(key, flight) || !is_kept {
            return self.lose(key, flight);
        }
        let replaces = flight.replaces || is_asked;
        if replaces {
            self.replaced[usize::from(key)] = flight.id;
        }
        if self.live(key).is_none() || replaces {
            self.put(key, flight.id, kind, is_error);
        }
    }

    /// A body ended with an error, and the call with that or with a value.
    pub(super) fn fail(&mut self, key: u8, flight: Flight, answer: Result<u32, u32>) {
        let spared = self.position(key).filter(|at| {
            let entry = &self.entries[*at];
            self.rules.renews() && !entry.is_error && self.is_spared(entry) && flight.since.is_some()
        });
        let Some(at) = spared else {
            assert_eq!(answer, Err(flight.id), "the error of {key}");
            let is_kept = self.is_kept(0, true);
            return self.land(key, flight, 0, true, is_kept, false);
        };
        let (is_valid, now, retry) = (self.is_valid(key, flight), self.now, self.rules.retry());
        let end = self.end(&self.entries[at]);
        let entry = &mut self.entries[at];
        assert_eq!(answer, Ok(entry.id), "in the place of the error of {key}");
        entry.read = now;
        self.info.stale += u64::from(now >= entry.until && !is_planted(Fault::FunctionsStale));
        // What was stored meanwhile is as fresh as it was.
        if is_valid && (entry.is_renewed || now >= entry.fresh) {
            (entry.fresh, entry.is_renewed) = (end.min(now.saturating_add(retry)), false);
        }
    }

    /// A refresh that was asked for ended with an error.
    pub(super) fn fail_refresh(&mut self, key: u8, flight: Flight) {
        let is_good = |entry: &Entry| self.rules.renews() && !entry.is_error && self.is_spared(entry);
        let is_kept =
            self.is_kept(0, true) && !self.position(key).is_some_and(|at| is_good(&self.entries[at]));
        self.land(key, flight, 0, true, is_kept, true);
    }

    /// A body that panicked, or whose result is not kept: the next call tries again.
    pub(super) fn lose(&mut self, key: u8, flight: Flight) {
        if let Some(at) = self.position(key).filter(|_| flight.replaces) {
            let (entry, now) = (&mut self.entries[at], self.now);
            if entry.is_renewed {
                (entry.fresh, entry.is_renewed) = (now, false);
            }
        }
    }

    pub(super) fn prime(&mut self, key: u8, id: u32, kind: u8, is_error: bool) {
        let is_weighed = is_error || !self.is_not_weighed(kind);
        assert!(is_weighed || self.capacity == Some(0), "{key} is kept, and was not weighed");
        self.invalidated[usize::from(key)] += 1;
        if self.is_kept(kind, is_error) {
            self.put(key, id, kind, is_error);
        } else if let Some(at) = self.position(key) {
            self.leave(at, Cause::Invalidated);
        }
    }

    /// Takes one out, for this reason if it was live.
    fn leave(&mut self, at: usize, cause: Cause) {
        let entry = self.entries.remove(at);
        let cause = match (self.is_live(&entry), entry.is_dead) {
            (true, _) => cause,
            (false, true) => Cause::Invalidated,
            (false, false) => Cause::Expired,
        };
        self.tell(entry, cause);
    }

    fn tell(&mut self, entry: Entry, cause: Cause) {
        self.count(cause);
        // Of an error that is kept for a time nobody is told.
        if self.rules.hears && (!entry.is_error || self.rules.keeps_errors) {
            self.left.push((entry.key, entry.id, cause));
        }
    }

    fn count(&mut self, cause: Cause) {
        match cause {
            Cause::Capacity => self.info.evictions += 1,
            Cause::Expired => self.info.expirations += 1,
            Cause::Invalidated | Cause::Replaced => {}
        }
    }

    fn put(&mut self, key: u8, id: u32, kind: u8, is_error: bool) {
        let weight = if is_error { 0 } else { self.weight(kind) };
        if let Some(at) = self.position(key) {
            self.leave(at, if self.capacity == Some(0) { Cause::Invalidated } else { Cause::Replaced });
        }
        if self.capacity == Some(0) {
            return;
        }
        let until = self.now.saturating_add(self.ttl(kind, is_error).expect("kept"));
        let is_never = is_error && self.rules.err_ttl.is_some() || is_planted(Fault::FunctionsDue);
        let due = self.rules.due.filter(|_| !is_never);
        let fresh = until.min(due.map_or(u64::MAX, |due| self.now.saturating_add(due)));
        if self.rules.is_exact {
            self.make_room(1, weight);
        }
        let (read, is_renewed, is_dead) = (self.now, false, false);
        self.entries.push(Entry { key, id, is_error, weight, until, read, fresh, is_renewed, is_dead });
    }

    fn all_weigh(&self) -> usize {
        self.entries.iter().map(|entry| entry.weight).sum()
    }

    fn make_room(&mut self, entries: usize, weight: usize) {
        while self.capacity.is_some_and(|most| self.entries.len() + entries > most)
            || self.rules.heaviest.is_some_and(|most| self.all_weigh() + weight > most)
        {
            let first = self.entries.remove(0);
            self.tell(first, Cause::Capacity);
        }
    }

    pub(super) fn invalidate(&mut self, key: u8, was_there: bool) {
        if !was_there {
            self.forget_error(key);
        }
        assert_eq!(was_there, self.live(key).is_some(), "of {key}");
        self.invalidated[usize::from(key)] += 1;
        if let Some(at) = self.position(key) {
            self.leave(at, Cause::Invalidated);
        }
    }

    pub(super) fn invalidate_tag(&mut self, tag: u8) {
        if self.rules.is_tagged {
            for key in (0..KEYS).filter(|key| key % TAGS == tag) {
                self.invalidated[usize::from(key)] += 1;
                if let Some(at) = self.position(key) {
                    self.entries[at].is_dead = true;
                }
            }
        }
    }

    pub(super) fn retain(&mut self, mask: u8, count: usize, mut seen: Vec<(u8, u32)>) {
        // What may be served in the place of an error could be served.
        let is_shown = |entry: &&Entry| self.is_spared(entry) && (!entry.is_error || self.rules.keeps_errors);
        let mut shown: Vec<(u8, u32)> =
            self.entries.iter().filter(is_shown).map(|entry| (entry.key, entry.id)).collect();
        shown.sort_unstable();
        seen.sort_unstable();
        assert_eq!(seen, shown, "what `retain` is shown");
        let refused: Vec<u8> = shown.iter().map(|(key, _)| *key).filter(|key| mask >> key & 1 == 1).collect();
        assert_eq!(count, refused.len());
        for key in refused {
            self.leave(self.position(key).expect("shown"), Cause::Invalidated);
        }
    }

    pub(super) fn clear(&mut self) {
        self.invalidated.iter_mut().for_each(|count| *count += 1);
        while !self.entries.is_empty() {
            self.leave(0, Cause::Invalidated);
        }
        self.info = Counts::default();
    }

    pub(super) fn sweep(&mut self, count: usize) {
        let mut swept = 0;
        while let Some(at) = self.entries.iter().position(|entry| !self.is_spared(entry)) {
            self.leave(at, Cause::Expired);
            swept += 1;
        }
        // Of errors it is not told when they went.
        let is_known = self.rules.hears && (self.rules.err_ttl.is_none() || self.rules.keeps_errors);
        assert!(count == swept || !is_known && count < swept, "{count} swept, of {swept}");
    }

    pub(super) fn set_capacity(&mut self, most: usize) {
        self.capacity = Some(most);
        if self.rules.is_exact {
            self.make_room(0, 0);
        }
    }

    pub(super) fn hear(&mut self, told: Vec<(u8, u32, Cause)>) {
        let mut left = std::mem::take(&mut self.left);
        for (key, id, cause) in told {
            if let Some(at) = left.iter().position(|(other, other_id, _)| (*other, *other_id) == (key, id)) {
                let expected = left.swap_remove(at).2;
                assert_eq!(cause, expected, "of {key}, value {id}");
                continue;
            }
            let Some(at) = self.entries.iter().position(|entry| (entry.key, entry.id) == (key, id)) else {
                panic!("told of {key}, value {id}, {cause:?}, which was not there");
            };
            let entry = self.entries.remove(at);
            match cause {
                Cause::Capacity => {
                    assert!(!self.rules.is_exact, "{key} gave way, which was not its turn");
                    assert!(self.is_live(&entry), "{key} gave way, but was not live");
                }
                Cause::Expired => assert!(!self.is_live(&entry) && !entry.is_dead, "{key} has not expired"),
                Cause::Invalidated => assert!(entry.is_dead, "{key} was not invalidated"),
                Cause::Replaced => panic!("{key} was not replaced"),
            }
            self.count(cause);
        }
        assert!(left.is_empty(), "not told of {left:?}");
    }

    pub(super) fn info(&mut self, info: &CacheInfo) {
        let mut counts = Counts {
            hits: info.hits,
            misses: info.misses,
            evictions: info.evictions,
            expirations: info.expirations,
            refreshes: info.refreshes,
            stale: info.stale,
        };
        // Whether errors have left is not told.
        let errors = if self.rules.err_ttl.is_some() && !self.rules.keeps_errors {
            (counts.evictions, counts.expirations) = (self.info.evictions, self.info.expirations);
            self.entries.iter().filter(|entry| entry.is_error).count()
        } else {
            0
        };
        assert_eq!(counts, self.info);
        assert_eq!(info.capacity, self.capacity);
        assert!(info.len <= self.entries.len() && info.len >= self.entries.len() - errors, "{info:?}");
        assert_eq!(info.weight, self.all_weigh(), "{info:?}");
    }

    /// At no moment there is more than said.
    pub(super) fn bounded(&self, info: &CacheInfo) {
        assert!(info.len <= self.capacity.unwrap_or(usize::MAX), "{info:?}");
        assert!(info.weight <= self.rules.heaviest.unwrap_or(usize::MAX), "{info:?}");
    }
}
