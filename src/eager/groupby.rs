//! Group-by: groups are found once, then every reduction is one pass over one column.

use polars::prelude as pl;

use super::frame::note;
use super::one_core::on_one_core;
use super::{Agg, DataFrame, Series, Transform};
use crate::error::Result;
use crate::kernels::{self, Groups, reduce, transform};
use crate::labels::{Rows, stack};

/// The rows of a frame, to be grouped.
#[derive(Clone, Debug)]
pub struct GroupBy<'a> {
    frame: &'a DataFrame,
    keys: Vec<String>,
}

impl DataFrame {
    /// Groups the rows by key columns; rows with a null in a key are left out, as in pandas.
    pub fn groupby<'a>(&'a self, keys: &[&str]) -> GroupBy<'a> {
        GroupBy { frame: self, keys: keys.iter().map(|key| key.to_string()).collect() }
    }
}

impl GroupBy<'_> {
    /// One row per group, sorted by key, with the keys as index: for each `(name, column, how)` one column.
    ///
    /// ```
    /// use outgrow::eager as pd;
    /// let flights = polars::df!("carrier" => ["UA", "AA", "UA"], "delay" => [1, 2, 4])?;
    /// let flights = pd::DataFrame::from_columns(flights)?;
    /// let worst = flights.groupby(&["carrier"]).agg(&[("worst", "delay", pd::Agg::Max)])?.reset_index()?;
    /// assert!(worst.into_columns()?.equals(&polars::df!("carrier" => ["AA", "UA"], "worst" => [2, 4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there or cannot be reduced.
    pub fn agg(&self, named: &[(&str, &str, Agg)]) -> Result<DataFrame> {
        self.per_group("reduce", |frame, groups| {
            let reduced = named.iter().map(|(name, column, agg)| {
                Ok(reduce(kernels::column(frame, column)?, groups, *agg)?.with_name((*name).into()))
            });
            Ok(pl::DataFrame::new(groups.len(), reduced.collect::<Result<Vec<_>>>()?)?)
        })
    }

    /// How many rows each group has, nulls included; the keys are the index.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn size(&self) -> Result<Series> {
        let frame = self.per_group("count rows", |_, groups| {
            let mut sizes = vec![0i64; groups.len()];
            groups.codes().iter().for_each(|code| sizes[*code as usize] += 1);
            Ok(pl::Column::new("".into(), sizes).into_frame())
        })?;
        Ok(Series { frame })
    }

    /// A value per row from the column's values in the row's group, with the labels and order of the frame. Rows with a
    /// null in a key get null.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there or cannot be used so.
    pub fn transform(&self, column: &str, how: Transform) -> Result<Series> {
        let frame = self.frame.step(format!("{how} by {}", self.keys.join(", ")), |rows| {
            let groups = Groups::of(rows.columns(), &self.keys())?;
            let values = transform(kernels::column(rows.columns(), column)?, &groups, how)?;
            Ok(rows.with_columns(values.into_frame()))
        })?;
        Ok(Series { frame })
    }

    /// Calls `f` once per group with its rows (key columns included, in the order of the frame) and stacks what it
    /// returns, in the order of the keys, with the index 0, 1, 2, ...
    ///
    /// As pandas' `groupby(keys, group_keys=False).apply(f).reset_index(drop=True)`.
    ///
    /// # Errors
    /// What `f` returns, and [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn apply(&self, f: impl Fn(pl::DataFrame) -> Result<pl::DataFrame> + Send + Sync) -> Result<DataFrame> {
        let stacked = on_one_core(|| {
            let frame = self.frame.rows.columns();
            let groups = Groups::of(frame, &self.keys())?;
            let rows = groups.split(frame)?;
            let in_order = groups.in_key_order()?;
            let results = in_order.iter().flatten().map(|group| f(rows[group as usize].clone()));
            let mut results = results.collect::<Result<Vec<_>>>()?;
            if results.is_empty() {
                // Without a group, `f` on no rows says which columns a result has.
                results.push(f(frame.clear())?.clear());
            }
            kernels::all_alike(&results)?;
            stack(results)
        })?;
        let rows = Rows::numbered(0, stacked);
        note(format!("apply to each group of {} in turn", self.keys.join(", ")), self.frame.len(), rows.bytes());
        Ok(DataFrame { rows })
    }

    /// A row per group, in the order of the keys.
    fn per_group(
        &self,
        what: &str,
        f: impl FnOnce(&pl::DataFrame, &Groups) -> Result<pl::DataFrame> + Send,
    ) -> Result<DataFrame> {
        let rows = on_one_core(|| {
            let frame = self.frame.rows.columns();
            let groups = Groups::of(frame, &self.keys())?;
            Rows::labelled(groups.keys().clone(), f(frame, &groups)?).take(&groups.in_key_order()?)
        })?;
        note(format!("{what} by {}", self.keys.join(", ")), self.frame.len(), rows.bytes());
        Ok(DataFrame { rows })
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }
}
