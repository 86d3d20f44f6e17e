//! How a job runs inside this process.
//!
//! Without keys ([`by_place`]) every physical partition is a range of rows, read and handed to the function by the same
//! worker: no row ever moves. With keys ([`by_key`]) there are two stages with a barrier between them: an exchange
//! splits each slice by key into parcels for the buckets, in memory and beyond it in a file; then each bucket is worked on.

mod by_key;
mod by_place;
mod even;
mod oversized;

use std::sync::atomic::AtomicBool;

use super::faults::Losses;
use super::sink::Sink;
use super::{Algo, Done, Job, Task};
use crate::error::Result;
use crate::ledger::{self, Step};

/// Runs the job on so many worker threads.
pub fn execute(job: &Job, workers: usize, sink: &dyn Sink) -> Result<Losses> {
    let stop = AtomicBool::new(false);
    let task = Task { stop: Some(&stop), ..job.task.again() };
    let job = &Job { inputs: job.inputs, task, memory: job.memory.clone() };
    let split = job.task.split;
    let done = if !split.keys.is_empty() || job.inputs.len() > 1 {
        by_key::execute(job, workers, sink)?
    } else if let (Algo::Rand { seed }, false) = (split.algo, split.per_row) {
        by_place::at_random(job, workers, seed, sink)?
    } else {
        by_place::execute(job, workers, sink)?
    };
    let what = match (split.coarse(), split.keys.is_empty()) {
        (true, true) => "slice",
        (true, false) => "bucket of groups",
        (false, _) => "group",
    };
    let mut all = Done::default();
    done.into_iter().for_each(|done| all.add(done));
    let step = Step {
        what: format!("call `{}` on each {what}", job.task.name),
        tasks: all.groups,
        rows: all.rows,
        largest_task_rows: all.largest_rows,
        largest_task: all.largest.trim_start_matches("for ").to_string(),
        ..Step::default()
    };
    ledger::note(step);
    if all.losses.partitions > 0 {
        let what = format!("drop {} partitions whose error is ignored", all.losses.partitions);
        ledger::note(Step { what, rows: all.losses.rows as u64, ..Step::default() });
    }
    Ok(all.losses)
}
