//! The store on a real server, which each test starts for itself.

mod contract;
mod faults;
mod hearing;
mod hostile;
mod memoized;
mod processes;
mod support;
