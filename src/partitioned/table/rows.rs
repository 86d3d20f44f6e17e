//! What is done to every row on its own: it needs no exchange, and happens while rows are read.

use std::sync::Arc;

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table};
use crate::error::{Error, Result};
use crate::kernels::column;
use crate::partitioned::Input;
use crate::partitioned::conform::conform;

type Step = Arc<dyn Fn(DataFrame) -> Result<DataFrame> + Send + Sync>;

/// A step that is taken for each slice, or, where a row depends on others, for all rows at once.
struct Each {
    of: Table,
    does: Arc<Does>,
}

/// What is done with rows.
struct Does {
    /// In words that tell it from any other step.
    what: String,
    expressions: Vec<Expr>,
    /// The columns that it looks at; `None` where that cannot be told.
    sees: Option<Vec<String>>,
    /// What it does not look at is not in its result.
    selects: bool,
    /// It gives as many rows as it gets.
    keeps_rows: bool,
    row_by_row: bool,
    step: Step,
}

impl Does {
    fn new(
        what: impl Into<String>,
        expressions: &[Expr],
        step: impl Fn(DataFrame) -> Result<DataFrame> + Send + Sync + 'static,
    ) -> Self {
        Self {
            what: what.into(),
            expressions: expressions.to_vec(),
            sees: seen_by(expressions),
            selects: false,
            keeps_rows: true,
            row_by_row: expressions.iter().all(is_row_by_row),
            step: Arc::new(step),
        }
    }
}

impl Node for Each {
    fn empty(&self) -> Result<DataFrame> {
        (self.does.step)(self.of.empty()?)
    }

    fn rows(&self, means: Means) -> Result<Input> {
        // What is not there is told of with all that is there, before columns are left out.
        self.empty()?;
        let does = &self.does;
        let of = match &does.sees {
            Some(seen) if does.selects => self.of.only(seen).rows(means)?,
            _ => self.of.rows(means)?,
        };
        if does.row_by_row {
            return Ok(Input::Each { of: Box::new(of), slice: does.step.clone(), keeps_rows: does.keeps_rows });
        }
        let over_rows = does.expressions.iter().find(|expression| !is_row_by_row(expression));
        let why = over_rows.map_or(does.what.clone(), |over_rows| format!("{} by `{over_rows}`", does.what));
        Ok(Input::Frame((does.step)(of.collect_within(means.memory, &why)?)?))
    }

    fn only(&self, wanted: &[String]) -> Option<Table> {
        let seen = self.does.sees.as_ref().filter(|_| !self.does.selects)?;
        let of = self.of.only(&[wanted, seen].concat());
        Some(Table::new(Each { of, does: self.does.clone() }))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)?;
        print.text(&self.does.what);
        self.does.expressions.iter().try_for_each(|expression| print.expression(expression))
    }
}

impl Table {
    fn each(&self, does: Does) -> Table {
        Table::new(Each { of: self.clone(), does: Arc::new(does) })
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
        let (what, sees) = (format!("columns {names:?}"), Some(names.clone()));
        let step = move |rows: DataFrame| {
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            let twice = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
            match twice {
                _ if names.is_empty() => Err(Error::input("columns: none is named. Name at least one.")),
                Some((_, name)) => Err(Error::input(format!("columns: `{name}` is named twice. Name it once."))),
                None => Ok(rows.select(names.iter().map(String::as_str))?),
            }
        };
        self.each(Does { sees, selects: true, ..Does::new(what, &[], step) })
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
        let expressions = [predicate.clone()];
        let step = move |rows: DataFrame| Ok(rows.lazy().filter(predicate.clone()).collect()?);
        self.each(Does { keeps_rows: false, ..Does::new("filter", &expressions, step) })
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
        let of_rows = columns.iter().any(|column| column.into_iter().any(|part| matches!(part, Expr::Column(_))));
        let step = move |rows: DataFrame| Ok(rows.lazy().select(columns.clone()).collect()?);
        let does = Does::new("select", &expressions, step);
        self.each(Does { selects: true, row_by_row: does.row_by_row && of_rows, ..does })
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
        let step = move |rows: DataFrame| Ok(rows.lazy().with_columns(columns.clone()).collect()?);
        self.each(Does::new("with columns", &expressions, step))
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
        let (what, sees) = (format!("dropna {names:?}"), these_or_all(columns));
        let step = move |rows: DataFrame| {
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            Ok(rows.drop_nulls((!names.is_empty()).then_some(names.as_slice()))?)
        };
        self.each(Does { sees, keeps_rows: false, ..Does::new(what, &[], step) })
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
        let (what, expressions) = (format!("fillna {names:?}"), [value.clone()]);
        let fill = move |rows: DataFrame| {
            let all = || rows.columns().iter().map(|column| column.name().to_string()).collect();
            let names: Vec<String> = if names.is_empty() { all() } else { names.clone() };
            names.iter().try_for_each(|name| column(&rows, name).map(|_| ()))?;
            // In its own type: `fill_null` would change the column's.
            let alone = df!("" => [0i32])?.lazy().select([value.clone().alias("value")]).collect()?;
            if alone.height() != 1 {
                return Err(Error::input(format!("fillna: {value} is {} values. Give it one.", alone.height())));
            }
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
        self.each(Does { sees: these_or_all(columns), row_by_row: true, ..Does::new(what, &expressions, fill) })
    }
}

fn these_or_all(columns: &[&str]) -> Option<Vec<String>> {
    (!columns.is_empty()).then(|| columns.iter().map(|name| name.to_string()).collect())
}

/// The columns that expressions name, where they name them one by one.
pub(super) fn seen_by(expressions: &[Expr]) -> Option<Vec<String>> {
    let mut seen = Vec::new();
    for part in expressions.iter().flat_map(|expression| expression.into_iter()) {
        match part {
            // A pattern stands for columns that it does not name.
            Expr::Column(name) if !name.starts_with('^') => seen.push(name.to_string()),
            Expr::Column(_) | Expr::Selector(_) | Expr::SubPlan(..) | Expr::DataTypeFunction(_) => return None,
            Expr::Eval { .. } | Expr::StructEval { .. } => return None,
            _ => {}
        }
    }
    Some(seen)
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
