//! One row per group, by expressions.

use polars::prelude::*;

use super::rows::seen_by;
use super::{Fingerprint, Means, Node, Table, step};
use crate::error::Result;
use crate::partitioned::{Algo, Input, OutputSchema, by, num};

struct Aggregate {
    of: Table,
    keys: Vec<String>,
    expressions: Vec<Expr>,
}

impl Aggregate {
    fn of(keys: &[String], expressions: &[Expr], rows: DataFrame) -> PolarsResult<DataFrame> {
        let keys: Vec<Expr> = keys.iter().map(|key| col(key.as_str())).collect();
        match keys.is_empty() {
            true => rows.lazy().select(expressions).collect(),
            false => rows.lazy().group_by_stable(keys).agg(expressions).collect(),
        }
    }
}

impl Node for Aggregate {
    fn empty(&self) -> Result<DataFrame> {
        let empty = self.of.empty()?;
        by(self.keys.clone()).check(empty.schema())?;
        // An aggregate of no row may be a row.
        Ok(Self::of(&self.keys, &self.expressions, empty)?.clear())
    }

    fn rows(&self, means: Means) -> Result<Input> {
        let schema = OutputSchema::of(Node::empty(self)?.schema())?.to_string();
        let (keys, expressions) = (self.keys.clone(), self.expressions.clone());
        let of = match seen_by(&expressions) {
            Some(seen) => self.of.only(&[keys.as_slice(), &seen].concat()),
            None => self.of.clone(),
        };
        // A bucket has whole groups, so the dataframe engine can aggregate all of its groups at once.
        let partition = if keys.is_empty() { num(1) } else { by(keys.clone()).algo(Algo::Coarse) };
        let aggregate = move |rows: DataFrame| Self::of(&keys, &expressions, rows);
        step("aggregate", of, aggregate).schema(&schema).partition(partition).keep_within(means)
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&format!("aggregate {:?}", self.keys));
        self.expressions.iter().try_for_each(|expression| print.expression(expression))
    }
}

impl Table {
    /// One row for each combination of key values, a null being a value like any other; without keys one row in all.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// use polars::prelude::*;
    /// let flights = Table::from(df!("carrier" => ["UA", "UA"], "delay" => [1, 4])?);
    /// let worst = flights.aggregate(["carrier"], [col("delay").max().alias("worst")]).run(&Serial)?;
    /// assert!(worst.equals(&df!("carrier" => ["UA"], "worst" => [4])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn aggregate<I>(&self, keys: I, expressions: impl AsRef<[Expr]>) -> Table
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let keys = keys.into_iter().map(Into::into).collect();
        Table::new(Aggregate { of: self.clone(), keys, expressions: expressions.as_ref().to_vec() })
    }
}
