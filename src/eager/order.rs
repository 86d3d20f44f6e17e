//! Sorting, duplicates and different values.

use polars::prelude as pl;

use super::DataFrame;
use super::one_core::on_one_core;
use crate::eager::Series;
use crate::error::Result;
use crate::kernels::{self, Agg, Groups, Keep, order, reduce, select};
use crate::labels::{NAMELESS, Rows};

impl DataFrame {
    /// The rows in the order of their labels, nulls last; rows of equal labels keep their order.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn sort_index(&self) -> Result<Self> {
        self.step("sort by index", |rows| {
            if rows.first_number().is_some() {
                return Ok(rows.clone());
            }
            let labels = rows.labels();
            rows.take(&order::sorted(&labels, &vec![true; labels.width()])?)
        })
    }

    /// The rows in the order of these columns, nulls last; equal rows keep their order (`kind="stable"`). `ascending`
    /// holds one order for all columns, or one each.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there, or another number of orders.
    pub fn sort_values(&self, by: &[&str], ascending: &[bool]) -> Result<Self> {
        self.step(format!("sort by {}", by.join(", ")), |rows| {
            let keys = select::select(rows, by)?.into_columns();
            rows.take(&order::sorted(&keys, &order::ascending_each(by.len(), ascending)?)?)
        })
    }

    /// The first or last row of each combination of values in `subset` (empty: all columns), in the order of the frame.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn drop_duplicates(&self, subset: &[&str], keep: Keep) -> Result<Self> {
        self.step("drop duplicates", |rows| {
            let all = select::names(rows.columns());
            let all: Vec<&str> = all.iter().map(String::as_str).collect();
            let groups = Groups::of(rows.columns(), if subset.is_empty() { &all } else { subset })?;
            rows.filter(&kernels::kept(&groups, keep))
        })
    }

    /// How many different known values each column has.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn nunique(&self) -> Result<Series> {
        let names = self.columns();
        let counts = names.iter().map(|name| Ok(self.col(name)?.nunique()? as i64)).collect::<Result<Vec<_>>>()?;
        let names = pl::Column::new(NAMELESS.into(), names).into_frame();
        Ok(Series { frame: Self { rows: Rows::labelled(names, pl::Column::new("".into(), counts).into_frame()) } })
    }
}

impl Series {
    /// The values, in one piece already.
    pub(super) fn column(&self) -> &pl::Column {
        &self.frame.rows.columns().columns()[0]
    }

    /// The values in order, nulls last; equal values keep their order.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn sort_values(&self, ascending: bool) -> Result<Self> {
        let frame =
            self.frame.step("sort by value", |rows| rows.take(&order::sorted(rows.columns(), &[ascending])?))?;
        Ok(Self { frame })
    }

    /// How often each known value occurs, the most frequent first, and those that are equally frequent in the order of
    /// their first appearance. The values are the labels; the counts are called `count`.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn value_counts(&self) -> Result<Self> {
        let frame = self.frame.step("count values", |rows| {
            let values = rows.columns();
            let groups = Groups::of(values, &[values.columns()[0].name()])?;
            let counts = reduce(&values.columns()[0], &groups, Agg::Count)?.with_name("count".into());
            let counted = Rows::labelled(groups.keys().clone(), counts.into_frame());
            let counted = counted.filter(&groups.keys().columns()[0].is_not_null())?;
            counted.take(&order::sorted(counted.columns(), &[false])?)
        })?;
        Ok(Self { frame })
    }

    /// The first or last row of each value, in the order of the series.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn drop_duplicates(&self, keep: Keep) -> Result<Self> {
        Ok(Self { frame: self.frame.drop_duplicates(&[], keep)? })
    }

    /// The different values in the order of their first appearance, null among them.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn unique(&self) -> Result<pl::Column> {
        Ok(self.drop_duplicates(Keep::First)?.column().clone())
    }

    /// How many different known values there are.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn nunique(&self) -> Result<usize> {
        on_one_core(|| {
            let values = self.column();
            Ok(values.n_unique()? - usize::from(values.null_count() > 0))
        })
        .inspect(|_| super::frame::note("count different values", self.len(), 0))
    }
}
