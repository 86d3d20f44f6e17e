//! Functions of a row and those before it.

use polars::prelude as pl;

use super::DataFrame;
use crate::error::Result;
use crate::kernels::Window;
use crate::kernels::window::rank;

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

    /// The rank of each value in its column, from 1; equal values share the mean of their ranks, null has none.
    ///
    /// # Errors
    /// None known.
    pub fn rank(&self) -> Result<Self> {
        self.step("rank", |rows| {
            let ranks = rows.columns().columns().iter().map(rank).collect();
            Ok(rows.with_columns(pl::DataFrame::new(rows.height(), ranks)?))
        })
    }

    fn window(&self, window: Window) -> Result<Self> {
        self.step(window, |rows| {
            let columns = rows.columns().columns().iter().map(|column| window.apply(column)).collect::<Result<_>>()?;
            Ok(rows.with_columns(pl::DataFrame::new(rows.height(), columns)?))
        })
    }
}
