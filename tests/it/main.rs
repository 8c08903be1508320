//! One binary for all integration tests, a module a feature.

mod weak_strong;
