//! Sorting, duplicates, different values and ranks.
//!
//! A sort is an exchange by value and a sort of each bucket. Duplicates and counts are reduced where they lie first:
//! only one row per value and partition has to meet the others.

use polars::prelude as pl;
use polars::prelude::IntoColumn;

use super::limits::limits;
use super::shuffle::Shuffle;
use super::{DataFrame, Series, pool};
use crate::error::Result;
use crate::kernels::{self, Agg, Groups, Keep, order, reduce, select, window};
use crate::labels::{NAMELESS, Rows};

impl DataFrame {
    /// The rows in the order of their labels, nulls last; rows of equal labels keep their order.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn sort_index(&self) -> Result<Self> {
        if Rows::numbers_go_on(&self.partitions).is_some() {
            self.note("sort by index: it is in order", 0);
            return Ok(self.clone());
        }
        let levels = self.partitions[0].levels().len();
        self.sorted("index", |rows| Ok(rows.labels()), &vec![true; levels])
    }

    /// The rows in the order of these columns, nulls last; equal rows keep their order (`kind="stable"`). `ascending`
    /// holds one order for all columns, or one each.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there, or another number of orders.
    pub fn sort_values(&self, by: &[&str], ascending: &[bool]) -> Result<Self> {
        let ascending = order::ascending_each(by.len(), ascending)?;
        self.sorted(&by.join(", "), |rows| Ok(select::select(rows, by)?.into_columns()), &ascending)
    }

    /// Exchange by the first key, then a sort of each bucket by all of them.
    pub(super) fn sorted(
        &self,
        by: &str,
        keys: impl Fn(&Rows) -> Result<pl::DataFrame> + Sync + Send,
        ascending: &[bool],
    ) -> Result<Self> {
        let sort = |rows: &Rows| rows.take(&order::sorted(&keys(rows)?, ascending)?);
        if self.partitions.len() == 1 || self.len() <= limits().few_rows {
            let whole = match &self.partitions[..] {
                [whole] => whole.clone(),
                _ => self.in_one_place(&format!("gather few rows, to sort by {by}"))?,
            };
            return Self { partitions: vec![whole] }.each(format!("sort by {by}"), sort);
        }
        let first = self.partitions.iter().map(|rows| {
            let keys = keys(rows)?;
            match keys.columns().first() {
                Some(key) => Ok(key.clone()),
                None => Err(crate::Error::input("sort_values: no column is named. Name at least one.")),
            }
        });
        let shuffle = Shuffle::by_range(&first.collect::<Result<Vec<_>>>()?, ascending[0], pool::buckets())?;
        let buckets = shuffle.there(&format!("exchange by value of {by}"), &self.packed()?)?;
        let sorted = pool::map(buckets, |bucket| sort(&Rows::unpacked(&bucket)?))?;
        let sorted = Self { partitions: sorted };
        sorted.note(format!("sort each bucket by {by}"), sorted.bytes());
        Ok(sorted.without_empty())
    }

    /// The first or last row of each combination of values in `subset` (empty: all columns), in the order of the frame.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that is not there.
    pub fn drop_duplicates(&self, subset: &[&str], keep: Keep) -> Result<Self> {
        let all = self.columns();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let keys = if subset.is_empty() { &all[..] } else { subset };
        let marks = |rows: &pl::DataFrame| Ok::<_, crate::Error>(kernels::kept(&Groups::of(rows, keys)?, keep));
        let own = self.each("drop duplicates in each partition", |rows| rows.filter(&marks(rows.columns())?))?;
        if own.partitions.len() == 1 {
            return Ok(own);
        }
        let columns = own.partitions.iter().map(|rows| Ok(rows.columns().select(keys.iter().copied())?));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let kept = if own.len() <= limits().few_rows {
            let whole = Self::numbered(columns).in_one_place("gather what is left, to compare")?;
            let kept = marks(whole.columns())?;
            let lots = own.starts().into_iter().zip(&own.partitions);
            lots.map(|(from, rows)| kept.slice(from as i64, rows.height())).collect()
        } else {
            let shuffle = Shuffle::by_hash(&columns, pool::buckets())?;
            let buckets = shuffle.there("exchange what is left by value", &columns)?;
            let kept = pool::map(buckets, |rows| Ok(marks(&rows)?.into_column().into_frame()))?;
            let kept = shuffle.back("bring the marks back", kept)?;
            kept.iter().map(|kept| Ok(kept.columns()[0].bool()?.clone())).collect::<Result<Vec<_>>>()?
        };
        let pairs = own.partitions.iter().zip(&kept).collect();
        let partitions = pool::map(pairs, |(rows, kept): (&Rows, &pl::BooleanChunked)| rows.filter(kept))?;
        let done = Self { partitions }.without_empty();
        own.note("keep one row of each", done.bytes());
        Ok(done)
    }

    /// How many different known values each column has.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn nunique(&self) -> Result<Series> {
        let names = self.columns();
        let counts = names.iter().map(|name| Ok(self.col(name)?.nunique()? as i64)).collect::<Result<Vec<_>>>()?;
        let names = pl::Column::new(NAMELESS.into(), names).into_frame();
        let counts = Rows::labelled(names, pl::Column::new("".into(), counts).into_frame());
        let counts = Self { partitions: vec![counts] };
        counts.note("a count for each column", counts.bytes());
        Ok(Series { frame: counts })
    }

    /// The rank of each value in its column, from 1; equal values share the mean of their ranks, null has none.
    ///
    /// A rank counts all smaller values: the values go to where they would be sorted, are counted there, and their ranks
    /// come back.
    ///
    /// # Errors
    /// None known.
    pub fn rank(&self) -> Result<Self> {
        let names = self.columns();
        let mut ranked: Vec<Vec<pl::Column>> = vec![Vec::new(); self.partitions.len()];
        for name in &names {
            let column = |rows: &Rows| Ok(rows.columns().column(name)?.clone());
            let values = self.partitions.iter().map(column).collect::<Result<Vec<_>>>()?;
            let shuffle = Shuffle::by_range(&values, true, pool::buckets())?;
            let frames: Vec<pl::DataFrame> = values.into_iter().map(pl::Column::into_frame).collect();
            let buckets = shuffle.there(&format!("exchange by value of {name}"), &frames)?;
            let mut before = 0;
            let starts: Vec<f64> = buckets
                .iter()
                .map(|bucket| {
                    let start = before;
                    before += bucket.height() - bucket.columns()[0].null_count();
                    start as f64
                })
                .collect();
            let ranks = pool::map(buckets.iter().zip(starts).collect(), |(bucket, start): (&pl::DataFrame, f64)| {
                let ranks = window::rank(&bucket.columns()[0]);
                Ok((ranks.f64()? + start).into_column().with_name(name.as_str().into()).into_frame())
            })?;
            let made = ranks.iter().map(|ranks| ranks.estimated_size() as u64).sum();
            self.note(format!("rank {name} in each bucket"), made);
            let back = shuffle.back("bring the ranks back", ranks)?;
            ranked.iter_mut().zip(back).for_each(|(of_rows, ranks)| of_rows.push(ranks.columns()[0].clone()));
        }
        let partitions = self
            .partitions
            .iter()
            .zip(ranked)
            .map(|(rows, ranks)| Ok(rows.with_columns(pl::DataFrame::new(rows.height(), ranks)?)));
        Ok(Self { partitions: partitions.collect::<Result<_>>()? })
    }

    /// Labels and data of each partition in one frame.
    pub(super) fn packed(&self) -> Result<Vec<pl::DataFrame>> {
        self.partitions.iter().map(Rows::packed).collect()
    }
}

impl Series {
    /// The values in order, nulls last; equal values keep their order.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn sort_values(&self, ascending: bool) -> Result<Self> {
        Ok(Self { frame: self.frame.sorted(&self.name(), |rows| Ok(rows.columns().clone()), &[ascending])? })
    }

    /// How often each known value occurs, the most frequent first, and those that are equally frequent in the order of
    /// their first appearance. The values are the labels; the counts are called `count`.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn value_counts(&self) -> Result<Self> {
        let name = self.name();
        let counted = |values: &pl::Column, groups: &Groups, agg| -> Result<pl::DataFrame> {
            let counts = reduce(values, groups, agg)?.with_name("\u{0}count".into());
            Ok(groups.keys().hstack(&[counts])?)
        };
        let partials = pool::map(self.frame.partitions.iter().collect(), |rows: &Rows| {
            let values = &rows.columns().columns()[0];
            counted(values, &Groups::of(rows.columns(), &[&name])?, Agg::Count)
        })?;
        self.frame
            .note("count values in each partition", partials.iter().map(|part| part.estimated_size() as u64).sum());
        let partials = DataFrame::numbered(partials).in_one_place("add up the counts")?.into_columns();
        let groups = Groups::of(&partials, &[&name])?;
        let counts = reduce(partials.column("\u{0}count")?, &groups, Agg::Sum)?.with_name("count".into());
        let counts = Rows::labelled(groups.keys().clone(), counts.into_frame());
        let counts = counts.filter(&groups.keys().columns()[0].is_not_null())?;
        let counts = counts.take(&order::sorted(counts.columns(), &[false])?)?;
        let counts = DataFrame { partitions: vec![counts] };
        counts.note("sort the counts", counts.bytes());
        Ok(Self { frame: counts })
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
        let unique = self.drop_duplicates(Keep::First)?.frame.in_one_place("gather the different values")?;
        Ok(unique.columns().columns()[0].clone())
    }

    /// How many different known values there are.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn nunique(&self) -> Result<usize> {
        let different = self.drop_duplicates(Keep::First)?.frame;
        let nulls = |rows: &Rows| rows.columns().columns()[0].null_count();
        Ok(different.len() - different.partitions.iter().map(nulls).sum::<usize>())
    }
}
