//! One task per partition, in the dataframe engine's own rayon pool.

use polars_core::runtime::THREAD_POOL;
use rayon::prelude::*;

use crate::error::Result;
use crate::timeline::Stage;

/// Runs `task` for each item in the pool and returns the results in the order of the items.
///
/// # Errors
/// An error that a task returned.
pub fn map<I: Send, T: Send>(items: Vec<I>, task: impl Fn(I) -> Result<T> + Sync + Send) -> Result<Vec<T>> {
    let stage = Stage::open(THREAD_POOL.current_num_threads());
    let clocked = |item| stage.task(THREAD_POOL.current_thread_index().unwrap_or(0), || task(item));
    let results = THREAD_POOL.install(|| items.into_par_iter().with_max_len(1).map(clocked).collect());
    stage.close();
    results
}

/// Threads of the pool.
pub fn threads() -> usize {
    THREAD_POOL.current_num_threads()
}

/// How many buckets an exchange has.
pub fn buckets() -> usize {
    crate::exchange::buckets(threads())
}
