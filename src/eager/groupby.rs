//! Group-by: groups are found once, then every reduction is one pass over one column.

use polars::prelude as pl;

use super::one_core::on_one_core;
use super::{Agg, DataFrame};
use crate::error::Result;
use crate::kernels::{self, Groups, reduce};
use crate::ledger::{self, Step};

/// The rows of a frame, to be grouped.
#[derive(Clone, Debug)]
pub struct GroupBy<'a> {
    frame: &'a DataFrame,
    keys: Vec<String>,
}

impl<'a> GroupBy<'a> {
    pub(super) fn new(frame: &'a DataFrame, keys: &[&str]) -> Self {
        Self { frame, keys: keys.iter().map(|key| key.to_string()).collect() }
    }

    /// One row per group, sorted by key, with the keys as index: for each `(name, column, how)` one column.
    ///
    /// ```
    /// use outgrow::eager as pd;
    /// let flights = pd::DataFrame::from_columns(polars::df!("carrier" => ["UA", "AA", "UA"], "delay" => [1, 2, 4])?);
    /// let worst = flights.groupby(&["carrier"]).agg(&[("worst", "delay", pd::Agg::Max)])?.reset_index()?;
    /// assert!(worst.into_columns()?.equals(&polars::df!("carrier" => ["AA", "UA"], "worst" => [2, 4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there or cannot be reduced.
    pub fn agg(&self, named: &[(&str, &str, Agg)]) -> Result<DataFrame> {
        on_one_core(|| {
            let frame = &self.frame.columns;
            let groups = Groups::of(frame, &self.keys())?;
            let reduced = named.iter().map(|(name, column, agg)| {
                Ok(reduce(kernels::column(frame, column)?, &groups, *agg)?.with_name((*name).into()))
            });
            let reduced = pl::DataFrame::new(groups.len(), reduced.collect::<Result<Vec<_>>>()?)?;
            let sorted = groups.in_key_order()?;
            Ok(DataFrame { columns: reduced.take(&sorted)?, index: Some(groups.keys().take(&sorted)?) })
        })
        .inspect(|_| self.note("reduce"))
    }

    /// Calls `f` once per group with its rows (key columns included, in the order of the frame) and stacks what it
    /// returns, in the order of the keys, with the index 0, 1, 2, ...
    ///
    /// As pandas' `groupby(keys, group_keys=False).apply(f).reset_index(drop=True)`.
    ///
    /// # Errors
    /// What `f` returns, and [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn apply(&self, f: impl Fn(pl::DataFrame) -> Result<pl::DataFrame> + Send + Sync) -> Result<DataFrame> {
        on_one_core(|| {
            let frame = &self.frame.columns;
            let groups = Groups::of(frame, &self.keys())?;
            let rows = groups.split(frame)?;
            let mut results = groups
                .in_key_order()?
                .into_no_null_iter()
                .map(|group| f(rows[group as usize].clone()))
                .collect::<Result<Vec<_>>>()?
                .into_iter();
            // Without a group, `f` on no rows says which columns a result has.
            let mut stacked = match results.next() {
                Some(first) => first,
                None => f(frame.clear())?.clear(),
            };
            results.try_for_each(|result| stacked.vstack_mut_owned(result).map(|_| ()))?;
            Ok(DataFrame::from_columns(stacked))
        })
        .inspect(|_| self.note("apply"))
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    fn note(&self, what: &str) {
        ledger::note(Step {
            what: format!("{what} by {}", self.keys.join(", ")),
            tasks: 1,
            largest_task_rows: self.frame.len() as u64,
            ..Step::default()
        });
    }
}
