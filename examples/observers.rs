//! A subject and its observers: who dies is unsubscribed.
//!
//! `cargo run --example observers`
//!
//! Look for: after the first is dropped nobody removes it, and two are left.

use std::sync::{Arc, Mutex};
use weakcache::{ByAddress, Strong, WeakSet, finalize};

trait Observer: Send + Sync {
    fn update(&self, message: &str);
}

/// Observers are told apart by identity: two that are equal are two.
struct Subject {
    observers: WeakSet<dyn Observer, ByAddress>,
}

impl Subject {
    fn attach(&self, observer: &Strong<dyn Observer>) {
        self.observers.insert(observer);
    }

    /// The walk is over a snapshot, so an observer may attach others meanwhile.
    fn notify(&self, message: &str) {
        for observer in &self.observers {
            observer.update(message);
        }
    }
}

struct Named {
    name: &'static str,
    received: Arc<Mutex<Vec<String>>>,
}

impl Observer for Named {
    fn update(&self, message: &str) {
        println!("  {} received: {message}", self.name);
        self.received.lock().unwrap().push(format!("{}: {message}", self.name));
    }
}

fn main() {
    let received = Arc::new(Mutex::new(Vec::new()));
    let subject = Subject { observers: WeakSet::by_identity() };
    let mut observers = ["Observer 1", "Observer 2", "Observer 3"].map(|name| {
        let named = Named { name, received: received.clone() };
        // A box of a trait object makes a `Strong` of one.
        let observer: Strong<dyn Observer> = Strong::from(Box::new(named) as Box<dyn Observer>);
        finalize(&observer, move || println!("  {name} is unsubscribed"));
        Some(observer)
    });
    for observer in observers.iter().flatten() {
        subject.attach(observer);
    }

    println!("{} observers", subject.observers.len());
    subject.notify("Hello observers!");
    assert_eq!(received.lock().unwrap().drain(..).count(), 3);

    println!("the first goes away");
    observers[0] = None;
    println!("{} observers", subject.observers.len());
    assert_eq!(subject.observers.len(), 2);
    subject.notify("Second notification");
    let mut second = std::mem::take(&mut *received.lock().unwrap());
    second.sort();
    assert_eq!(second, ["Observer 2: Second notification", "Observer 3: Second notification"]);
}
