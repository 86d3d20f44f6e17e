//! The frame: partitions of rows, and one index over all of them.

use std::fmt::Display;

use polars::prelude as pl;

use super::{Series, pool};
use crate::error::Result;
use crate::kernels::csv::{self, CsvText};
use crate::kernels::{column, select};
use crate::labels::{DefaultIndex, NAMELESS, Rows, stack};
use crate::ledger::{self, Step};
use crate::parquet::{ParquetFiles, write_parquet};

/// A table whose rows have a place and a label, held in partitions.
#[derive(Clone, Debug)]
pub struct DataFrame {
    /// At least one; all have the same columns and levels.
    pub(super) partitions: Vec<Rows>,
}

/// Reads these columns of all rows, a partition per row group, as pandas' `read_parquet(path, columns=...)`. The index
/// is 0, 1, 2, ...: the row counts in the footers say where each partition begins.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a column that is not there or a damaged file.
pub fn read_parquet(files: &ParquetFiles, columns: &[&str]) -> Result<DataFrame> {
    read_parquet_indexed(files, columns, DefaultIndex::default())
}

/// [`read_parquet`] with a [kind of index](DefaultIndex), which decides what has to be waited for.
///
/// # Errors
/// As [`read_parquet`].
pub fn read_parquet_indexed(files: &ParquetFiles, columns: &[&str], index: DefaultIndex) -> Result<DataFrame> {
    let mut partitions = pool::map((0..files.row_groups()).collect(), |number| {
        select::frame_without_nan(files.read_row_group(number, columns)?)
    })?;
    if partitions.is_empty() {
        partitions.push(files.empty(columns)?);
    }
    let frame = DataFrame::numbered(partitions);
    frame.note("read a partition per row group", frame.bytes());
    frame.indexed(index)
}

/// Reads a CSV file with a header, in pieces, as pandas' `read_csv(path)`: `NA`, an empty value and the like are null.
/// Lines without anything are no rows; whole numbers that 64 bits do not hold make a column text, so that nothing is lost.
///
/// Every piece says first which types it sees, and all wait until that is known of all: `7` is a number in one piece
/// and a text in another, and a column has one type.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) for a file that cannot be read; [`Error::Input`](crate::Error::Input) for one that is
/// not UTF-8, a row with more or fewer values than the header, or a quotation mark in the middle of a value.
pub fn read_csv(path: &str) -> Result<DataFrame> {
    read_csv_indexed(path, DefaultIndex::default())
}

/// [`read_csv`] with a [kind of index](DefaultIndex).
///
/// # Errors
/// As [`read_csv`].
pub fn read_csv_indexed(path: &str, index: DefaultIndex) -> Result<DataFrame> {
    let text = CsvText::open(path, 4 * pool::threads())?;
    let pieces: Vec<usize> = (0..text.pieces()).collect();
    // Read once more afterwards: the texts of all pieces would take more memory than what becomes of them.
    let types = csv::joint_types(&pool::map(pieces.clone(), |piece| csv::types(&text.texts(piece)?))?);
    ledger::note(Step {
        what: "find one type per column in all pieces".into(),
        tasks: pieces.len(),
        barrier: true,
        ..Step::default()
    });
    let partitions = pool::map(pieces, |piece| select::frame_without_nan(csv::typed(&text.texts(piece)?, &types)?))?;
    let frame = DataFrame::numbered(partitions);
    frame.note("read a partition per piece", frame.bytes());
    frame.indexed(index)
}

impl DataFrame {
    /// A frame of these columns, in one partition, with the index 0, 1, 2, ... NaN becomes null: both are missing, as
    /// in pandas.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn from_columns(columns: pl::DataFrame) -> Result<Self> {
        Ok(Self::numbered(vec![select::frame_without_nan(columns)?]))
    }

    /// The same rows in so many partitions (at least one), cut anew without copying.
    ///
    /// The one function that the eager frame does not have: it has no partitions. Dask and pandas-on-Spark call it the
    /// same.
    pub fn repartition(&self, partitions: usize) -> Self {
        let (rows, partitions) = (self.len(), partitions.max(1));
        let at = |number: usize| number * rows / partitions;
        let lots = (0..partitions).map(|number| self.cut(at(number), at(number + 1) - at(number)));
        let stacked = lots.map(|lots| Rows::stack(lots.partitions).expect("slices of one frame"));
        let cut = Self { partitions: stacked.collect() };
        cut.note("cut into other partitions", 0);
        cut
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.partitions.iter().map(Rows::height).sum()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the columns, in order, those of the index not among them.
    pub fn columns(&self) -> Vec<String> {
        select::names(self.partitions[0].columns())
    }

    /// Names and types of the columns, in order.
    pub fn dtypes(&self) -> Vec<(String, pl::DataType)> {
        self.columns().into_iter().zip(self.partitions[0].columns().dtypes()).collect()
    }

    /// The labels, a column per level; a level without a name is called `index`. They are gathered.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn index(&self) -> Result<pl::DataFrame> {
        self.note_gathered("gather the labels", self.len());
        stack(self.partitions.iter().map(Rows::labels))
    }

    /// One column.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn col(&self, name: &str) -> Result<Series> {
        column(self.partitions[0].columns(), name)?;
        let partitions = self.partitions.iter().map(|rows| select::select(rows, &[name]));
        Ok(Series { frame: Self { partitions: partitions.collect::<Result<_>>()? } })
    }

    /// The columns in one piece, without the index: the partitions are gathered.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn into_columns(self) -> Result<pl::DataFrame> {
        self.note_gathered("gather the columns", self.len());
        stack(self.partitions.into_iter().map(Rows::into_columns))
    }

    /// Writes the columns as Parquet, a row group or more per partition, replacing a file of that name at once. An index
    /// that is more than numbers goes with them, as its columns.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) for a place that cannot be written; [`Error::Input`](crate::Error::Input) for a
    /// label that has the name of a column.
    pub fn to_parquet(&self, path: &str) -> Result<()> {
        let numbers = Rows::numbers_go_on(&self.partitions);
        let frames = self.partitions.iter().map(|rows| match numbers {
            Some(_) => Ok(rows.columns().clone()),
            None => select::labels_to_columns(rows),
        });
        write_parquet(&frames.collect::<Result<Vec<_>>>()?, path.as_ref())?;
        self.note("write all rows, one partition after the other", 0);
        Ok(())
    }

    /// Partitions numbered through from 0.
    pub(super) fn numbered(partitions: Vec<pl::DataFrame>) -> Self {
        let mut first = 0;
        let partitions = partitions.into_iter().map(|columns| {
            first += columns.height() as i64;
            Rows::numbered(first - columns.height() as i64, columns)
        });
        Self { partitions: partitions.collect() }
    }

    /// The frame with another kind of index.
    fn indexed(self, index: DefaultIndex) -> Result<Self> {
        match index {
            DefaultIndex::DistributedSequence => Ok(self),
            DefaultIndex::Sequence => Ok(Self { partitions: vec![self.in_one_place("number all rows in one place")?] }),
            DefaultIndex::Distributed => {
                let partitions = self.partitions.iter().enumerate().map(|(number, rows)| {
                    let first = (number as i64) << 33;
                    let labels = (first..first + rows.height() as i64).collect::<Vec<_>>();
                    Rows::labelled(pl::Column::new(NAMELESS.into(), labels).into_frame(), rows.columns().clone())
                });
                let frame = Self { partitions: partitions.collect() };
                frame.note("number each partition on its own", 8 * frame.len() as u64);
                Ok(frame)
            }
        }
    }

    /// Does one step on each partition, where it lies.
    pub(super) fn each(&self, what: impl Display, f: impl Fn(&Rows) -> Result<Rows> + Sync + Send) -> Result<Self> {
        let partitions = pool::map(self.partitions.iter().collect(), |rows: &Rows| f(rows))?;
        let fresh = partitions.iter().zip(&self.partitions).map(|(after, before)| after.bytes_beyond(before)).sum();
        self.note(what, fresh);
        Ok(Self { partitions })
    }

    /// Rows `from .. from + rows`, in the partitions they are in; nothing is copied.
    pub(super) fn cut(&self, from: usize, rows: usize) -> Self {
        let (mut skip, mut left) = (from, rows);
        let mut partitions = Vec::new();
        for partition in &self.partitions {
            let here = (partition.height() - skip.min(partition.height())).min(left);
            if here > 0 {
                partitions.push(partition.slice(skip, here));
            }
            skip = skip.saturating_sub(partition.height());
            left -= here;
        }
        if partitions.is_empty() {
            partitions.push(self.partitions[0].slice(0, 0));
        }
        Self { partitions }
    }

    /// All rows, gathered; a single core goes on with them.
    pub(super) fn in_one_place(&self, what: &str) -> Result<Rows> {
        let rows = Rows::stack(self.partitions.iter().cloned())?;
        ledger::note(Step {
            what: what.to_string(),
            tasks: 1,
            rows: rows.height() as u64,
            largest_task_rows: rows.height() as u64,
            rows_moved: rows.height() as u64,
            bytes_moved: rows.bytes(),
            rows_gathered: rows.height() as u64,
            barrier: true,
            ..Step::default()
        });
        Ok(rows)
    }

    /// Notes that rows are handed out in one piece, unless they are in one. No task copies them for it, and they do not
    /// count as moved: what becomes of an answer is the same in all modes.
    pub(super) fn note_gathered(&self, what: &str, rows: usize) {
        if self.partitions.len() == 1 {
            return;
        }
        ledger::note(Step {
            what: what.to_string(),
            rows: rows as u64,
            rows_gathered: rows as u64,
            barrier: true,
            ..Step::default()
        });
    }

    /// Rows of each partition: what the interface hides, and the book shows.
    pub(crate) fn heights(&self) -> Vec<usize> {
        self.partitions.iter().map(Rows::height).collect()
    }

    /// Where each partition begins.
    pub(super) fn starts(&self) -> Vec<usize> {
        let mut next = 0;
        let start = |rows: &Rows| {
            next += rows.height();
            next - rows.height()
        };
        self.partitions.iter().map(start).collect()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> u64 {
        self.partitions.iter().map(Rows::bytes).sum()
    }

    /// Notes a step with a task per partition, and the bytes of the columns it made.
    pub(super) fn note(&self, what: impl Display, bytes: u64) {
        ledger::note(Step {
            what: what.to_string(),
            tasks: self.partitions.len(),
            rows: self.len() as u64,
            largest_task_rows: self.partitions.iter().map(Rows::height).max().unwrap_or(0) as u64,
            bytes_materialised: bytes,
            ..Step::default()
        });
    }
}
