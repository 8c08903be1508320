//! A date that exists once, and a cache that lets go: `cargo run --example date`.
//!
//! On the left is what runs, on the right what came of it. Look for: the count of handles, which goes up and down
//! with them; and `deleted`, which an ordinary cache prints at its own end, and a weak one with the last handle.

use std::collections::HashMap;
use std::sync::Arc;

use weakcache::{Interned, interned};

/// Runs a step, and prints it beside what came of it.
macro_rules! step {
    (let $name:ident = $step:expr => $($outcome:tt)*) => {
        print!("{:<48}", concat!("let ", stringify!($name), " = ", stringify!($step)));
        let $name = $step;
        println!($($outcome)*);
    };
    ($step:expr => $($outcome:tt)*) => {
        print!("{:<48}", stringify!($step));
        $step;
        println!($($outcome)*);
    };
}

#[interned]
#[derive(Debug)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Drop for Date {
    fn drop(&mut self) {
        print!("{self:?} deleted; ");
    }
}

fn main() {
    println!("## One date, however often it is asked for\n");
    dates();

    println!("\n## A cache that holds its objects\n");
    strong_cache();

    println!("\n## A cache that only knows them\n");
    weak_cache();
}

fn dates() {
    let registry = Date::registry();
    assert!(registry.is_empty());

    step!(let a = Date::new(2022, 12, 3) => "{a:?}, {} handle", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 1);

    // The same key gives the same date, and one more reference to it.
    step!(let b = Date::new(2022, 12, 3) => "{b:?}, {} handles", Interned::strong_count(&b));
    assert_eq!(Interned::strong_count(&a), 2);

    step!(let same = Interned::ptr_eq(&a, &b) => "{same}");
    assert!(same);

    step!(let live = registry.iter().collect::<Vec<_>>() => "{live:?}");
    assert_eq!(live.len(), 1);
    drop(live);

    // A weak reference does not count; the reference that it upgrades to does.
    step!(let weak = Interned::downgrade(&a) => "still {} handles", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 2);
    step!(let c = weak.upgrade() => "{c:?}, {} handles", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 3);

    step!(drop((b, c)) => "{} handle", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 1);

    // The last reference takes the date with it, and its place in the registry.
    step!(drop(a) => "the registry has {} dates", registry.len());
    assert!(registry.is_empty());
    step!(let gone = weak.upgrade() => "{gone:?}");
    assert!(gone.is_none());
    step!(let found = Date::get(2022, 12, 3) => "{found:?}");
    assert!(found.is_none());
}

/// Costly to make: worth keeping while somebody uses it.
#[derive(Debug)]
struct ComplexObject {
    id: u32,
}

impl Drop for ComplexObject {
    fn drop(&mut self) {
        print!("{self:?} deleted; ");
    }
}

/// The cache that everybody writes first.
fn cached(cache: &mut HashMap<u32, Arc<ComplexObject>>, id: u32) -> Arc<ComplexObject> {
    if let Some(object) = cache.get(&id) {
        print!("found in the cache: ");
        return Arc::clone(object);
    }
    print!("not in the cache, created: ");
    let object = Arc::new(ComplexObject { id });
    cache.insert(id, Arc::clone(&object));
    object
}

fn strong_cache() {
    let mut cache = HashMap::new();
    step!(let o1 = cached(&mut cache, 1) => "{o1:?}");
    step!(let o2 = cached(&mut cache, 1) => "{o2:?}");
    step!(let same = Arc::ptr_eq(&o1, &o2) => "{same}");
    assert!(same);
    assert_eq!(o1.id, 1);

    // Nobody needs the object any more, and nothing is deleted: the cache refers to it.
    step!(drop((o1, o2)) => "nothing is deleted: {cache:?}");
    assert_eq!(cache.len(), 1);
    step!(drop(cache) => "and only as the cache itself goes");
}

/// The same object, in a cache that goes by references.
#[interned]
#[derive(Debug)]
struct WeakComplexObject {
    id: u32,
}

impl Drop for WeakComplexObject {
    fn drop(&mut self) {
        print!("{self:?} deleted; ");
    }
}

fn weakly_cached(id: u32) -> Interned<WeakComplexObject> {
    // To tell the two cases apart; `new` alone does both.
    if let Some(object) = WeakComplexObject::get(id) {
        print!("found in the cache: ");
        return object;
    }
    print!("not in the cache, created: ");
    WeakComplexObject::new(id)
}

fn weak_cache() {
    step!(let w1 = weakly_cached(1) => "{w1:?}");
    step!(let w2 = weakly_cached(1) => "{w2:?}");
    step!(let same = Interned::ptr_eq(&w1, &w2) => "{same}");
    assert!(same);

    // One reference is left: the object stays.
    step!(drop(w1) => "{w2:?} stays");
    assert_eq!(WeakComplexObject::registry().len(), 1);

    // None is left: it goes at once.
    step!(drop(w2) => "the cache has {} objects", WeakComplexObject::registry().len());
    assert!(WeakComplexObject::registry().is_empty());
}
