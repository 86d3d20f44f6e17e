//! How rows are split: by key or by place, in how many parts, with an order inside each.

use polars::prelude::*;

use super::expression::{NumExpression, Presort, SortKey};
use crate::error::{Error, Result};

/// How rows are split into partitions.
///
/// A *logical* partition is what the function sees in one call: one group when there are keys, one slice of rows
/// otherwise. A *physical* partition is what one worker does in one go: several groups, or one slice.
///
/// ```
/// use outgrow::partitioned::{Partition, Serial, Table, by};
/// # use polars::prelude::*;
/// /// A split is a value, and can be kept: the latest departure of each group.
/// fn latest(keys: &[&str]) -> Partition {
///     by(keys.iter().copied()).presort("time_hour desc")
/// }
/// let flights = Table::from(df!("carrier" => ["UA", "UA"], "time_hour" => [5, 23])?);
/// let last = flights.take(1, latest(&["carrier"])).run(&Serial)?;
/// assert!(last.equals(&df!("carrier" => ["UA"], "time_hour" => [23])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Partition {
    keys: Vec<String>,
    presort: String,
    num: Option<String>,
    algo: Algo,
    per_row: bool,
}

/// Which rows go together into a physical partition.
///
/// With `Coarse` the function is called once for many groups:
///
/// ```
/// use outgrow::partitioned::{Algo, Serial, by, transform};
/// # use polars::prelude::*;
/// let flights = df!("tail" => ["N1", "N2", "N1"], "delay" => [4, 0, 33])?;
/// let calls = |algo| {
///     let count = |rows: DataFrame| df!("rows" => [rows.height() as u32]);
///     let split = by(["tail"]).num(1).algo(algo);
///     transform(&flights, count).schema("rows: u32").partition(split).run(&Serial).map(|rows| rows.height())
/// };
/// assert_eq!((calls(Algo::Hash)?, calls(Algo::Coarse)?), (2, 1));
/// assert_eq!("EVEN".parse::<Algo>()?, Algo::Even);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Algo {
    /// With keys: by a hash of the keys. Without: slices of the input, in order.
    #[default]
    Hash,
    /// By chance, the same each time for the same seed. With keys, whole groups are dealt out.
    Rand {
        /// Where chance starts.
        seed: u64,
    },
    /// Without keys: as many rows in each, give or take one. With keys: one group in each, so that no long task waits
    /// behind another.
    Even,
    /// As hash, but the function sees all groups of a physical partition at once, sorted by keys and presort when there
    /// is a presort. A group is never split. For many small groups.
    Coarse,
}

impl std::str::FromStr for Algo {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name.to_lowercase().as_str() {
            "hash" => Ok(Algo::Hash),
            "rand" => Ok(Algo::Rand { seed: 0 }),
            "even" => Ok(Algo::Even),
            "coarse" => Ok(Algo::Coarse),
            _ => Err(Error::input(format!("unknown algo `{name}`. Use hash, rand, even or coarse."))),
        }
    }
}

/// One group per combination of key values; a null is a value like any other.
///
/// ```
/// use outgrow::partitioned::{Algo, by};
/// let split = by(["carrier", "origin"]).presort("time_hour, delay desc").num("CONCURRENCY * 4").algo(Algo::Coarse);
/// assert_eq!(split.keys(), ["carrier", "origin"]);
/// ```
pub fn by<I>(keys: I) -> Partition
where
    I: IntoIterator,
    I::Item: Into<String>,
{
    Partition { keys: keys.into_iter().map(Into::into).collect(), ..Partition::default() }
}

/// So many slices of rows: see [`Partition::num`].
///
/// ```
/// use outgrow::partitioned::{Serial, num, transform};
/// # use polars::prelude::*;
/// let flights = df!("delay" => [4, 0, 33, 12])?;
/// let count = |rows: DataFrame| df!("rows" => [rows.height() as u32]);
/// let counts = transform(flights, count).schema("rows: u32").partition(num("ROWCOUNT / 2")).run(&Serial)?;
/// assert!(counts.equals(&df!("rows" => [2u32, 2])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn num(partitions: impl ToString) -> Partition {
    Partition::default().num(partitions)
}

/// Every row is a partition: for a table whose rows are tasks, such as the rows of a grid. Such a table is held in memory,
/// also that of a file.
///
/// ```
/// use outgrow::partitioned::{Serial, per_row, transform};
/// # use polars::prelude::*;
/// let grid = df!("alpha" => [0.1, 1.0, 10.0])?;
/// let fit = |one: DataFrame| df!("fits" => [one.height() as u32]);
/// let fits = transform(grid, fit).schema("fits: u32").partition(per_row()).run(&Serial)?;
/// assert!(fits.equals(&df!("fits" => [1u32, 1, 1])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub fn per_row() -> Partition {
    Partition { per_row: true, ..Partition::default() }
}

impl Partition {
    /// Sorts the rows of each logical partition before the function sees them: `"time_hour, delay desc"`. Nulls come
    /// last, both ways; rows that are equal in these columns keep the order of the input.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table, by};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("carrier" => ["UA", "UA", "UA"], "delay" => [Some(4), None, Some(33)])?);
    /// let worst = flights.take(1, by(["carrier"]).presort("delay desc")).run(&Serial)?;
    /// assert!(worst.equals(&df!("carrier" => ["UA"], "delay" => [33])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    #[must_use]
    pub fn presort(mut self, columns: &str) -> Self {
        self.presort = columns.to_string();
        self
    }

    /// How many physical partitions: a number, or an [expression](NumExpression) such as `"ROWCOUNT / 100000"` or
    /// `"max(CONCURRENCY * 4, 16)"`. A result does not depend on it where there are keys.
    ///
    /// ```
    /// use outgrow::partitioned::by;
    /// let few_and_large = by(["carrier"]).num(2);
    /// let many = by(["tail"]).num("max(CONCURRENCY * 4, 16)");
    /// ```
    #[must_use]
    pub fn num(mut self, partitions: impl ToString) -> Self {
        self.num = Some(partitions.to_string());
        self
    }

    /// Which rows go together.
    ///
    /// ```
    /// use outgrow::partitioned::{Algo, by};
    /// let many_small_groups = by(["tail"]).presort("time_hour").algo(Algo::Coarse);
    /// ```
    #[must_use]
    pub fn algo(mut self, algo: Algo) -> Self {
        self.algo = algo;
        self
    }

    /// The key columns.
    ///
    /// ```
    /// assert_eq!(outgrow::partitioned::by(["carrier", "origin"]).keys(), ["carrier", "origin"]);
    /// ```
    pub fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// What this means for an input with these columns.
    ///
    /// ```
    /// use outgrow::partitioned::by;
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// assert_eq!(by(["carrier"]).check(flights.schema())?.keys, ["carrier"]);
    /// let error = by(["airline"]).check(flights.schema()).unwrap_err().to_string();
    /// assert_eq!(error, "by: the input has no column `airline`; it has carrier, delay.");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there, is named twice, or is both key and presort, for a presort or
    /// number that cannot be read, and for words that contradict each other.
    pub fn check(&self, input: &Schema) -> Result<Split> {
        let read = |error: super::expression::SyntaxError| Error::input(error.to_string());
        let presort: Presort = self.presort.parse().map_err(read)?;
        let num = self.num.as_deref().map(|num| num.parse::<NumExpression>().map_err(read)).transpose()?;
        let sorted = presort.keys.iter().map(|key| (&key.column, "presort"));
        for (column, place) in self.keys.iter().map(|key| (key, "by")).chain(sorted) {
            if input.get(column).is_none() {
                let columns: Vec<&str> = input.iter_names().map(|name| name.as_str()).collect();
                let columns = columns.join(", ");
                return Err(Error::input(format!("{place}: the input has no column `{column}`; it has {columns}.")));
            }
        }
        for (at, key) in self.keys.iter().enumerate() {
            if self.keys[..at].contains(key) {
                return Err(Error::input(format!("by: column `{key}` is named twice. Name it once.")));
            }
            if presort.keys.iter().any(|sort| sort.column == *key) {
                return Err(Error::input(format!(
                    "presort `{presort}`: column `{key}` is a key already, so it is the same in the whole group. Leave \
                     it out.",
                )));
            }
        }
        if self.per_row && !self.keys.is_empty() {
            return Err(Error::input("per_row and by exclude each other: a row is its own partition. Keep one."));
        }
        if self.per_row && self.num.is_some() {
            return Err(Error::input("per_row and num exclude each other: the rows are the partitions. Keep one."));
        }
        Ok(Split { keys: self.keys.clone(), presort: presort.keys, num, algo: self.algo, per_row: self.per_row })
    }
}

/// A [`Partition`] that was held against an input and can be carried out.
///
/// Engines carry it out: see the example at [`Engine`](super::Engine).
#[derive(Clone, Debug)]
pub struct Split {
    /// The key columns; none for a split by place.
    pub keys: Vec<String>,
    /// The order inside each logical partition.
    pub presort: Vec<SortKey>,
    /// How many physical partitions; the engine decides when there is none.
    pub num: Option<NumExpression>,
    /// Which rows go together.
    pub algo: Algo,
    /// Every row is a partition.
    pub per_row: bool,
}

impl Split {
    /// The key columns, as the kernels take them.
    ///
    /// ```
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// let split = outgrow::partitioned::by(["carrier"]).check(flights.schema())?;
    /// assert_eq!(split.key_names(), ["carrier"]);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn key_names(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// The function sees whole physical partitions.
    ///
    /// ```
    /// use outgrow::partitioned::{by, num};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"])?;
    /// assert!(num(4).check(flights.schema())?.coarse());
    /// assert!(!by(["carrier"]).check(flights.schema())?.coarse());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn coarse(&self) -> bool {
        self.keys.is_empty() || self.algo == Algo::Coarse
    }

    /// Sorts the rows that the function is to see in one call.
    ///
    /// ```
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA", "UA"], "delay" => [4, 33])?;
    /// let split = outgrow::partitioned::by(["carrier"]).presort("delay desc").check(flights.schema())?;
    /// assert!(split.sort(flights)?.equals(&df!("carrier" => ["UA", "UA"], "delay" => [33, 4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn sort(&self, rows: DataFrame) -> PolarsResult<DataFrame> {
        if self.presort.is_empty() {
            return Ok(rows);
        }
        // Several groups at once are sorted by key first.
        let keys = if self.algo == Algo::Coarse { self.keys.as_slice() } else { &[] };
        let keys = keys.iter().map(|key| (key, false));
        let sorted = keys.chain(self.presort.iter().map(|key| (&key.column, key.descending)));
        let (columns, descending): (Vec<PlSmallStr>, Vec<bool>) =
            sorted.map(|(column, descending)| (column.as_str().into(), descending)).unzip();
        let options = SortMultipleOptions::default()
            .with_order_descending_multi(descending)
            .with_nulls_last(true)
            .with_maintain_order(true);
        rows.sort(columns, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Schema {
        df!("a" => [1], "b" => [2], "c" => [3]).unwrap().schema().as_ref().clone()
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        for (partition, expected) in [
            (by(["a"]).presort("b down"), "unknown word `down` after `b`"),
            (by(["a"]).presort("b, b desc"), "`b` is named twice"),
            (by(["a"]).presort("a"), "`a` is a key already"),
            (by(["a"]).presort("x"), "presort: the input has no column `x`; it has a, b, c"),
            (by(["x"]), "by: the input has no column `x`"),
            (by(["a", "a"]), "`a` is named twice"),
            (num("ROWS"), "num: `ROWS` is no whole number"),
            (Partition { per_row: true, ..by(["a"]) }, "per_row and by exclude each other"),
            (per_row().num(3), "per_row and num exclude each other"),
        ] {
            let message = partition.check(&schema()).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        let message = "hsah".parse::<Algo>().unwrap_err().to_string();
        assert_eq!(message, "unknown algo `hsah`. Use hash, rand, even or coarse.");
    }

    #[test]
    fn nulls_come_last_both_ways() {
        let rows = df!("b" => [None, Some(1), Some(2)]).unwrap();
        for (presort, expected) in [("b", [Some(1), Some(2), None]), ("b desc", [Some(2), Some(1), None])] {
            let split = Partition::default().presort(presort).check(rows.schema()).unwrap();
            assert!(split.sort(rows.clone()).unwrap().equals_missing(&df!("b" => expected).unwrap()));
        }
    }

    #[test]
    fn coarse_sorts_by_key_first() {
        let rows = df!("a" => [2, 1, 2], "b" => [5, 6, 4]).unwrap();
        let split = by(["a"]).presort("b").algo(Algo::Coarse).check(rows.schema()).unwrap();
        assert!(split.sort(rows).unwrap().equals(&df!("a" => [1, 2, 2], "b" => [6, 4, 5]).unwrap()));
    }
}
