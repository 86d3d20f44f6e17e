//! What is done to every row on its own: it needs no exchange, and happens while rows are read.

use std::sync::Arc;

use polars::prelude::*;

use super::{Fingerprint, Node, Table};
use crate::error::{Error, Result};
use crate::kernels::column;
use crate::partitioned::conform::conform;
use crate::partitioned::{Engine, Input};

type Step = Arc<dyn Fn(DataFrame) -> Result<DataFrame> + Send + Sync>;

/// A step that is taken for each slice, or, where a row depends on others, for all rows at once.
struct Each {
    of: Table,
    /// What it is, in words that tell it from any other step.
    what: String,
    expressions: Vec<Expr>,
    step: Step,
    row_by_row: bool,
    keeps_rows: bool,
}

impl Node for Each {
    fn empty(&self) -> Result<DataFrame> {
        (self.step)(self.of.empty()?)
    }

    fn rows(&self, engine: &dyn Engine) -> Result<Input> {
        let of = self.of.rows(engine)?;
        if !self.row_by_row {
            return Ok(Input::Frame((self.step)(of.collect()?)?));
        }
        Ok(Input::Each { of: Box::new(of), slice: self.step.clone(), keeps_rows: self.keeps_rows })
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&self.what);
        self.expressions.iter().try_for_each(|expression| print.expression(expression))
    }
}

impl Table {
    fn each(
        &self,
        what: String,
        expressions: Vec<Expr>,
        keeps_rows: bool,
        step: impl Fn(DataFrame) -> Result<DataFrame> + Send + Sync + 'static,
    ) -> Table {
        let row_by_row = expressions.iter().all(is_row_by_row);
        Table::new(Each { of: self.clone(), what, expressions, step: Arc::new(step), row_by_row, keeps_rows })
    }

    /// These columns, in this order; of files, only they are read.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("carrier" => ["UA"], "tail" => ["N1"], "delay" => [4])?);
    /// assert!(flights.columns(["delay", "carrier"]).run(&Serial)?.equals(&df!("delay" => [4], "carrier" => ["UA"])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn columns<I>(&self, names: I) -> Table
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        // What is not there is told of with all that is there.
        let there = self.empty().is_ok_and(|empty| names.iter().all(|name| empty.schema().get(name).is_some()));
        let narrowed = if there { self.only(&names) } else { self.clone() };
        narrowed.each(format!("columns {names:?}"), vec![], true, move |rows| {
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            match twice {
                _ if names.is_empty() => Err(Error::input("columns: none is named. Name at least one.")),
                Some((_, name)) => Err(Error::input(format!("columns: `{name}` is named twice. Name it once."))),
                None => Ok(rows.select(names.iter().map(String::as_str))?),
            }
        })
    }

    /// The rows for which the expression is true.
    ///
    /// An expression that looks at a row alone (columns, values, arithmetic, comparison, casts, null tests) is applied
    /// while rows are read. Any other, such as a comparison with a mean, is applied to all rows at once, in memory; so
    /// it means the same on every engine.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("delay" => [4, 0, 33])?);
    /// let later_than_most = flights.filter(col("delay").gt(col("delay").mean()));
    /// assert!(later_than_most.run(&Serial)?.equals(&df!("delay" => [33])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn filter(&self, predicate: Expr) -> Table {
        let expressions = vec![predicate.clone()];
        self.each("filter".into(), expressions, false, move |rows| {
            Ok(rows.lazy().filter(predicate.clone()).collect()?)
        })
    }

    /// Columns made of expressions, as [`Table::filter`] reads them.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("carrier" => ["UA"], "delay" => [90])?);
    /// let hours = flights.select([col("carrier"), (col("delay") / lit(60.0)).alias("hours")]);
    /// assert!(hours.run(&Serial)?.equals(&df!("carrier" => ["UA"], "hours" => [1.5])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn select(&self, columns: impl AsRef<[Expr]>) -> Table {
        let columns = columns.as_ref().to_vec();
        let expressions = columns.clone();
        // A column made of values alone has one row, however many there are.
        let keeps_rows = columns.iter().any(|column| !column.into_iter().all(|part| !matches!(part, Expr::Column(_))));
        let table = self.each("select".into(), expressions, keeps_rows, move |rows| {
            Ok(rows.lazy().select(columns.clone()).collect()?)
        });
        if keeps_rows { table } else { table.at_once() }
    }

    /// The columns there are, and these, as [`Table::filter`] reads them.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("delay" => [4, 33])?);
    /// let marked = flights.with_columns([col("delay").gt(lit(15)).alias("late")]);
    /// assert!(marked.run(&Serial)?.equals(&df!("delay" => [4, 33], "late" => [false, true])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn with_columns(&self, columns: impl AsRef<[Expr]>) -> Table {
        let columns = columns.as_ref().to_vec();
        let expressions = columns.clone();
        self.each("with columns".into(), expressions, true, move |rows| {
            Ok(rows.lazy().with_columns(columns.clone()).collect()?)
        })
    }

    /// The rows without a null in any of these columns; in any at all when none is named.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("tail" => [Some("N1"), None], "delay" => [None, Some(33)])?);
    /// assert_eq!(flights.dropna(&["delay"]).run(&Serial)?.height(), 1);
    /// assert_eq!(flights.dropna(&[]).run(&Serial)?.height(), 0);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn dropna(&self, columns: &[&str]) -> Table {
        let names: Vec<PlSmallStr> = columns.iter().map(|name| (*name).into()).collect();
        self.each(format!("dropna {names:?}"), vec![], false, move |rows| {
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            Ok(rows.drop_nulls((!names.is_empty()).then_some(names.as_slice()))?)
        })
    }

    /// The value wherever one of these columns is null; every column when none is named. The columns keep their types:
    /// a value that does not fit is an error.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("delay" => [Some(4), None])?);
    /// assert!(flights.fillna(0, &["delay"]).run(&Serial)?.equals(&df!("delay" => [4, 0])?));
    /// assert!(flights.fillna(0.5, &["delay"]).run(&Serial).is_err());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn fillna(&self, value: impl Literal, columns: &[&str]) -> Table {
        let names: Vec<String> = columns.iter().map(|name| name.to_string()).collect();
        let value = value.lit();
        let what = format!("fillna {names:?} {value:?}");
        let fill = move |rows: DataFrame| {
            let all = || rows.columns().iter().map(|column| column.name().to_string()).collect();
            let names: Vec<String> = if names.is_empty() { all() } else { names.clone() };
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            // In its own type: `fill_null` would change the column's.
            let alone = df!("" => [0i32])?.lazy().select([value.clone().alias("value")]).collect()?;
            let fills = names.iter().map(|name| {
                let schema = Schema::from_iter([(PlSmallStr::from("value"), rows.column(name)?.dtype().clone())]);
                let fits = conform(alone.clone(), &schema).map_err(|_| {
                    let dtype = rows.column(name).map_or_else(|_| "?".into(), |column| column.dtype().to_string());
                    Error::input(format!(
                        "fillna: {value} does not fit column `{name}`, which is {dtype}. Name the columns."
                    ))
                })?;
                let value = fits.column("value")?.get(0)?.into_static();
                let dtype = rows.column(name)?.dtype().clone();
                Ok(col(name.as_str()).fill_null(lit(Scalar::new(dtype, value))))
            });
            let fills = fills.collect::<Result<Vec<_>>>()?;
            Ok(rows.lazy().with_columns(fills).collect()?)
        };
        self.each(what, vec![], true, fill)
    }

    /// The same step for all rows together.
    fn at_once(&self) -> Table {
        struct AtOnce(Table);

        impl Node for AtOnce {
            fn empty(&self) -> Result<DataFrame> {
                self.0.empty()
            }

            fn rows(&self, engine: &dyn Engine) -> Result<Input> {
                match self.0.rows(engine)? {
                    Input::Each { of, slice, .. } => Ok(Input::Frame(slice(of.collect()?)?)),
                    rows => Ok(rows),
                }
            }

            fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
                self.0.fingerprint(print)
            }
        }

        Table::new(AtOnce(self.clone()))
    }
}

/// Whether the value for a row depends on that row alone. What is not known to be so counts as not so.
fn is_row_by_row(expression: &Expr) -> bool {
    expression.into_iter().all(|part| match part {
        Expr::Column(_) | Expr::Alias(..) | Expr::BinaryExpr { .. } | Expr::Cast { .. } | Expr::Ternary { .. } => true,
        Expr::Literal(value) => matches!(value, LiteralValue::Scalar(_) | LiteralValue::Dyn(_)),
        Expr::Function { function, .. } => matches!(
            function,
            FunctionExpr::Boolean(BooleanFunction::IsNull | BooleanFunction::IsNotNull | BooleanFunction::Not)
        ),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_at_a_row_alone_is_done_row_by_row() {
        for expression in [col("a").gt(lit(1)), (col("a") + col("b")).alias("c"), col("a").is_null().not()] {
            assert!(is_row_by_row(&expression), "{expression}");
        }
        for expression in [col("a").gt(col("a").mean()), col("a").shift(lit(1)), col("a").sum(), len()] {
            assert!(!is_row_by_row(&expression), "{expression}");
        }
    }
}
