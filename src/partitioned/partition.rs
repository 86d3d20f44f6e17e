//! How rows are split: by key, with an order inside each group.

use polars::prelude::*;

use crate::error::{Error, Result};

/// How rows are split into logical partitions, each of which the function sees alone.
///
/// The default has no key: every slice of rows is a partition.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    keys: Vec<String>,
    presort: String,
}

/// One group per combination of key values; a null is a value like any other.
pub fn by<I>(keys: I) -> Partition
where
    I: IntoIterator,
    I::Item: Into<String>,
{
    Partition { keys: keys.into_iter().map(Into::into).collect(), ..Partition::default() }
}

/// A column that rows are sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// Name of the column.
    pub column: String,
    /// From large to small.
    pub descending: bool,
}

impl Partition {
    /// Sorts the rows of each group before the function sees them: `"time_hour, delay desc"`. Nulls come last, both
    /// ways; rows that are equal in these columns keep the order of the input.
    #[must_use]
    pub fn presort(mut self, columns: &str) -> Self {
        self.presort = columns.to_string();
        self
    }

    /// The key columns.
    pub fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// The columns of the presort.
    ///
    /// # Errors
    /// [`Error::Input`] for an unknown word, a repeated column, or a column that is a key already.
    pub fn sort_keys(&self) -> Result<Vec<SortKey>> {
        let mut sort_keys: Vec<SortKey> = Vec::new();
        for part in self.presort.split(',').filter(|_| !self.presort.trim().is_empty()) {
            let mut words = part.split_whitespace();
            let (column, order) = (words.next(), words.next());
            let (Some(column), None) = (column, words.next()) else {
                return Err(Error::input(format!(
                    "presort `{}`: expected `column`, `column asc` or `column desc` between commas, found `{}`.",
                    self.presort,
                    part.trim()
                )));
            };
            let descending = match order.map(str::to_lowercase).as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(word) => {
                    return Err(Error::input(format!(
                        "presort `{}`: unknown word `{word}` after `{column}`. Use `asc` or `desc`.",
                        self.presort
                    )));
                }
            };
            if sort_keys.iter().any(|key| key.column == column) {
                return Err(Error::input(format!(
                    "presort `{}`: column `{column}` is named twice. Name it once.",
                    self.presort
                )));
            }
            if self.keys.iter().any(|key| key == column) {
                return Err(Error::input(format!(
                    "presort `{}`: column `{column}` is a key already, so it is the same in the whole group. Leave it \
                     out.",
                    self.presort
                )));
            }
            sort_keys.push(SortKey { column: column.to_string(), descending });
        }
        Ok(sort_keys)
    }

    /// Checks keys and presort against the input, before anything runs.
    pub(super) fn check(&self, input: &DataFrame) -> Result<()> {
        let sort_keys = self.sort_keys()?;
        let sorted = sort_keys.iter().map(|key| (&key.column, "presort"));
        for (column, place) in self.keys.iter().map(|key| (key, "by")).chain(sorted) {
            if input.schema().get(column).is_none() {
                let columns: Vec<&str> = input.schema().iter_names().map(|name| name.as_str()).collect();
                return Err(Error::input(format!(
                    "{place}: the input has no column `{column}`; it has {}.",
                    columns.join(", ")
                )));
            }
        }
        for (at, key) in self.keys.iter().enumerate() {
            if self.keys[..at].contains(key) {
                return Err(Error::input(format!("by: column `{key}` is named twice. Name it once.")));
            }
        }
        Ok(())
    }
}

/// Sorts the rows of one group.
pub(super) fn sort(rows: DataFrame, keys: &[SortKey]) -> PolarsResult<DataFrame> {
    if keys.is_empty() {
        return Ok(rows);
    }
    let columns: Vec<PlSmallStr> = keys.iter().map(|key| key.column.as_str().into()).collect();
    let options = SortMultipleOptions::default()
        .with_order_descending_multi(keys.iter().map(|key| key.descending))
        .with_nulls_last(true)
        .with_maintain_order(true);
    rows.sort(columns, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(partition: Partition) -> String {
        let input = df!("a" => [1], "b" => [2], "c" => [3]).unwrap();
        partition.check(&input).unwrap_err().to_string()
    }

    #[test]
    fn presort_is_read_case_insensitively() {
        let keys = by(["a"]).presort(" b,  c DESC ").sort_keys().unwrap();
        let key = |column: &str, descending| SortKey { column: column.into(), descending };
        assert_eq!(keys, [key("b", false), key("c", true)]);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        assert!(message(by(["a"]).presort("b down")).contains("unknown word `down` after `b`"));
        assert!(message(by(["a"]).presort("b desc c")).contains("found `b desc c`"));
        assert!(message(by(["a"]).presort("b,,c")).contains("expected `column`"));
        assert!(message(by(["a"]).presort("b, b desc")).contains("`b` is named twice"));
        assert!(message(by(["a"]).presort("a")).contains("`a` is a key already"));
        assert!(message(by(["a"]).presort("x")).contains("presort: the input has no column `x`; it has a, b, c"));
        assert!(message(by(["x"])).contains("by: the input has no column `x`"));
        assert!(message(by(["a", "a"])).contains("`a` is named twice"));
    }

    #[test]
    fn nulls_come_last_both_ways() {
        let rows = df!("b" => [None, Some(1), Some(2)]).unwrap();
        for (presort, expected) in [("b", [Some(1), Some(2), None]), ("b desc", [Some(2), Some(1), None])] {
            let keys = Partition::default().presort(presort).sort_keys().unwrap();
            assert!(sort(rows.clone(), &keys).unwrap().equals_missing(&df!("b" => expected).unwrap()));
        }
    }
}
