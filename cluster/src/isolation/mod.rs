//! Functions run in processes of their own, so that one that ends its process ends nothing else.
//!
//! A function of a user may abort, run out of memory, or overflow its stack. In the executor's own process that would
//! lose all of its work, every result that others have yet to fetch from it, and some seconds until the scheduler
//! noticed. So an executor has a worker process for each slot, hands it the rows of a unit through a pipe, and takes
//! envelopes back. When a worker dies the unit is run once more in another, which says before each group which one it is:
//! so the error names the group, and groups that are well cost nothing for it. A task that is cancelled has its worker
//! stopped at once.
//!
//! A cluster in one process ([`InProcess`](crate::start::InProcess)) calls functions where it is.

mod announced;
mod message;
mod pool;
mod worker;

use std::sync::OnceLock;

use outgrow::Result;

use crate::plan::blocking::Stop;
use crate::plan::order::Order;
use crate::plan::work::{self, Out, Rows};

pub use worker::{WORKER, serve};

static POOL: OnceLock<pool::Pool> = OnceLock::new();

/// From now on functions run in worker processes: this program, started with [`WORKER`].
pub fn use_workers() {
    POOL.get_or_init(pool::Pool::default);
}

/// Does the work of a unit, in a worker where there are workers.
///
/// # Errors
/// As [`work::run`]; that the worker died, with the group that it was at.
pub fn run(order: &Order, unit: u32, rows: Rows, out: Out, stop: &Stop) -> Result<()> {
    match POOL.get() {
        Some(pool) => pool.run(order, unit, &rows, out, stop),
        None => work::run(order, unit, rows, out),
    }
}
