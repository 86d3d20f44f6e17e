//! Group-by on partitions: reductions combine where they lie, functions of whole groups need an exchange.

use polars::prelude as pl;

use super::{Agg, DataFrame, combine, pool};
use crate::error::Result;
use crate::exchange;
use crate::kernels::{self, Groups};
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
    /// Each partition is reduced where it lies; only one row per group and partition moves.
    ///
    /// ```
    /// use outgrow::dropin as pd;
    /// let flights = pd::DataFrame::from_columns(polars::df!("carrier" => ["UA", "AA", "UA"], "delay" => [1, 2, 4])?);
    /// let worst = flights.groupby(&["carrier"]).agg(&[("worst", "delay", pd::Agg::Max)])?.reset_index()?;
    /// assert!(worst.into_columns()?.equals(&polars::df!("carrier" => ["AA", "UA"], "worst" => [2, 4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there or cannot be reduced.
    pub fn agg(&self, named: &[(&str, &str, Agg)]) -> Result<DataFrame> {
        let keys = self.keys();
        let partials = pool::map(self.frame.partitions.iter().collect(), |rows: &pl::DataFrame| {
            let groups = Groups::of(rows, &keys)?;
            let mut columns = groups.keys().columns().to_vec();
            for (place, (_, column, agg)) in named.iter().enumerate() {
                columns.extend(combine::partial(kernels::column(rows, column)?, &groups, *agg, place)?);
            }
            Ok(pl::DataFrame::new(groups.len(), columns)?)
        })?;
        let partials = DataFrame { partitions: partials, index: None }.into_columns()?;
        self.note("reduce each partition", self.frame.partitions.iter().map(pl::DataFrame::height), None);

        let groups = Groups::of(&partials, &keys)?;
        let combined = named.iter().enumerate().map(|(place, (name, _, agg))| {
            Ok(combine::finish(&partials, &groups, *agg, place)?.with_name((*name).into()))
        });
        let combined = pl::DataFrame::new(groups.len(), combined.collect::<Result<Vec<_>>>()?)?;
        let sorted = groups.in_key_order()?;
        self.note("combine", [partials.height()], Some(&partials));
        let index = groups.keys().take(&sorted)?;
        Ok(DataFrame { partitions: vec![combined.take(&sorted)?], index: Some(vec![index]) })
    }

    /// Calls `f` once per group with its rows (key columns included, in the order of the frame) and stacks what it
    /// returns, in the order of the keys, with the index 0, 1, 2, ...
    ///
    /// As pandas' `groupby(keys, group_keys=False).apply(f).reset_index(drop=True)`. The function may look at a whole
    /// group, so every row moves to the partition of its group.
    ///
    /// # Errors
    /// What `f` returns, and [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn apply(&self, f: impl Fn(pl::DataFrame) -> Result<pl::DataFrame> + Send + Sync) -> Result<DataFrame> {
        let keys = self.keys();
        let columns = self.frame.partitions[0].clear();
        // Without a row yet: only to hear of a key that is not there.
        Groups::of(&columns, &keys)?;
        let buckets = exchange::buckets(polars_core::runtime::THREAD_POOL.current_num_threads());
        let pieces = pool::map(self.frame.partitions.iter().collect(), |rows| exchange::split(rows, &keys, buckets))?;
        let buckets = exchange::gather(pieces, &keys, buckets, &columns)?;
        let grouped = pool::map(buckets, |rows| {
            let groups = Groups::of(&rows, &keys)?;
            Ok((groups.keys().clone(), groups.split(&rows)?))
        })?;
        let mut group_keys = columns.select(keys.iter().copied())?;
        let mut groups = Vec::new();
        for (keys, rows) in grouped {
            group_keys.vstack_mut_owned(keys)?;
            groups.extend(rows);
        }
        let in_order = Groups::of(&group_keys, &keys)?.in_key_order()?;
        let in_order: Vec<&pl::DataFrame> = in_order.into_no_null_iter().map(|group| &groups[group as usize]).collect();
        self.note("apply to each group", in_order.iter().map(|rows| rows.height()), None);
        let mut partitions = pool::map(in_order, |rows: &pl::DataFrame| f(rows.clone()))?;
        if partitions.is_empty() {
            // Without a group, `f` on no rows says which columns a result has.
            partitions.push(f(columns)?.clear());
        }
        Ok(DataFrame { partitions, index: None })
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// Notes a step with a task for each of `rows_of_tasks`, and what moved to get there.
    fn note(&self, what: &str, rows_of_tasks: impl IntoIterator<Item = usize>, moved: Option<&pl::DataFrame>) {
        let rows: Vec<usize> = rows_of_tasks.into_iter().collect();
        ledger::note(Step {
            what: format!("{what} by {}", self.keys.join(", ")),
            tasks: rows.len(),
            largest_task_rows: rows.into_iter().max().unwrap_or(0) as u64,
            rows_moved: moved.map_or(0, |rows| rows.height() as u64),
            bytes_moved: moved.map_or(0, |rows| rows.estimated_size() as u64),
            ..Step::default()
        });
    }
}
