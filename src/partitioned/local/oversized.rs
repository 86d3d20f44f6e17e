//! Working on a bucket under the memory budget: at once when it fits, in smaller buckets when it does not, and piece by
//! piece when it is a single group that is larger than the budget.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use polars::prelude::*;

use super::super::function::group;
use super::super::pool::Pool;
use super::super::rows::{Buckets, Room, Rows};
use super::super::sink::Sink;
use super::super::{Algo, Done, Job};
use crate::error::{Error, Result};
use crate::kernels::Groups;
use crate::memory::show_bytes;
use crate::workers;

/// Into how many a bucket is split that does not fit, at most.
const SMALLER: u64 = 16;

/// How often: the hash of two keys may fall into the same bucket a few times, not forever.
const DEEPEST: u64 = 8;

/// Works on buckets, whatever their size.
pub(super) struct Work<'a> {
    job: &'a Job<'a>,
    sink: &'a dyn Sink,
    pool: Pool,
    /// Number of the next physical partition that a bucket is divided into.
    next: AtomicUsize,
}

impl<'a> Work<'a> {
    /// Buckets with the numbers of partitions below `next`.
    pub(super) fn new(job: &'a Job<'a>, next: usize, sink: &'a dyn Sink) -> Self {
        Self { job, sink, pool: Pool::new(job.memory.bytes / 2), next: AtomicUsize::new(next) }
    }

    /// Runs the function on all groups of these buckets, each with its number as a physical partition if it is not
    /// divided.
    pub(super) fn run(&self, workers: usize, buckets: Vec<(usize, Vec<Rows>)>) -> Result<Vec<Done>> {
        let count = buckets.len();
        let sized = buckets.into_iter().enumerate().map(|(place, bucket)| (place, self.at_once(&bucket.1), bucket));
        let waiting = Mutex::new(sized.collect());
        let done = workers::run(workers, count, |_| {
            let next = self.pool.first(&waiting, |(_, at_once, _)| at_once.unwrap_or(0));
            let Some(((place, at_once, (number, sides)), _room)) = next else { return Ok::<_, Error>(None) };
            let done = if at_once.is_some() { self.whole(number, sides) } else { self.divided(number, sides, 1) };
            Ok(Some((place, done?)))
        })?;
        // Whoever was begun first: the first loss of all that is told is the same one.
        let by_place: BTreeMap<usize, Done> = done.into_iter().flatten().collect();
        Ok(by_place.into_values().collect())
    }

    /// How many bytes it takes to work on a bucket as it is, if that is no more than partitions may take.
    fn at_once(&self, sides: &[Rows]) -> Option<u64> {
        let bytes: u64 = sides.iter().map(Rows::by_group).sum();
        (2 * bytes <= self.job.memory.bytes || self.job.task.split.keys.is_empty()).then_some(bytes)
    }

    /// Works on a bucket that is too large for that: it is a single group, or is split.
    fn divided(&self, number: usize, sides: Vec<Rows>, depth: u64) -> Result<Done> {
        let (job, task, sink) = (self.job, &self.job.task, self.sink);
        let bytes: u64 = sides.iter().map(Rows::bytes).sum();
        match single_group(&sides, &task.split.key_names())? {
            Some(keys) => {
                if let ([rows], true) =
                    (sides.as_slice(), task.function.takes_pieces() && task.split.presort.is_empty())
                {
                    let rows = rows.clone();
                    drop(sides);
                    return task.run_pieces(number, Some(&keys), rows.pieces(), sink);
                }
                if bytes > job.memory.bytes {
                    return Err(refuse(job, group(&keys, 0), bytes));
                }
                let _room = self.pool.take(bytes);
                self.whole(number, sides)
            }
            None if depth > DEEPEST => Err(refuse(job, format!("on partition {number}"), bytes)),
            None => {
                let by_group: u64 = sides.iter().map(Rows::by_group).sum();
                let count = (8 * by_group / job.memory.bytes).min(SMALLER) as usize;
                let mut parts: Vec<Vec<Rows>> = vec![Vec::new(); count];
                for rows in sides {
                    for (part, rows) in parts.iter_mut().zip(smaller(job, rows, count, depth)?) {
                        part.push(rows);
                    }
                }
                let mut done = Done::default();
                for part in parts.into_iter().filter(|part| part.iter().any(|rows| rows.height() > 0)) {
                    done.add(match self.at_once(&part) {
                        Some(bytes) => {
                            let _room = self.pool.take(bytes);
                            self.whole(self.another(), part)?
                        }
                        None => self.divided(self.another(), part, depth + 1)?,
                    });
                }
                Ok(done)
            }
        }
    }

    /// Loads a bucket and works on it; `even` makes a physical partition of every group.
    fn whole(&self, number: usize, mut sides: Vec<Rows>) -> Result<Done> {
        let (job, task, sink) = (self.job, &self.job.task, self.sink);
        let bytes: u64 = sides.iter().map(Rows::bytes).sum();
        if task.split.keys.is_empty() && bytes > job.memory.bytes {
            return Err(refuse(job, "on all rows together".into(), bytes));
        }
        if sides.len() > 1 || task.split.coarse() {
            return task.run(number, sides.into_iter().map(Rows::load).collect::<Result<Vec<_>>>()?, sink);
        }
        let (keys, groups) = sides.remove(0).groups(&task.split.key_names())?;
        if task.split.algo != Algo::Even {
            return task.run_groups(number, &keys, groups, sink);
        }
        let mut done = Done::default();
        for (place, group) in groups.enumerate() {
            let key = keys.slice(place as i64, 1);
            let number = if place == 0 { number } else { self.another() };
            done.add(task.run_groups(number, &key, std::iter::once(group), sink)?);
        }
        Ok(done)
    }

    fn another(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

/// The rows in smaller buckets, by another hash, in the file but for a little: what was in memory is given back.
fn smaller(job: &Job, rows: Rows, count: usize, depth: u64) -> Result<Vec<Rows>> {
    let keys = job.task.split.key_names();
    let empty = rows.empty().clone();
    let waiting = job.memory.bytes / 64;
    let buckets = Buckets::new(count, Room { kept: 0, waiting, left: waiting }, &job.memory, &empty);
    for (order, parcel) in rows.parcels().enumerate() {
        buckets.put(order, parcel?.split_again(&keys, count, depth)?)?;
    }
    Ok(buckets.into_rows()?.0)
}

/// The key, as a row, when all rows have the same one.
fn single_group(sides: &[Rows], keys: &[&str]) -> Result<Option<DataFrame>> {
    let mut found: Option<DataFrame> = None;
    for rows in sides {
        for piece in rows.keys(keys) {
            let groups = Groups::of(&piece?, keys)?;
            match (&found, groups.len()) {
                (_, 0) => {}
                (None, 1) => found = Some(groups.keys().clone()),
                (Some(key), 1) if key.equals_missing(groups.keys()) => {}
                _ => return Ok(None),
            }
        }
    }
    Ok(found)
}

/// The function wants rows all at once that are more than the budget.
pub fn refuse(job: &Job, group: String, bytes: u64) -> Error {
    let (rows, budget) = (show_bytes(bytes), show_bytes(job.memory.bytes));
    let cause = match job.task.function.takes_pieces() && !job.task.split.presort.is_empty() {
        true => format!("sorting its rows takes {rows} at once, and the memory budget is {budget}"),
        false => format!("its rows take {rows} at once, and the memory budget is {budget}"),
    };
    let next = match job.task.step {
        true => "Filter or aggregate before it, or raise .memory_budget()",
        false => "Take the rows piece by piece (fn(Frames), no presort), split by more keys, or raise .memory_budget()",
    };
    job.task.fault(group, cause, next)
}
