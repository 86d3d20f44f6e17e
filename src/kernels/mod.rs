//! What every mode does to rows once it has them: find groups, reduce columns, combine moments.
//!
//! Single-threaded and the same for all modes, so that a difference between modes is a difference of dividing and
//! moving, not of a better loop.

mod groups;
mod moments;
mod reduce;

pub use groups::{Groups, column, slices_by_codes};
pub use moments::Moments;
pub use reduce::{Agg, moments, reduce};
