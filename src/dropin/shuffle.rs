//! Rows to the bucket they belong to, and what was made of them back to where they were.
//!
//! The interface promises that rows keep their place, so most exchanges of the drop-in go there *and back*: the second
//! way is what an index costs.

use polars::polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};
use polars::prelude as pl;

use super::pool;
use crate::error::Result;
use crate::kernels::order::Borders;
use crate::labels::stack;
use crate::ledger::{self, Step};

/// Which rows of each partition go to each bucket.
pub struct Shuffle {
    /// Places in the partition, by partition and bucket; in order.
    places: Vec<Vec<pl::IdxCa>>,
    buckets: usize,
}

/// Values that a border is sought among, from each partition.
const SAMPLE: usize = 200;

impl Shuffle {
    /// By a bucket for each row of each partition.
    pub fn new(bucket_of_rows: Vec<Vec<u32>>, buckets: usize) -> Self {
        let places = pool::map(bucket_of_rows, |of_rows| {
            let mut places: Vec<Vec<pl::IdxSize>> = vec![Vec::with_capacity(of_rows.len() / buckets + 1); buckets];
            of_rows.iter().enumerate().for_each(|(row, bucket)| places[*bucket as usize].push(row as pl::IdxSize));
            Ok(places.into_iter().map(|places| pl::IdxCa::from_vec("".into(), places)).collect())
        });
        Self { places: places.unwrap_or_default(), buckets }
    }

    /// Equal keys to one bucket; `keys` holds those of each partition.
    pub fn by_hash(keys: &[pl::DataFrame], buckets: usize) -> Result<Self> {
        let of_rows = pool::map(keys.iter().collect(), |keys: &pl::DataFrame| {
            // A fixed seed: the same key goes to the same bucket in every partition and table.
            let seed = PlSeedableRandomStateQuality::seed_from_u64(0);
            let hashes = keys.clone().hash_rows(Some(seed))?;
            Ok(hashes.into_no_null_iter().map(|hash| (hash % buckets as u64) as u32).collect::<Vec<u32>>())
        })?;
        Ok(Self::new(of_rows, buckets))
    }

    /// By value: all of one bucket come before all of the next. The borders are quantiles of a sample, so buckets are
    /// about equal unless one value is frequent: equal values stay together.
    pub fn by_range(values: &[pl::Column], ascending: bool, buckets: usize) -> Result<Self> {
        let borders = borders(values, buckets)?;
        Self::by_borders(values, &borders, ascending)
    }

    /// By value, at given borders.
    pub fn by_borders(values: &[pl::Column], borders: &Borders, ascending: bool) -> Result<Self> {
        let of_rows =
            pool::map(values.iter().collect(), |values: &pl::Column| borders.bucket_of_rows(values, ascending))?;
        Ok(Self::new(of_rows, borders.buckets()))
    }

    /// Brings the rows of each bucket together, in the order of the partitions.
    pub fn there(&self, what: &str, partitions: &[pl::DataFrame]) -> Result<Vec<pl::DataFrame>> {
        let pieces = pool::map(partitions.iter().zip(&self.places).collect(), |(rows, places)| {
            places.iter().map(|places| Ok(rows.take(places)?)).collect::<Result<Vec<pl::DataFrame>>>()
        })?;
        let gathered = turned(pieces, self.buckets);
        let buckets = pool::map(gathered, |pieces| {
            let mut bucket = stack(pieces)?;
            bucket.rechunk_mut();
            Ok(bucket)
        })?;
        note(what, &buckets);
        Ok(buckets)
    }

    /// Brings one value per row back to the partitions and places the rows came from.
    pub fn back(&self, what: &str, buckets: Vec<pl::DataFrame>) -> Result<Vec<pl::DataFrame>> {
        let pieces = buckets.iter().enumerate().map(|(bucket, rows)| {
            let mut from = 0;
            let of_partitions = self.places.iter().map(|places| {
                let piece = rows.slice(from, places[bucket].len());
                from += piece.height() as i64;
                piece
            });
            of_partitions.collect::<Vec<_>>()
        });
        let gathered = turned(pieces.collect(), self.places.len());
        let partitions = pool::map(gathered.into_iter().zip(&self.places).collect(), |(pieces, places)| {
            let mut rows = stack(pieces)?;
            rows.rechunk_mut();
            let mut back = vec![0 as pl::IdxSize; rows.height()];
            let came_from = places.iter().flat_map(|places| places.iter().flatten());
            came_from.enumerate().for_each(|(place, row)| back[row as usize] = place as pl::IdxSize);
            Ok(rows.take(&pl::IdxCa::from_vec("".into(), back))?)
        })?;
        note(what, &partitions);
        Ok(partitions)
    }
}

/// Borders of about equal buckets, from a sample of each partition.
pub fn borders(values: &[pl::Column], buckets: usize) -> Result<Borders> {
    let samples = values.iter().map(|values| {
        let step = (values.len() / SAMPLE).max(1);
        let places = (0..values.len()).step_by(step).map(|place| place as pl::IdxSize).collect();
        Ok(values.take(&pl::IdxCa::from_vec("".into(), places))?.with_name("".into()).into_frame())
    });
    let sample = stack(samples.collect::<Result<Vec<_>>>()?)?;
    Borders::of(&sample.columns()[0], buckets)
}

/// From by-row to by-column.
fn turned<T>(rows: Vec<Vec<T>>, columns: usize) -> Vec<Vec<T>> {
    let mut turned: Vec<Vec<T>> = (0..columns).map(|_| Vec::with_capacity(rows.len())).collect();
    rows.into_iter().for_each(|row| turned.iter_mut().zip(row).for_each(|(column, value)| column.push(value)));
    turned
}

fn note(what: &str, gathered: &[pl::DataFrame]) {
    let rows = |frame: &pl::DataFrame| frame.height() as u64;
    let all = gathered.iter().map(rows).sum();
    let bytes = gathered.iter().map(|frame| frame.estimated_size() as u64).sum();
    ledger::note(Step {
        what: what.to_string(),
        tasks: gathered.len(),
        rows: all,
        largest_task_rows: gathered.iter().map(rows).max().unwrap_or(0),
        rows_moved: all,
        bytes_moved: bytes,
        bytes_materialised: bytes,
        barrier: true,
        ..Step::default()
    });
}
