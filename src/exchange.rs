//! The exchange (shuffle): rows that belong together go to the same partition.
//!
//! Every slice is split by a hash of the key columns, each on its own; then each bucket is put together from its pieces,
//! in the order of the slices. So rows of one key stay in input order.

use polars::polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};
use polars::prelude::*;

use crate::error::{Error, Result};
use crate::kernels::slices_by_codes;
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

/// The most buckets of an exchange: each slice falls into as many pieces.
const MOST_BUCKETS: usize = 1 << 16;

/// So many buckets, where they are not too many.
///
/// ```
/// use outgrow::exchange::at_most;
/// assert_eq!(at_most(64)?, 64);
/// let told = at_most(1 << 20).unwrap_err().to_string();
/// assert!(told.ends_with("would be all pieces and no rows. Ask for 65536 at most."));
/// # Ok::<(), outgrow::Error>(())
/// ```
///
/// # Errors
/// [`Error::Input`] for more of them than can be of use.
pub fn at_most(buckets: usize) -> Result<usize> {
    match buckets <= MOST_BUCKETS {
        true => Ok(buckets),
        false => Err(Error::input(format!(
            "num: an exchange into {buckets} partitions would be all pieces and no rows. Ask for {MOST_BUCKETS} at most."
        ))),
    }
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
    deal(slice, &bucket_of_rows(&slice.select(keys.iter().copied())?, buckets, seed)?, buckets)
}

/// The bucket of each row, by a hash of all columns: the same key goes to the same bucket in every slice and every run.
///
/// ```
/// # use polars::prelude::*;
/// let keys = df!("carrier" => ["UA", "AA", "UA"])?;
/// let buckets = outgrow::exchange::bucket_of_rows(&keys, 8, 0)?;
/// assert!(buckets[0] == buckets[2] && buckets.iter().all(|bucket| *bucket < 8));
/// # Ok::<(), outgrow::Error>(())
/// ```
///
/// # Errors
/// What the dataframe engine reports.
pub fn bucket_of_rows(keys: &DataFrame, buckets: usize, seed: u64) -> Result<Vec<u32>> {
    let hashes = keys.clone().hash_rows(Some(PlSeedableRandomStateQuality::seed_from_u64(seed)))?;
    // The upper half of hash times buckets: as even as the remainder, without a division per row.
    let bucket = |hash: u64| ((u128::from(hash) * buckets as u128) >> 64) as u32;
    Ok(hashes.into_no_null_iter().map(bucket).collect())
}

/// Puts each row of a slice into the bucket that `bucket_of_rows` names, in the order of the rows.
///
/// The rows are copied once, together; each bucket is a slice of that copy.
///
/// ```
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "B6"])?;
/// let buckets = outgrow::exchange::deal(&flights, &[1, 0, 1], 2)?;
/// assert!(buckets[1].equals(&df!("carrier" => ["UA", "B6"])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
///
/// # Errors
/// What the dataframe engine reports.
pub fn deal(slice: &DataFrame, bucket_of_rows: &[u32], buckets: usize) -> Result<Vec<DataFrame>> {
    Ok(slices_by_codes(slice, bucket_of_rows, buckets)?.collect())
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
