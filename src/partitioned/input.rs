//! The rows of a call as engines see them: slices that can be had one at a time.

use std::ops::Range;
use std::sync::Arc;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::memory::{MemoryBudget, show_bytes};
use crate::parquet::ParquetFiles;

/// Rows of a slice of a frame: enough that a slice pays for itself, few enough that it stays in a processor's cache.
const SLICE_ROWS: usize = 1 << 16;

/// What is done with every slice that is read, on its own.
///
/// ```
/// use outgrow::partitioned::{EachSlice, Input};
/// use polars::prelude::*;
/// let late: EachSlice = std::sync::Arc::new(|flights| {
///     Ok(flights.filter(&flights.column("delay")?.i32()?.gt(15))?)
/// });
/// let flights = Input::Frame(df!("delay" => [4, 33])?);
/// let input = Input::Each { of: Box::new(flights), slice: late, keeps_rows: false };
/// assert_eq!(input.collect()?.height(), 1);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub type EachSlice = Arc<dyn Fn(DataFrame) -> Result<DataFrame> + Send + Sync>;

/// The rows of a call.
///
/// A frame is never changed; cloning it shares the columns. Files are read slice by slice, and only while a function
/// runs on that slice.
///
/// ```
/// use outgrow::partitioned::Input;
/// # use polars::prelude::*;
/// let input = Input::Frame(df!("carrier" => vec!["UA"; 100_000])?);
/// for slice in input.slices() {
///     for rows in input.pieces(slice) {
///         assert!(rows?.height() <= 1 << 16);
///     }
/// }
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone)]
pub enum Input {
    /// Rows in memory.
    Frame(DataFrame),
    /// Rows in files, a slice per row group.
    Files {
        /// The files.
        files: ParquetFiles,
        /// The columns to read, in this order.
        columns: Vec<String>,
    },
    /// Rows that an earlier step computed: what does not fit in memory is in a temporary file.
    Stored(super::stored::Stored),
    /// Rows of inputs with the same columns, one after the other.
    Chain(Vec<Input>),
    /// Rows that become others when they are read.
    Each {
        /// Which rows.
        of: Box<Input>,
        /// What becomes of a slice of them.
        slice: EachSlice,
        /// It gives as many rows as it gets.
        keeps_rows: bool,
    },
}

impl Input {
    /// A frame with the columns of the input and no row.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// let input = Input::Frame(df!("carrier" => ["UA"], "delay" => [4])?);
    /// assert_eq!(input.empty()?.shape(), (0, 2));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a column that the files do not have.
    pub fn empty(&self) -> Result<DataFrame> {
        match self {
            Input::Frame(frame) => Ok(frame.clear()),
            Input::Files { files, columns } => files.empty(&names(columns)),
            Input::Stored(stored) => Ok(stored.empty()),
            Input::Chain(inputs) => inputs.first().map_or_else(|| Ok(DataFrame::empty()), Input::empty),
            Input::Each { of, slice, .. } => slice(of.empty()?),
        }
    }

    /// How many rows there are, where that is known before they are read.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// assert_eq!(Input::Frame(df!("carrier" => ["UA", "AA"])?).rows(), Some(2));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn rows(&self) -> Option<usize> {
        match self {
            Input::Frame(frame) => Some(frame.height()),
            Input::Files { files, .. } => Some(files.rows()),
            Input::Stored(stored) => Some(stored.rows().sum()),
            Input::Chain(inputs) => inputs.iter().map(Input::rows).sum(),
            Input::Each { of, keeps_rows: true, .. } => of.rows(),
            Input::Each { .. } => None,
        }
    }

    /// How many bytes they may take in memory, roughly; more where texts are long. What is done with each slice is
    /// taken to keep its rows.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// assert_eq!(Input::Frame(df!("delay" => [4i64, 33])?).estimated_bytes()?, 16);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Input::empty`].
    pub fn estimated_bytes(&self) -> Result<u64> {
        let rows: usize = self.slices().iter().map(Range::len).sum();
        Ok(rows as u64 * self.row_bytes()?)
    }

    /// Bytes of a row, roughly.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// assert_eq!(Input::Frame(df!("delay" => [4i64], "late" => [false])?).row_bytes()?, 9);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Input::empty`].
    pub fn row_bytes(&self) -> Result<u64> {
        Ok(self.empty()?.columns().iter().map(|column| width(column.dtype()) as u64).sum())
    }

    /// The rows of each slice that can be read on its own, as ranges over all rows before [`Input::Each`]; one empty
    /// range when there is no row.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// let input = Input::Frame(df!("delay" => vec![0; 70_000])?);
    /// assert_eq!(input.slices(), [0..65_536, 65_536..70_000]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn slices(&self) -> Vec<Range<usize>> {
        match self {
            Input::Frame(frame) => ranges((SLICE_ROWS..frame.height()).step_by(SLICE_ROWS).chain([frame.height()])),
            Input::Files { files, .. } => ranges(ends(files.row_group_rows())),
            Input::Stored(stored) => ranges(ends(stored.rows())),
            Input::Each { of, .. } => of.slices(),
            Input::Chain(inputs) => {
                let lengths = inputs.iter().flat_map(Input::slices).map(|slice| slice.len());
                ranges(ends(lengths.filter(|length| *length > 0)))
            }
        }
    }

    /// The rows of a range, in pieces that are read one at a time, each within one of the [slices](Input::slices). A
    /// range without rows is one piece without rows.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// let input = Input::Frame(df!("delay" => vec![0; 70_000])?);
    /// let heights = input.pieces(65_000..66_000).map(|piece| Ok(piece?.height()));
    /// assert_eq!(heights.collect::<outgrow::Result<Vec<_>>>()?, [536, 464]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = Result<DataFrame>> + Send + use<> {
        let slices = match range.is_empty() {
            true => std::iter::once((0, range)).collect(),
            false => {
                let slices = self.slices().into_iter().enumerate();
                let inside =
                    slices.map(|(number, slice)| (number, slice.start.max(range.start)..slice.end.min(range.end)));
                inside.filter(|(_, rows)| !rows.is_empty()).collect::<Vec<_>>()
            }
        };
        let input = self.clone();
        let starts: Vec<usize> = input.slices().into_iter().map(|slice| slice.start).collect();
        slices.into_iter().map(move |(number, rows)| input.read(number, starts[number], rows))
    }

    /// All rows.
    ///
    /// ```
    /// # use outgrow::partitioned::Input;
    /// # use polars::prelude::*;
    /// let flights = df!("delay" => [4, 33])?;
    /// assert!(Input::Frame(flights.clone()).collect()?.equals(&flights));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for files that are damaged or gone.
    pub fn collect(&self) -> Result<DataFrame> {
        if let Input::Frame(frame) = self {
            return Ok(frame.clone());
        }
        let mut all = self.empty()?;
        for slice in self.slices() {
            for piece in self.pieces(slice) {
                all.vstack_mut_owned(piece?)?;
            }
        }
        Ok(all)
    }

    /// All rows, where they take no more than the memory budget; `why` says what needs all of them at once.
    pub(super) fn collect_within(&self, memory: &MemoryBudget, why: &str) -> Result<DataFrame> {
        if let Input::Frame(frame) = self {
            return Ok(frame.clone());
        }
        let mut all = self.empty()?;
        let mut bytes = 0;
        for slice in self.slices() {
            for piece in self.pieces(slice) {
                let piece = piece?;
                bytes += piece.estimated_size() as u64;
                if bytes > memory.bytes {
                    let budget = show_bytes(memory.bytes);
                    return Err(Error::input(format!(
                        "{why} needs all rows at once, and they take more than the memory budget of {budget}. Filter or \
                         aggregate before it, or raise .memory_budget()."
                    )));
                }
                all.vstack_mut_owned(piece)?;
            }
        }
        Ok(all)
    }

    /// Rows of one slice, which has this number and starts at row `start`.
    fn read(&self, number: usize, start: usize, rows: Range<usize>) -> Result<DataFrame> {
        match self {
            _ if rows.is_empty() => self.empty(),
            Input::Frame(frame) => Ok(frame.slice(rows.start as i64, rows.len())),
            Input::Files { files, columns } => {
                let slice = files.read_row_group(number, &names(columns))?;
                Ok(if rows.len() == slice.height() {
                    slice
                } else {
                    slice.slice((rows.start - start) as i64, rows.len())
                })
            }
            Input::Stored(stored) => Ok(stored.read(number)?.slice((rows.start - start) as i64, rows.len())),
            Input::Each { of, slice, .. } => slice(of.read(number, start, rows)?),
            Input::Chain(inputs) => {
                let (mut before, mut first) = (0, 0);
                for input in inputs {
                    let slices = input.slices();
                    // A file may have row groups without rows: the chain does not count them, the file does.
                    let mut filled = slices.iter().enumerate().filter(|(_, slice)| !slice.is_empty());
                    let count = filled.clone().count();
                    let end = first + slices.last().map_or(0, |slice| slice.end);
                    if let Some((own, _)) = number.checked_sub(before).and_then(|number| filled.nth(number)) {
                        return input.read(own, start - first, rows.start - first..rows.end - first);
                    }
                    (before, first) = (before + count, end);
                }
                self.empty()
            }
        }
    }
}

/// Ranges that follow each other, by where they end; an empty one when there is none.
fn ranges(ends: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut start = 0;
    let ranges: Vec<_> = ends.map(|end| std::mem::replace(&mut start, end)..end).collect();
    if ranges.is_empty() { std::iter::once(0..0).collect() } else { ranges }
}

/// Where parts that follow each other end, by how long they are.
fn ends(lengths: impl IntoIterator<Item = usize>) -> impl Iterator<Item = usize> {
    lengths.into_iter().scan(0, |end, rows| {
        *end += rows;
        Some(*end)
    })
}

fn names(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).collect()
}

/// Bytes of a value.
fn width(dtype: &DataType) -> usize {
    match dtype {
        DataType::Boolean | DataType::Int8 | DataType::UInt8 => 1,
        DataType::Int16 | DataType::UInt16 => 2,
        DataType::Int32 | DataType::UInt32 | DataType::Float32 | DataType::Date => 4,
        // The view of a text, and some for what does not fit into it.
        DataType::String | DataType::Binary => 24,
        DataType::List(inner) => 8 + 4 * width(inner),
        DataType::Struct(fields) => fields.iter().map(|field| width(field.dtype())).sum(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_one_input_after_the_other() {
        let frame = |from: u32, to: u32| df!("n" => (from..to).collect::<Vec<_>>()).unwrap();
        let (first, second) = (SLICE_ROWS as u32 + 3, 2 * SLICE_ROWS as u32);
        let parts = [(0, first), (0, 0), (first, first + 1), (first + 1, second), (0, 0)];
        let chain = Input::Chain(parts.map(|(from, to)| Input::Frame(frame(from, to))).into());
        assert_eq!((chain.slices().len(), chain.rows()), (4, Some(second as usize)));
        assert!(chain.collect().unwrap().equals(&frame(0, second)));
        let middle = first as usize - 2..first as usize + 5;
        let pieces: Vec<DataFrame> = chain.pieces(middle).map(|piece| piece.unwrap()).collect();
        assert_eq!(pieces.iter().map(DataFrame::height).collect::<Vec<_>>(), [2, 1, 4]);
        assert!(pieces[2].equals(&frame(first + 1, first + 5)));
        let none = Input::Chain(vec![Input::Frame(frame(0, 0)), Input::Frame(frame(0, 0))]);
        assert_eq!((none.slices().len(), none.slices()[0].len()), (1, 0));
        assert!(none.collect().unwrap().equals(&frame(0, 0)));
    }

    #[test]
    fn what_needs_all_rows_is_refused_when_they_are_more_than_the_budget() {
        let rows = Input::Frame(df!("n" => vec![0u8; 3 << 20]).unwrap());
        let read = Input::Chain(vec![rows.clone()]);
        let within = |input: &Input, budget| input.collect_within(&MemoryBudget::of(budget).unwrap(), "sorting");
        assert_eq!(within(&read, "4MiB").unwrap().height(), 3 << 20);
        let told = within(&read, "2MiB").unwrap_err().to_string();
        assert!(
            told.starts_with("sorting needs all rows at once, and they take more than the memory budget of 2.0 MiB.")
        );
        // What is in memory already costs nothing more.
        assert_eq!(within(&rows, "2MiB").unwrap().height(), 3 << 20);
    }

    #[test]
    fn pieces_are_the_rows_of_the_range() {
        let rows = 2 * SLICE_ROWS + 10;
        let frame = df!("n" => (0..rows as u32).collect::<Vec<_>>()).unwrap();
        let input = Input::Frame(frame.clone());
        assert_eq!(input.slices().len(), 3);
        let range = SLICE_ROWS - 5..SLICE_ROWS + 5;
        let pieces: Vec<DataFrame> = input.pieces(range.clone()).map(|piece| piece.unwrap()).collect();
        assert_eq!(pieces.iter().map(DataFrame::height).collect::<Vec<_>>(), [5, 5]);
        assert!(pieces[0].vstack(&pieces[1]).unwrap().equals(&frame.slice(range.start as i64, 10)));
        assert_eq!(input.pieces(3..3).map(|piece| piece.unwrap().height()).collect::<Vec<_>>(), [0]);
        assert!(input.collect().unwrap().equals(&frame));
    }
}
