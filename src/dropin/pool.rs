//! One task per partition, in the dataframe engine's own rayon pool.

use polars_core::runtime::THREAD_POOL;
use rayon::prelude::*;

use crate::error::Result;

/// Runs `task` for each item in the pool and returns the results in the order of the items.
///
/// # Errors
/// An error that a task returned.
pub fn map<I: Send, T: Send>(items: Vec<I>, task: impl Fn(I) -> Result<T> + Sync + Send) -> Result<Vec<T>> {
    THREAD_POOL.install(|| items.into_par_iter().with_max_len(1).map(task).collect())
}

/// Threads of the pool.
pub fn threads() -> usize {
    THREAD_POOL.current_num_threads()
}

/// How many buckets an exchange has.
pub fn buckets() -> usize {
    crate::exchange::buckets(threads())
}
