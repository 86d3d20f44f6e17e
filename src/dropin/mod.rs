//! Mode `dropin`: the surface of [`eager`](crate::eager) over partitions, on all cores.
//!
//! Change the import and keep the code: what Modin, pandas-on-Spark (Koalas) and Dask DataFrame offer. The rows lie in
//! partitions, yet keep the one global index that the interface promises. Work runs in the dataframe engine's rayon
//! pool (`POLARS_MAX_THREADS`), so its kernels and ours share the same threads.
//!
//! Where a reduction combines, each partition is reduced where it lies; where a function needs whole groups, rows move.

mod combine;
mod frame;
mod groupby;
mod pool;

pub use frame::{DataFrame, read_parquet};
pub use groupby::GroupBy;

pub use crate::kernels::Agg;
