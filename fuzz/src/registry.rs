//! Interned values in all flavours, whose handles are dropped in the order of the input, beside a model that knows which
//! values are reachable.

use arbitrary::{Result, Unstructured};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use weakcache::{
    Interned, InternedRef, InternedWeakKeyMap, InternedWeakSet, LocalInterned, LocalWeakInterned,
    WeakInterned, interned, memoize,
};
use weakcache_fuzz::counted::{Counted, live};
use weakcache_fuzz::fault::{Fault, is_planted};

pub fn run(bytes: &[u8]) {
    let mut source = Unstructured::new(bytes);
    let flavour = source.int_in_range(0..=4).unwrap_or(0);
    let Ok(steps) = steps(&mut source) else { return };
    weakcache_fuzz::show(&(flavour, &steps));
    match flavour {
        0 => check::<Shared>(&steps),
        1 => check::<Colliding>(&steps),
        2 => check::<Local>(&steps),
        3 => check::<Words>(&steps),
        _ => check::<Own>(&steps),
    }
    assert_eq!(live(), 0, "values that are never dropped");
}

const SLOTS: usize = 8;

#[derive(Clone, Copy, Debug)]
enum Step {
    Leaf(usize, u8),
    Text(usize, u8),
    /// Of what is in two slots.
    Pair(usize, usize, usize),
    Find(u8),
    Copy(usize, usize),
    Drop(usize),
    Downgrade(usize, usize),
    Upgrade(usize, usize),
    DropWeak(usize),
    All,
    Shrink,
    Reserve(u8),
    Observe(usize),
}

fn steps(source: &mut Unstructured<'_>) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    while steps.len() < 80 && !source.is_empty() {
        let mut slot = || source.int_in_range(0..=SLOTS - 1);
        let (a, b, c) = (slot()?, slot()?, slot()?);
        let key = source.int_in_range(0..=5)?;
        steps.push(match source.int_in_range(0..=20)? {
            0..=2 => Step::Leaf(a, key),
            3..=4 => Step::Text(a, key),
            5..=7 => Step::Pair(a, b, c),
            8 => Step::Find(key),
            9 => Step::Copy(a, b),
            10..=12 => Step::Drop(a),
            13 => Step::Downgrade(a, b),
            14..=15 => Step::Upgrade(a, b),
            16 => Step::DropWeak(a),
            17 => Step::All,
            18 => Step::Shrink,
            19 => Step::Reserve(source.arbitrary()?),
            _ => Step::Observe(a),
        });
    }
    Ok(steps)
}

/// A hash of two bits.
#[derive(Default)]
struct Few(u64);

impl Hasher for Few {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    }

    fn finish(&self) -> u64 {
        self.0 & 3
    }
}

fn text(key: u8) -> String {
    "long enough for a length that is not in the hash ".repeat(usize::from(key) / 2) + &key.to_string()
}

/// A kind of registry.
trait Flavour: Sized + 'static {
    type Handle: Clone;
    type Weak: Clone;

    fn leaf(key: u8) -> Self::Handle;
    fn text(key: u8) -> Self::Handle;
    fn pair(a: &Self::Handle, b: &Self::Handle) -> Self::Handle;
    fn find(key: u8) -> Option<Self::Handle>;
    fn ptr_eq(a: &Self::Handle, b: &Self::Handle) -> bool;
    fn strong_count(handle: &Self::Handle) -> usize;
    fn downgrade(handle: &Self::Handle) -> Self::Weak;
    fn upgrade(weak: &Self::Weak) -> Option<Self::Handle>;
    fn len() -> usize;
    fn all() -> Vec<Self::Handle>;
    fn shrink();
    fn capacity() -> usize;
    fn reserve(entries: usize);
    /// What else may be done with a handle; all of it leaves the handle as it was.
    fn observe(_: &Self::Handle) {}
}

macro_rules! tree {
    ($name:ident, $Handle:ident, $Weak:ident, ($($options:tt)*), $observe:expr) => {
        #[interned($($options)*)]
        #[derive(Debug)]
        enum $name {
            Leaf(u8, #[interned(init = Counted::default())] Counted),
            Text(String, #[interned(init = Counted::default())] Counted),
            Pair { a: $Handle<$name>, b: $Handle<$name>, #[interned(init = Counted::default())] _counted: Counted },
        }

        impl Flavour for $name {
            type Handle = $Handle<Self>;
            type Weak = $Weak<Self>;

            fn leaf(key: u8) -> Self::Handle {
                Self::leaf(key)
            }

            fn text(key: u8) -> Self::Handle {
                Self::text(&*text(key))
            }

            fn pair(a: &Self::Handle, b: &Self::Handle) -> Self::Handle {
                Self::pair(a, b.clone())
            }

            fn find(key: u8) -> Option<Self::Handle> {
                Self::get_leaf(key)
            }

            fn ptr_eq(a: &Self::Handle, b: &Self::Handle) -> bool {
                assert_eq!(a == b, $Handle::ptr_eq(a, b));
                a == b
            }

            fn strong_count(handle: &Self::Handle) -> usize {
                $Handle::strong_count(handle)
            }

            fn downgrade(handle: &Self::Handle) -> Self::Weak {
                $Handle::downgrade(handle)
            }

            fn upgrade(weak: &Self::Weak) -> Option<Self::Handle> {
                weak.upgrade()
            }

            fn len() -> usize {
                Self::registry().len()
            }

            fn all() -> Vec<Self::Handle> {
                Self::registry().iter().collect()
            }

            fn shrink() {
                Self::registry().shrink_to_fit();
            }

            fn capacity() -> usize {
                Self::registry().capacity()
            }

            fn reserve(entries: usize) {
                Self::registry().reserve(entries);
            }

            fn observe(handle: &Self::Handle) {
                let observe: fn(&Self::Handle) = $observe;
                observe(handle);
            }
        }
    };
}

/// What has a key that dies is no more, and was what it was before that.
fn observe_shared(handle: &Interned<Shared>) {
    #[memoize(weak_key(node), lru = 3)]
    fn depth(node: &Interned<Shared>) -> usize {
        match &**node {
            Shared::Pair { a, b, .. } => 1 + depth(a).max(depth(b)),
            Shared::Leaf(..) | Shared::Text(..) => 0,
        }
    }
    assert_eq!(depth(handle), depth::uncached(handle));

    let borrowed = Interned::borrow(handle);
    assert_eq!(InternedRef::to_interned(borrowed), *handle);
    thread_local! {
        static MAP: InternedWeakKeyMap<Shared, usize> = InternedWeakKeyMap::by_identity();
        static SET: InternedWeakSet<Shared> = InternedWeakSet::by_identity();
    }
    MAP.with(|map| {
        let address = Interned::as_ptr(handle) as usize;
        assert_eq!(map.get_or_insert_with(handle, || address), address);
        assert!(map.len() <= Shared::registry().len());
        assert!(map.iter().all(|(key, address)| Interned::as_ptr(&key) as usize == address));
    });
    SET.with(|set| {
        set.insert(handle);
        assert!(set.contains(handle) && set.len() <= Shared::registry().len());
    });
}

tree!(Shared, Interned, WeakInterned, (numbered), observe_shared);
tree!(Colliding, Interned, WeakInterned, (hasher = BuildHasherDefault<Few>, shards = 1), |_| {});
tree!(Local, LocalInterned, LocalWeakInterned, (local), |_| {});

/// Values of no fixed size: text, and lists of it.
struct Words;

#[interned]
#[derive(Debug)]
struct Word {
    #[interned(init = Counted::default())]
    _counted: Counted,
    text: str,
}

#[interned]
#[derive(Debug)]
struct List {
    #[interned(init = Counted::default())]
    _counted: Counted,
    items: [Either],
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Either {
    Word(Interned<Word>),
    List(Interned<List>),
}

#[derive(Clone)]
enum WeakEither {
    Word(WeakInterned<Word>),
    List(WeakInterned<List>),
}

impl Flavour for Words {
    type Handle = Either;
    type Weak = WeakEither;

    fn leaf(key: u8) -> Either {
        Either::Word(Word::new(key.to_string()))
    }

    fn text(key: u8) -> Either {
        Either::Word(Word::new(&*("text ".to_owned() + &text(key))))
    }

    fn pair(a: &Either, b: &Either) -> Either {
        Either::List(List::new([a.clone(), b.clone()]))
    }

    fn find(key: u8) -> Option<Either> {
        Word::get(key.to_string()).map(Either::Word)
    }

    fn ptr_eq(a: &Either, b: &Either) -> bool {
        a == b
    }

    fn strong_count(handle: &Either) -> usize {
        match handle {
            Either::Word(word) => Interned::strong_count(word),
            Either::List(list) => Interned::strong_count(list),
        }
    }

    fn downgrade(handle: &Either) -> WeakEither {
        match handle {
            Either::Word(word) => WeakEither::Word(Interned::downgrade(word)),
            Either::List(list) => WeakEither::List(Interned::downgrade(list)),
        }
    }

    fn upgrade(weak: &WeakEither) -> Option<Either> {
        match weak {
            WeakEither::Word(word) => word.upgrade().map(Either::Word),
            WeakEither::List(list) => list.upgrade().map(Either::List),
        }
    }

    fn len() -> usize {
        Word::registry().len() + List::registry().len()
    }

    fn all() -> Vec<Either> {
        Word::registry().iter().map(Either::Word).chain(List::registry().iter().map(Either::List)).collect()
    }

    fn shrink() {
        Word::registry().shrink_to_fit();
        List::registry().shrink_to_fit();
    }

    fn capacity() -> usize {
        Word::registry().capacity() + List::registry().capacity()
    }

    fn reserve(entries: usize) {
        Word::registry().reserve(entries);
    }
}

/// A handle of one's own, on a struct.
struct Own;

#[interned(handle = Term, is_new = "is_new")]
#[derive(Debug)]
struct RTerm {
    key: Vec<u8>,
    parts: Option<(Term, Term)>,
    #[interned(init = Counted::default())]
    _counted: Counted,
}

impl Flavour for Own {
    type Handle = Term;
    type Weak = WeakInterned<RTerm>;

    fn leaf(key: u8) -> Term {
        RTerm::new(vec![key], None)
    }

    fn text(key: u8) -> Term {
        let before = RTerm::registry().len();
        let (term, is_new) = RTerm::is_new(text(key).into_bytes(), None);
        assert_eq!(is_new, RTerm::registry().len() > before);
        term
    }

    fn pair(a: &Term, b: &Term) -> Term {
        RTerm::new(&[], Some((a.clone(), b.clone())))
    }

    fn find(key: u8) -> Option<Term> {
        RTerm::get(&[key], None)
    }

    fn ptr_eq(a: &Term, b: &Term) -> bool {
        a == b
    }

    fn strong_count(handle: &Term) -> usize {
        Interned::strong_count(handle.as_ref())
    }

    fn downgrade(handle: &Term) -> WeakInterned<RTerm> {
        Interned::downgrade(handle.as_ref())
    }

    fn upgrade(weak: &WeakInterned<RTerm>) -> Option<Term> {
        weak.upgrade().map(Term::from)
    }

    fn len() -> usize {
        RTerm::registry().len()
    }

    fn all() -> Vec<Term> {
        RTerm::registry().iter().map(Term::from).collect()
    }

    fn shrink() {
        RTerm::registry().shrink_to_fit();
    }

    fn capacity() -> usize {
        RTerm::registry().capacity()
    }

    fn reserve(entries: usize) {
        RTerm::registry().reserve(entries);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Node {
    Leaf(u8),
    Text(u8),
    Pair(usize, usize),
}

/// All values that ever were, by number.
#[derive(Default)]
struct Model {
    nodes: Vec<Node>,
    numbers: HashMap<Node, usize>,
    /// How often each died: a weak handle is on one life.
    deaths: HashMap<usize, u32>,
    live: BTreeSet<usize>,
}

impl Model {
    fn number(&mut self, node: Node) -> usize {
        let Self { nodes, numbers, .. } = self;
        *numbers.entry(node).or_insert_with(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    }

    /// What is reachable from these lives, and nothing else.
    fn collect(&mut self, roots: impl Iterator<Item = usize>) {
        let mut live = BTreeSet::new();
        let mut left: Vec<usize> = roots.collect();
        while let Some(number) = left.pop() {
            if live.insert(number)
                && let Node::Pair(a, b) = self.nodes[number]
            {
                left.extend([a, b]);
            }
        }
        for dead in self.live.difference(&live) {
            *self.deaths.entry(*dead).or_default() += 1;
        }
        self.live = live;
    }

    fn life(&self, number: usize) -> (usize, u32) {
        (number, self.deaths.get(&number).copied().unwrap_or(0))
    }
}

fn check<F: Flavour>(steps: &[Step]) {
    let model = Rc::new(RefCell::new(Model::default()));
    let mut slots: [Option<(F::Handle, usize)>; SLOTS] = [const { None }; SLOTS];
    let mut weak: [Option<(F::Weak, (usize, u32))>; SLOTS] = [const { None }; SLOTS];
    for step in steps {
        match *step {
            Step::Leaf(at, key) => {
                slots[at] = Some((F::leaf(key), model.borrow_mut().number(Node::Leaf(key))));
            }
            Step::Text(at, key) => {
                slots[at] = Some((F::text(key), model.borrow_mut().number(Node::Text(key))));
            }
            Step::Pair(at, a, b) => {
                if let (Some((a, a_number)), Some((b, b_number))) = (&slots[a], &slots[b]) {
                    let number = model.borrow_mut().number(Node::Pair(*a_number, *b_number));
                    slots[at] = Some((F::pair(a, b), number));
                }
            }
            Step::Find(key) => {
                let number = model.borrow_mut().number(Node::Leaf(key));
                let found = F::find(key).filter(|_| !is_planted(Fault::RegistryFind));
                assert_eq!(found.is_some(), model.borrow().live.contains(&number));
            }
            Step::Copy(from, to) => slots[to] = slots[from].clone(),
            Step::Drop(at) if is_planted(Fault::RegistryLeak) => std::mem::forget(slots[at].take()),
            Step::Drop(at) => slots[at] = None,
            Step::Downgrade(from, to) => {
                if let Some((handle, number)) = &slots[from] {
                    weak[to] = Some((F::downgrade(handle), model.borrow().life(*number)));
                }
            }
            Step::Upgrade(from, to) => {
                if let Some((handle, life)) = &weak[from] {
                    let is_live =
                        model.borrow().live.contains(&life.0) && model.borrow().life(life.0) == *life;
                    let upgraded = F::upgrade(handle).filter(|_| !is_planted(Fault::RegistryUpgrade));
                    assert_eq!(upgraded.is_some(), is_live);
                    slots[to] = upgraded.map(|handle| (handle, life.0)).or(slots[to].take());
                }
            }
            Step::DropWeak(at) => weak[at] = None,
            Step::All => assert_eq!(F::all().len(), model.borrow().live.len()),
            Step::Shrink => {
                F::shrink();
                assert!(F::capacity() >= F::len() && (F::len() > 0 || F::capacity() == 0));
            }
            Step::Reserve(entries) => F::reserve(entries.into()),
            Step::Observe(at) => slots[at].iter().for_each(|(handle, _)| F::observe(handle)),
        }
        model.borrow_mut().collect(slots.iter().flatten().map(|(_, number)| *number));
        let model = model.borrow();
        assert_eq!((F::len(), live()), (model.live.len(), model.live.len()), "after {step:?}");
        for (one, number) in slots.iter().flatten() {
            let equal = slots.iter().flatten().filter(|(other, _)| F::ptr_eq(one, other)).count();
            let same = slots.iter().flatten().filter(|(_, other)| other == number).count();
            assert_eq!(equal, same, "after {step:?}");
            assert_eq!(F::strong_count(one), same + in_pairs(&model, *number), "after {step:?}");
        }
    }
}

/// How many handles on a value are in others.
fn in_pairs(model: &Model, number: usize) -> usize {
    let pairs = model.live.iter().map(|pair| match model.nodes[*pair] {
        Node::Pair(a, b) => usize::from(a == number) + usize::from(b == number),
        Node::Leaf(_) | Node::Text(_) => 0,
    });
    pairs.sum()
}
