//! Functions of a row and those before it, across the borders of partitions.
//!
//! A function that looks back so far gets that many rows of the partition before (a *halo*). One that looks back to the
//! beginning needs one value of all rows before: each partition says what it adds (a sum, the largest, the last known
//! one), and then begins with what all before it added. A barrier, but a single value moves.

use polars::prelude as pl;

use super::{DataFrame, pool};
use crate::error::Result;
use crate::kernels::Window;
use crate::kernels::window::Carry;
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
        let moved = borders.saturating_mul(before.saturating_add(after) as u64).min(self.len() as u64);
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

    /// What each partition adds; then each from what all before it added.
    fn with_carry(&self, window: Window) -> Result<Self> {
        if self.partitions.len() == 1 {
            return self.each(window, |rows| {
                let columns = rows.columns().columns().iter().map(|column| window.apply(column));
                Ok(rows.with_columns(pl::DataFrame::new(rows.height(), columns.collect::<Result<Vec<_>>>()?)?))
            });
        }
        // What the last one adds is for nobody.
        let (_, before) = self.partitions.split_last().expect("a table has a partition");
        let own = pool::map(before.iter().collect(), |rows: &Rows| {
            rows.columns().columns().iter().map(|column| window.carry_of(column)).collect::<Result<Vec<_>>>()
        })?;
        let mut known = vec![Carry::Nothing; self.columns().len()];
        let mut carries = Vec::with_capacity(self.partitions.len());
        for own in own {
            let next = known.iter().zip(own).map(|(known, own)| window.carry_on(known, own));
            let next = next.collect::<Result<Vec<_>>>()?;
            carries.push(std::mem::replace(&mut known, next));
        }
        carries.push(known);
        let lots: Vec<_> = self.partitions.iter().zip(&carries).collect();
        let done = pool::map(lots, |(rows, carries): (&Rows, &Vec<Carry>)| {
            let columns = rows.columns().columns().iter().zip(carries);
            let columns = columns.map(|(column, carry)| window.apply_after(carry, column));
            Ok(rows.with_columns(pl::DataFrame::new(rows.height(), columns.collect::<Result<Vec<_>>>()?)?))
        })?;
        let done = Self { partitions: done };
        let filled = self.partitions.iter().filter(|rows| rows.height() > 0).count() as u64;
        let carried = filled.saturating_sub(1);
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
