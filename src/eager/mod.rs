//! Mode `eager`: a pandas-shaped frame on one core.
//!
//! Every operation runs at once, on one thread, and materialises its result. Rows have a place and a label (the index).
//! This is what most dataframe code is written against; it is built as fast as that idea allows.
//!
//! `use outgrow::eager as pd;` and `use outgrow::dropin as pd;` compile the same source. The surface is thin so far: it
//! has what the workloads need.

mod frame;
mod groupby;
mod one_core;

pub use frame::{DataFrame, read_parquet};
pub use groupby::GroupBy;

pub use crate::kernels::Agg;
