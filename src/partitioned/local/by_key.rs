//! Partitions are groups: exchange, then work.

use std::cmp::Reverse;

use super::super::parcel::Parcel;
use super::super::rows::{Buckets, Room, Rows};
use super::super::sink::Sink;
use super::super::{Algo, Done, Input, Job};
use super::{even, oversized};
use crate::error::{Error, Result};
use crate::ledger::{self, Step};
use crate::{exchange, workers};

/// Brings the rows of each key together and runs the function on every group.
pub fn execute(job: &Job, workers: usize, sink: &dyn Sink) -> Result<Vec<Done>> {
    // Half of the memory is for rows that wait, half for partitions that are worked on. Until then rows may wait in half of
    // that one, too; the rest is for those that are just being written.
    let room = Room::halves(job.memory.bytes / 2 / job.inputs.len() as u64, job.memory.bytes / 4);
    let buckets = count_buckets(job, room, workers)?;
    let mut sides: Vec<Vec<Rows>> = Vec::new();
    for input in job.inputs {
        sides.push(exchange(job, input, buckets, room, workers)?);
    }
    if let (Algo::Even, false, [_]) = (job.task.split.algo, job.task.split.keys.is_empty(), sides.as_slice()) {
        let mut buckets = sides.remove(0);
        buckets.retain(|rows| rows.height() > 0);
        return even::execute(job, buckets, workers, sink);
    }
    let mut physical: Vec<(usize, Vec<Rows>)> = Vec::new();
    let mut sides: Vec<_> = sides.into_iter().map(Vec::into_iter).collect();
    for number in 0..buckets {
        physical.push((number, sides.iter_mut().filter_map(Iterator::next).collect()));
    }
    // A cross has one bucket, and its function is called even for sides without rows.
    if !job.task.split.keys.is_empty() {
        physical.retain(|(_, sides)| sides.iter().any(|rows| rows.height() > 0));
    }
    // A straggler that starts last is all that everybody waits for.
    physical.sort_by_key(|(_, sides)| Reverse(sides.iter().map(Rows::height).sum::<usize>()));
    oversized::Work::new(job, buckets, sink).run(workers, physical)
}

/// What is written to one bucket at a time is no less than this: smaller pieces cost more than their bytes.
const LEAST_WRITTEN: u64 = 256 << 10;

/// The most buckets that nobody asked for: with more of them a slice falls into crumbs.
const MOST: u64 = 2048;

/// How many buckets: as asked for, or enough that workers and memory are well used. More rows than so many buckets hold
/// are split again, bucket by bucket.
fn count_buckets(job: &Job, room: Room, workers: usize) -> Result<usize> {
    let split = job.task.split;
    if split.keys.is_empty() {
        return Ok(1);
    }
    if let Some(num) = &split.num {
        let mut rows = 0;
        for input in job.inputs.iter().filter(|_| num.needs_row_count()) {
            rows += match input.rows() {
                Some(rows) => rows,
                None => counted(input, workers)?,
            };
        }
        return exchange::at_most(num.value(rows, workers).map_err(Error::input)?);
    }
    let bytes = job.inputs.iter().map(Input::estimated_bytes).sum::<Result<u64>>()?;
    let for_memory = bytes.div_ceil((job.memory.bytes / 8).max(1));
    Ok(exchange::buckets(workers).max(for_memory.min(room.waiting / LEAST_WRITTEN).min(MOST) as usize))
}

/// The rows of an input that does not know them: it is read once for that.
fn counted(input: &Input, workers: usize) -> Result<usize> {
    let slices = input.slices();
    let rows = workers::run(workers, slices.len(), |slice| {
        input.pieces(slices[slice].clone()).map(|piece| Ok::<_, Error>(piece?.height())).sum::<Result<usize>>()
    })?;
    Ok(rows.into_iter().sum())
}

fn exchange(job: &Job, input: &Input, count: usize, room: Room, workers: usize) -> Result<Vec<Rows>> {
    let keys = job.task.split.key_names();
    let seed = match job.task.split.algo {
        Algo::Rand { seed } => seed,
        _ => 0,
    };
    // Whoever sees several groups at once sees their rows in input order, and each with its key.
    let by_group = job.inputs.len() == 1 && !job.task.split.coarse();
    let empty = input.empty()?;
    let slices = input.slices();
    let buckets = Buckets::new(count, room, &job.memory, &empty);
    let moved = workers::run(workers, slices.len(), |slice| {
        let mut bytes = 0;
        for rows in input.pieces(slices[slice].clone()) {
            let rows = rows?;
            let parcels = match count == 1 || keys.is_empty() {
                true => vec![Parcel::plain(rows)],
                false => Parcel::split(&rows, &keys, count, seed, by_group)?,
            };
            bytes += buckets.put(slice, parcels)?;
        }
        Ok::<_, Error>(bytes)
    })?;
    let (rows, spilled) = buckets.into_rows()?;
    let height = |rows: &Rows| rows.height() as u64;
    ledger::note(Step {
        what: match keys.is_empty() {
            true => "bring all rows together".into(),
            false => format!("exchange by {}", keys.join(", ")),
        },
        tasks: slices.len(),
        rows: rows.iter().map(height).sum(),
        largest_task_rows: slices.iter().map(|slice| slice.len() as u64).max().unwrap_or(0),
        rows_moved: rows.iter().map(height).sum(),
        bytes_moved: moved.into_iter().sum(),
        bytes_spilled: spilled,
        barrier: true,
        ..Step::default()
    });
    Ok(rows)
}
