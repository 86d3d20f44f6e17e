//! The exchange (shuffle): rows that belong together go to the same partition.
//!
//! Every slice is split by a hash of the key columns, each on its own; then each bucket is put together from its pieces,
//! in the order of the slices. So rows of one key stay in input order, and no lock is needed.

use polars::polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};
use polars::prelude::*;

use crate::error::Result;
use crate::ledger::{self, Step};
use crate::workers;

/// How many buckets are good for so many workers: enough that one large group does not hold up half of the rest, and not
/// so many that a slice falls into crumbs.
pub fn buckets(workers: usize) -> usize {
    (16 * workers).min(256)
}

/// Splits one slice into `buckets` frames by a hash of the columns `keys`; equal keys (nulls too) meet in one bucket.
///
/// # Errors
/// What the dataframe engine reports, for instance for a column that is not there.
pub fn split(slice: &DataFrame, keys: &[&str], buckets: usize) -> Result<Vec<DataFrame>> {
    split_seeded(slice, keys, buckets, 0)
}

/// As [`split`], with another division for another seed: what fell into one bucket falls apart with the next seed.
///
/// # Errors
/// As [`split`].
pub fn split_seeded(slice: &DataFrame, keys: &[&str], buckets: usize, seed: u64) -> Result<Vec<DataFrame>> {
    // The same key goes to the same bucket in every slice and every run.
    let seed = PlSeedableRandomStateQuality::seed_from_u64(seed);
    let hashes = slice.select(keys.iter().copied())?.hash_rows(Some(seed))?;
    deal(slice, hashes.into_no_null_iter().map(|hash| (hash % buckets as u64) as usize), buckets)
}

/// Puts each row of a slice into the bucket that `bucket_of_rows` names, in the order of the rows.
///
/// # Errors
/// What the dataframe engine reports.
pub fn deal(slice: &DataFrame, bucket_of_rows: impl Iterator<Item = usize>, buckets: usize) -> Result<Vec<DataFrame>> {
    let mut rows: Vec<Vec<IdxSize>> = vec![Vec::with_capacity(slice.height() / buckets + 1); buckets];
    for (row, bucket) in bucket_of_rows.enumerate() {
        rows[bucket].push(row as IdxSize);
    }
    let piece = |rows| Ok(slice.take(&IdxCa::from_vec("".into(), rows))?);
    rows.into_iter().map(piece).collect()
}

/// Splits a whole frame by its keys, a piece at a time on each of some threads: [`split`] and [`gather`] together.
///
/// # Errors
/// As [`split`].
pub fn by_key(frame: &DataFrame, keys: &[&str], threads: usize) -> Result<Vec<DataFrame>> {
    let (buckets, rows) = (buckets(threads), 1 << 17);
    let slices = frame.height().div_ceil(rows);
    let pieces =
        workers::run(threads, slices, |slice| split(&frame.slice((slice * rows) as i64, rows), keys, buckets))?;
    gather(pieces, keys, buckets, frame)
}

/// Puts the buckets together from the pieces of each slice, and notes what was moved.
///
/// `pieces` holds for each slice its pieces by bucket, as [`split`] gives them. `columns` are those of an empty result.
///
/// # Errors
/// What the dataframe engine reports, for instance for slices of different columns.
pub fn gather(
    pieces: Vec<Vec<DataFrame>>,
    keys: &[&str],
    buckets: usize,
    columns: &DataFrame,
) -> Result<Vec<DataFrame>> {
    let mut gathered = vec![columns.clear(); buckets];
    for slice in pieces {
        for (bucket, piece) in gathered.iter_mut().zip(slice) {
            bucket.vstack_mut_owned(piece)?;
        }
    }
    let rows = |frame: &DataFrame| frame.height() as u64;
    ledger::note(Step {
        what: format!("exchange by {}", keys.join(", ")),
        tasks: buckets,
        largest_task_rows: gathered.iter().map(rows).max().unwrap_or(0),
        rows_moved: gathered.iter().map(rows).sum(),
        bytes_moved: gathered.iter().map(|frame| frame.estimated_size() as u64).sum(),
        barrier: true,
        ..Step::default()
    });
    Ok(gathered)
}
