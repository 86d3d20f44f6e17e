//! Rows are read, and addressed: the part of an exchange before Ballista carries them.

use std::sync::Arc;

use outgrow::exchange::bucket_of_rows;
use outgrow::partitioned::Algo;
use outgrow::{Error, Result};
use polars::prelude::{Column, DataFrame, DataType, Schema};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::assignment::Assignment;
use super::frames;
use super::given::GivenInput;
use super::stamp::{BUCKET, UNIT, address, stamp};

/// How the rows of an input are addressed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sending {
    /// Where the rows are.
    pub given: GivenInput,
    /// The columns, as a frame without rows.
    pub columns: Vec<u8>,
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
    /// The columns of the input.
    ///
    /// # Errors
    /// When they were damaged on their way.
    pub fn columns(&self) -> Result<Arc<Schema>> {
        Ok(frames::decode(&self.columns)?.schema().clone())
    }

    /// Gives the rows of the assignments of one task, with their addresses, piece by piece, and a stamp to each unit.
    ///
    /// # Errors
    /// What reading reports, and what `out` does.
    pub fn send(&self, assignments: &[Assignment], out: &dyn Fn(DataFrame) -> Result<()>) -> Result<()> {
        let source = assignments.first().map_or(0, |assignment| assignment.task);
        let mut sent = vec![0u64; self.labels.len()];
        let mut chance = match self.algo {
            Algo::Rand { seed } => ChaCha8Rng::seed_from_u64(seed.wrapping_add(source << 32)),
            _ => ChaCha8Rng::seed_from_u64(0),
        };
        for assignment in assignments {
            let (input, range) = self.given.open(assignment)?;
            for piece in input.pieces(range) {
                let rows = piece?;
                let buckets = self.buckets_of(&rows, &mut chance)?;
                let (labels, addresses) = self.address(source, &buckets, &mut sent);
                out(addressed(rows, labels, addresses)?)?;
            }
        }
        let columns = self.columns()?;
        let nothing = columns.iter().map(|(name, dtype)| Column::full_null(name.clone(), sent.len(), dtype));
        let stamps = sent.iter().map(|rows| stamp(source, *rows)).collect();
        let nothing = DataFrame::new(sent.len(), nothing.collect())?;
        out(addressed(nothing, self.labels.clone(), stamps)?)
    }

    /// Label and address of each row, which are counted by unit. A plain loop: this crate is compiled with little
    /// optimisation, and this is done for each row.
    fn address(&self, source: u64, buckets: &[u32], sent: &mut [u64]) -> (Vec<u32>, Vec<u64>) {
        let (mut labels, mut addresses) = (vec![0; buckets.len()], vec![0; buckets.len()]);
        let (of_units, to_labels, to_addresses) = (&self.labels[..], &mut labels[..], &mut addresses[..]);
        let from = address(source, 0);
        let mut row = 0;
        while row < buckets.len() {
            let bucket = buckets[row];
            let unit = bucket as usize % of_units.len();
            sent[unit] += 1;
            to_labels[row] = of_units[unit];
            to_addresses[row] = from | bucket as u64;
            row += 1;
        }
        (labels, addresses)
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

fn addressed(mut rows: DataFrame, labels: Vec<u32>, buckets: Vec<u64>) -> Result<DataFrame> {
    for name in [UNIT, BUCKET] {
        if rows.schema().contains(name) {
            return Err(Error::input(format!("a column is called `{name}`, which the exchange needs. Rename it.")));
        }
    }
    rows.hstack_mut(&[Column::new(UNIT.into(), labels), Column::new(BUCKET.into(), buckets)])?;
    debug_assert_eq!(rows.column(UNIT)?.dtype(), &DataType::UInt32);
    Ok(rows)
}
