//! A stock that forgets what is sold: the tour of weak dictionaries from *Fluent Python*, in Rust.
//!
//! `cargo run --example cheese`
//!
//! Look for: the first map keeps what nobody else holds; the lists of the others shrink by themselves.

use std::collections::HashMap;
use std::fmt;
use weakcache::{Strong, WeakValueMap};

struct Cheese {
    kind: &'static str,
}

impl Cheese {
    fn new(kind: &'static str) -> Strong<Self> {
        Strong::new(Self { kind })
    }
}

impl fmt::Debug for Cheese {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cheese({:?})", self.kind)
    }
}

/// A registry that lists what others hold.
#[derive(Default)]
struct StockRegistry {
    stock: WeakValueMap<String, Cheese>,
}

impl StockRegistry {
    fn add_item(&self, item: &Strong<Cheese>) {
        self.stock.insert(item.kind.to_string(), item);
    }

    fn get_item(&self, name: &str) -> Option<Strong<Cheese>> {
        self.stock.get(name)
    }

    fn list_items(&self) -> Vec<String> {
        let mut items: Vec<_> = self.stock.keys().collect();
        items.sort();
        items
    }
}

fn show(title: &str, keys: &[String], expected: &[&str]) {
    println!("{title}: {keys:?}");
    assert_eq!(keys, expected);
}

fn main() {
    println!("A map of strong handles keeps its values alive");
    let mut inventory = HashMap::new();
    for cheese in [Cheese::new("Brie"), Cheese::new("Cheddar")] {
        inventory.insert(cheese.kind, cheese);
    }
    println!("nobody else holds them, and still: {:?}\n", inventory["Brie"]);

    println!("A map of weak handles does not");
    let stock = StockRegistry::default();
    let mut cheeses = ["Red Leicester", "Tilsit", "Brie", "Parmesan"].map(Cheese::new).to_vec();
    // Python's loop variable would outlive the loop and keep the last cheese.
    for cheese in &cheeses {
        stock.add_item(cheese);
    }
    show("in stock", &stock.list_items(), &["Brie", "Parmesan", "Red Leicester", "Tilsit"]);
    let parmesan = cheeses.pop();
    drop(cheeses);
    show("after dropping the list but the Parmesan", &stock.list_items(), &["Parmesan"]);
    drop(parmesan);
    show("after dropping the Parmesan", &stock.list_items(), &[]);

    println!("\nA registry");
    let registry = StockRegistry::default();
    let mut items: HashMap<_, _> =
        ["Brie", "Cheddar", "Gouda", "Mozzarella"].map(|kind| (kind, Cheese::new(kind))).into();
    for item in items.values() {
        registry.add_item(item);
    }
    show("added", &registry.list_items(), &["Brie", "Cheddar", "Gouda", "Mozzarella"]);
    items.remove("Cheddar");
    items.remove("Gouda");
    show("sold two", &registry.list_items(), &["Brie", "Mozzarella"]);
    let brie = registry.get_item("Brie");
    println!("ask for the Brie: {brie:?}");
    assert!(brie.is_some());
    drop((brie, items));
    show("sold the rest", &registry.list_items(), &[]);
}
