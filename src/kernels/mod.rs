//! What every mode does to rows once it has them.
//!
//! Single-threaded and the same for all modes, so that a difference between modes is a difference of dividing and
//! moving, not of a better loop. [`Groups`] find what belongs together, [`reduce()`] and [`transform()`] work on groups,
//! [`window`] looks back, [`join`] and [`arith`] put two tables together, [`select`] and [`order`] choose and sort,
//! [`csv`] reads text, [`show`] prints.

pub mod arith;
pub mod csv;
pub mod describe;
mod groups;
pub mod join;
mod moments;
pub mod order;
mod packed;
mod reduce;
mod running;
pub mod select;
pub mod show;
mod slices;
mod transform;
pub mod window;

pub use arith::{Op, Scalar};
pub use groups::{Groups, column, order_by_code, slices_by_codes};
pub use join::How;
pub use moments::Moments;
pub use reduce::{Agg, moments, quantile, reduce};
pub use transform::{Transform, spread, transform, without_null_keys, z_scores};
pub use window::Window;

/// Which of several equal rows is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first.
    First,
    /// The last.
    Last,
}

/// The first or last row of each group, as a mark per row.
pub fn kept(groups: &Groups, keep: Keep) -> polars::prelude::BooleanChunked {
    let mut seen = vec![false; groups.len()];
    let mut marks = vec![false; groups.codes().len()];
    let mut visit = |row: usize| {
        let seen = &mut seen[groups.codes()[row] as usize];
        marks[row] = !std::mem::replace(seen, true);
    };
    match keep {
        Keep::First => (0..groups.codes().len()).for_each(&mut visit),
        Keep::Last => (0..groups.codes().len()).rev().for_each(&mut visit),
    }
    marks.into_iter().map(Some).collect()
}
