//! Mode `eager`: a pandas-shaped frame on one core.
//!
//! Every operation runs at once, on one thread, and materialises its result. Rows have a place and a label (the index).
//! This is what most dataframe code is written against; it is built as fast as that idea allows.
//!
//! `use outgrow::eager as pd;` and `use outgrow::dropin as pd;` compile the same source: `tests/surface.rs` holds every
//! function of both to one signature, `tests/goldens.rs` to what pandas answers.
//!
//! # Where pandas' rules hold, and SQL's do not
//!
//! - A null in a key of `groupby` belongs to no group; `GROUP BY` makes a group of all nulls.
//! - A null in a key of `merge` matches a null; in a SQL join it matches nothing.
//! - `drop_duplicates` and `unique` take all nulls for one value; `nunique` and `value_counts` leave them out.
//! - Sorting puts nulls last, in ascending and in descending order.
//! - NaN is a missing value: it becomes null on its way into a frame.
//! - Arithmetic aligns on labels: two columns of the same length can give a longer one.
//!
//! Types are those of pandas' nullable ones (`Int64`, `Float64`, `string`, `boolean`): a whole number stays one beside a
//! null, and a comparison with null is null. Sums, differences and products of whole numbers are `i64`, and an error
//! where 64 bits do not hold them (pandas goes on from the other end). `loc` of one label and `iloc` of one place give
//! a frame of those rows, not a series across columns of different types.

mod frame;
mod groupby;
mod join;
mod one_core;
mod order;
mod select;
#[path = "../surface/series.rs"]
mod series;
mod show;
#[path = "../surface/frame.rs"]
mod two_frames;
mod window;

pub use frame::{DataFrame, read_csv, read_csv_indexed, read_parquet, read_parquet_indexed};
pub use groupby::GroupBy;
pub use join::concat;
pub use series::{Operand, Series};

pub use crate::kernels::{Agg, How, Keep, Transform, Window};
pub use crate::labels::{DefaultIndex, Label};
