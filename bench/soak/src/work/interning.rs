//! Interned values: sized, unsized, hash-consed, and of one thread.

use weakcache::{Interned, LocalInterned, WeakInterned, interned};

use super::Bag;
use crate::census::{Kind, Value, living};
use crate::chaos::{Fault, may_panic, strikes};
use crate::random::{below, key, once_in};
use crate::watch::step;
use crate::witness::Witness;

const KEYS: u64 = 4096;

fn counted(kind: Kind, key: u64) -> Value {
    may_panic(2000);
    Value::new(kind, key)
}

#[interned(numbered)]
pub(crate) enum Term {
    Leaf {
        key: u64,
        #[interned(init = counted(Kind::Interned, *key))]
        value: Value,
    },
    Pair(Interned<Term>, Interned<Term>, #[interned(init = counted(Kind::Interned, paired(_0, _1)))] Value),
}

/// The key of a pair: another for each, but for one case in many more than there will ever be.
fn paired(left: &Term, right: &Term) -> u64 {
    let mixed = left.key().wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31) ^ right.key();
    let mixed = mixed.wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed ^ mixed >> 32 | 1 << 63
}

impl Term {
    pub(crate) fn key(&self) -> u64 {
        match self {
            Self::Leaf { key, .. } => *key,
            Self::Pair(_, _, value) => value.key(),
        }
    }

    pub(crate) fn check(&self, key: u64) {
        let (Self::Leaf { value, .. } | Self::Pair(_, _, value)) = self;
        value.check(Kind::Interned, key);
    }
}

#[interned]
pub(crate) struct Text {
    #[interned(init = counted(Kind::Interned, text.parse().expect("a number")))]
    value: Value,
    text: str,
}

#[interned(local)]
struct Here {
    key: u64,
    #[interned(init = counted(Kind::Local, *key))]
    value: Value,
}

static TERMS: Witness<Interned<Term>> = Witness::new(Interned::ptr_eq);
static TEXTS: Witness<Interned<Text>> = Witness::new(Interned::ptr_eq);

/// A handle that dies with its holder, or in the hands of another.
pub(crate) fn term(key: u64) -> Interned<Term> {
    let term = Term::leaf(key);
    term.check(key);
    TERMS.meet(key, &term);
    term
}

pub(crate) struct Hands {
    terms: Bag<Interned<Term>>,
    texts: Bag<Interned<Text>>,
    here: Bag<LocalInterned<Here>>,
    weak: Bag<(u64, WeakInterned<Term>)>,
}

impl Hands {
    pub(crate) const fn new() -> Self {
        Self { terms: Bag::new(256), texts: Bag::new(128), here: Bag::new(64), weak: Bag::new(64) }
    }

    pub(crate) fn empty(&mut self) {
        self.terms.empty();
        self.texts.empty();
        self.here.empty();
        self.weak.empty();
    }

    pub(crate) fn work(&mut self) {
        let (arm, key) = (below(24), key(KEYS));
        step(arm, key);
        match arm {
            0..=5 => {
                let term = term(key);
                if strikes(Fault::Leak, 1000) {
                    std::mem::forget(term.clone());
                }
                self.terms.keep(term);
            }
            6..=8 => {
                let (left, right) = (term(key), term(key * 7 % KEYS));
                let pair = Term::pair(&left, &right);
                pair.check(paired(&left, &right));
                TERMS.meet(pair.key(), &pair);
                // All that is left of its parts hangs on it.
                self.terms.keep(pair);
            }
            9..=11 => {
                let text = Text::new(&*format!("{key:020}"));
                text.value.check(Kind::Interned, key);
                TEXTS.meet(key, &text);
                self.texts.keep(text);
            }
            12 | 13 => {
                if let Some(found) = Term::get_leaf(key) {
                    found.check(key);
                    TERMS.meet(key, &found);
                }
            }
            14 | 15 => {
                let here = Here::new(key);
                here.value.check(Kind::Local, key);
                self.here.keep(here);
            }
            16 => {
                if let Some(term) = self.terms.any() {
                    self.weak.keep((term.key(), Interned::downgrade(term)));
                }
            }
            17 => {
                if let Some((key, weak)) = self.weak.any()
                    && let Some(term) = weak.upgrade()
                {
                    term.check(*key);
                    TERMS.meet(*key, &term);
                }
            }
            18 => {
                // Each holds the next: they die together.
                let mut chain = term(key);
                for link in 0..below(40) {
                    chain = Term::pair(chain, term((key + link) % KEYS));
                }
                self.terms.keep(chain);
            }
            19 => {
                if let Some(term) = self.terms.any() {
                    let borrowed = Interned::borrow(term);
                    borrowed.check(term.key());
                    assert!(Interned::number(term) > 0);
                }
            }
            20 if once_in(200) => {
                for term in Term::registry().iter().take(100) {
                    term.check(term.key());
                }
            }
            21 if once_in(200) => Term::registry().shrink_to_fit(),
            _ => {
                for _ in 0..below(6) {
                    self.terms.lose();
                    self.texts.lose();
                    self.here.lose();
                }
            }
        }
    }
}

/// Drops what threads have left for each other.
pub(crate) fn let_go() {
    TERMS.clear();
    TEXTS.clear();
}

/// Nobody holds anything: so there is nothing.
pub(crate) fn check_at_rest() {
    assert_eq!((Term::registry().len(), Text::registry().len()), (0, 0), "registered, but held by nobody");
    assert_eq!((living(Kind::Interned), living(Kind::Local)), (0, 0), "interned, but held by nobody");
}
