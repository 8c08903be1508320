//! The store on real files.

mod bounds;
mod crash;
mod damage;
mod entries;
mod memoized;
mod sharing;
mod support;
