//! The attributes of weakcache.
#![forbid(unsafe_code)]
