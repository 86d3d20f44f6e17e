//! The exchange (shuffle): rows that belong together go to the same partition.
//!
//! Every slice is split by a hash of the key columns, each on its own; then each bucket is put together from its pieces,
//! in the order of the slices. So rows of one key stay in input order.

use polars::polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};
use polars::prelude::*;

use crate::error::Result;
use crate::ledger::{self, Step};

/// How many buckets are good for so many workers: enough that one large group does not hold up half of the rest, and not
/// so many that a slice falls into crumbs.
///
/// ```
/// assert_eq!(outgrow::exchange::buckets(2), 32);
/// assert_eq!(outgrow::exchange::buckets(64), 256);
/// ```
pub fn buckets(workers: usize) -> usize {
    (16 * workers).min(256)
}

/// Splits one slice into `buckets` frames by a hash of the columns `keys`; equal keys (nulls too) meet in one bucket.
///
/// ```
/// use outgrow::exchange::split;
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
/// let buckets = split(&flights, &["carrier"], 8)?;
/// let of_ua = buckets.iter().find(|bucket| bucket.height() >= 2).unwrap();
/// assert_eq!(of_ua.column("delay")?.i32()?.into_no_null_iter().max(), Some(33));
/// # Ok::<(), outgrow::Error>(())
/// ```
///
/// # Errors
/// What the dataframe engine reports, for instance for a column that is not there.
pub fn split(slice: &DataFrame, keys: &[&str], buckets: usize) -> Result<Vec<DataFrame>> {
    split_seeded(slice, keys, buckets, 0)
}

/// As [`split`], with another division for another seed: what fell into one bucket falls apart with the next seed.
///
/// A bucket that became too large is split again, and its keys part:
///
/// ```
/// use outgrow::exchange::split_seeded;
/// # use polars::prelude::*;
/// let bucket = df!("flight" => (0..100).collect::<Vec<i32>>())?;
/// let first = split_seeded(&bucket, &["flight"], 4, 0)?;
/// let again = split_seeded(&first[0], &["flight"], 4, 1)?;
/// assert!(again.iter().filter(|part| part.height() > 0).count() > 1);
/// # Ok::<(), outgrow::Error>(())
/// ```
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
/// ```
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "B6"])?;
/// let buckets = outgrow::exchange::deal(&flights, [1, 0, 1].into_iter(), 2)?;
/// assert!(buckets[1].equals(&df!("carrier" => ["UA", "B6"])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
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

/// Puts the buckets together from the pieces of each slice, and notes what was moved.
///
/// `pieces` holds for each slice its pieces by bucket, as [`split`] gives them. `columns` are those of an empty result.
///
/// ```
/// use outgrow::exchange::{gather, split};
/// # use polars::prelude::*;
/// let (january, february) = (df!("carrier" => ["UA", "AA"])?, df!("carrier" => ["UA"])?);
/// let pieces = vec![split(&january, &["carrier"], 4)?, split(&february, &["carrier"], 4)?];
/// let buckets = gather(pieces, &["carrier"], 4, &january)?;
/// assert_eq!(buckets.iter().map(DataFrame::height).sum::<usize>(), 3);
/// # Ok::<(), outgrow::Error>(())
/// ```
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
