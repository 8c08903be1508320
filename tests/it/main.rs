//! Behaviour through the public interface, a module a feature.

mod interned_struct;
