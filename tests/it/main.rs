//! Behaviour through the public interface, a module a feature.

mod interned_struct;
mod memo_controls;
mod memo_flight;
mod memo_shapes;
mod memo_time;
mod ui;
