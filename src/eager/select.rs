//! Columns and rows by name, condition, label and place.

use polars::prelude as pl;

use super::{DataFrame, Series};
use crate::error::{Error, Result};
use crate::kernels::{column, select};
use crate::labels::{Label, Rows};

impl DataFrame {
    /// The first rows.
    pub fn head(&self, rows: usize) -> Self {
        Self::view("first rows", self.rows.slice(0, rows.min(self.len())))
    }

    /// The last rows.
    pub fn tail(&self, rows: usize) -> Self {
        let from = self.len().saturating_sub(rows);
        Self::view("last rows", self.rows.slice(from, self.len() - from))
    }

    /// These columns, in this order: pandas' `frame[["a", "b"]]`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there or is named twice.
    pub fn select(&self, columns: &[&str]) -> Result<Self> {
        self.step("select columns", |rows| select::select(rows, columns))
    }

    /// All columns, some under a new name: for each `(old, new)`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or a name that is taken.
    pub fn rename(&self, names: &[(&str, &str)]) -> Result<Self> {
        self.step("rename columns", |rows| select::rename(rows, names))
    }

    /// The rows where `mask` is true (null counts as false): pandas' `frame[mask]`.
    ///
    /// # Errors
    /// [`Error::Input`] for a mask with other labels, or of no truth values.
    pub fn filter(&self, mask: &Series) -> Result<Self> {
        if !select::same_labels(&self.rows, &mask.frame.rows) {
            return Err(unalignable());
        }
        self.step("filter by mask", |rows| select::filter(rows, mask.column()))
    }

    /// The rows for which an expression is true (null counts as false): pandas' `frame.query`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or an expression that is neither true nor false.
    pub fn query(&self, expression: pl::Expr) -> Result<Self> {
        self.step("filter by expression", |rows| select::query(rows, &expression))
    }

    /// A column more, or one replaced, from the others: pandas' `frame.assign(name=lambda frame: ...)`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or types that do not fit.
    pub fn assign(&self, name: &str, expression: pl::Expr) -> Result<Self> {
        self.step(format!("assign `{name}`"), |rows| {
            select::with_column(rows, name, select::evaluate(rows, &expression)?)
        })
    }

    /// A column more, or one replaced: pandas' `frame[name] = series`. Rows without a label in `values` get null.
    ///
    /// # Errors
    /// [`Error::Input`] when the labels differ and those of `values` are not unique, as in pandas.
    pub fn set_column(&self, name: &str, values: &Series) -> Result<Self> {
        self.step(format!("assign `{name}`"), |rows| {
            if select::same_labels(rows, &values.frame.rows) {
                return select::with_column(rows, name, values.column().clone());
            }
            select::with_column(rows, name, select::reindexed(rows, &values.frame.rows)?)
        })
    }

    /// The columns become the index.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or none.
    pub fn set_index(&self, columns: &[&str]) -> Result<Self> {
        self.step(format!("index by {}", columns.join(", ")), |rows| select::set_index(rows, columns))
    }

    /// The labels become the first columns (a nameless index the column `index`), and the index 0, 1, 2, ...
    ///
    /// # Errors
    /// [`Error::Input`] when a label has the name of a column.
    pub fn reset_index(&self) -> Result<Self> {
        self.step("labels become columns", |rows| Ok(Rows::numbered(0, select::labels_to_columns(rows)?)))
    }

    /// The index becomes 0, 1, 2, ...; the labels are dropped: pandas' `reset_index(drop=True)`.
    pub fn drop_index(&self) -> Self {
        Self::view("drop labels", Rows::numbered(0, self.rows.columns().clone()))
    }

    /// The rows with this label, in order.
    ///
    /// # Errors
    /// [`Error::Input`] when there is none.
    pub fn loc(&self, label: impl Into<Label>) -> Result<Self> {
        let label = label.into();
        self.step("rows of a label", |rows| {
            let places = select::places_of(rows, &label)?;
            if places.is_empty() {
                return Err(select::no_label(&label, &rows.levels()));
            }
            rows.take(&pl::IdxCa::from_vec("".into(), places))
        })
    }

    /// The rows from one label to another, both included. Where the labels rise (or fall) throughout, they need not be
    /// there; where they do not, both have to be there, once.
    ///
    /// # Errors
    /// [`Error::Input`] for a label that is not there or not unique in an unsorted index.
    pub fn loc_range(&self, from: impl Into<Label>, to: impl Into<Label>) -> Result<Self> {
        let (from, to) = (from.into(), to.into());
        self.step("rows between labels", |rows| select::loc_range(rows, &from, &to))
    }

    /// The rows with these labels, in the order of `labels`.
    ///
    /// # Errors
    /// [`Error::Input`] for a label that is not there.
    pub fn loc_list(&self, labels: &[Label]) -> Result<Self> {
        self.step("rows of labels", |rows| {
            let mut places = Vec::new();
            for label in labels {
                let of_label = select::places_of(rows, label)?;
                if of_label.is_empty() {
                    return Err(select::no_label(label, &rows.levels()));
                }
                places.extend(of_label);
            }
            rows.take(&pl::IdxCa::from_vec("".into(), places))
        })
    }

    /// The row at this place, from 0; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Input`] for a place beyond the rows.
    pub fn iloc(&self, place: i64) -> Result<Self> {
        Ok(Self::view("row at a place", self.rows.slice(select::place(place, self.len())?, 1)))
    }

    /// The rows at places `from .. to`, as Python slices: negative counts from the end, beyond the end is the end.
    pub fn iloc_range(&self, from: i64, to: i64) -> Self {
        let (from, rows) = select::place_range(from, to, self.len());
        Self::view("rows between places", self.rows.slice(from, rows))
    }

    /// The rows at these places, in their order; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Input`] for a place beyond the rows.
    pub fn iloc_list(&self, places: &[i64]) -> Result<Self> {
        self.step("rows at places", |rows| {
            let places = places.iter().map(|place| Ok(select::place(*place, rows.height())? as pl::IdxSize));
            rows.take(&pl::IdxCa::from_vec("".into(), places.collect::<Result<_>>()?))
        })
    }

    /// The value of a column at a label.
    ///
    /// # Errors
    /// [`Error::Input`] when the label is not there, or more than once.
    pub fn at(&self, label: impl Into<Label>, name: &str) -> Result<pl::AnyValue<'static>> {
        let label = label.into();
        let values = column(self.rows.columns(), name)?;
        match select::places_of(&self.rows, &label)?[..] {
            [place] => Ok(values.get(place as usize)?.into_static()),
            ref places => Err(select::not_one(&label, places.len(), &self.rows.levels())),
        }
    }
}

/// A mask of other rows.
fn unalignable() -> Error {
    Error::input(select::OTHER_LABELS)
}
