//! Group-by on partitions: reductions combine where they lie, functions of whole groups need an exchange.

use polars::prelude as pl;

use super::shuffle::Shuffle;
use super::{Agg, DataFrame, Series, Transform, combine, pool};
use crate::error::Result;
use crate::exchange;
use crate::kernels::{self, Groups, reduce, spread, transform, without_null_keys, z_scores};
use crate::labels::{Rows, stack};
use crate::ledger::{self, Step};

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
    /// Each partition is reduced where it lies, and only one row per group and partition moves. A median or quantile
    /// does not combine: with one of these in `named`, the rows move.
    ///
    /// ```
    /// use outgrow::dropin as pd;
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
        if named.iter().any(|(_, _, agg)| !agg.combines()) && self.frame.partitions.len() > 1 {
            return self.agg_whole_groups(named);
        }
        let keys = self.keys();
        let partials = pool::map(self.frame.partitions.iter().collect(), |rows: &Rows| {
            let rows = rows.columns();
            let groups = Groups::of(rows, &keys)?;
            let mut columns = groups.keys().columns().to_vec();
            for (place, (_, column, agg)) in named.iter().enumerate() {
                let column = kernels::column(rows, column)?;
                match agg.combines() {
                    true => columns.extend(combine::partial(column, &groups, *agg, place)?),
                    // There is one partition: nothing has to be combined.
                    false => columns.push(reduce(column, &groups, *agg)?.with_name(combine::part(place, "value"))),
                }
            }
            Ok(pl::DataFrame::new(groups.len(), columns)?)
        })?;
        self.note("reduce each partition", self.frame.partitions.iter().map(Rows::height), bytes(&partials));
        let partials = stack(partials)?;
        let groups = Groups::of(&partials, &keys)?;
        let combined = named.iter().enumerate().map(|(place, (name, column, agg))| {
            let combined = match agg.combines() {
                true => combine::finish(&partials, &groups, (column, *agg), place)?,
                false => partials.column(&combine::part(place, "value"))?.clone(),
            };
            Ok(combined.with_name((*name).into()))
        });
        let combined = pl::DataFrame::new(groups.len(), combined.collect::<Result<Vec<_>>>()?)?;
        self.in_key_order("combine", &partials, Rows::labelled(groups.keys().clone(), combined))
    }

    /// Every row moves to the bucket of its group, but only the columns that are asked for.
    fn agg_whole_groups(&self, named: &[(&str, &str, Agg)]) -> Result<DataFrame> {
        let mut columns = self.keys();
        for (_, column, _) in named {
            kernels::column(self.frame.partitions[0].columns(), column)?;
            if !columns.contains(column) {
                columns.push(column);
            }
        }
        let (_, buckets) = self.to_groups(&columns)?;
        let keys = self.keys();
        let reduced = pool::map(buckets.iter().collect(), |rows: &pl::DataFrame| {
            let groups = Groups::of(rows, &keys)?;
            let reduced = named.iter().map(|(name, column, agg)| {
                Ok(reduce(kernels::column(rows, column)?, &groups, *agg)?.with_name((*name).into()))
            });
            let reduced = pl::DataFrame::new(groups.len(), reduced.collect::<Result<Vec<_>>>()?)?;
            Ok(Rows::labelled(groups.keys().clone(), reduced))
        })?;
        let made = reduced.iter().map(Rows::bytes).sum();
        self.note("reduce whole groups", buckets.iter().map(pl::DataFrame::height), made);
        let reduced = Rows::stack(reduced)?;
        self.in_key_order("gather a row per group", &reduced.packed()?, reduced)
    }

    /// How many rows each group has, nulls included; the keys are the index.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn size(&self) -> Result<Series> {
        let keys = self.keys();
        let partials = pool::map(self.frame.partitions.iter().collect(), |rows: &Rows| {
            let groups = Groups::of(rows.columns(), &keys)?;
            let mut sizes = vec![0i64; groups.len()];
            groups.codes().iter().for_each(|code| sizes[*code as usize] += 1);
            Ok(groups.keys().hstack(&[pl::Column::new("\u{0}size".into(), sizes)])?)
        })?;
        self.note("count rows of each partition", self.frame.partitions.iter().map(Rows::height), bytes(&partials));
        let partials = stack(partials)?;
        let groups = Groups::of(&partials, &keys)?;
        let sizes = reduce(partials.column("\u{0}size")?, &groups, Agg::Sum)?.with_name("".into());
        let sizes = Rows::labelled(groups.keys().clone(), sizes.into_frame());
        Ok(Series { frame: self.in_key_order("add up", &partials, sizes)? })
    }

    /// A value per row from the column's values in the row's group, with the labels and order of the frame. Rows with a
    /// null in a key get null.
    ///
    /// A reduction that combines, and the z-score made of two, are sent to every partition: no row moves. Anything else
    /// needs the group in one place, and its values brought back to where the rows were.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there or cannot be used so.
    pub fn transform(&self, column: &str, how: Transform) -> Result<Series> {
        kernels::column(self.frame.partitions[0].columns(), column)?;
        match how {
            Transform::Each(agg) if agg.combines() => self.sent_to_all(column, how, &[agg]),
            Transform::ZScore => self.sent_to_all(column, how, &[Agg::Mean, Agg::Std]),
            _ => self.there_and_back(column, how),
        }
    }

    fn sent_to_all(&self, column: &str, how: Transform, aggs: &[Agg]) -> Result<Series> {
        let keys = self.keys();
        let partitions = &self.frame.partitions;
        let found = pool::map(partitions.iter().collect(), |rows: &Rows| {
            let groups = Groups::of(rows.columns(), &keys)?;
            let mut partial = groups.keys().columns().to_vec();
            for (place, agg) in aggs.iter().enumerate() {
                partial.extend(combine::partial(kernels::column(rows.columns(), column)?, &groups, *agg, place)?);
            }
            Ok((pl::DataFrame::new(groups.len(), partial)?, groups))
        })?;
        let partials: Vec<pl::DataFrame> = found.iter().map(|(partial, _)| partial.clone()).collect();
        self.note("reduce each partition", partitions.iter().map(Rows::height), bytes(&partials));
        let partials = stack(partials)?;
        let all = Groups::of(&partials, &keys)?;
        let values =
            aggs.iter().enumerate().map(|(place, agg)| combine::finish(&partials, &all, (column, *agg), place));
        let values = values.collect::<Result<Vec<_>>>()?;
        let held = values.iter().map(|values| values.as_materialized_series().estimated_size() as u64).sum();
        self.note_gathered("combine, and send to all", &partials, held);

        let mut first = 0;
        let lots = partitions.iter().zip(&found).map(|(rows, (_, groups))| {
            first += groups.len();
            (rows, groups, first - groups.len())
        });
        let done = pool::map(lots.collect(), |(rows, groups, first): (&Rows, &Groups, usize)| {
            let here = all.codes()[first..first + groups.len()].to_vec();
            let here = pl::IdxCa::from_vec("".into(), here);
            let own = kernels::column(rows.columns(), column)?;
            let done = match how {
                Transform::ZScore => z_scores(own, groups, &values[0].take(&here)?, &values[1].take(&here)?)?,
                _ => without_null_keys(spread(&values[0].take(&here)?, groups)?, groups)?,
            };
            Ok(rows.with_columns(done.with_name(own.name().clone()).into_frame()))
        })?;
        let done = DataFrame { partitions: done };
        done.note(format!("{how} by {}", self.keys.join(", ")), done.bytes());
        Ok(Series { frame: done })
    }

    fn there_and_back(&self, column: &str, how: Transform) -> Result<Series> {
        let keys = self.keys();
        let mut columns = keys.clone();
        if !columns.contains(&column) {
            columns.push(column);
        }
        let (shuffle, buckets) = self.to_groups(&columns)?;
        let done = pool::map(buckets.iter().collect(), |rows: &pl::DataFrame| {
            Ok(transform(kernels::column(rows, column)?, &Groups::of(rows, &keys)?, how)?.into_frame())
        })?;
        self.note(&format!("{how}"), buckets.iter().map(pl::DataFrame::height), bytes(&done));
        let back = shuffle.back("bring the values back to their rows", done)?;
        let partitions = self.frame.partitions.iter().zip(back).map(|(rows, values)| rows.with_columns(values));
        Ok(Series { frame: DataFrame { partitions: partitions.collect() } })
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
        let columns = self.frame.partitions[0].columns().clear();
        // Without a row yet: only to hear of a key that is not there.
        Groups::of(&columns, &keys)?;
        let buckets = pool::buckets();
        let pieces = pool::map(self.frame.partitions.iter().collect(), |rows: &Rows| {
            exchange::split(rows.columns(), &keys, buckets)
        })?;
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
        let rows_of_tasks: Vec<usize> = in_order.iter().map(|rows| rows.height()).collect();
        let mut partitions = pool::map(in_order, |rows: &pl::DataFrame| f(rows.clone()))?;
        self.note("apply to each group", rows_of_tasks, bytes(&partitions));
        if partitions.is_empty() {
            // Without a group, `f` on no rows says which columns a result has.
            partitions.push(f(columns)?.clear());
        }
        kernels::all_alike(&partitions)?;
        Ok(DataFrame::numbered(partitions))
    }

    /// These columns of all rows, in buckets that hold whole groups.
    fn to_groups(&self, columns: &[&str]) -> Result<(Shuffle, Vec<pl::DataFrame>)> {
        let keys = self.keys();
        Groups::of(&self.frame.partitions[0].columns().clear(), &keys)?;
        let select = |columns: &[&str]| -> Result<Vec<pl::DataFrame>> {
            let partitions = self.frame.partitions.iter();
            partitions.map(|rows| Ok(rows.columns().select(columns.iter().copied())?)).collect()
        };
        let shuffle = Shuffle::by_hash(&select(&keys)?, pool::buckets())?;
        let buckets = shuffle.there(&format!("exchange by {}", self.keys.join(", ")), &select(columns)?)?;
        Ok((shuffle, buckets))
    }

    /// A row per group in the order of the keys, those with a null left out, from what was gathered of them.
    fn in_key_order(&self, what: &str, gathered: &pl::DataFrame, groups: Rows) -> Result<DataFrame> {
        let order = Groups::of(&groups.labels(), &self.keys())?.in_key_order()?;
        let done = groups.take(&order)?;
        self.note_gathered(what, gathered, done.bytes());
        Ok(DataFrame { partitions: vec![done] })
    }

    fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// Notes a step with a task for each of `rows_of_tasks`, and the bytes of the columns it made.
    fn note(&self, what: &str, rows_of_tasks: impl IntoIterator<Item = usize>, bytes: u64) {
        let rows: Vec<usize> = rows_of_tasks.into_iter().collect();
        ledger::note(Step {
            what: format!("{what} by {}", self.keys.join(", ")),
            tasks: rows.len(),
            rows: rows.iter().sum::<usize>() as u64,
            largest_task_rows: rows.into_iter().max().unwrap_or(0) as u64,
            bytes_materialised: bytes,
            ..Step::default()
        });
    }

    /// Notes that a row per group (and partition) came to one place, and the bytes of the columns made of them.
    fn note_gathered(&self, what: &str, gathered: &pl::DataFrame, bytes: u64) {
        let rows = gathered.height() as u64;
        ledger::note(Step {
            what: format!("{what} by {}", self.keys.join(", ")),
            tasks: 1,
            rows,
            largest_task_rows: rows,
            rows_moved: rows,
            bytes_moved: gathered.estimated_size() as u64,
            rows_gathered: rows,
            bytes_materialised: bytes,
            barrier: true,
            ..Step::default()
        });
    }
}

/// Bytes of some tables.
fn bytes(tables: &[pl::DataFrame]) -> u64 {
    tables.iter().map(|table| table.estimated_size() as u64).sum()
}
