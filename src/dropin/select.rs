//! Columns and rows by name, condition, label and place.
//!
//! By name and condition each partition is on its own. By place, the row counts say where to look. By label, every
//! partition has to look.

use polars::prelude as pl;

use super::{DataFrame, Series, fallback, pool};
use crate::error::{Error, Result};
use crate::kernels::select::Run;
use crate::kernels::{column, select};
use crate::labels::{Label, Rows, stack};
use crate::ledger::{self, Step};

impl DataFrame {
    /// The first rows.
    pub fn head(&self, rows: usize) -> Self {
        self.view("first rows", 0, rows)
    }

    /// The last rows.
    pub fn tail(&self, rows: usize) -> Self {
        self.view("last rows", self.len().saturating_sub(rows), rows)
    }

    /// These columns, in this order: pandas' `frame[["a", "b"]]`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there or is named twice.
    pub fn select(&self, columns: &[&str]) -> Result<Self> {
        self.each("select columns", |rows| select::select(rows, columns))
    }

    /// All columns, some under a new name: for each `(old, new)`.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or a name that is taken.
    pub fn rename(&self, names: &[(&str, &str)]) -> Result<Self> {
        self.each("rename columns", |rows| select::rename(rows, names))
    }

    /// The rows where `mask` is true (null counts as false): pandas' `frame[mask]`.
    ///
    /// # Errors
    /// [`Error::Input`] for a mask with other labels, or of no truth values.
    pub fn filter(&self, mask: &Series) -> Result<Self> {
        let Some(masks) = self.same_rows(&mask.frame)? else {
            return Err(Error::input(select::OTHER_LABELS));
        };
        let partitions = pool::map(self.partitions.iter().zip(&masks).collect(), |(rows, mask): (&Rows, &Rows)| {
            select::filter(rows, &mask.columns().columns()[0])
        })?;
        let filtered = Self { partitions };
        self.note("filter by mask", filtered.bytes());
        Ok(filtered)
    }

    /// The rows for which an expression is true (null counts as false): pandas' `frame.query`.
    ///
    /// An expression that needs more than its own row (`col("x").mean()`) falls back to one core.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or an expression that is neither true nor false.
    pub fn query(&self, expression: pl::Expr) -> Result<Self> {
        let mask = self.evaluated("query", &expression)?;
        self.filter(&mask)
    }

    /// A column more, or one replaced, from the others: pandas' `frame.assign(name=lambda frame: ...)`.
    ///
    /// An expression that needs more than its own row (`col("x").mean()`) falls back to one core.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or types that do not fit.
    pub fn assign(&self, name: &str, expression: pl::Expr) -> Result<Self> {
        if select::is_row_by_row(&expression) {
            return self.each(format!("assign `{name}`"), |rows| {
                select::with_column(rows, name, select::evaluate(rows, &expression)?)
            });
        }
        self.set_column(name, &self.evaluated("assign", &expression)?)
    }

    /// A column more, or one replaced: pandas' `frame[name] = series`. Rows without a label in `values` get null.
    ///
    /// Where the labels are the same, each partition is on its own; else `values` is gathered and sent to all.
    ///
    /// # Errors
    /// [`Error::Input`] when the labels differ and those of `values` are not unique, as in pandas.
    pub fn set_column(&self, name: &str, values: &Series) -> Result<Self> {
        if let Some(values) = self.same_rows(&values.frame)? {
            let pairs = self.partitions.iter().zip(&values).collect();
            let partitions = pool::map(pairs, |(rows, values): (&Rows, &Rows)| {
                select::with_column(rows, name, values.columns().columns()[0].clone())
            })?;
            self.note(format!("assign `{name}`"), 0);
            return Ok(Self { partitions });
        }
        let values = values.frame.in_one_place("gather the series, and send it to all")?;
        self.each(format!("assign `{name}` by label"), |rows| {
            select::with_column(rows, name, select::reindexed(rows, &values)?)
        })
    }

    /// The columns become the index.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, or none.
    pub fn set_index(&self, columns: &[&str]) -> Result<Self> {
        self.each(format!("index by {}", columns.join(", ")), |rows| select::set_index(rows, columns))
    }

    /// The labels become the first columns (a nameless index the column `index`), and the index 0, 1, 2, ...
    ///
    /// The new numbers begin in each partition where those before it end: all have to be counted first.
    ///
    /// # Errors
    /// [`Error::Input`] when a label has the name of a column.
    pub fn reset_index(&self) -> Result<Self> {
        let partitions = self.partitions.iter().map(select::labels_to_columns).collect::<Result<Vec<_>>>()?;
        self.note_count("labels become columns, rows are counted");
        Ok(Self::numbered(partitions))
    }

    /// The index becomes 0, 1, 2, ...; the labels are dropped: pandas' `reset_index(drop=True)`.
    pub fn drop_index(&self) -> Self {
        self.note_count("drop labels, count rows");
        Self::numbered(self.partitions.iter().map(|rows| rows.columns().clone()).collect())
    }

    /// The rows with this label, in order.
    ///
    /// # Errors
    /// [`Error::Input`] when there is none.
    pub fn loc(&self, label: impl Into<Label>) -> Result<Self> {
        let label = label.into();
        let found = self.each("rows of a label", |rows| {
            rows.take(&pl::IdxCa::from_vec("".into(), select::places_of(rows, &label)?))
        })?;
        match found.is_empty() {
            true => Err(select::no_label(&label, &self.partitions[0].levels())),
            false => Ok(found.without_empty()),
        }
    }

    /// The rows from one label to another, both included. Where the labels rise (or fall) throughout, they need not be
    /// there; where they do not, both have to be there, once.
    ///
    /// # Errors
    /// [`Error::Input`] for a label that is not there or not unique in an unsorted index.
    pub fn loc_range(&self, from: impl Into<Label>, to: impl Into<Label>) -> Result<Self> {
        let (from, to) = (from.into(), to.into());
        let run = self.run()?;
        if run != Run::Neither {
            return self.each("rows between labels", |rows| rows.filter(&select::between(rows, &from, &to, run)?));
        }
        let place = |label: &Label| match self.places_of(label)?[..] {
            [place] => Ok(place),
            [] => Err(select::no_label(label, &self.partitions[0].levels())),
            _ => Err(select::ambiguous(label)),
        };
        let (from, to) = (place(&from)?, place(&to)?);
        Ok(self.view("rows between labels", from, (to + 1).saturating_sub(from)))
    }

    /// The rows with these labels, in the order of `labels`.
    ///
    /// # Errors
    /// [`Error::Input`] for a label that is not there.
    pub fn loc_list(&self, labels: &[Label]) -> Result<Self> {
        let mut places = Vec::new();
        for label in labels {
            let of_label = self.places_of(label)?;
            if of_label.is_empty() {
                return Err(select::no_label(label, &self.partitions[0].levels()));
            }
            places.extend(of_label);
        }
        self.at_places("rows of labels", &places)
    }

    /// The row at this place, from 0; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Input`] for a place beyond the rows.
    pub fn iloc(&self, place: i64) -> Result<Self> {
        Ok(self.view("row at a place", select::place(place, self.len())?, 1))
    }

    /// The rows at places `from .. to`, as Python slices: negative counts from the end, beyond the end is the end.
    pub fn iloc_range(&self, from: i64, to: i64) -> Self {
        let (from, rows) = select::place_range(from, to, self.len());
        self.view("rows between places", from, rows)
    }

    /// The rows at these places, in their order; negative counts from the end.
    ///
    /// # Errors
    /// [`Error::Input`] for a place beyond the rows.
    pub fn iloc_list(&self, places: &[i64]) -> Result<Self> {
        let rows = self.len();
        let places = places.iter().map(|place| select::place(*place, rows)).collect::<Result<Vec<_>>>()?;
        self.at_places("rows at places", &places)
    }

    /// The value of a column at a label.
    ///
    /// # Errors
    /// [`Error::Input`] when the label is not there, or more than once.
    pub fn at(&self, label: impl Into<Label>, name: &str) -> Result<pl::AnyValue<'static>> {
        let label = label.into();
        column(self.partitions[0].columns(), name)?;
        match self.places_of(&label)?[..] {
            [place] => Ok(self.cut(place, 1).partitions[0].columns().column(name)?.get(0)?.into_static()),
            ref places => Err(select::not_one(&label, places.len(), &self.partitions[0].levels())),
        }
    }

    /// The rows of `other` in the partitions of `self`, where both have the same labels in the same order.
    pub(super) fn same_rows(&self, other: &Self) -> Result<Option<Vec<Rows>>> {
        if self.len() != other.len() {
            return Ok(None);
        }
        let heights = |frame: &Self| frame.partitions.iter().map(Rows::height).collect::<Vec<_>>();
        let others = if heights(self) == heights(other) {
            other.partitions.clone()
        } else {
            let lots = self.starts().into_iter().zip(&self.partitions);
            lots.map(|(from, rows)| Rows::stack(other.cut(from, rows.height()).partitions)).collect::<Result<_>>()?
        };
        let pairs = self.partitions.iter().zip(&others).collect();
        let same = pool::map(pairs, |(this, that): (&Rows, &Rows)| Ok(select::same_labels(this, that)))?;
        Ok(same.into_iter().all(|same| same).then_some(others))
    }

    /// The value of an expression for each row; on one core where it needs more than its row.
    fn evaluated(&self, operation: &'static str, expression: &pl::Expr) -> Result<Series> {
        let value = |rows: &Rows| Ok(rows.with_columns(select::evaluate(rows, expression)?.into_frame()));
        if select::is_row_by_row(expression) {
            return Ok(Series { frame: self.each("evaluate an expression", value)? });
        }
        let what = format!("the expression {expression}");
        fallback::permit(operation, &what, "Compute what it needs of other rows first, and assign that.")?;
        let gathered = self.in_one_place(&format!("fall back to one core for {what}"))?;
        let whole = Self { partitions: vec![gathered] };
        Ok(Series { frame: whole.each(format!("evaluate {what}"), value)? })
    }

    /// The places of a label over all partitions.
    fn places_of(&self, label: &Label) -> Result<Vec<usize>> {
        let found = pool::map(self.partitions.iter().collect(), |rows: &Rows| select::places_of(rows, label))?;
        self.note("look for a label", 0);
        let starts = self.starts().into_iter();
        Ok(starts
            .zip(found)
            .flat_map(|(start, places)| places.into_iter().map(move |at| start + at as usize))
            .collect())
    }

    /// Rows at places, in the order of the places: they meet in one partition.
    fn at_places(&self, what: &str, places: &[usize]) -> Result<Self> {
        let starts = self.starts();
        let rows = places.iter().map(|place| {
            let partition = starts.partition_point(|start| start <= place) - 1;
            // Of several partitions that begin here, all but the last are empty.
            (partition, place - starts[partition])
        });
        let mut taken = vec![self.partitions[0].slice(0, 0)];
        let mut rows = rows.peekable();
        while let Some((partition, place)) = rows.next() {
            let mut here = vec![place as pl::IdxSize];
            while let Some((_, place)) = rows.next_if(|(next, _)| *next == partition) {
                here.push(place as pl::IdxSize);
            }
            taken.push(self.partitions[partition].take(&pl::IdxCa::from_vec("".into(), here))?);
        }
        let taken = Rows::stack(taken)?;
        ledger::note(Step {
            what: what.to_string(),
            tasks: 1,
            rows: places.len() as u64,
            largest_task_rows: places.len() as u64,
            rows_moved: places.len() as u64,
            bytes_moved: taken.bytes(),
            rows_gathered: places.len() as u64,
            bytes_materialised: taken.bytes(),
            barrier: true,
            ..Step::default()
        });
        Ok(Self { partitions: vec![taken] })
    }

    /// Which way the labels run over all partitions.
    fn run(&self) -> Result<Run> {
        let filled: Vec<&Rows> = self.partitions.iter().filter(|rows| rows.height() > 0).collect();
        let ends = filled.iter().flat_map(|rows| [rows.slice(0, 1), rows.slice(rows.height() - 1, 1)]);
        let ends = stack(ends.map(|end| end.labels()).chain([self.partitions[0].slice(0, 0).labels()]))?;
        for run in [Run::Up, Run::Down] {
            let each = pool::map(filled.clone(), |rows: &Rows| select::runs(&rows.labels(), run))?;
            if select::runs(&ends, run)? && each.into_iter().all(|runs| runs) {
                return Ok(run);
            }
        }
        Ok(Run::Neither)
    }

    /// Without partitions that have no row; at least one is left.
    pub(super) fn without_empty(&self) -> Self {
        self.cut(0, self.len())
    }

    fn view(&self, what: &str, from: usize, rows: usize) -> Self {
        let view = self.cut(from, rows);
        view.note(what, 0);
        view
    }

    fn note_count(&self, what: &str) {
        ledger::note(Step {
            what: what.to_string(),
            tasks: self.partitions.len(),
            rows: self.len() as u64,
            largest_task_rows: self.partitions.iter().map(Rows::height).max().unwrap_or(0) as u64,
            barrier: true,
            ..Step::default()
        });
    }
}
