//! One binary for all integration tests, a module a feature.

mod weak_containers;
mod weak_oracle;
mod weak_strong;
mod weak_threads;
