//! Rows are read, and packed: the part of an exchange before Ballista carries them.

use arrow::array::RecordBatch;
use outgrow::exchange::{bucket_of_rows, deal};
use outgrow::partitioned::Algo;
use outgrow::{Error, Result};
use polars::prelude::{Column, DataFrame};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::assignment::Assignment;
use super::given::GivenInput;
use super::parcel::{Address, Parcels};

/// The column of buckets, which goes along where a unit of work has several.
pub const BUCKET: &str = "outgrow: bucket";

/// Rows are packed when there are so many bytes of them, or no more.
const PACKED_BYTES: usize = 8 << 20;

/// Most bytes of a parcel, roughly.
const PARCEL_BYTES: usize = 2 << 20;

/// How the rows of an input are addressed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sending {
    /// Where the rows are.
    pub given: GivenInput,
    /// The key columns; without any, rows are dealt by chance, or all come together.
    pub keys: Vec<String>,
    /// Which rows go together.
    pub algo: Algo,
    /// How many buckets there are.
    pub buckets: u64,
    /// The labels of the units of work: bucket `b` is done in unit `b % units`.
    pub labels: Vec<u32>,
}

impl Sending {
    /// Gives the rows of the assignments of one task as parcels, some and again some, and at the end a stamp to each unit.
    ///
    /// # Errors
    /// What reading reports, and what `out` does.
    pub fn send(&self, assignments: &[Assignment], out: &dyn Fn(RecordBatch) -> Result<()>) -> Result<()> {
        let task = assignments.first().map_or(0, |assignment| assignment.task);
        let mut chance = match self.algo {
            Algo::Rand { seed } => ChaCha8Rng::seed_from_u64(seed.wrapping_add(task << 32)),
            _ => ChaCha8Rng::seed_from_u64(0),
        };
        let mut sent: Vec<Address> =
            self.labels.iter().map(|label| Address { label: *label, task, place: 0, rows: 0 }).collect();
        let (mut waiting, mut buckets): (Option<DataFrame>, Vec<u32>) = (None, Vec::new());
        for assignment in assignments {
            let (input, range) = self.given.open(assignment)?;
            for piece in input.pieces(range) {
                let piece = piece?;
                buckets.extend(self.buckets_of(&piece, &mut chance)?);
                match &mut waiting {
                    Some(rows) => drop(rows.vstack_mut_owned(piece)?),
                    none => *none = Some(piece),
                }
                if let Some(rows) = waiting.take_if(|rows| rows.estimated_size() >= PACKED_BYTES) {
                    out(self.pack(rows, &std::mem::take(&mut buckets), &mut sent)?)?;
                }
            }
        }
        if let Some(rows) = waiting {
            out(self.pack(rows, &buckets, &mut sent)?)?;
        }
        let mut stamps = Parcels::default();
        sent.into_iter().for_each(|all| stamps.stamp(all));
        out(batch(stamps)?)
    }

    /// Packs these rows, of which each goes to a bucket, and counts what was `sent` to each unit.
    fn pack(&self, mut rows: DataFrame, buckets: &[u32], sent: &mut [Address]) -> Result<RecordBatch> {
        let units = self.labels.len();
        if self.buckets > units as u64 {
            if rows.schema().contains(BUCKET) {
                let taken = format!("a column is called `{BUCKET}`, which the exchange needs. Rename it.");
                return Err(Error::input(taken));
            }
            rows.hstack_mut(&[Column::new(BUCKET.into(), buckets)])?;
        }
        rows.rechunk_mut();
        let mut parcels = Parcels::default();
        for (rows, sent) in deal(&rows, &units_of(buckets, units), units)?.into_iter().zip(sent) {
            let parts = rows.estimated_size().div_ceil(PARCEL_BYTES).max(1);
            let height = rows.height().div_ceil(parts).max(1);
            for start in (0..rows.height()).step_by(height) {
                let part = rows.slice(start as i64, height);
                parcels.pack(Address { rows: part.height() as u64, ..*sent }, &part)?;
                (sent.place, sent.rows) = (sent.place + 1, sent.rows + part.height() as u64);
            }
        }
        batch(parcels)
    }

    fn buckets_of(&self, rows: &DataFrame, chance: &mut ChaCha8Rng) -> Result<Vec<u32>> {
        let seed = match self.algo {
            Algo::Rand { seed } if !self.keys.is_empty() => seed,
            Algo::Rand { .. } => {
                return Ok((0..rows.height()).map(|_| chance.random_range(0..self.buckets as u32)).collect());
            }
            _ => 0,
        };
        if self.keys.is_empty() || self.buckets == 1 {
            return Ok(vec![0; rows.height()]);
        }
        bucket_of_rows(&rows.select(self.keys.iter().map(String::as_str))?, self.buckets as usize, seed)
    }
}

/// The unit of work of each row. A plain loop: this crate is compiled with little optimisation, and this is done for each
/// row.
fn units_of(buckets: &[u32], units: usize) -> Vec<u32> {
    let (mut codes, units) = (vec![0; buckets.len()], units as u32);
    let (to, mut row) = (&mut codes[..], 0);
    while row < buckets.len() {
        to[row] = buckets[row] % units;
        row += 1;
    }
    codes
}

fn batch(parcels: Parcels) -> Result<RecordBatch> {
    parcels.batch().map_err(|error| Error::Failure(format!("rows could not be packed: {error}")))
}
