//! Partitions are ranges of rows.

use std::ops::Range;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::parcel::Parcel;
use super::super::pool::Pool;
use super::super::rows::{Buckets, Room};
use super::super::sink::Sink;
use super::super::stored;
use super::super::{Algo, Done, Input, Job};
use super::oversized;
use crate::error::{Error, Result};
use crate::ledger::{self, Step};
use crate::{exchange, workers};

/// Runs the function on ranges that follow each other.
pub fn execute(job: &Job, workers: usize, sink: &dyn Sink) -> Result<Vec<Done>> {
    let (input, ranges) = ranges(job, workers)?;
    let pool = Pool::new(job.memory.bytes);
    // Slices of a frame are in memory already.
    let width = if matches!(input, Input::Frame(_)) { 0 } else { input.row_bytes()? };
    let slices = input.slices();
    let done = workers::run(workers, ranges.len(), |number| {
        let range = ranges[number].clone();
        let bytes = width * range.len() as u64;
        // A slice of which nothing is left (a filter) is no partition.
        let mut pieces =
            input.pieces(range.clone()).filter(|piece| !matches!(piece, Ok(rows) if rows.height() == 0)).peekable();
        if pieces.peek().is_none() {
            return Ok(None);
        }
        if job.task.function.takes_pieces() && job.task.split.presort.is_empty() {
            return job.task.run_pieces(number, None, pieces, sink).map(Some);
        }
        // A row group is read whole anyway.
        if bytes > job.memory.bytes && !slices.contains(&range) {
            return Err(oversized::refuse(job, format!("on partition {number}"), bytes));
        }
        let _room = pool.take(bytes);
        let mut rows = input.empty()?;
        for piece in pieces {
            rows.vstack_mut_owned(piece?)?;
        }
        job.task.run(number, vec![rows], sink).map(Some)
    })?;
    // Without any row the function is called once.
    match done.iter().all(Option::is_none) {
        true => Ok(vec![job.task.run(0, vec![input.empty()?], sink)?]),
        false => Ok(done.into_iter().flatten().collect()),
    }
}

/// The rows of each partition, and the input they are counted in.
fn ranges(job: &Job, workers: usize) -> Result<(Input, Vec<Range<usize>>)> {
    let [input] = job.inputs else { return Err(Error::input("a split by place takes one input.")) };
    let split = job.task.split;
    let counted = split.per_row || split.num.is_some() || split.algo == Algo::Even;
    // How many rows come out of what is done with each slice is known afterwards only; and single rows of a file would
    // each have their row group read.
    let input = match input.rows() {
        Some(_) if !split.per_row || matches!(input, Input::Frame(_)) => input.clone(),
        _ if split.per_row => Input::Frame(input.collect_within(&job.memory, "per_row()")?),
        _ if counted => stored::keep(input, &job.memory, workers)?,
        _ => input.clone(),
    };
    let rows = input.rows().unwrap_or(0);
    let even = |count: usize| {
        let count = count.clamp(1, rows.max(1));
        // Wide enough that rows * count cannot overflow.
        let at = |number: usize| (number as u128 * rows as u128 / count as u128) as usize;
        (0..count).map(|number| at(number)..at(number + 1)).collect::<Vec<_>>()
    };
    let ranges = if split.per_row {
        even(rows)
    } else if let Some(num) = &split.num {
        even(num.value(rows, workers).map_err(Error::input)?)
    } else if matches!(input, Input::Frame(_)) {
        even(workers)
    } else if split.algo == Algo::Even {
        even(input.slices().len())
    } else {
        input.slices()
    };
    Ok((input, ranges))
}

/// Runs the function on partitions to which rows were dealt by chance.
pub fn at_random(job: &Job, workers: usize, seed: u64, sink: &dyn Sink) -> Result<Vec<Done>> {
    let [input] = job.inputs else { return Err(Error::input("a split by place takes one input.")) };
    let counted = match input.rows() {
        None if job.task.split.num.as_ref().is_some_and(|num| num.needs_row_count()) => {
            stored::keep(input, &job.memory, workers)?
        }
        _ => input.clone(),
    };
    let count = match &job.task.split.num {
        Some(num) => exchange::at_most(num.value(counted.rows().unwrap_or(0), workers).map_err(Error::input)?)?,
        None => workers,
    };
    let empty = counted.empty()?;
    let slices = counted.slices();
    let buckets = Buckets::new(count, Room::halves(job.memory.bytes / 2, job.memory.bytes / 4), &job.memory, &empty);
    let moved = workers::run(workers, slices.len(), |slice| {
        let mut bytes = 0;
        for rows in counted.pieces(slices[slice].clone()) {
            let rows = rows?;
            // Chance depends on the seed and the slice alone, so not on who reads it.
            let mut chance = ChaCha8Rng::seed_from_u64(seed.wrapping_add((slice as u64) << 32));
            let dealt: Vec<u32> = (0..rows.height()).map(|_| chance.random_range(0..count as u32)).collect();
            let parcels = exchange::deal(&rows, &dealt, count)?.into_iter().map(Parcel::plain).collect();
            bytes += buckets.put(slice, parcels)?;
        }
        Ok::<_, Error>(bytes)
    })?;
    let (rows, spilled) = buckets.into_rows()?;
    let pool = Pool::new(job.memory.bytes / 2);
    let height = |rows: &super::super::rows::Rows| rows.height() as u64;
    ledger::note(Step {
        what: "exchange at random".into(),
        tasks: count,
        rows: rows.iter().map(height).sum(),
        largest_task_rows: rows.iter().map(height).max().unwrap_or(0),
        rows_moved: rows.iter().map(height).sum(),
        bytes_moved: moved.into_iter().sum(),
        bytes_spilled: spilled,
        barrier: true,
        ..Step::default()
    });
    // A partition without rows is called only where there is no row at all.
    let mut rows: Vec<_> = rows.into_iter().enumerate().collect();
    if rows.iter().any(|(_, rows)| rows.height() > 0) {
        rows.retain(|(_, rows)| rows.height() > 0);
    } else {
        rows.truncate(1);
    }
    workers::run_each(workers, rows, |(number, rows)| {
        let bytes = rows.bytes();
        if job.task.function.takes_pieces() && job.task.split.presort.is_empty() {
            return job.task.run_pieces(number, None, rows.pieces(), sink);
        }
        if bytes > job.memory.bytes {
            return Err(oversized::refuse(job, format!("on partition {number}"), bytes));
        }
        let _room = pool.take(bytes);
        job.task.run(number, vec![rows.load()?], sink)
    })
}
