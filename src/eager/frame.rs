//! The frame: columns, and an index that labels the rows.

use std::fmt::Display;

use polars::prelude as pl;

use super::Series;
use super::one_core::on_one_core;
use crate::error::Result;
use crate::kernels::csv::{self, CsvText};
use crate::kernels::{column, select};
use crate::labels::{DefaultIndex, Rows};
use crate::ledger::{self, Step};
use crate::parquet::{ParquetFiles, write_parquet};

/// A table whose rows have a place and a label, held in one piece.
#[derive(Clone, Debug)]
pub struct DataFrame {
    pub(super) rows: Rows,
}

/// Reads these columns of all rows, as pandas' `read_parquet(path, columns=...)`. The index is 0, 1, 2, ...
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a column that is not there or a damaged file.
pub fn read_parquet(files: &ParquetFiles, columns: &[&str]) -> Result<DataFrame> {
    read_parquet_indexed(files, columns, DefaultIndex::default())
}

/// [`read_parquet`] with a kind of index, which makes no difference on one core.
///
/// # Errors
/// As [`read_parquet`].
pub fn read_parquet_indexed(files: &ParquetFiles, columns: &[&str], _index: DefaultIndex) -> Result<DataFrame> {
    let columns = on_one_core(|| select::frame_without_nan(files.read_all(columns)?))?;
    let rows = Rows::numbered(0, columns);
    note("read all rows", rows.height(), rows.bytes());
    Ok(DataFrame { rows })
}

/// Reads a CSV file with a header, as pandas' `read_csv(path)`: `NA`, an empty value and the like are null.
/// Lines without anything are no rows; whole numbers that 64 bits do not hold make a column text, so that nothing is lost.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) for a file that cannot be read; [`Error::Input`](crate::Error::Input) for one that is
/// not UTF-8, a row with more or fewer values than the header, or a quotation mark in the middle of a value.
pub fn read_csv(path: &str) -> Result<DataFrame> {
    read_csv_indexed(path, DefaultIndex::default())
}

/// [`read_csv`] with a kind of index, which makes no difference on one core.
///
/// # Errors
/// As [`read_csv`].
pub fn read_csv_indexed(path: &str, _index: DefaultIndex) -> Result<DataFrame> {
    let columns = on_one_core(|| {
        let texts = CsvText::open(path, 1)?.texts(0)?;
        let types = csv::joint_types(&[csv::types(&texts)?]);
        select::frame_without_nan(csv::typed(&texts, &types)?)
    })?;
    let rows = Rows::numbered(0, columns);
    note("read all rows", rows.height(), rows.bytes());
    Ok(DataFrame { rows })
}

/// Notes a step of one core: how many rows it went through, and the bytes of the columns it made.
pub(super) fn note(what: impl Display, rows: usize, bytes: u64) {
    ledger::note(Step {
        what: what.to_string(),
        tasks: 1,
        rows: rows as u64,
        largest_task_rows: rows as u64,
        bytes_materialised: bytes,
        ..Step::default()
    });
}

impl DataFrame {
    /// A frame of these columns, with the index 0, 1, 2, ... NaN becomes null: both are missing, as in pandas.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn from_columns(columns: pl::DataFrame) -> Result<Self> {
        Ok(Self { rows: Rows::numbered(0, select::frame_without_nan(columns)?) })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.height()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the columns, in order, those of the index not among them.
    pub fn columns(&self) -> Vec<String> {
        select::names(self.rows.columns())
    }

    /// Names and types of the columns, in order.
    pub fn dtypes(&self) -> Vec<(String, pl::DataType)> {
        self.columns().into_iter().zip(self.rows.columns().dtypes()).collect()
    }

    /// The labels, a column per level; a level without a name is called `index`.
    ///
    /// # Errors
    /// None here; the drop-in has to gather its partitions.
    pub fn index(&self) -> Result<pl::DataFrame> {
        Ok(self.rows.labels())
    }

    /// One column.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn col(&self, name: &str) -> Result<Series> {
        column(self.rows.columns(), name)?;
        Ok(Series { frame: Self { rows: select::select(&self.rows, &[name])? } })
    }

    /// The columns in one piece, without the index.
    ///
    /// # Errors
    /// None here; the drop-in has to gather its partitions.
    pub fn into_columns(self) -> Result<pl::DataFrame> {
        Ok(self.rows.into_columns())
    }

    /// Writes the columns as Parquet, replacing a file of that name at once. An index that is more than numbers goes
    /// with them, as its columns.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) for a place that cannot be written; [`Error::Input`](crate::Error::Input) for a
    /// label that has the name of a column.
    pub fn to_parquet(&self, path: &str) -> Result<()> {
        let frame = match self.rows.first_number() {
            Some(_) => self.rows.columns().clone(),
            None => select::labels_to_columns(&self.rows)?,
        };
        on_one_core(|| write_parquet(&[frame], path.as_ref()))?;
        note("write all rows", self.len(), 0);
        Ok(())
    }

    /// Does one step on one core and notes it.
    pub(super) fn step(&self, what: impl Display, f: impl FnOnce(&Rows) -> Result<Rows> + Send) -> Result<Self> {
        let rows = on_one_core(|| f(&self.rows))?;
        note(what, self.len(), rows.bytes_beyond(&self.rows));
        Ok(Self { rows })
    }

    /// Notes a step that copied nothing.
    pub(super) fn view(what: &str, rows: Rows) -> Self {
        note(what, rows.height(), 0);
        Self { rows }
    }
}
