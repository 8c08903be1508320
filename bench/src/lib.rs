//! The contestants: ways to do each thing, as functions of a crate of their own. What is measured is the same
//! code for every program that measures it, in time (`src/main.rs`) and in instructions
//! (`src/bin/instructions`), whatever else the program does.
#![allow(missing_docs, reason = "not published; the names say it")]
#![allow(clippy::missing_panics_doc, clippy::must_use_candidate, reason = "as above")]
#![allow(clippy::pub_underscore_fields, reason = "a tuple struct's fields in an expansion")]
#![allow(clippy::implicit_hasher, reason = "with the hasher that one takes without thinking")]

pub mod contestants;
pub mod lab;
pub mod machine;
pub mod traces;
