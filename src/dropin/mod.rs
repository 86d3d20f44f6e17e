//! Mode `dropin`: the surface of [`eager`](crate::eager) over partitions, on all cores.
//!
//! Change the import and keep the code: what Modin, pandas-on-Spark (Koalas) and Dask DataFrame offer. The rows lie in
//! partitions, yet keep the one global index that the interface promises: labels, places and row order are those of
//! pandas. Work runs in the dataframe engine's rayon pool (`POLARS_MAX_THREADS`), so its kernels and ours share the same
//! threads.
//!
//! It is built in good faith. Where a reduction combines, each partition is reduced where it lies; where a function
//! looks back, a few rows or a single value cross the border; a small table is sent to all; slices copy nothing. What is
//! left is what the interface costs: rows that move to be sorted, and values that move back to their rows. The
//! [ledger](crate::ledger) shows it, step by step.
//!
//! What cannot be done on partitions falls back to one core, with a warning, or is refused: [`Fallback`]. Where the
//! surface follows pandas and SQL differs: [`eager`](crate::eager).

mod combine;
mod fallback;
mod frame;
mod groupby;
mod join;
mod limits;
mod order;
mod pool;
mod select;
#[path = "../surface/series.rs"]
mod series;
mod show;
mod shuffle;
#[path = "../surface/frame.rs"]
mod two_frames;
mod window;

pub use fallback::{Fallback, with_fallback};
pub use frame::{DataFrame, read_csv, read_csv_indexed, read_parquet, read_parquet_indexed};
pub use groupby::GroupBy;
pub use join::concat;
pub use limits::{Limits, with_limits};
pub use series::{Operand, Series};

pub use crate::kernels::{Agg, How, Keep, Transform, Window};
pub use crate::labels::{DefaultIndex, Label};
