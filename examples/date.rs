//! A date that exists once, and a cache that lets go: `cargo run --example date`.

use std::collections::HashMap;
use std::sync::Arc;

use weakcache::{Interned, interned};

#[interned]
#[derive(Debug)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Drop for Date {
    fn drop(&mut self) {
        println!("{self:?} deleted");
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

    let a = Date::new(2022, 12, 3);
    println!("reference count of {a:?}: {}", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 1);

    // The same key gives the same date, and one more reference to it.
    let b = Date::new(2022, 12, 3);
    println!("reference count of {a:?}: {}", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 2);

    println!("registry: {:?}", registry.iter().collect::<Vec<_>>());
    assert_eq!(registry.len(), 1);

    println!("a is b: {}", Interned::ptr_eq(&a, &b));
    assert!(Interned::ptr_eq(&a, &b));

    // A weak reference does not count; the reference that it upgrades to does.
    let weak = Interned::downgrade(&a);
    assert_eq!(Interned::strong_count(&a), 2);
    let c = weak.upgrade().expect("a and b are alive");
    println!("reference count of {a:?}: {}", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 3);

    drop((b, c));
    println!("reference count of {a:?}: {}", Interned::strong_count(&a));
    assert_eq!(Interned::strong_count(&a), 1);

    // The last reference takes the date with it, and its place in the registry.
    drop(a);
    println!("registry: {:?}", registry.iter().collect::<Vec<_>>());
    assert!(registry.is_empty());
    assert!(weak.upgrade().is_none());
    assert!(Date::get(2022, 12, 3).is_none());
}

/// Costly to make: worth keeping while somebody uses it.
#[derive(Debug)]
struct ComplexObject {
    id: u32,
}

impl Drop for ComplexObject {
    fn drop(&mut self) {
        println!("{self:?} deleted");
    }
}

/// The cache that everybody writes first.
fn cached(cache: &mut HashMap<u32, Arc<ComplexObject>>, id: u32) -> Arc<ComplexObject> {
    if let Some(object) = cache.get(&id) {
        println!("{object:?} found in cache!");
        return Arc::clone(object);
    }
    let object = Arc::new(ComplexObject { id });
    println!("{object:?} not found in cache, created!");
    cache.insert(id, Arc::clone(&object));
    object
}

fn strong_cache() {
    let mut cache = HashMap::new();
    let o1 = cached(&mut cache, 1);
    let o2 = cached(&mut cache, 1);
    println!("o1 is o2: {}", Arc::ptr_eq(&o1, &o2));
    assert!(Arc::ptr_eq(&o1, &o2));
    assert_eq!(o1.id, 1);

    // Nobody needs the object any more, and nothing is deleted: the cache refers to it.
    drop((o1, o2));
    println!("cache: {cache:?}");
    assert_eq!(cache.len(), 1);

    println!("and only as the cache itself goes:");
}

/// The same object, in a cache that goes by references.
#[interned]
#[derive(Debug)]
struct WeakComplexObject {
    id: u32,
}

impl Drop for WeakComplexObject {
    fn drop(&mut self) {
        println!("{self:?} deleted");
    }
}

fn weakly_cached(id: u32) -> Interned<WeakComplexObject> {
    // To tell the two cases apart; `new` alone does both.
    if let Some(object) = WeakComplexObject::get(id) {
        println!("{object:?} found in cache!");
        return object;
    }
    let object = WeakComplexObject::new(id);
    println!("{object:?} not found in cache, created!");
    object
}

fn weak_cache() {
    let w1 = weakly_cached(1);
    let w2 = weakly_cached(1);
    println!("w1 is w2: {}", Interned::ptr_eq(&w1, &w2));
    assert!(Interned::ptr_eq(&w1, &w2));

    // One reference is left: the object stays.
    drop(w1);
    assert_eq!(WeakComplexObject::registry().len(), 1);

    // None is left: it goes at once.
    drop(w2);
    println!("cache: {:?}", WeakComplexObject::registry().iter().collect::<Vec<_>>());
    assert!(WeakComplexObject::registry().is_empty());
}
