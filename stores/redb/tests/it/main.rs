//! The store on real files.

mod bounds;
mod crash;
mod damage;
mod entries;
mod sharing;
mod support;
