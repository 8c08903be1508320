//! Behaviour through the public interface, a module a feature.

mod allocations;
mod interned_struct;
mod memo_controls;
mod memo_cost;
mod memo_flight;
mod memo_hygiene;
mod memo_shapes;
mod memo_time;
mod ui;
