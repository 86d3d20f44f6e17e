//! One group in each physical partition, so that no long task waits behind another.

use std::cmp::Reverse;

use polars::prelude::*;

use super::super::rows::Rows;
use super::super::sink::Sink;
use super::super::{Done, Job};
use super::oversized;
use crate::error::Result;
use crate::workers;

/// Opens the buckets, as many at a time as the memory holds, and runs the function on their groups, the largest first.
/// A bucket that is too large for that comes at the end, and is worked on by one worker.
pub fn execute(job: &Job, buckets: Vec<Rows>, workers: usize, sink: &dyn Sink) -> Result<Vec<Done>> {
    let keys = job.task.split.key_names();
    let mut done = Vec::new();
    let mut closed = Vec::new();
    let mut buckets = buckets.into_iter().peekable();
    while buckets.peek().is_some() {
        let mut opened = Vec::new();
        let mut bytes = 0;
        while let Some(bucket) =
            buckets.next_if(|bucket| opened.is_empty() || bytes + bucket.held() <= job.memory.bytes / 4)
        {
            match 4 * bucket.held() <= job.memory.bytes {
                true => {
                    bytes += bucket.held();
                    opened.push(bucket);
                }
                false => closed.push(bucket),
            }
        }
        let groups = workers::run_each(workers, opened, |bucket| {
            let (keys, groups) = bucket.groups(&keys)?;
            let key = |number: usize| keys.slice(number as i64, 1);
            groups.enumerate().map(|(number, rows)| Ok((key(number), rows?))).collect::<Result<Vec<_>>>()
        })?;
        let mut groups: Vec<(DataFrame, DataFrame)> = groups.into_iter().flatten().collect();
        groups.sort_by_key(|(_, rows)| Reverse(rows.height()));
        let first = done.len();
        let numbered = groups.into_iter().enumerate().map(|(at, group)| (first + at, group)).collect();
        done.extend(workers::run_each(workers, numbered, |(number, (key, rows))| {
            job.task.run_groups(number, &key, std::iter::once(Ok(rows)), sink)
        })?);
    }
    let first = done.len();
    let work = oversized::Work::new(job, first + closed.len(), sink);
    let numbered = closed.into_iter().enumerate().map(|(at, bucket)| (first + at, vec![bucket])).collect();
    done.extend(work.run(workers, numbered)?);
    Ok(done)
}
