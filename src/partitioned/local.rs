//! How a job runs inside this process: slices, exchange, groups.
//!
//! Without keys every slice is read and handed to the function by the same worker, so no row ever moves. With keys there
//! are two stages with a barrier between them: split each slice by key, then work on the buckets.

use std::panic::{AssertUnwindSafe, catch_unwind};

use polars::prelude::*;

use super::Job;
use super::conform::conform;
use super::partition::{SortKey, sort};
use crate::error::{Error, Result};
use crate::exchange;
use crate::kernels::Groups;
use crate::ledger::{self, Step};
use crate::workers;

/// Runs the job on so many worker threads.
pub fn execute(job: &Job, workers: usize) -> Result<DataFrame> {
    let outputs = if job.partition.keys().is_empty() { by_slice(job, workers)? } else { by_key(job, workers)? };
    let mut all = DataFrame::empty_with_schema(&job.output);
    outputs.into_iter().try_for_each(|output| all.vstack_mut_owned(output).map(|_| ()))?;
    Ok(all)
}

/// Every slice is a partition.
fn by_slice(job: &Job, workers: usize) -> Result<Vec<DataFrame>> {
    let sort_keys = job.partition.sort_keys()?;
    let slices = job.input.slices(workers);
    let (rows, outputs) = workers::run(workers, slices, |number| {
        let rows = job.input.slice(number, slices)?;
        Ok::<_, Error>((rows.height(), call(job, rows, &sort_keys, || format!("on slice {number}"))?))
    })?
    .into_iter()
    .unzip();
    note(format!("call `{}` on each slice", job.name), rows);
    Ok(outputs)
}

/// Every group is a partition.
fn by_key(job: &Job, workers: usize) -> Result<Vec<DataFrame>> {
    let keys = job.partition.keys();
    let sort_keys = job.partition.sort_keys()?;
    let slices = job.input.slices(workers);
    let buckets = exchange::buckets(workers);
    let (rows, pieces) = workers::run(workers, slices, |number| {
        let rows = job.input.slice(number, slices)?;
        Ok::<_, Error>((rows.height(), exchange::split(&rows, &keys, buckets)?))
    })?
    .into_iter()
    .unzip();
    note("split each slice".into(), rows);

    let mut buckets = exchange::gather(pieces, &keys, buckets, &job.input.empty()?)?;
    // A straggler that starts last is all that everybody waits for.
    buckets.sort_by_key(|rows| std::cmp::Reverse(rows.height()));
    let outputs = workers::run(workers, buckets.len(), |number| {
        let groups = Groups::of(&buckets[number], &keys)?;
        let mut outputs = Vec::with_capacity(groups.len());
        for (group, rows) in groups.split(&buckets[number])?.into_iter().enumerate() {
            outputs.push((rows.height(), call(job, rows, &sort_keys, || describe(groups.keys(), group))?));
        }
        Ok::<_, Error>(outputs)
    })?;
    let (rows, outputs) = outputs.into_iter().flatten().unzip();
    note(format!("call `{}` on each group", job.name), rows);
    Ok(outputs)
}

/// Calls the function on one partition and holds its output against the schema. `group` says which one, for errors.
fn call(job: &Job, rows: DataFrame, sort_keys: &[SortKey], group: impl Fn() -> String) -> Result<DataFrame> {
    let fault = |cause: String, next| Error::Function { function: job.name.to_string(), group: group(), cause, next };
    let rows = sort(rows, sort_keys)?;
    let output = match catch_unwind(AssertUnwindSafe(|| (job.function)(rows))) {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(fault(format!("{error:#}"), "Call it on these rows alone to see why")),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            return Err(fault(format!("it panicked: {message}"), "Call it on these rows alone to see why"));
        }
    };
    conform(&output, &job.output).map_err(|cause| fault(cause, "Change the function, or what .schema() promises"))
}

/// `for carrier = "UA", origin = "EWR"`.
fn describe(keys: &DataFrame, row: usize) -> String {
    let values = keys.columns().iter().map(|key| match key.get(row) {
        Ok(value) => format!("{} = {value}", key.name()),
        Err(_) => key.name().to_string(),
    });
    format!("for {}", values.collect::<Vec<_>>().join(", "))
}

fn note(what: String, rows_of_tasks: Vec<usize>) {
    ledger::note(Step {
        what,
        tasks: rows_of_tasks.len(),
        largest_task_rows: rows_of_tasks.into_iter().max().unwrap_or(0) as u64,
        ..Step::default()
    });
}
