//! Rows with their labels: the index as columns.
//!
//! The eager frame is one lot of [`Rows`], the drop-in frame a list of them. A fresh frame is numbered 0, 1, 2, ... and
//! stores nothing for it; any other index is one column per level beside the data.

use polars::prelude::*;
use polars_arrow::compute::utils::combine_validities_and;

use crate::error::{Error, Result};

/// Name of a level that has none, as in pandas' `reset_index`.
pub const NAMELESS: &str = "index";
/// Stands before the names of label columns while they travel with the data; no name of a user's begins so.
const HIDDEN: &str = "\u{0}";

/// The labels of some rows.
#[derive(Clone, Debug)]
pub enum Labels {
    /// This number and those that follow it: nothing is stored.
    Range(i64),
    /// One column per level.
    Columns(DataFrame),
}

/// Rows of a table, each with a label.
#[derive(Clone, Debug)]
pub struct Rows {
    labels: Labels,
    columns: DataFrame,
}

/// The labels `first`, `first + 1`, ... as a column.
pub fn positions(first: i64, rows: usize) -> DataFrame {
    Int64Chunked::from_iter_values(NAMELESS.into(), first..first + rows as i64).into_column().into_frame()
}

impl Rows {
    /// Rows numbered from `first`.
    pub fn numbered(first: i64, columns: DataFrame) -> Self {
        Self { labels: Labels::Range(first), columns }
    }

    /// Rows with these labels, as many as there are rows.
    pub fn labelled(labels: DataFrame, columns: DataFrame) -> Self {
        debug_assert_eq!(labels.height(), columns.height());
        Self { labels: Labels::Columns(labels), columns }
    }

    /// The same labels beside other columns of the same height.
    #[must_use]
    pub fn with_columns(&self, columns: DataFrame) -> Self {
        debug_assert_eq!(self.height(), columns.height());
        Self { labels: self.labels.clone(), columns }
    }

    /// How many rows.
    pub fn height(&self) -> usize {
        self.columns.height()
    }

    /// The data.
    pub fn columns(&self) -> &DataFrame {
        &self.columns
    }

    /// The data, without its labels.
    pub fn into_columns(self) -> DataFrame {
        self.columns
    }

    /// The first number, where rows are numbered.
    pub fn first_number(&self) -> Option<i64> {
        match self.labels {
            Labels::Range(first) => Some(first),
            Labels::Columns(_) => None,
        }
    }

    /// The labels as columns.
    pub fn labels(&self) -> DataFrame {
        match &self.labels {
            Labels::Range(first) => positions(*first, self.height()),
            Labels::Columns(labels) => labels.clone(),
        }
    }

    /// The names of the levels.
    pub fn levels(&self) -> Vec<PlSmallStr> {
        match &self.labels {
            Labels::Range(_) => vec![NAMELESS.into()],
            Labels::Columns(labels) => labels.get_column_names_owned(),
        }
    }

    /// Rows `from .. from + rows`; nothing is copied.
    #[must_use]
    pub fn slice(&self, from: usize, rows: usize) -> Self {
        let labels = match &self.labels {
            Labels::Range(first) => Labels::Range(first + from as i64),
            Labels::Columns(labels) => Labels::Columns(labels.slice(from as i64, rows)),
        };
        Self { labels, columns: self.columns.slice(from as i64, rows) }
    }

    /// The rows at these places, in their order.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn take(&self, places: &IdxCa) -> Result<Self> {
        let columns = take(&self.columns, places)?;
        Ok(match &self.labels {
            Labels::Range(first) => {
                let labels = places.iter().map(|place| place.map(|place| first + place as i64));
                let labels = Int64Chunked::from_iter_options(NAMELESS.into(), labels);
                Self::labelled(labels.into_column().into_frame(), columns)
            }
            Labels::Columns(labels) => Self::labelled(take(labels, places)?, columns),
        })
    }

    /// The rows where `mask` is true.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn filter(&self, mask: &BooleanChunked) -> Result<Self> {
        let columns = self.columns.filter(mask)?;
        let labels = match &self.labels {
            Labels::Range(first) => numbers_where(mask, *first, columns.height()),
            Labels::Columns(labels) => labels.filter(mask)?,
        };
        Ok(Self::labelled(labels, columns))
    }

    /// All of these rows, one lot below the other. There is at least one lot, and all have the same columns.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn stack(lots: impl IntoIterator<Item = Rows>) -> Result<Self> {
        let lots: Vec<Rows> = lots.into_iter().collect();
        match Self::numbers_go_on(&lots) {
            Some(first) => Ok(Self::numbered(first, stack(lots.into_iter().map(Rows::into_columns))?)),
            None => {
                let labels = stack(lots.iter().map(Rows::labels))?;
                Ok(Self::labelled(labels, stack(lots.into_iter().map(Rows::into_columns))?))
            }
        }
    }

    /// The first number of rows in lots, where each lot is numbered on from the one before.
    pub fn numbers_go_on(lots: &[Rows]) -> Option<i64> {
        let filled = || lots.iter().filter(|lot| lot.height() > 0);
        let first = filled().next().or(lots.first())?.first_number()?;
        filled().try_fold(first, |next, lot| (lot.first_number()? == next).then(|| next + lot.height() as i64))?;
        Some(first)
    }

    /// Labels and data in one frame, to be moved together; the labels under hidden names.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn packed(&self) -> Result<DataFrame> {
        let labels = self.labels();
        let hidden =
            labels.columns().iter().map(|level| level.clone().with_name(format!("{HIDDEN}{}", level.name()).into()));
        let mut packed = self.columns.clone();
        packed.hstack_mut(&hidden.collect::<Vec<_>>())?;
        Ok(packed)
    }

    /// Undoes [`Rows::packed`].
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn unpacked(packed: &DataFrame) -> Result<Self> {
        let (labels, columns): (Vec<Column>, Vec<Column>) =
            packed.columns().iter().cloned().partition(|column| column.name().starts_with(HIDDEN));
        let labels = labels.into_iter().map(|level| {
            let name = PlSmallStr::from(&level.name().as_str()[HIDDEN.len()..]);
            level.with_name(name)
        });
        let labels = DataFrame::new(packed.height(), labels.collect())?;
        Ok(Self::labelled(labels, DataFrame::new(packed.height(), columns)?))
    }

    /// Bytes that `self` holds and `before` does not: a column that was only passed on is counted once.
    pub fn bytes_beyond(&self, before: &Rows) -> u64 {
        let address = |column: &Column| std::sync::Arc::as_ptr(&column.as_materialized_series().0).cast::<()>();
        let all = |rows: &Rows| -> Vec<Column> {
            let labels = match &rows.labels {
                Labels::Range(_) => vec![],
                Labels::Columns(labels) => labels.columns().to_vec(),
            };
            labels.into_iter().chain(rows.columns.columns().iter().cloned()).collect()
        };
        let known: Vec<_> = all(before).iter().map(address).collect();
        let fresh = all(self).into_iter().filter(|column| !known.contains(&address(column)));
        fresh.map(|column| column.as_materialized_series().estimated_size() as u64).sum()
    }

    /// Bytes of labels and data.
    pub fn bytes(&self) -> u64 {
        let labels = match &self.labels {
            Labels::Range(_) => 0,
            Labels::Columns(labels) => labels.estimated_size(),
        };
        (labels + self.columns.estimated_size()) as u64
    }
}

/// The numbers, from `first` on, of rows where `mask` is true, as labels; there are so many.
fn numbers_where(mask: &BooleanChunked, first: i64, rows: usize) -> DataFrame {
    let mut numbers: Vec<i64> = Vec::with_capacity(rows);
    let mut from = first;
    for chunk in mask.downcast_iter() {
        // Null counts as false.
        let kept = combine_validities_and(Some(chunk.values()), chunk.validity());
        numbers.extend(kept.iter().flat_map(|kept| kept.true_idx_iter()).map(|place| from + place as i64));
        from += chunk.len() as i64;
    }
    Int64Chunked::from_vec(NAMELESS.into(), numbers).into_column().into_frame()
}

/// Rows at places. Many rows are taken from columns in one piece: else every row has to look for its chunk.
fn take(frame: &DataFrame, places: &IdxCa) -> Result<DataFrame> {
    if places.len() * 4 < frame.height() {
        return Ok(frame.take(places)?);
    }
    let columns = frame.columns().iter().map(|column| Ok(column.rechunk().take(places)?));
    Ok(DataFrame::new(places.len(), columns.collect::<Result<Vec<_>>>()?)?)
}

/// Frames of the same columns, one below the other; at least one.
///
/// # Errors
/// What the dataframe engine reports.
pub fn stack(frames: impl IntoIterator<Item = DataFrame>) -> Result<DataFrame> {
    let mut frames = frames.into_iter();
    let mut all = frames.next().unwrap_or_default();
    frames.try_for_each(|frame| all.vstack_mut_owned(frame).map(|_| ()))?;
    Ok(all)
}

/// The columns of a frame with its labels before them.
///
/// # Errors
/// [`Error::Input`] when a label has the name of a column.
pub fn labels_first(labels: DataFrame, columns: &DataFrame) -> Result<DataFrame> {
    labels.hstack(columns.columns()).map_err(|_| {
        let names: Vec<&str> = labels.columns().iter().map(|label| label.name().as_str()).collect();
        Error::input(format!(
            "the index ({}) has the name of a column. Rename the column before reset_index.",
            names.join(", ")
        ))
    })
}

/// How a table that is read gets its labels, as in pandas-on-Spark (`compute.default_index_type`). One core numbers rows
/// as it reads them, so the eager frame has the same index, 0, 1, 2, ..., for all three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultIndex {
    /// 0, 1, 2, ... in one place: all rows are gathered into one partition and numbered there. The labels of pandas and
    /// nothing to wait for later, but one core and one memory must hold everything.
    Sequence,
    /// 0, 1, 2, ... over partitions: each partition is counted first, and begins where the one before ends. The labels
    /// of pandas; nobody knows a label before everybody has counted.
    #[default]
    DistributedSequence,
    /// The partition's number times 2^33, plus the place in it: nobody waits for anybody. Labels are unique and rise
    /// with the rows, but do not follow each other, and change with the partitions: not the labels of pandas.
    Distributed,
}

/// One value of a label: what `loc` and `at` look for.
///
/// A number or a text: rows of an index of times, decimals or truth values are found by `query` after `reset_index`.
#[derive(Clone, Debug, PartialEq)]
pub enum Label {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// One value per level, of an index with more than one.
    Levels(Vec<Label>),
}

impl Label {
    /// The values, one per level.
    pub fn levels(&self) -> &[Label] {
        match self {
            Label::Levels(levels) => levels,
            one => std::slice::from_ref(one),
        }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Label::Int(number) => write!(f, "{number}"),
            Label::Text(text) => write!(f, "{text:?}"),
            Label::Levels(levels) => {
                let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
                write!(f, "({})", levels.join(", "))
            }
        }
    }
}

impl From<i64> for Label {
    fn from(number: i64) -> Self {
        Label::Int(number)
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Label::Text(text.to_string())
    }
}

impl<A: Into<Label>, B: Into<Label>> From<(A, B)> for Label {
    fn from((outer, inner): (A, B)) -> Self {
        Label::Levels(vec![outer.into(), inner.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(first: i64, values: &[i32]) -> Rows {
        Rows::numbered(first, df!("x" => values).unwrap())
    }

    #[test]
    fn numbers_that_go_on_stay_numbers() {
        let stacked = Rows::stack([numbers(5, &[1, 2]), numbers(7, &[]), numbers(7, &[3])]).unwrap();
        assert_eq!((stacked.first_number(), stacked.height()), (Some(5), 3));
        let broken = Rows::stack([numbers(0, &[1]), numbers(0, &[2])]).unwrap();
        assert_eq!(broken.first_number(), None);
        assert!(broken.labels().equals(&df!("index" => [0i64, 0]).unwrap()));
    }

    #[test]
    fn packing_keeps_labels_apart_from_columns_of_their_name() {
        let rows = Rows::labelled(df!("x" => ["a", "b"]).unwrap(), df!("x" => [1, 2]).unwrap());
        let again = Rows::unpacked(&rows.packed().unwrap()).unwrap();
        assert!(again.labels().equals(&rows.labels()) && again.columns().equals(rows.columns()));
    }

    #[test]
    fn a_column_passed_on_is_not_counted_again() {
        let rows = numbers(0, &[1, 2, 3]);
        let mut more = rows.columns().clone();
        more.with_column(Column::new("y".into(), [1i64, 2, 3])).unwrap();
        assert_eq!(rows.with_columns(more).bytes_beyond(&rows), 24);
    }
}
