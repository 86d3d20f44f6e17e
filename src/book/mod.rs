//! The book: what its widgets play back, and their blocks.

pub mod traces;
pub mod widgets;
