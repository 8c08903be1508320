//! Hash-consing: a random graph of a million nodes, and a chain of ten million.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::thread;
use std::time::{Duration, Instant};

use hashconsing::{HConsed, HashConsign, consign};
use internment::ArcIntern;
use weakcache::{Interned, InternedRef, interned, memoize};

use crate::harness::{Effort, race_table};
use crate::memory::bytes_of;
use crate::table::{Better, Role, Table};

const NODES: usize = 1_000_000;
const LEAVES: u64 = 1000;
const CHAIN: usize = 10_000_000;
/// One that every contestant can drop.
const SHORT_CHAIN: usize = 2000;

/// A node over handles of any kind.
#[derive(PartialEq, Eq, Hash, Clone)]
enum Shape<H> {
    Leaf(u64),
    Successor(H),
    Sum(H, H),
    Product(H, H),
}

/// A way to have each node once.
trait Kind {
    const NAME: &'static str;
    type Handle: Clone;

    fn make(shape: Shape<Self::Handle>) -> Self::Handle;

    /// Removes what is left over when handles were dropped.
    fn collect() {}
}

struct Weakcache;

#[interned(get = false)]
enum Node {
    Leaf(u64),
    Successor(Interned<Node>),
    Sum(Interned<Node>, Interned<Node>),
    Product(Interned<Node>, Interned<Node>),
}

impl Kind for Weakcache {
    const NAME: &'static str = "weakcache";
    type Handle = Interned<Node>;

    fn make(shape: Shape<Interned<Node>>) -> Interned<Node> {
        match shape {
            Shape::Leaf(n) => Node::leaf(n),
            Shape::Successor(a) => Node::successor(a),
            Shape::Sum(a, b) => Node::sum(a, b),
            Shape::Product(a, b) => Node::product(a, b),
        }
    }
}

struct Internment;

#[derive(PartialEq, Eq, Hash)]
struct InternmentNode(Shape<ArcIntern<InternmentNode>>);

impl Kind for Internment {
    const NAME: &'static str = "internment `ArcIntern`";
    type Handle = ArcIntern<InternmentNode>;

    fn make(shape: Shape<Self::Handle>) -> Self::Handle {
        ArcIntern::new(InternmentNode(shape))
    }
}

struct Hashconsing;

#[derive(PartialEq, Eq, Hash, Clone)]
struct HashconsingNode(Shape<HConsed<HashconsingNode>>);

consign! {
    let FACTORY = consign(0) for HashconsingNode;
}

impl Kind for Hashconsing {
    const NAME: &'static str = "hashconsing, with `collect`";
    type Handle = HConsed<HashconsingNode>;

    fn make(shape: Shape<Self::Handle>) -> Self::Handle {
        FACTORY.mk(HashconsingNode(shape))
    }

    fn collect() {
        FACTORY.collect_to_fit();
    }
}

const CONTESTANTS: [(Role, &str); 3] =
    [(Role::Ours, Weakcache::NAME), (Role::Peer, Internment::NAME), (Role::Peer, Hashconsing::NAME)];

pub(crate) fn run(effort: Effort) {
    let plan = &*random_plan(0x5EED);
    // First, while the tables are as they come.
    let footprints = [footprint::<Weakcache>, footprint::<Internment>, footprint::<Hashconsing>];
    let footprints = footprints.map(|footprint| footprint(plan));
    // A graph is large: a quarter of the rounds tells as much.
    let rounds = effort.rounds.div_ceil(4);
    let laps = [lap::<Weakcache>, lap::<Internment>, lap::<Hashconsing>];
    let laps = interleaved(rounds, &laps.map(|lap| move || lap(plan)));

    let phases = ["built, none there before", "built again, all there", "dropped"];
    for (phase, what) in phases.into_iter().enumerate() {
        let times = laps.iter().map(|laps| laps.iter().map(|times| per_node(times[phase], NODES)).collect());
        race_table(&format!("a random graph of a million nodes: {what}"), CONTESTANTS.into_iter().zip(times))
            .emit();
    }

    let columns = [("bytes", 1), ("left", 1)];
    let mut table =
        Table::new("the same graph: bytes a node, and after it is dropped", Better::Less(0), &columns);
    for ((role, name), bytes) in CONTESTANTS.into_iter().zip(footprints) {
        table.row(role, name, bytes.to_vec());
    }
    table.emit();

    rewriting(plan, rounds);
    chains(rounds);
}

/// Every sum a product and every product a sum, each node once, by what is remembered of the others.
mod rewritten {
    use super::{HashMap, Interned, InternedRef, Node, memoize};

    fn lent(node: &Interned<Node>) -> InternedRef<'_, Node> {
        Interned::borrow(node)
    }

    /// Weak keys, nodes lent on the way, a result counted as it is handed out.
    #[memoize(weak_key(node))]
    pub(super) fn borrowed(node: InternedRef<'_, Node>) -> Interned<Node> {
        match &*node {
            Node::Leaf(_) => InternedRef::to_interned(node),
            Node::Successor(a) => Node::successor(borrowed(lent(a))),
            Node::Sum(a, b) => Node::product(borrowed(lent(a)), borrowed(lent(b))),
            Node::Product(a, b) => Node::sum(borrowed(lent(a)), borrowed(lent(b))),
        }
    }

    /// Handles by value, which the cache keeps.
    #[memoize]
    pub(super) fn cloned(node: Interned<Node>) -> Interned<Node> {
        match &*node {
            Node::Leaf(_) => node,
            Node::Successor(a) => Node::successor(cloned(a.clone())),
            Node::Sum(a, b) => Node::product(cloned(a.clone()), cloned(b.clone())),
            Node::Product(a, b) => Node::sum(cloned(a.clone()), cloned(b.clone())),
        }
    }

    /// A map on the side, in one thread.
    pub(super) fn by_hand(
        node: &Interned<Node>,
        known: &mut HashMap<Interned<Node>, Interned<Node>>,
    ) -> Interned<Node> {
        if let Some(known) = known.get(node) {
            return known.clone();
        }
        let mut of = |node| by_hand(node, known);
        let new = match &**node {
            Node::Leaf(_) => node.clone(),
            Node::Successor(a) => Node::successor(of(a)),
            Node::Sum(a, b) => Node::product(of(a), of(b)),
            Node::Product(a, b) => Node::sum(of(a), of(b)),
        };
        known.insert(node.clone(), new.clone());
        new
    }
}

fn rewriting(plan: &[Shape<u32>], rounds: usize) {
    let mut nodes = Vec::with_capacity(plan.len());
    build::<Weakcache>(plan, &mut nodes);
    // Twice: where nothing is known, and where all is.
    let twice = |rewrite: &mut dyn FnMut(&Interned<Node>) -> Interned<Node>| {
        [(); 2].map(|()| timed(|| nodes.iter().for_each(|node| drop(rewrite(node)))))
    };
    let laps: [&dyn Fn() -> [Duration; 2]; 3] = [
        &|| {
            let times = twice(&mut |node| rewritten::borrowed(Interned::borrow(node)));
            rewritten::borrowed::cache_clear();
            times
        },
        &|| {
            let times = twice(&mut |node| rewritten::cloned(node.clone()));
            rewritten::cloned::cache_clear();
            times
        },
        &|| {
            let mut known = HashMap::new();
            twice(&mut |node| rewritten::by_hand(node, &mut known))
        },
    ];
    let laps = interleaved(rounds, &laps);
    let names = [
        (Role::Ours, "weakcache, `InternedRef` and `weak_key`"),
        (Role::Ours, "weakcache, `Interned` and clones"),
        (Role::Peer, "a `HashMap` of `Interned` on the side"),
    ];
    for (phase, what) in ["rewritten, each node once", "rewritten again, all known"].into_iter().enumerate() {
        let times = laps.iter().map(|laps| laps.iter().map(|times| per_node(times[phase], NODES)).collect());
        race_table(&format!("a random graph of a million nodes: {what}"), names.into_iter().zip(times))
            .emit();
    }
}

/// Runs each once a round, in rotating order.
fn interleaved<R>(rounds: usize, contestants: &[impl Fn() -> R]) -> Vec<Vec<R>> {
    let mut results: Vec<Vec<R>> = contestants.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let who = (round + turn) % contestants.len();
            results[who].push(contestants[who]());
        }
    }
    results
}

/// The nodes of the graph, each over two of those before it; no two are equal.
fn random_plan(seed: u64) -> Vec<Shape<u32>> {
    // SplitMix64.
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    };
    let mut plan: Vec<_> = (0..LEAVES).map(Shape::Leaf).collect();
    let mut planned = HashSet::new();
    while plan.len() < NODES {
        let mut before = || u32::try_from(random() % plan.len() as u64).expect("less than a million");
        let (a, b) = (before(), before());
        let shape = if random() & 1 == 0 { Shape::Sum(a, b) } else { Shape::Product(a, b) };
        if planned.insert(shape.clone()) {
            plan.push(shape);
        }
    }
    plan
}

/// The times to build the graph, to build it again, and to drop it.
fn lap<K: Kind>(plan: &[Shape<u32>]) -> [Duration; 3] {
    let mut handles = Vec::with_capacity(plan.len());
    let built = timed(|| build::<K>(plan, &mut handles));
    let again = timed(|| {
        for shape in plan {
            K::make(over(&handles, shape));
        }
    });
    let dropped = timed(|| {
        handles.clear();
        K::collect();
    });
    [built, again, dropped]
}

/// Bytes a node while the graph lives, and after.
fn footprint<K: Kind>(plan: &[Shape<u32>]) -> [f64; 2] {
    let mut handles = Vec::with_capacity(plan.len());
    let ((), live) = bytes_of(|| build::<K>(plan, &mut handles));
    let ((), freed) = bytes_of(|| {
        handles.clear();
        K::collect();
    });
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    [live, live + freed].map(|bytes| bytes as f64 / NODES as f64)
}

fn build<K: Kind>(plan: &[Shape<u32>], handles: &mut Vec<K::Handle>) {
    for shape in plan {
        let handle = K::make(over(handles, shape));
        handles.push(handle);
    }
}

/// The planned node over these handles.
fn over<H: Clone>(handles: &[H], shape: &Shape<u32>) -> Shape<H> {
    let handle = |at: &u32| handles[*at as usize].clone();
    match shape {
        Shape::Leaf(n) => Shape::Leaf(*n),
        Shape::Successor(a) => Shape::Successor(handle(a)),
        Shape::Sum(a, b) => Shape::Sum(handle(a), handle(b)),
        Shape::Product(a, b) => Shape::Product(handle(a), handle(b)),
    }
}

/// Drops chains, by their one handle.
fn chains(rounds: usize) {
    let contestants = [chain::<Weakcache>, chain::<Internment>, chain::<Hashconsing>];
    let stack = 64 << 20;
    let times = interleaved(rounds, &contestants.map(|chain| move || chain(SHORT_CHAIN, stack)));
    let times = times.iter().map(|times| times.iter().map(|time| per_node(*time, SHORT_CHAIN)).collect());
    let title = format!("a chain of {SHORT_CHAIN} nodes: dropped, a node");
    race_table(&title, CONTESTANTS.into_iter().zip(times)).emit();

    let time = chain::<Weakcache>(CHAIN, 256 << 10);
    let title = format!("a chain of {CHAIN} nodes: dropped, on a stack of 256 KiB");
    let mut table = Table::new(title, Better::Less(1), &[("s", 2), ("ns a node", 1)]);
    table.row(Role::Ours, Weakcache::NAME, vec![time.as_secs_f64(), per_node(time, CHAIN)]);
    table
        .note("internment overflows the stack before 10,000 nodes.")
        .note(
            "hashconsing's `collect` walks the whole table for each node or two: time grows with the square.",
        )
        .emit();
}

fn chain<K: Kind>(length: usize, stack: usize) -> Duration {
    let work = move || {
        let mut top = K::make(Shape::Leaf(0));
        for _ in 1..length {
            top = K::make(Shape::Successor(top));
        }
        timed(|| {
            drop(top);
            K::collect();
        })
    };
    let thread = thread::Builder::new().stack_size(stack).spawn(work).expect("a thread can be had");
    thread.join().expect("the contestant panicked")
}

fn timed(f: impl FnOnce()) -> Duration {
    let start = Instant::now();
    f();
    start.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
fn per_node(time: Duration, nodes: usize) -> f64 {
    time.as_nanos() as f64 / nodes as f64
}
