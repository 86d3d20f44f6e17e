//! Functions of a row and those before it, across the borders of partitions.
//!
//! A function that looks back so far gets that many rows of the partition before (a *halo*). One that looks back to the
//! beginning is computed in each partition as if nothing were before; then the last value of each is carried to those
//! after it: a barrier, but a single value moves.

use polars::prelude as pl;

use super::{DataFrame, pool};
use crate::error::Result;
use crate::kernels::Window;
use crate::labels::{Rows, stack};
use crate::ledger::{self, Step};

impl DataFrame {
    /// The values so many rows before (negative: after); the labels stay where they are.
    ///
    /// # Errors
    /// None known.
    pub fn shift(&self, rows: i64) -> Result<Self> {
        self.window(Window::Shift(rows))
    }

    /// The values less those so many rows before.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that holds no numbers.
    pub fn diff(&self, rows: i64) -> Result<Self> {
        self.window(Window::Diff(rows))
    }

    /// The sum of all values so far; a null stays null and is passed over.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that holds no numbers, or a sum that does not fit 64 bits.
    pub fn cumsum(&self) -> Result<Self> {
        self.window(Window::CumSum)
    }

    /// The largest value so far; a null stays null and is passed over.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that holds no numbers.
    pub fn cummax(&self) -> Result<Self> {
        self.window(Window::CumMax)
    }

    /// The last value that is known.
    ///
    /// # Errors
    /// None known.
    pub fn ffill(&self) -> Result<Self> {
        self.window(Window::Ffill)
    }

    /// The mean of the last so many values; null where one of them is not known.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that holds no numbers, or a window of 0 rows.
    pub fn rolling_mean(&self, rows: usize) -> Result<Self> {
        self.window(Window::RollingMean(rows))
    }

    fn window(&self, window: Window) -> Result<Self> {
        match window.reach() {
            Some((before, after)) => self.with_halo(window, before, after),
            None => self.with_carry(window),
        }
    }

    /// Each partition with the last rows before it and the first rows after it.
    fn with_halo(&self, window: Window, before: usize, after: usize) -> Result<Self> {
        let starts = self.starts();
        let numbered: Vec<(usize, &Rows)> = starts.iter().copied().zip(&self.partitions).collect();
        let done = pool::map(numbered, |(start, rows)| {
            let from = start.saturating_sub(before);
            let wider = self.cut(from, start - from + rows.height() + after);
            let wider = stack(wider.partitions.into_iter().map(Rows::into_columns))?;
            let columns = wider
                .columns()
                .iter()
                .map(|column| Ok(window.apply(column)?.slice((start - from) as i64, rows.height())));
            let columns = columns.collect::<Result<Vec<pl::Column>>>()?;
            Ok(rows.with_columns(pl::DataFrame::new(rows.height(), columns)?))
        })?;
        let done = Self { partitions: done };
        let borders = self.partitions.len() as u64 - 1;
        let moved = (borders * (before + after) as u64).min(self.len() as u64);
        ledger::note(Step {
            what: format!("{window}, with the rows around each partition"),
            tasks: self.partitions.len(),
            rows: self.len() as u64,
            largest_task_rows: self.partitions.iter().map(Rows::height).max().unwrap_or(0) as u64,
            rows_moved: moved,
            bytes_moved: moved * self.bytes() / (self.len() as u64).max(1),
            bytes_materialised: done.bytes(),
            ..Step::default()
        });
        Ok(done)
    }

    /// Each partition alone, then on from the last value before it.
    fn with_carry(&self, window: Window) -> Result<Self> {
        let alone = pool::map(self.partitions.iter().collect(), |rows: &Rows| {
            rows.columns().columns().iter().map(|column| window.apply(column)).collect::<Result<Vec<_>>>()
        })?;
        let unknown = |column: &pl::Column| pl::Column::full_null("".into(), 1, column.dtype());
        let mut known: Vec<pl::Column> = alone[0].iter().map(unknown).collect();
        let mut carries = Vec::with_capacity(alone.len());
        for columns in &alone {
            let next = known.iter().zip(columns).map(|(carry, done)| window.carry(carry, done));
            let next = next.collect::<Result<Vec<_>>>()?;
            carries.push(std::mem::replace(&mut known, next));
        }
        let lots: Vec<_> = self.partitions.iter().zip(alone.iter().zip(&carries)).collect();
        let done = pool::map(lots, |(rows, (columns, carries))| {
            let columns = columns.iter().zip(carries).map(|(done, carry)| window.go_on(carry, done));
            Ok(rows.with_columns(pl::DataFrame::new(rows.height(), columns.collect::<Result<Vec<_>>>()?)?))
        })?;
        let done = Self { partitions: done };
        let carried = (self.partitions.len() as u64 - 1).min(self.len() as u64);
        ledger::note(Step {
            what: format!("{window}, carried from partition to partition"),
            tasks: self.partitions.len(),
            rows: self.len() as u64,
            largest_task_rows: self.partitions.iter().map(Rows::height).max().unwrap_or(0) as u64,
            rows_moved: carried,
            bytes_moved: 8 * carried * self.columns().len() as u64,
            bytes_materialised: done.bytes(),
            barrier: true,
            ..Step::default()
        });
        Ok(done)
    }
}
