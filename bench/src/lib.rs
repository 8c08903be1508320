//! Figures side by side: [`figures`] in time and bytes, [`instructions`] in instructions.

mod driver;
mod families;
mod harness;
pub mod instructions;

mod machine;
pub mod memory;
mod plot;
mod report;
mod table;

pub use driver::figures;
