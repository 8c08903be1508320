//! The code of the book: what stands in its chapters is compiled and run as documentation tests, the language that one of
//! them builds is a module.
#![forbid(unsafe_code)]

pub mod language;

macro_rules! chapters {
    ($($name:ident = $file:literal),* $(,)?) => {
        $(
            #[cfg(doctest)]
            #[doc = include_str!(concat!("../src/", $file))]
            pub struct $name;
        )*
    };
}

chapters! {
    Start = "start.md",
    Choosing = "choosing.md",
    Interning = "interning.md",
    Language = "language.md",
    Memoizing = "memoizing.md",
    Services = "services.md",
    Weak = "weak.md",
    Stores = "stores.md",
    Observing = "observing.md",
    Testing = "testing.md",
    Pitfalls = "pitfalls.md",
    Internals = "internals.md",
    ComingFrom = "coming-from.md",
}
