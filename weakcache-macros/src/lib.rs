//! The attributes of weakcache.
#![forbid(unsafe_code)]

mod diag;
mod function;
mod names;
mod options;
mod paths;
mod recover;
